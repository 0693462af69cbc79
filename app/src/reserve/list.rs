use super::{Views, api, cover, purpose_name};
use crate::components::{
    Amount, Badge, Column, CommandForm, Loaded, Moment, PageHead, Panel, Submit, Table, Tone, load,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::reserve::ReserveAccount;
use domain::reserve::cover::Cover;
use domain::reserve::incident::Incident;
use leptos::prelude::*;

/// The institution's bank accounts, and whether they cover what it owes.
#[component]
pub fn ReservePage() -> impl IntoView {
    let accounts = load(|| (), |()| crate::api::reserve_accounts());
    let proof = load(|| (), |()| api::proof());
    view! {
        <PageHead title=t(text::RESERVE_TITLE) lead=t(text::RESERVE_LEAD) />
        <Views here=routes::RESERVE />
        <Loaded from=proof show=|(cover, incident)| checked(cover, incident) />
        <Panel title=t(text::RESERVE_ACCOUNTS)>
            <Loaded from=accounts show=show />
        </Panel>
    }
}

fn checked(cover: Cover, incident: Option<Incident>) -> impl IntoView {
    let (tone, word) = if cover.holds() {
        (Tone::Good, text::RESERVE_COVERED)
    } else {
        (Tone::Bad, text::RESERVE_NOT_COVERED)
    };
    let check = ServerAction::<api::CheckNow>::new();
    let now = session::may(Permission::AcknowledgeGap).then(|| {
        view! {
            <CommandForm action=check><Submit>{t(text::RESERVE_CHECK_NOW)}</Submit></CommandForm>
        }
    });
    view! {
        {incident.map(open)}
        <Panel
            title=t(text::RESERVE_PROOF)
            actions=move || view! { <Badge tone>{t(word)}</Badge> }
        >
            <p class="field-hint">{t(text::RESERVE_PROOF_HINT)}</p>
            {now}
            {cover::terms(cover)}
        </Panel>
    }
}

/// The incident that blocks sweeps and the day cut, above everything else.
fn open(incident: Incident) -> impl IntoView {
    view! {
        <Panel title=t(text::RESERVE_INCIDENT)>
            <p role="alert">
                <Badge tone=Tone::Bad>{t(text::RESERVE_NOT_COVERED)}</Badge> " "
                <Amount money=incident.gap_now /> " " {t(text::RESERVE_SINCE)} " "
                <Moment at=incident.opened_at />
            </p>
            <p class="field-hint">{t(text::RESERVE_INCIDENT_BLOCKS)}</p>
            <p>
                <a class="link" href=routes::RESERVE_INCIDENTS>
                    {t(text::RESERVE_TO_INCIDENTS)}
                </a>
            </p>
        </Panel>
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
