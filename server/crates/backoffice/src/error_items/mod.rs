//! The error-handling system (差错处理系统): every difference a reconciliation finds becomes an item
//! with a typed cause. Somebody takes it, finds out, and proposes what to do; a second person
//! decides; the decision books the entry that was shown, and nothing else.

mod chain;
mod error;
mod opening;
mod postings;
mod refund_reporting;
mod repair;
mod reporting;
mod resolving;
mod store;

pub use chain::{close_records, link, open_records, take_back};
pub use error::ErrorItemError;
pub use opening::{close_vanished, open, open_alone};
pub use refund_reporting::report_refund;
pub use reporting::report;
pub use resolving::{approval_concluded, propose};

use crate::audit::{self, Event, Who};
use crate::explain::{Explain, Kind};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{ErrorItemDetail, ErrorItemFilter, ErrorItemSummary};
use domain::ids::ErrorItemId;
use domain::money::Money;
use domain::page::{Page, PageRequest};
use store::Stored;
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
    let found = &stored.item.difference;
    let mut options = Vec::new();
    let open = stored.item.state.status().is_open();
    for action in found.actions().into_iter().filter(|_| open) {
        match resolving::entries(&mut conn, office, found, action).await {
            Ok(entries) => options.push((action, entries)),
            // What has changed since then is shown by the next reconciliation.
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ErrorItemDetail {
        cash_effect: found.cash_effect(),
        suggestion: found.suggestion().filter(|_| open),
        options,
        timeline: store::timeline(&mut conn, id).await?,
        assignee_name: stored.assignee_name,
        reconciliation: stored.reconciliation,
        approval: stored.approval,
        journal: stored.journal,
        item: stored.item,
    })
}

/// Takes an item, also from a colleague.
///
/// # Errors
/// Not allowed, no such item, or it waits for a decision or is done.
pub async fn assign_to_me(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
) -> Result<(), ErrorItemError> {
    let me = actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    let stored = store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    let assigned = stored.item.assign(me)?;
    store::save(&mut tx, &assigned).await?;
    store::add_event(&mut tx, office, (id, Who::Staff(actor)), "assigned", &actor.name).await?;
    let event = event(Who::Staff(actor), "error_items.assign");
    audit::record(&mut tx, office, event, &id.to_string(), &assigned).await?;
    tx.commit().await?;
    Ok(())
}

/// Adds what somebody found out.
///
/// # Errors
/// Not allowed, no such item, or nothing was written.
pub async fn comment(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    text: &str,
) -> Result<(), ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    if !(actor.may(Permission::MakeErrorResolution)) {
        actor.require(Permission::ApproveErrorResolution)?;
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(ErrorItemError::CommentEmpty);
    }
    let mut tx = office.begin().await?;
    store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    store::add_event(&mut tx, office, (id, Who::Staff(actor)), "commented", text).await?;
    let event = event(Who::Staff(actor), "error_items.comment");
    audit::record(&mut tx, office, event, &id.to_string(), &text).await?;
    tx.commit().await?;
    Ok(())
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
