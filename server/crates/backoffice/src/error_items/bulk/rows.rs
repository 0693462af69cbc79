//! The rows of a bulk, a chunk at a time: each chunk is one transaction, so that a worker that dies
//! leaves whole chunks done and the rest untouched.

use super::super::resolving::{book_many, content_with};
use super::super::store as items;
use super::super::{ErrorItemError, Moved, take_steps};
use super::{record, rules_now, store};
use crate::approvals::content_hash;
use crate::audit::Who;
use crate::explain::{Explain, Kind};
use crate::office::Office;
use domain::error_item::{
    BulkCommand, BulkPhase, BulkSummary, ErrorItem, ErrorItemState, HandlingRules,
    InvalidTransition, Resolution, RowState,
};
use domain::ids::ErrorItemBulkId;
use serde_json::json;
use sqlx::PgConnection;
use store::{Checked, Row};

/// Rows of one transaction.
const CHUNK: i64 = 500;

const WORKER: Who<'static> = Who::System("worker");

/// Does the next chunk: how many rows are through this phase, of how many, and whether there is more
/// to do.
pub(super) async fn work(
    office: &Office,
    id: ErrorItemBulkId,
) -> Result<(i64, i64, bool), ErrorItemError> {
    let mut tx = office.begin().await?;
    let bulk = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    let from = match bulk.phase {
        BulkPhase::Checking => RowState::Frozen,
        BulkPhase::Running => RowState::Ready,
        BulkPhase::Executing | BulkPhase::Returning => RowState::Proposed,
        _ => return Ok((bulk.total, bulk.total, false)),
    };
    let rows = store::next(&mut tx, id, from, CHUNK).await?;
    if rows.is_empty() {
        finish(&mut tx, office, &bulk).await?;
        tx.commit().await?;
        return Ok((bulk.total, bulk.total, false));
    }
    let ids: Vec<uuid::Uuid> = rows.iter().map(|row| row.item).collect();
    let found = items::lock_all(&mut tx, &ids).await?;
    let chunk: Vec<(Row, ErrorItem)> = rows
        .into_iter()
        .filter_map(|row| {
            let item = found.get(&row.item)?.clone();
            Some((row, item))
        })
        .collect();
    match bulk.phase {
        BulkPhase::Checking => check(&mut tx, office, &bulk, chunk).await?,
        BulkPhase::Running => run(&mut tx, office, &bulk, chunk).await?,
        BulkPhase::Executing => execute(&mut tx, office, &bulk, chunk).await?,
        _ => give_back(&mut tx, office, &bulk, chunk).await?,
    }
    let left = store::count(&mut tx, id, from).await?;
    tx.commit().await?;
    Ok((bulk.total.saturating_sub(left), bulk.total, true))
}

async fn finish(
    conn: &mut PgConnection,
    office: &Office,
    bulk: &BulkSummary,
) -> Result<(), ErrorItemError> {
    let next = match bulk.phase {
        BulkPhase::Checking => BulkPhase::Checked,
        BulkPhase::Running if bulk.approval.is_some() => BulkPhase::Proposed,
        BulkPhase::Returning => BulkPhase::Cancelled,
        _ => BulkPhase::Done,
    };
    store::set_phase(conn, office, bulk.id, (next, &bulk.conclusion)).await?;
    if matches!(next, BulkPhase::Done | BulkPhase::Cancelled) {
        let content = json!({ "phase": next, "rows": store::tallies(conn, bulk.id).await? });
        record(conn, office, (WORKER, "error_items.bulk_finish"), (bulk.id, &content)).await?;
    }
    Ok(())
}

/// What a row's own command is.
fn command<'a>(bulk: &'a BulkSummary, row: &'a Row) -> &'a BulkCommand {
    row.command.as_ref().unwrap_or(&bulk.command)
}

/// The resolution a row proposes: the one of the command, or the one that is suggested.
fn resolution(
    rules: &HandlingRules,
    command: &BulkCommand,
    item: &ErrorItem,
) -> Option<Resolution> {
    match command {
        BulkCommand::Edited(edit) => edit.resolution.clone(),
        BulkCommand::Propose(resolution) => Some(resolution.clone()),
        BulkCommand::ProposeSuggested { reason } => {
            let action = rules.handling(item).first()?.action;
            Some(Resolution { action, reason: reason.clone() })
        }
        _ => None,
    }
}

const CHANGED: &str = "it changed since it was selected";

/// Tries each row: nothing changes.
async fn check(
    conn: &mut PgConnection,
    office: &Office,
    bulk: &BulkSummary,
    chunk: Vec<(Row, ErrorItem)>,
) -> Result<(), ErrorItemError> {
    let rules = rules_now(conn).await?;
    let mut checked = Vec::with_capacity(chunk.len());
    for (row, item) in chunk {
        checked.push(match outlook(conn, office, (bulk, &rules), (&row, &item)).await {
            Ok(checked) => checked,
            Err(error) if error.kind() == Kind::Unexpected => return Err(error),
            Err(error) => Checked::skipped(&row, &error.to_string()),
        });
    }
    Ok(store::save_checked(conn, bulk.id, &checked).await?)
}

async fn outlook(
    conn: &mut PgConnection,
    office: &Office,
    (bulk, rules): (&BulkSummary, &HandlingRules),
    (row, item): (&Row, &ErrorItem),
) -> Result<Checked, ErrorItemError> {
    if item.version != row.version {
        return Ok(Checked::skipped(row, CHANGED));
    }
    let command = command(bulk, row);
    let after = moved(command, item.clone())?;
    let Some(resolution) = resolution(rules, command, item) else {
        return Ok(Checked::ready(row, item, None));
    };
    item.check(&resolution)?;
    after.proposed(domain::ids::ApprovalId(row.item))?;
    let content = content_with(conn, office, (item, rules.levels), &resolution).await?;
    Ok(Checked::ready(row, item, Some(content)))
}

/// What a command without a second person makes of an item.
fn moved(command: &BulkCommand, item: ErrorItem) -> Result<ErrorItem, InvalidTransition> {
    match command {
        BulkCommand::Assign { to, .. } => item.assign(*to),
        BulkCommand::Snooze { until, .. } => item.snooze(*until),
        BulkCommand::Edited(edit) => match &edit.owner {
            Some((to, _)) => item.assign(*to),
            None => Ok(item),
        },
        _ => Ok(item),
    }
}

/// The order in which the steps of a row's command are taken.
const STEPS: [&str; 5] = ["assigned", "snoozed", "commented", "changed", "proposed"];

/// Does each row that would work, or proposes it.
async fn run(
    conn: &mut PgConnection,
    office: &Office,
    bulk: &BulkSummary,
    chunk: Vec<(Row, ErrorItem)>,
) -> Result<(), ErrorItemError> {
    let who = store::maker(conn, bulk.maker).await?;
    let rules = rules_now(conn).await?;
    let (mut steps, mut results) = (Vec::new(), Vec::new());
    for (row, item) in chunk {
        if item.version != row.version {
            results.push((row.position, RowState::Skipped, CHANGED.to_owned()));
            continue;
        }
        let command = command(bulk, &row);
        let resolution = resolution(&rules, command, &item);
        match row_steps(bulk, (command, resolution.as_ref()), item) {
            Ok(taken) => {
                let done = if resolution.is_some() { RowState::Proposed } else { RowState::Done };
                results.push((row.position, done, String::new()));
                steps.extend(taken);
            }
            Err(error) => results.push((row.position, RowState::Skipped, error.to_string())),
        }
    }
    for event in STEPS {
        let (now, later) = steps.into_iter().partition(|step: &Moved| step.event == event);
        steps = later;
        take_steps(conn, office, Who::Staff(&who), &now).await?;
    }
    Ok(store::save_results(conn, bulk.id, &results).await?)
}

/// The steps of one row, one after the other.
fn row_steps(
    bulk: &BulkSummary,
    (command, resolution): (&BulkCommand, Option<&Resolution>),
    item: ErrorItem,
) -> Result<Vec<Moved>, InvalidTransition> {
    let mut steps = Vec::new();
    let from = item.state.status();
    let mut item = moved(command, item)?;
    for (event, text) in said(command) {
        let from = if event == "commented" { item.state.status() } else { from };
        steps.push(Moved { from, item: item.clone(), event, text });
    }
    if let Some((approval, wanted)) = bulk.approval.zip(resolution) {
        let from = item.state.status();
        item = item.proposed(approval)?;
        let text = format!("{}: {}", wanted.action.name(), wanted.reason.trim());
        steps.push(Moved { from, item, event: "proposed", text });
    }
    Ok(steps)
}

/// What a command without its resolution leaves in the timeline.
fn said(command: &BulkCommand) -> Vec<(&'static str, String)> {
    match command {
        BulkCommand::Assign { name, .. } => vec![("assigned", name.clone())],
        BulkCommand::Snooze { why, .. } => vec![("snoozed", why.trim().to_owned())],
        BulkCommand::Comment { text } => vec![("commented", text.trim().to_owned())],
        BulkCommand::Edited(edit) => {
            let owner = edit.owner.as_ref().map(|(_, name)| ("assigned", name.clone()));
            let comment = edit.comment.as_ref().map(|text| ("commented", text.clone()));
            owner.into_iter().chain(comment).collect()
        }
        _ => Vec::new(),
    }
}

/// Carries out the approved rows whose content is still what was decided.
async fn execute(
    conn: &mut PgConnection,
    office: &Office,
    bulk: &BulkSummary,
    chunk: Vec<(Row, ErrorItem)>,
) -> Result<(), ErrorItemError> {
    let rules = rules_now(conn).await?;
    let (mut results, mut ready, mut back) = (Vec::new(), Vec::new(), Vec::new());
    for (row, item) in chunk {
        if !is_proposed(&item, bulk) {
            results.push((row.position, RowState::Skipped, CHANGED.to_owned()));
            continue;
        }
        let Some(wanted) = resolution(&rules, command(bulk, &row), &item) else { continue };
        let now = match content_with(conn, office, (&item, rules.levels), &wanted).await {
            Err(error) if error.kind() == Kind::Unexpected => return Err(error),
            content => content.ok().map(|content| content_hash(&content)),
        };
        if now == row.content_hash {
            ready.push((row, item, wanted));
        } else {
            results.push((row.position, RowState::Skipped, CHANGED.to_owned()));
            back.push(returned(item, CHANGED)?);
        }
    }
    let (mut agreed, mut steps) = (Vec::new(), Vec::new());
    let approved: Vec<(ErrorItem, domain::error_item::Action)> = ready
        .iter()
        .map(|(_, item, wanted)| Ok((item.clone().approved()?, wanted.action)))
        .collect::<Result<_, InvalidTransition>>()?;
    let booked = book_many(conn, office, &approved).await?;
    for (((row, item, wanted), (approved, _)), booked) in
        ready.into_iter().zip(approved).zip(booked)
    {
        match booked {
            Ok(journal) => {
                let text = format!("{}: {}", wanted.action.name(), wanted.reason.trim());
                let done = approved.clone().executed(wanted.action, journal, office.now())?;
                let from = item.state.status();
                let (mid, said) = (approved.state.status(), String::new());
                agreed.push(Moved { from, item: approved, event: "approved", text: said });
                steps.push(Moved { from: mid, item: done, event: "resolved", text });
                results.push((row.position, RowState::Done, String::new()));
            }
            Err(why) => {
                back.push(returned(item, &why)?);
                results.push((row.position, RowState::Skipped, why));
            }
        }
    }
    take_steps(conn, office, WORKER, &back).await?;
    take_steps(conn, office, WORKER, &agreed).await?;
    take_steps(conn, office, WORKER, &steps).await?;
    Ok(store::save_results(conn, bulk.id, &results).await?)
}

fn is_proposed(item: &ErrorItem, bulk: &BulkSummary) -> bool {
    bulk.approval.is_some_and(|approval| item.state == ErrorItemState::Proposed { approval })
}

fn returned(item: ErrorItem, why: &str) -> Result<Moved, InvalidTransition> {
    let from = item.state.status();
    Ok(Moved { from, item: item.back()?, event: "stale", text: why.to_owned() })
}

/// Gives the items of a refused or cancelled bulk back to whoever has them.
async fn give_back(
    conn: &mut PgConnection,
    office: &Office,
    bulk: &BulkSummary,
    chunk: Vec<(Row, ErrorItem)>,
) -> Result<(), ErrorItemError> {
    let (mut results, mut steps) = (Vec::new(), Vec::new());
    for (row, item) in chunk {
        results.push((row.position, RowState::Skipped, bulk.conclusion.clone()));
        if is_proposed(&item, bulk) {
            let from = item.state.status();
            let (event, text) = ("rejected", bulk.conclusion.clone());
            let item = item.rejected(text.clone())?;
            steps.push(Moved { from, item, event, text });
        }
    }
    take_steps(conn, office, WORKER, &steps).await?;
    Ok(store::save_results(conn, bulk.id, &results).await?)
}
