use super::{api, instruction_state, purpose_name};
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Pager, Panel, Place,
    ShortId, Table, Tone, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::{routes, text};
use domain::page::Page;
use domain::reserve::{FundInstruction, ReserveAccount, ReserveAccountDetail};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One bank account, and the money promised out of it.
#[component]
pub fn ReserveAccountPage() -> impl IntoView {
    let (params, filter) = (use_params_map(), use_filter());
    let account = load(
        move || (params.read().get("id").unwrap_or_default(), filter().page()),
        |(id, page)| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?, page).await },
    );
    view! { <Loaded from=account show=show /> }
}

fn show(found: ReserveAccountDetail) -> impl IntoView {
    let ReserveAccountDetail { account, instructions } = found;
    view! {
        <PageHead title=account.code.clone() lead=purpose_name(account.purpose) />
        <Panel title=t(text::RESERVE_ACCOUNT)>{facts(account)}</Panel>
        <Panel title=t(text::RESERVE_INSTRUCTIONS)>{table(instructions)}</Panel>
    }
}

fn facts(account: ReserveAccount) -> impl IntoView {
    let (tone, word) = if account.active {
        (Tone::Good, text::RESERVE_ACTIVE)
    } else {
        (Tone::Neutral, text::RESERVE_INACTIVE)
    };
    let free = account.booked.checked_sub(account.promised).ok();
    let statement = account.statement.map(|(day, money)| {
        view! {
            <Fact term=t(text::RESERVE_STATEMENT)>
                <Amount money /> " " {day.to_string()}
            </Fact>
        }
    });
    view! {
        <Facts>
            <Fact term=t(text::RESERVE_BOOKED)><Amount money=account.booked /></Fact>
            <Fact term=t(text::RESERVE_PROMISED)><Amount money=account.promised /></Fact>
            <Fact term=t(text::RESERVE_FREE)>{free.map(|money| view! { <Amount money /> })}</Fact>
            {statement}
            <Fact term=t(text::RESERVE_BANK)>{account.bank_name}</Fact>
            <Fact term=t(text::RESERVE_ACCOUNT_NO)><CopyId id=account.account_no /></Fact>
            <Fact term=t(text::RESERVE_LEDGER_CODE)>
                <a class="link" href=routes::accounts_of(&account.ledger_code)>
                    {account.ledger_code.clone()}
                </a>
            </Fact>
            <Fact term=t(text::RESERVE_STATE)><Badge tone>{t(word)}</Badge></Fact>
        </Facts>
    }
}

fn table(page: Page<FundInstruction>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_PAYOUT)),
        Column::text(t(text::RESERVE_STATE)),
        Column::text(t(text::RESERVE_PROMISED_AT)),
        Column::text(t(text::RESERVE_CONCLUDED_AT)),
        Column::number(t(text::RESERVE_AMOUNT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::RESERVE_INSTRUCTIONS)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::RESERVE_NO_INSTRUCTIONS)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(instruction: FundInstruction) -> impl IntoView {
    let (state, tone) = instruction_state(instruction.state);
    view! {
        <tr>
            <td>
                <a class="link" href=routes::payout(instruction.payout)>
                    <ShortId id=instruction.payout.to_string() />
                </a>
            </td>
            <td><Badge tone>{state}</Badge></td>
            <td><Moment at=instruction.created_at /></td>
            <td>{instruction.concluded_at.map(|at| view! { <Moment at /> })}</td>
            <td class="number"><Amount money=instruction.amount /></td>
        </tr>
    }
}
