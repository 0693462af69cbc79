//! The error items as lists and screens show them.

pub(super) mod store;

use super::store::Stored;
use super::{ErrorItemError, advances, cases, evidence, options, undo};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{ErrorItemDetail, ErrorItemFilter, ErrorItemSummary, RecordView};
use domain::ids::ErrorItemId;
use domain::money::Money;
use domain::page::{Cursor, Window};
use time::OffsetDateTime;

/// Rows of one part of the list.
const ROWS: i64 = 50;

/// The error items, newest first, from a place of the list on.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &ErrorItemFilter,
    after: Option<Cursor>,
) -> Result<Window<ErrorItemSummary>, ErrorItemError> {
    let me = actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let wanted = store::Wanted::of(filter, (me, office.now()));
    let ids = store::page(&mut conn, &wanted, after, ROWS + 1).await?;
    let rows = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = ids.len() > rows;
    let shown = ids.get(..rows.min(ids.len())).unwrap_or_default();
    let items = super::store::by_ids(&mut conn, shown).await?;
    let rows: Vec<_> = items.into_iter().map(|stored| summary(stored, office.now())).collect();
    let last = rows.last().map(|last| Cursor { at: last.opened_at, id: last.id.into() });
    Ok(Window { rows, older: last.filter(|_| more) })
}

/// How many error items a filter wants.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn count(
    office: &Office,
    actor: &Actor,
    filter: &ErrorItemFilter,
) -> Result<i64, ErrorItemError> {
    let me = actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let wanted = store::Wanted::of(filter, (me, office.now()));
    Ok(store::count(&mut conn, &wanted).await?)
}

/// One error item with both records, its timeline, its evidence, and what may be done about it.
///
/// # Errors
/// Not allowed, or there is no such item.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
) -> Result<ErrorItemDetail, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let stored = super::store::find(&mut conn, id).await?.ok_or(ErrorItemError::NotFound)?;
    let open = stored.item.state.status().is_open();
    let advanced = match stored.item.difference.links.payment {
        Some(payment) => advances::store::is_advanced(&mut conn, payment).await?,
        None => false,
    };
    let options =
        if open { options::of(&mut conn, office, &stored.item).await? } else { Vec::new() };
    Ok(ErrorItemDetail {
        cash_effect: stored.item.difference.cash_effect(),
        suggestion: options.first().map(|option| option.offer),
        options,
        queue: stored.queue,
        due_at: stored.due_at,
        escalated_at: stored.escalated_at,
        evidence: evidence::list(&mut conn, id).await?,
        related: store::related(&mut conn, &stored.item).await?,
        timeline: super::steps::store::timeline(&mut conn, id).await?,
        opened_by: store::opened_by(&mut conn, id).await?,
        undoable: undo::offered(&mut conn, office, (actor, id)).await?,
        case: cases::store::of_item(&mut conn, id).await?,
        advanced,
        assignee_name: stored.assignee_name,
        reconciliation: stored.reconciliation,
        approval: stored.approval,
        journal: stored.item.outcome.and_then(|outcome| outcome.journal),
        item: stored.item,
    })
}

fn summary(stored: Stored, now: OffsetDateTime) -> ErrorItemSummary {
    let item = stored.item;
    let found = item.difference;
    let status = item.state.status();
    let record = found.theirs.as_ref().or(found.ours.as_ref());
    let name = |record: &RecordView| {
        let number = &record.number;
        if number.is_empty() { record.channel_no.clone() } else { number.clone() }
    };
    let amount =
        |side: &Option<RecordView>| -> Option<Money> { side.as_ref().map(|record| record.amount) };
    ErrorItemSummary {
        id: item.id,
        number: item.number,
        leg: found.leg,
        cause: found.cause,
        cash_effect: found.cash_effect(),
        record_number: record.map(name).unwrap_or_default(),
        ours: amount(&found.ours),
        theirs: amount(&found.theirs),
        difference: found.difference,
        channel: found.channel,
        clearing_date: found.clearing_date,
        status,
        assignee: stored.assignee_name,
        opened_at: item.opened_at,
        age_days: (now - item.opened_at).whole_days(),
        queue: stored.queue,
        due_at: stored.due_at,
        overdue: status.is_open() && stored.due_at < now,
        version: item.version,
        records: (found.ours, found.theirs),
    }
}
