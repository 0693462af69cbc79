use super::{Here, Views, api};
use crate::api::{Named, Owners};
use crate::books::{AccountName, side_name};
use crate::components::{
    Amount, Badge, Column, DateField, FilterForm, Loaded, PageHead, Panel, Table, Tone, load,
    use_filter,
};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::account::{TrialBalance, TrialBalanceRow};
use leptos::prelude::*;

/// The trial balance of a day.
#[component]
pub fn TrialBalancePage() -> impl IntoView {
    let filter = use_filter();
    let day = move || filter().value("date");
    let found = load(day, api::trial_balance_of);
    view! {
        <PageHead title=t(text::ACCOUNTS_TRIAL_BALANCE) lead=t(text::ACCOUNTS_TRIAL_LEAD)>
            {move || {
                let file =
                    routes::books_file("trial-balance", &[("date", filter().text("date"))]);
                view! { <a class="link" href=file>{t(text::ACCOUNTS_EXPORT)}</a> }
            }}
        </PageHead>
        <Views here=Here::TrialBalance />
        {move || view! {
            <FilterForm action=routes::TRIAL_BALANCE>
                <DateField
                    name="date"
                    label=t(text::ACCOUNTS_ACCOUNTING_DATE)
                    value=filter().text("date").unwrap_or_default()
                    optional=true
                />
            </FilterForm>
        }}
        <Loaded from=found show=show />
    }
}

fn show(found: Named<TrialBalance>) -> impl IntoView {
    let Named { what: balance, owners } = found;
    let (tone, word) = if balance.is_balanced() {
        (Tone::Good, text::ACCOUNTS_BALANCED)
    } else {
        (Tone::Bad, text::ACCOUNTS_NOT_BALANCED)
    };
    let columns = columns();
    let day = balance.accounting_date.to_string();
    let empty = balance.rows.is_empty();
    let rows = balance.rows.into_iter().map(|line| row(line, &owners)).collect_view();
    view! {
        <Panel title=day actions=move || view! { <Badge tone>{t(word)}</Badge> }>
            <Table caption=t(text::ACCOUNTS_TRIAL_BALANCE) columns empty>
                {rows}
                <tr class="total">
                    <th scope="row" colspan="3">{t(text::ACCOUNTS_MOVEMENTS_TOTAL)}</th>
                    <td class="number"><Amount money=balance.debits /></td>
                    <td class="number"><Amount money=balance.credits /></td>
                    <td></td>
                </tr>
                <tr class="total">
                    <th scope="row" colspan="3">{t(text::ACCOUNTS_BALANCES_TOTAL)}</th>
                    <td class="number"><Amount money=balance.debit_balances /></td>
                    <td class="number"><Amount money=balance.credit_balances /></td>
                    <td></td>
                </tr>
            </Table>
        </Panel>
    }
}

pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::text(t(text::ACCOUNTS_ACCOUNT)),
        Column::text(t(text::ACCOUNTS_NORMAL_SIDE)),
        Column::number(t(text::ACCOUNTS_OPENING)),
        Column::number(t(text::ACCOUNTS_DEBITS)),
        Column::number(t(text::ACCOUNTS_CREDITS)),
        Column::number(t(text::ACCOUNTS_CLOSING)),
    ]
}

fn row(line: TrialBalanceRow, owners: &Owners) -> impl IntoView + use<> {
    let name = named(&line.name_en, &line.name_zh).to_owned();
    view! {
        <tr>
            <td class="words">
                <AccountName account=line.account id=Some(line.id) name owners=owners.clone() />
            </td>
            <td>{side_name(line.normal_side)}</td>
            <td class="number"><Amount money=line.opening /></td>
            <td class="number"><Amount money=line.debits /></td>
            <td class="number"><Amount money=line.credits /></td>
            <td class="number"><Amount money=line.closing /></td>
        </tr>
    }
}
