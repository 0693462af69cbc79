//! The steps of an item's life, as they are kept: the item as it became, its timeline, and the audit
//! record, always together; one item at a time, or many at once.

pub(super) mod store;

use super::{ErrorItemError, event};
use crate::audit::{self, Record, Who};
use crate::office::Office;
use domain::error_item::{ErrorItem, ErrorItemStatus};
use domain::ids::ErrorItemId;
use sqlx::PgConnection;
use store::NewEvent;

/// What happened to an item, for its timeline.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub who: Who<'a>,
    pub event: &'static str,
    pub text: &'a str,
}

/// One of many items that moved, and whence.
pub(super) struct Moved {
    pub from: ErrorItemStatus,
    pub item: ErrorItem,
    pub event: &'static str,
    pub text: String,
}

/// Writes down something that happened to an item and moved it nowhere.
pub(super) async fn note(
    conn: &mut PgConnection,
    office: &Office,
    id: ErrorItemId,
    step: Step<'_>,
) -> Result<(), sqlx::Error> {
    let Step { who, event, text } = step;
    store::add_events(conn, office, who, &[NewEvent::of(id, event, text, None)]).await
}

/// Saves an item that moved from one state to another, with when, by whom and why.
pub(super) async fn take_step(
    conn: &mut PgConnection,
    office: &Office,
    (from, item): (ErrorItemStatus, &ErrorItem),
    step: Step<'_>,
) -> Result<(), sqlx::Error> {
    let Step { who, event: name, text } = step;
    let moved = Some((from, item.state.status()));
    store::add_events(conn, office, who, &[NewEvent::of(item.id, name, text, moved)]).await?;
    store::save_all(conn, [item]).await?;
    audit::record(conn, office, event(who, action(name)), &item.id.to_string(), item).await
}

/// Saves many items that moved by the same event, each at most once, with one statement each for
/// items, timelines and audit record.
pub(super) async fn take_steps(
    conn: &mut PgConnection,
    office: &Office,
    who: Who<'_>,
    steps: &[Moved],
) -> Result<(), ErrorItemError> {
    let Some(first) = steps.first() else { return Ok(()) };
    let events = steps.iter().map(|step| {
        let to = step.item.state.status();
        let moved = (step.from != to).then_some((step.from, to));
        NewEvent::of(step.item.id, step.event, &step.text, moved)
    });
    store::add_events(conn, office, who, &events.collect::<Vec<_>>()).await?;
    store::save_all(conn, steps.iter().map(|step| &step.item)).await?;
    let mut records = Vec::with_capacity(steps.len());
    for Moved { item, .. } in steps {
        let id = item.id.to_string();
        records.push(Record::of(office, event(who, action(first.event)), &id, item)?);
    }
    Ok(audit::record_all(conn, &records).await?)
}

/// The name of an event in the audit record.
fn action(event: &str) -> &'static str {
    match event {
        "assigned" => "error_items.assign",
        "commented" => "error_items.comment",
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
