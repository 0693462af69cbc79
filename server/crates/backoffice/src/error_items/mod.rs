//! The error-handling system (差错处理系统): every difference a reconciliation finds becomes an item
//! with a typed cause. Somebody takes it, finds out, and proposes what to do; a second person
//! decides; the decision books the entry that was shown, and nothing else.

mod error;
mod opening;
mod options;
mod postings;
mod repair;
mod reporting;
mod resolving;
mod store;
mod working;

pub use error::ErrorItemError;
pub use opening::{close_vanished, open};
pub use reporting::report;
pub use resolving::{approval_concluded, propose};
pub use working::{assign, assign_to_me, comment, investigate, release, reopen, snooze, wake};

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{
    ErrorItem, ErrorItemDetail, ErrorItemFilter, ErrorItemStatus, ErrorItemSummary,
};
use domain::ids::ErrorItemId;
use domain::money::Money;
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;
use store::{NewEvent, Stored};
use time::OffsetDateTime;

const WORKER: Who<'static> = Who::System("reconciliation");

/// The error items, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &ErrorItemFilter,
    page: PageRequest,
) -> Result<Page<ErrorItemSummary>, ErrorItemError> {
    let me = actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let (items, total) = store::list(&mut conn, filter, (me, office.now()), page).await?;
    let rows = items.into_iter().map(|stored| summary(stored, office.now())).collect();
    Ok(Page { rows, total, request: page })
}

/// One error item with both records, its timeline, and what may be done about it.
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
    let stored = store::find(&mut conn, id).await?.ok_or(ErrorItemError::NotFound)?;
    let open = stored.item.state.status().is_open();
    let options =
        if open { options::of(&mut conn, office, &stored.item).await? } else { Vec::new() };
    Ok(ErrorItemDetail {
        cash_effect: stored.item.difference.cash_effect(),
        suggestion: options.first().map(|option| option.offer),
        options,
        timeline: store::timeline(&mut conn, id).await?,
        assignee_name: stored.assignee_name,
        reconciliation: stored.reconciliation,
        approval: stored.approval,
        journal: stored.item.outcome.and_then(|outcome| outcome.journal),
        item: stored.item,
    })
}

/// What happened to an item, for its timeline.
#[derive(Clone, Copy)]
struct Step<'a> {
    who: Who<'a>,
    event: &'static str,
    text: &'a str,
}

/// Writes down something that happened to an item and moved it nowhere.
async fn note(
    conn: &mut PgConnection,
    office: &Office,
    id: ErrorItemId,
    step: Step<'_>,
) -> Result<i64, sqlx::Error> {
    let Step { who, event, text } = step;
    store::add_event(conn, office, &NewEvent { item: id, who, event, text, moved: None }).await
}

/// Saves an item that moved from one state to another, with when, by whom and why.
async fn take_step(
    conn: &mut PgConnection,
    office: &Office,
    (from, item): (ErrorItemStatus, &ErrorItem),
    step: Step<'_>,
) -> Result<(), sqlx::Error> {
    store::save(conn, item).await?;
    let Step { who, event: name, text } = step;
    let moved = Some((from, item.state.status()));
    store::add_event(conn, office, &NewEvent { item: item.id, who, event: name, text, moved })
        .await?;
    audit::record(conn, office, event(who, action(name)), &item.id.to_string(), item).await
}

/// The name of an event in the audit record.
fn action(event: &str) -> &'static str {
    match event {
        "assigned" => "error_items.assign",
        "released" => "error_items.release",
        "investigated" => "error_items.investigate",
        "snoozed" => "error_items.snooze",
        "woken" => "error_items.wake",
        "proposed" => "error_items.propose",
        "approved" => "error_items.approve",
        "resolved" => "error_items.resolve",
        "verified" => "error_items.verify",
        "closed" => "error_items.close",
        "auto_resolved" => "error_items.auto_resolve",
        "reopened" => "error_items.reopen",
        "rejected" => "error_items.reject",
        _ => "error_items.back",
    }
}

fn summary(stored: Stored, now: OffsetDateTime) -> ErrorItemSummary {
    let item = stored.item;
    let found = item.difference;
    let record = found.theirs.as_ref().or(found.ours.as_ref());
    let name = |record: &domain::error_item::RecordView| {
        let number = &record.number;
        if number.is_empty() { record.channel_no.clone() } else { number.clone() }
    };
    let amount = |side: &Option<domain::error_item::RecordView>| -> Option<Money> {
        side.as_ref().map(|record| record.amount)
    };
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
        status: item.state.status(),
        assignee: stored.assignee_name,
        opened_at: item.opened_at,
        age_days: (now - item.opened_at).whole_days(),
    }
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "error_item" }
}
