//! How reconciliation opens error items, and takes back those that are gone.

use super::store::{self, Stored};
use super::{ErrorItemError, Moved, Step, WORKER, fresh, note, take_step, take_steps};
use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::{Difference, ErrorItem, ErrorItemState, Leg};
use domain::ids::{ErrorItemId, ReconciliationId};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Items sent to the database at a time.
const BATCH: usize = 2_000;

/// Opens an item for each difference that has none, in the reconciliation's transaction; the
/// answers stand in the order of the differences.
///
/// A record that has an open item keeps it, with what is found now. One that was resolved as the
/// same difference is explained and stays resolved.
///
/// # Errors
/// The database failed.
pub async fn open(
    conn: &mut PgConnection,
    office: &Office,
    run: ReconciliationId,
    found: &[Difference],
) -> Result<Vec<ErrorItemId>, ErrorItemError> {
    let keys: Vec<String> = found.iter().map(|one| one.record_key.clone()).collect();
    let mut known: HashMap<String, Stored> = HashMap::new();
    for stored in store::latest(conn, &keys).await? {
        known.insert(stored.item.difference.record_key.clone(), stored);
    }
    let is_kept = |difference: &&Difference| {
        known.get(&difference.record_key).is_some_and(|stored| {
            stored.item.state.status().is_open() || concluded(&stored.item, difference)
        })
    };
    let fresh: Vec<&Difference> = found.iter().filter(|one| !is_kept(one)).collect();
    let mut fresh = fresh::insert_all(conn, office, (&fresh, Some(run))).await?.into_iter();
    let mut ids = Vec::with_capacity(found.len());
    for difference in found {
        let id = match known.get(&difference.record_key).filter(|_| is_kept(&difference)) {
            Some(stored) if stored.item.state.status().is_open() => {
                keep(conn, office, stored, (difference, run)).await?
            }
            Some(stored) => found_again(conn, office, stored.item.clone()).await?,
            None => fresh.next().ok_or(ErrorItemError::NotFound)?,
        };
        ids.push(id);
    }
    Ok(ids)
}

/// Opens an item for a difference that no run found, in the caller's transaction; a record that has
/// an item keeps it.
///
/// # Errors
/// The database failed.
pub async fn open_alone(
    conn: &mut PgConnection,
    office: &Office,
    found: &Difference,
) -> Result<ErrorItemId, ErrorItemError> {
    let known = store::latest(conn, std::slice::from_ref(&found.record_key)).await?;
    match known.first() {
        Some(stored) => Ok(stored.item.id),
        None => fresh::insert(conn, office, found, None).await,
    }
}

/// Whether the finding is one that was answered before.
fn concluded(item: &ErrorItem, difference: &Difference) -> bool {
    let answered = matches!(
        item.state,
        ErrorItemState::Executed { .. }
            | ErrorItemState::Verified { .. }
            | ErrorItemState::Closed { .. }
    );
    (answered || (item.outcome.is_some() && !item.state.status().is_open()))
        && item.difference.same_finding(difference)
}

/// The same difference is found again after it was answered: what stands in suspense or was claimed
/// is confirmed by it; what was repaired should be gone, so the item is opened again.
async fn found_again(
    conn: &mut PgConnection,
    office: &Office,
    item: ErrorItem,
) -> Result<ErrorItemId, ErrorItemError> {
    let id = item.id;
    if item.outcome.is_some_and(|outcome| outcome.action.removes_difference()) {
        let text = "the resolution was carried out, and the difference is still found";
        let step = Step { who: WORKER, event: "reopened", text };
        let from = item.state.status();
        take_step(conn, office, (from, &item.reopen()?), step).await?;
    } else if matches!(item.state, ErrorItemState::Executed { .. }) {
        let text = "a later run finds what was booked, and nothing else";
        confirm(conn, office, item, text).await?;
    }
    Ok(id)
}

/// A later run confirms a resolution; unless its money stands in suspense, the item is over.
async fn confirm(
    conn: &mut PgConnection,
    office: &Office,
    item: ErrorItem,
    text: &str,
) -> Result<(), ErrorItemError> {
    let from = item.state.status();
    let verified = item.verified(office.now())?;
    let step = Step { who: WORKER, event: "verified", text };
    take_step(conn, office, (from, &verified), step).await?;
    if !verified.in_suspense() {
        let from = verified.state.status();
        let reason = "resolved, and confirmed by a later run".to_owned();
        let closed = verified.closed(reason.clone(), office.now())?;
        let step = Step { who: WORKER, event: "closed", text: &reason };
        take_step(conn, office, (from, &closed), step).await?;
    }
    Ok(())
}

/// The open item stays; what is found now replaces what was found, so that a proposal about the
/// old figures cannot be carried out.
async fn keep(
    conn: &mut PgConnection,
    office: &Office,
    stored: &Stored,
    (difference, run): (&Difference, ReconciliationId),
) -> Result<ErrorItemId, ErrorItemError> {
    let item = &stored.item;
    if item.difference != *difference {
        store::refresh(conn, item.id, difference, run).await?;
        if !item.difference.same_finding(difference) {
            let text = format!(
                "found again as {} with a difference of {}",
                difference.cause.name(),
                difference.difference
            );
            let step = Step { who: WORKER, event: "changed", text: &text };
            note(conn, office, item.id, step).await?;
        }
    }
    Ok(item.id)
}

/// Concludes the items of a leg, day and scope that a later run no longer finds: open ones explained
/// themselves, carried out ones are confirmed. Items with a proposal under decision stay.
///
/// # Errors
/// The database failed.
pub async fn close_vanished(
    conn: &mut PgConnection,
    office: &Office,
    (leg, scope, day): (Leg, &str, BusinessDate),
    found: &[Difference],
) -> Result<(), ErrorItemError> {
    let keys: Vec<String> = found.iter().map(|one| one.record_key.clone()).collect();
    let prefix = format!("{}:{scope}:", leg.name());
    let mut gone = Vec::new();
    for stored in store::vanished(conn, (leg, day), &prefix, &keys).await? {
        if matches!(stored.item.state, ErrorItemState::Executed { .. }) {
            if stored.item.in_suspense() {
                let text = "a later run no longer finds this difference: settle what stands in \
                            suspense";
                let from = stored.item.state.status();
                let step = Step { who: WORKER, event: "reopened", text };
                take_step(conn, office, (from, &stored.item.reopen()?), step).await?;
                continue;
            }
            let text = "a later run no longer finds this difference";
            confirm(conn, office, stored.item, text).await?;
            continue;
        }
        let from = stored.item.state.status();
        let text = "a later reconciliation no longer finds this difference".to_owned();
        let item = stored.item.auto_resolved(text.clone(), office.now())?;
        gone.push(Moved { from, item, event: "auto_resolved", text });
    }
    for gone in gone.chunks(BATCH) {
        take_steps(conn, office, WORKER, gone).await?;
    }
    super::chain::close_children_of(conn, office, gone.iter().map(|one| &one.item)).await
}
