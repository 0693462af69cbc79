//! Work on many error items at once.

pub mod api;

use super::names::{action_name, phase_name, row_state_name};
use crate::components::{
    Amount, Badge, Column, CommandForm, Confirmed, Fact, Facts, Loaded, Moment, PageHead, Panel,
    Submit, Table, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::wording::named;
use crate::{routes, session, text};
use domain::error_item::{
    BookedTotal, BulkCommand, BulkDetail, BulkPhase, BulkRow, BulkSummary, RowState, RowTally,
};
use domain::ids::ErrorItemBulkId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The latest bulks.
#[component]
pub fn BulkList() -> impl IntoView {
    let bulks = load(|| (), |()| api::bulks());
    view! {
        <PageHead title=t(text::ERROR_ITEMS_BULKS) lead=t(text::ERROR_ITEMS_BULKS_LEAD) />
        <Loaded from=bulks show=list />
    }
}

fn list(bulks: Vec<BulkSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_ACTION)),
        Column::text(t(text::ERROR_ITEMS_STATUS)),
        Column::number(t(text::ERROR_ITEMS_ROWS)),
        Column::text(t(text::ERROR_ITEMS_MADE_BY)),
        Column::text(t(text::ERROR_ITEMS_MADE_AT)),
    ];
    let empty = bulks.is_empty();
    let rows = bulks.into_iter().map(|bulk| {
        let (phase, tone) = phase_name(bulk.phase);
        let href = routes::error_item_bulk(bulk.id);
        view! {
            <tr>
                <td><a class="link" href=href>{command(&bulk.command)}</a></td>
                <td><Badge tone>{phase}</Badge></td>
                <td class="number">{bulk.total.to_string()}</td>
                <td>{bulk.maker_name}</td>
                <td><Moment at=bulk.made_at /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table
            caption=t(text::ERROR_ITEMS_BULKS)
            columns
            empty=empty
            nothing=t(text::ERROR_ITEMS_BULKS_NONE)
        >
            {rows}
        </Table>
    }
}

/// What is done with each row, in words.
fn command(command: &BulkCommand) -> String {
    match command {
        BulkCommand::Assign { name, .. } => format!("{}: {name}", t(text::ERROR_ITEMS_HAND_ON)),
        BulkCommand::Snooze { why, .. } => format!("{}: {why}", t(text::ERROR_ITEMS_SNOOZE_IT)),
        BulkCommand::Comment { text } => format!("{}: {text}", t(text::ERROR_ITEMS_COMMENT)),
        BulkCommand::Propose(wanted) => {
            format!("{}: {}", action_name(wanted.action), wanted.reason)
        }
        BulkCommand::ProposeSuggested { reason } => {
            format!("{}: {reason}", t(text::ERROR_ITEMS_PROPOSE_SUGGESTED))
        }
        BulkCommand::Workbook { name, .. } => format!("{}: {name}", t(text::ERROR_ITEMS_SHEETS)),
        BulkCommand::Edited(_) => t(text::ERROR_ITEMS_SHEETS).to_owned(),
    }
}

/// One bulk: how far it is, what it would do or did, and what was skipped and why.
#[component]
pub fn BulkPage() -> impl IntoView {
    let params = use_params_map();
    let bulk = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::bulk(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=bulk show=show /> }
}

fn show(bulk: BulkDetail) -> impl IntoView {
    let summary = bulk.summary.clone();
    let (phase, tone) = phase_name(summary.phase);
    let mine = session::actor().is_some_and(|me| me.staff == summary.maker);
    let ready = bulk.count(RowState::Ready);
    let goes_on = mine && summary.phase == BulkPhase::Checked && ready > 0;
    let stops = mine && summary.phase.may_be_cancelled();
    let approval = summary.approval.map(|id| {
        let href = routes::approval(id);
        view! {
            <Fact term=t(text::ERROR_ITEMS_LINK_APPROVAL)>
                <a class="link" href=href>{t(text::ERROR_ITEMS_LINK_APPROVAL)}</a>
            </Fact>
        }
    });
    let conclusion = (!summary.conclusion.is_empty()).then(|| {
        view! { <Fact term=t(text::ERROR_ITEMS_CONCLUDED)>{phrase(&summary.conclusion)}</Fact> }
    });
    let working = summary.phase.works().then(|| {
        view! {
            <a class="button" href=routes::error_item_bulk(summary.id)>
                {t(text::ERROR_ITEMS_LOOK_AGAIN)}
            </a>
        }
    });
    view! {
        <PageHead title=command(&summary.command) lead=t(text::ERROR_ITEMS_BULK)>
            {working}
        </PageHead>
        <Panel title=t(text::ERROR_ITEMS_BULK)>
            <Facts>
                <Fact term=t(text::ERROR_ITEMS_STATUS)><Badge tone>{phase}</Badge></Fact>
                <Fact term=t(text::ERROR_ITEMS_ROWS)>{summary.total.to_string()}</Fact>
                <Fact term=t(text::ERROR_ITEMS_MADE_BY)>
                    {summary.maker_name.clone()} " " <Moment at=summary.made_at />
                </Fact>
                {approval}
                {conclusion}
            </Facts>
            {tallies(bulk.tallies)}
        </Panel>
        {totals(bulk.totals)}
        {goes_on.then(|| view! { <GoOn id=summary.id ready proposes=summary.command.proposes() /> })}
        {stops.then(|| view! { <Stop id=summary.id /> })}
        {skipped(bulk.skipped)}
    }
}

fn tallies(tallies: Vec<RowTally>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_ROWS)),
        Column::number(t(text::ERROR_ITEMS_COUNT)),
        Column::text(t(text::ERROR_ITEMS_WHY)),
    ];
    let rows = tallies.into_iter().map(|tally| {
        view! {
            <tr>
                <th scope="row">{row_state_name(tally.state)}</th>
                <td class="number">{tally.count.to_string()}</td>
                <td class="wrap">{phrase(&tally.note)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(text::ERROR_ITEMS_ROWS) columns>{rows}</Table> }
}

fn totals(totals: Vec<BookedTotal>) -> impl IntoView {
    (!totals.is_empty()).then(|| {
        let columns = vec![
            Column::text(t(text::ERROR_ITEMS_ENTRY)),
            Column::text(t(text::ERROR_ITEMS_DEBIT)),
            Column::text(t(text::ERROR_ITEMS_CREDIT)),
            Column::number(t(text::ERROR_ITEMS_COUNT)),
            Column::number(t(text::ERROR_ITEMS_AMOUNT)),
        ];
        let rows = totals.into_iter().map(|total| {
            view! {
                <tr>
                    <td>{named(total.entry.english(), total.entry.chinese())}</td>
                    <td><code>{total.debit}</code></td>
                    <td><code>{total.credit}</code></td>
                    <td class="number">{total.lines.to_string()}</td>
                    <td class="number"><Amount money=total.amount /></td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Panel title=t(text::ERROR_ITEMS_BOOKS_IN_ALL)>
                <Table caption=t(text::ERROR_ITEMS_BOOKS_IN_ALL) columns>{rows}</Table>
            </Panel>
        }
    })
}

fn skipped(rows: Vec<BulkRow>) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        let columns =
            vec![Column::text(t(text::ERROR_ITEMS_NUMBER)), Column::text(t(text::ERROR_ITEMS_WHY))];
        let rows = rows.into_iter().map(|row| {
            view! {
                <tr>
                    <td><a class="link" href=routes::error_item(row.item)>{row.number}</a></td>
                    <td class="wrap">{phrase(&row.note)}</td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Panel title=t(text::ERROR_ITEMS_SKIPPED)>
                <Table caption=t(text::ERROR_ITEMS_SKIPPED) columns>{rows}</Table>
            </Panel>
        }
    })
}

#[component]
fn GoOn(id: ErrorItemBulkId, ready: i64, proposes: bool) -> impl IntoView {
    let action = ServerAction::<api::ConfirmBulk>::new();
    let words =
        if proposes { text::ERROR_ITEMS_GO_ON_PROPOSES } else { text::ERROR_ITEMS_GO_ON_DOES };
    view! {
        <Panel title=t(text::ERROR_ITEMS_GO_ON)>
            <CommandForm action>
                <p>{tf(words, [("count", &ready.to_string())])}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <Confirmed name="request[confirmed]" label=t(text::ERROR_ITEMS_CONFIRM_ROWS) />
                <Submit>{t(text::ERROR_ITEMS_GO_ON)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Stop(id: ErrorItemBulkId) -> impl IntoView {
    let action = ServerAction::<api::CancelBulk>::new();
    view! {
        <Panel title=t(text::ERROR_ITEMS_STOP)>
            <CommandForm action>
                <p class="field-hint">{t(text::ERROR_ITEMS_STOP_HINT)}</p>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit grave=true>{t(text::ERROR_ITEMS_STOP)}</Submit>
            </CommandForm>
        </Panel>
    }
}
