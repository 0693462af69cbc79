use super::api;
use crate::api::{Named, Owners};
use crate::books::{AccountName, amounts, entry_name, source_view};
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Panel, ShortId, Table,
    Tone, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, text};
use domain::ids::JournalId;
use domain::journal::{JournalDetail, JournalLine, JournalSummary, LineSide};
use domain::money::Money;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One journal, drawn as debits and credits.
#[component]
pub fn JournalPage() -> impl IntoView {
    let params = use_params_map();
    let journal = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find_journal(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=journal show=show /> }
}

fn show(found: Named<JournalDetail>) -> impl IntoView {
    let Named { what: JournalDetail { summary, key, request_id, lines }, owners } = found;
    let facts = facts(&summary, key, request_id);
    let lines = table(lines, summary.totals, &owners);
    view! {
        <PageHead title=entry_name(summary.entry) lead=summary.memo />
        <Panel title=t(text::ACCOUNTS_JOURNAL)>{facts}</Panel>
        <Panel title=t(text::ACCOUNTS_LINES)>{lines}</Panel>
    }
}

fn facts(journal: &JournalSummary, key: String, request: Option<String>) -> impl IntoView + use<> {
    let linked = |term, id: Option<JournalId>| {
        id.map(|id| {
            view! {
                <Fact term=term>
                    <a class="link" href=routes::journal(id)><ShortId id=id.to_string() /></a>
                </Fact>
            }
        })
    };
    let request = request.map(|request| {
        view! { <Fact term=t(text::ACCOUNTS_REQUEST)><CopyId id=request /></Fact> }
    });
    let clearing = journal.clearing_date.map(|day| {
        view! { <Fact term=t(text::ACCOUNTS_CLEARING_DATE)>{day.to_string()}</Fact> }
    });
    let (source, accounting) = (source_view(&journal.source), journal.accounting_date.to_string());
    let (event_time, posted_at, id) = (journal.event_time, journal.posted_at, journal.id);
    let reverses = linked(t(text::ACCOUNTS_REVERSES), journal.reverses);
    let reversed_by = linked(t(text::ACCOUNTS_REVERSED_BY), journal.reversed_by);
    view! {
        <Facts>
            <Fact term=t(text::ACCOUNTS_SOURCE)>{source}</Fact>
            <Fact term=t(text::ACCOUNTS_ACCOUNTING_DATE)>{accounting}</Fact>
            {clearing}
            <Fact term=t(text::ACCOUNTS_EVENT_TIME)><Moment at=event_time /></Fact>
            <Fact term=t(text::ACCOUNTS_POSTED_AT)><Moment at=posted_at /></Fact>
            {reverses}
            {reversed_by}
            <Fact term=t(text::ACCOUNTS_ID)><CopyId id=id.to_string() /></Fact>
            <Fact term=t(text::ACCOUNTS_KEY)><CopyId id=key /></Fact>
            {request}
        </Facts>
    }
}

fn table(lines: Vec<JournalLine>, totals: Vec<Money>, owners: &Owners) -> impl IntoView + use<> {
    let columns = vec![
        Column::number(t(text::ACCOUNTS_LINE)),
        Column::text(t(text::ACCOUNTS_ACCOUNT)),
        Column::text(t(text::ACCOUNTS_MEMO)),
        Column::number(t(text::ACCOUNTS_DEBIT)),
        Column::number(t(text::ACCOUNTS_CREDIT)),
        Column::number(t(text::ACCOUNTS_BALANCE_AFTER)),
    ];
    let empty = lines.is_empty();
    let rows = lines.into_iter().map(|line| rows(line, owners)).collect_view();
    view! {
        <Table
            caption=t(text::ACCOUNTS_LINES)
            columns
            empty
            nothing=t(text::ACCOUNTS_NO_LINES)
        >
            {rows}
            <tr class="total">
                <th scope="row" colspan="3">
                    {t(text::ACCOUNTS_TOTAL)} " "
                    <Badge tone=Tone::Good>{t(text::ACCOUNTS_BALANCED)}</Badge>
                </th>
                <td class="number">{amounts(totals.clone())}</td>
                <td class="number">{amounts(totals)}</td>
                <td></td>
            </tr>
        </Table>
    }
}

/// The debit and, set in below it, the credit of a line.
fn rows(line: JournalLine, owners: &Owners) -> impl IntoView + use<> {
    let JournalLine { line: number, debit, credit, amount, memo } = line;
    view! {
        <tr>
            <td class="number">{number}</td>
            <td>{t(text::ACCOUNTS_DR)} " " {side(&debit, owners)}</td>
            <td class="wrap">{memo}</td>
            <td class="number"><Amount money=amount /></td>
            <td></td>
            <td class="number"><Amount money=debit.balance /></td>
        </tr>
        <tr>
            <td></td>
            <td class="depth-1">{t(text::ACCOUNTS_CR)} " " {side(&credit, owners)}</td>
            <td></td>
            <td></td>
            <td class="number"><Amount money=amount /></td>
            <td class="number"><Amount money=credit.balance /></td>
        </tr>
    }
}

fn side(side: &LineSide, owners: &Owners) -> impl IntoView + use<> {
    let name = named(&side.name_en, &side.name_zh).to_owned();
    let (account, id, owners) = (side.account.clone(), Some(side.id), owners.clone());
    view! { <AccountName account id name owners /> }
}
