use super::api;
use crate::components::{
    Amount, Badge, Column, CommandForm, Confirmed, CopyId, Fact, Facts, Loaded, Moment, MoneyField,
    PageHead, Panel, Submit, Table, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::payout_table::PayoutsOfUser;
use crate::wording::payment_status;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::fee::FeeTerms;
use domain::payment::PaymentStatus;
use domain::user::{ToppedUp, UserAccount, UserDetail, UserSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One user: balance, own account, top-ups and what was taken out.
#[component]
pub fn UserPage() -> impl IntoView {
    let params = use_params_map();
    let user = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=user show=show /> }
}

fn show((detail, number): (UserDetail, String)) -> impl IntoView {
    let id = detail.summary.user.id;
    let title = detail.summary.user.name.clone();
    let lead = detail.summary.user.reference.clone();
    let (facts, form) = (facts(&detail), withdrawal(&detail, number));
    let UserDetail { accounts: own, top_ups, .. } = detail;
    view! {
        <PageHead title lead>
            <a class="link" href=routes::audit_of(&id.to_string())>{t(text::USERS_HISTORY)}</a>
        </PageHead>
        <Panel title=t(text::USERS_USER)>{facts}</Panel>
        <Panel title=t(text::USERS_ACCOUNTS)>{accounts(own)}</Panel>
        <Panel title=t(text::USERS_TOP_UPS)>{topped_up(top_ups)}</Panel>
        <PayoutsOfUser user=id />
        {form}
    }
}

fn facts(detail: &UserDetail) -> impl IntoView + use<> {
    let UserSummary { user, merchant_code, merchant_name, balance } = detail.summary.clone();
    let statement = detail.account.filter(|_| session::may(Permission::ViewLedger)).map(|id| {
        view! { " " <a class="link" href=routes::account(id)>{t(text::USERS_STATEMENT)}</a> }
    });
    let limit = match detail.holds_at_most {
        Some(money) => view! { <Amount money /> }.into_any(),
        None => t(text::USERS_NO_LIMIT).into_any(),
    };
    view! {
        <Facts>
            <Fact term=t(text::USERS_BALANCE)><Amount money=balance /> {statement}</Fact>
            <Fact term=t(text::USERS_CLASS)>
                <a class="link" href=routes::limits_of("payment", user.class.name())>
                    {user.class.name()}
                </a>
            </Fact>
            <Fact term=t(text::USERS_HOLDS_AT_MOST)>{limit}</Fact>
            <Fact term=t(text::USERS_MERCHANT)>
                <a class="link" href=routes::merchant(user.merchant)>
                    {merchant_name} " (" {merchant_code} ")"
                </a>
            </Fact>
            <Fact term=t(text::USERS_CREATED_AT)><Moment at=user.created_at /></Fact>
        </Facts>
    }
}

/// The bank accounts of the user's own; the first one counts.
fn accounts(rows: Vec<UserAccount>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::USERS_ACCOUNT)),
        Column::text(t(text::USERS_HOLDER)),
        Column::text(t(text::USERS_BANK)),
        Column::text(t(text::USERS_GIVEN_BY)),
        Column::text(t(text::USERS_SINCE)),
    ];
    let empty = rows.is_empty();
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <td><CopyId id=row.payee.account /></td>
                    <td>{row.payee.name}</td>
                    <td>{row.payee.bank}</td>
                    <td>{row.given_by}</td>
                    <td><Moment at=row.at /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption=t(text::USERS_ACCOUNTS) columns empty nothing=t(text::USERS_NO_ACCOUNT)>
            {rows}
        </Table>
    }
}

fn topped_up(rows: Vec<ToppedUp>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::USERS_ORDER)),
        Column::text(t(text::USERS_FROM)),
        Column::text(t(text::USERS_STATE)),
        Column::text(t(text::USERS_SINCE)),
        Column::number(t(text::USERS_AMOUNT)),
        Column::number(t(text::USERS_RETURNED)),
    ];
    let empty = rows.is_empty();
    let rows = rows
        .into_iter()
        .map(|row| {
            let state = PaymentStatus::named(&row.state).map(|status| {
                let (word, tone) = payment_status(status);
                view! { <Badge tone>{word}</Badge> }
            });
            view! {
                <tr>
                    <td><a class="link" href=routes::payment(row.payment)>{row.number}</a></td>
                    <td>{row.origin.bank} " " {row.origin.account}</td>
                    <td>{state}</td>
                    <td><Moment at=row.at /></td>
                    <td class="number"><Amount money=row.amount /></td>
                    <td class="number"><Amount money=row.returned /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <p class="field-hint">{t(text::USERS_TOP_UPS_HINT)}</p>
        <Table caption=t(text::USERS_TOP_UPS) columns empty nothing=t(text::USERS_NO_TOP_UPS)>
            {rows}
        </Table>
    }
}

/// What a withdrawal costs, in words.
fn fee(terms: &FeeTerms) -> String {
    let (rate, fixed, min) =
        (terms.rate.to_string(), terms.fixed.to_string(), terms.min.to_string());
    let words = tf(text::USERS_FEE, [("rate", &rate), ("fixed", &fixed), ("min", &min)]);
    match terms.max {
        Some(max) => format!("{words}{}", tf(text::USERS_FEE_MAX, [("max", &max.to_string())])),
        None => words,
    }
}

/// The form that asks for a withdrawal on the user's behalf; where it cannot, it says why.
fn withdrawal(detail: &UserDetail, number: String) -> impl IntoView + use<> {
    let action = ServerAction::<api::Withdraw>::new();
    let id = detail.summary.user.id.to_string();
    let cools = detail.cools_until.map(|until| {
        view! { <p>{t(text::USERS_COOLS)} " " <Moment at=until /></p> }
    });
    let (zero, none) = (!detail.summary.balance.is_positive(), detail.accounts.is_empty());
    let body = if !session::may(Permission::MakePayout) {
        view! { <p class="field-hint">{t(text::USERS_WITHDRAW_CANNOT)}</p> }.into_any()
    } else if none {
        view! { <p class="field-hint">{t(text::USERS_WITHDRAW_NO_ACCOUNT)}</p> }.into_any()
    } else if zero {
        view! { <p class="field-hint">{t(text::USERS_WITHDRAW_NOTHING)}</p> }.into_any()
    } else {
        let hint = tf(text::USERS_WITHDRAW_HINT, [("fee", &fee(&detail.fee_terms))]);
        view! {
            <CommandForm action>
                {cools}
                <p class="field-hint">{hint}</p>
                <input type="hidden" name="request[user]" value=id />
                <input type="hidden" name="request[number]" value=number />
                <MoneyField name="request[amount]" label=t(text::USERS_AMOUNT) />
                <Confirmed name="request[confirmed]" label=t(text::USERS_WITHDRAW_CONFIRM) />
                <Submit grave=true>{t(text::USERS_WITHDRAW)}</Submit>
            </CommandForm>
        }
        .into_any()
    };
    view! { <Panel title=t(text::USERS_WITHDRAW)>{body}</Panel> }
}
