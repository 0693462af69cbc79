//! How reconciliation opens error items, and takes back those that are gone.

use super::store::{self, Stored};
use super::{ErrorItemError, WORKER, event};
use crate::audit;
use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::{Difference, ErrorItem, ErrorItemState, Leg};
use domain::ids::{ErrorItemId, ReconciliationId};
use sqlx::PgConnection;
use std::collections::HashMap;

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
    let mut ids = Vec::with_capacity(found.len());
    for difference in found {
        let id = match known.get(&difference.record_key) {
            Some(stored) if stored.item.state.status().is_open() => {
                keep(conn, office, stored, (difference, run)).await?
            }
            Some(stored) if explained(&stored.item, difference) => stored.item.id,
            _ => insert(conn, office, difference, Some(run)).await?,
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
        None => insert(conn, office, found, None).await,
    }
}

fn explained(item: &ErrorItem, difference: &Difference) -> bool {
    matches!(item.state, ErrorItemState::Resolved { .. })
        && item.difference.same_finding(difference)
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
            store::add_event(conn, office, (item.id, WORKER), "changed", &text).await?;
        }
    }
    Ok(item.id)
}

/// Opens an item; `run` is the reconciliation that found it, if one did.
pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    difference: &Difference,
    run: Option<ReconciliationId>,
) -> Result<ErrorItemId, ErrorItemError> {
    let day = difference.clearing_date;
    let before = store::take_numbers(conn, day, 1).await?;
    let item = ErrorItem {
        id: ErrorItemId(office.new_id()),
        number: format!("EI{}-{:04}", day.compact(), before + 1),
        difference: difference.clone(),
        assignee: None,
        state: ErrorItemState::Open,
        opened_at: office.now(),
    };
    store::insert(conn, &item, run).await?;
    let text = format!("{}: difference {}", difference.cause.name(), difference.difference);
    store::add_event(conn, office, (item.id, WORKER), "opened", &text).await?;
    audit::record(conn, office, event(WORKER, "error_items.open"), &item.id.to_string(), &item)
        .await?;
    Ok(item.id)
}

/// Closes the items of a leg, day and scope that a later run no longer finds. Items with a proposal
/// under decision stay.
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
    for stored in store::vanished(conn, (leg, day), &prefix, &keys).await? {
        let reason = "a later reconciliation no longer finds this difference".to_owned();
        let closed = stored.item.closed(reason.clone(), office.now())?;
        store::save(conn, &closed).await?;
        store::add_event(conn, office, (closed.id, WORKER), "closed", &reason).await?;
        let event = event(WORKER, "error_items.close");
        audit::record(conn, office, event, &closed.id.to_string(), &closed).await?;
        super::chain::close_children(conn, office, &closed).await?;
    }
    Ok(())
}
