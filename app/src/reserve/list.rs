use super::{proof, purpose_name};
use crate::components::{Amount, Column, Loaded, PageHead, Panel, Table, load};
use crate::i18n::t;
use crate::{routes, text};
use domain::reserve::ReserveAccount;
use leptos::prelude::*;

/// The institution's bank accounts, and whether they cover what it owes.
#[component]
pub fn ReservePage() -> impl IntoView {
    let accounts = load(|| (), |()| crate::api::reserve_accounts());
    view! {
        <PageHead title=t(text::RESERVE_TITLE) lead=t(text::RESERVE_LEAD) />
        <Panel title=t(text::RESERVE_ACCOUNTS)>
            <Loaded from=accounts show=show />
        </Panel>
        <proof::Proof />
    }
}

fn show(accounts: Vec<ReserveAccount>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_CODE)),
        Column::text(t(text::RESERVE_PURPOSE)),
        Column::text(t(text::RESERVE_BANK)),
        Column::text(t(text::RESERVE_LEDGER_CODE)),
        Column::number(t(text::RESERVE_BOOKED)),
        Column::number(t(text::RESERVE_PROMISED)),
        Column::text(t(text::RESERVE_STATEMENT_DAY)),
        Column::number(t(text::RESERVE_STATEMENT)),
    ];
    view! {
        <Table caption=t(text::RESERVE_ACCOUNTS) columns empty=accounts.is_empty()>
            {accounts.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(account: ReserveAccount) -> impl IntoView {
    let (day, closing) = account.statement.unzip();
    view! {
        <tr>
            <td><a class="link" href=routes::reserve_account(account.id)>{account.code}</a></td>
            <td>{purpose_name(account.purpose)}</td>
            <td>{account.bank_name}</td>
            <td>
                <a class="link" href=routes::accounts_of(&account.ledger_code)>
                    {account.ledger_code.clone()}
                </a>
            </td>
            <td class="number"><Amount money=account.booked /></td>
            <td class="number"><Amount money=account.promised /></td>
            <td>{day.map(|day| day.to_string())}</td>
            <td class="number">{closing.map(|money| view! { <Amount money /> })}</td>
        </tr>
    }
}
