//! Items of different legs about the same thing (差错链): the one nearest to where the difference was
//! born is the root, the others follow from it. Closing the root closes them.

mod store;

use super::steps::store::{NewEvent, add_events};
use super::store as items;
use super::{ErrorItemError, Moved, WORKER, take_steps};
use crate::office::Office;
use domain::error_item::ErrorItem;
use domain::ids::{ErrorItemId, ReconciliationId};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Items sent to the database at a time.
const BATCH: usize = 2_000;

/// Links open items of different legs about the same payment, refund or order to their root.
///
/// # Errors
/// The database failed.
pub async fn link(
    conn: &mut PgConnection,
    office: &Office,
    found: &[ErrorItemId],
) -> Result<(), ErrorItemError> {
    let linked: Vec<(ErrorItemId, String)> = store::link(conn, found)
        .await?
        .into_iter()
        .map(|(child, root)| (child, format!("follows from {root}")))
        .collect();
    let events: Vec<NewEvent<'_>> =
        linked.iter().map(|(child, text)| NewEvent::of(*child, "linked", text, None)).collect();
    for events in events.chunks(BATCH) {
        add_events(conn, office, WORKER, events).await?;
    }
    Ok(())
}

/// Closes what follows from an item that is done. Items with a proposal under decision stay.
///
/// # Errors
/// The database failed.
pub(super) async fn close_children(
    conn: &mut PgConnection,
    office: &Office,
    root: &ErrorItem,
) -> Result<(), ErrorItemError> {
    close_children_of(conn, office, std::iter::once(root)).await
}

/// Closes what follows from items that are done.
///
/// # Errors
/// The database failed.
pub(super) async fn close_children_of(
    conn: &mut PgConnection,
    office: &Office,
    roots: impl Iterator<Item = &ErrorItem>,
) -> Result<(), ErrorItemError> {
    let numbers: HashMap<Uuid, &str> =
        roots.map(|root| (root.id.into(), root.number.as_str())).collect();
    let ids: Vec<Uuid> = numbers.keys().copied().collect();
    let children: Vec<(ErrorItemId, String)> = store::children(conn, &ids)
        .await?
        .into_iter()
        .map(|(child, root)| {
            let root = numbers.get(&root).copied().unwrap_or_default();
            (child, format!("follows from {root}, which is done"))
        })
        .collect();
    close(conn, office, &children).await
}

/// Closes open items of these records, whatever day they are of: a later file explains them.
///
/// # Errors
/// The database failed.
pub async fn close_records(
    conn: &mut PgConnection,
    office: &Office,
    (record_keys, reason): (&[String], &str),
) -> Result<(), ErrorItemError> {
    let found = store::open_of(conn, record_keys).await?;
    let items: Vec<_> = found.into_iter().map(|item| (item, reason.to_owned())).collect();
    close(conn, office, &items).await
}

/// Closes the items a reconciliation run opened, because the run is taken back. Items with a
/// proposal under decision, and items that are resolved, stay: what is booked is not undone.
///
/// # Errors
/// The database failed.
pub async fn take_back(
    conn: &mut PgConnection,
    office: &Office,
    (run, reason): (ReconciliationId, &str),
) -> Result<u64, ErrorItemError> {
    let found = store::opened_by(conn, run).await?;
    let items: Vec<_> = found.into_iter().map(|item| (item, reason.to_owned())).collect();
    close(conn, office, &items).await?;
    Ok(u64::try_from(items.len()).unwrap_or(u64::MAX))
}

/// Those of the records that have an open item.
///
/// # Errors
/// The database failed.
pub async fn open_records(
    conn: &mut PgConnection,
    record_keys: &[String],
) -> Result<Vec<String>, ErrorItemError> {
    Ok(store::open_keys(conn, record_keys).await?)
}

/// Closes items for a reason each. A child has no children of its own: roots are linked directly.
async fn close(
    conn: &mut PgConnection,
    office: &Office,
    found: &[(ErrorItemId, String)],
) -> Result<(), ErrorItemError> {
    for found in found.chunks(BATCH) {
        let ids: Vec<Uuid> = found.iter().map(|(id, _)| Uuid::from(*id)).collect();
        let mut locked = items::lock_all(conn, &ids).await?;
        let mut steps = Vec::with_capacity(found.len());
        for (id, reason) in found {
            let item = locked.remove(&Uuid::from(*id)).ok_or(ErrorItemError::NotFound)?;
            let (from, text) = (item.state.status(), reason.clone());
            let item = item.auto_resolved(reason.clone(), office.now())?;
            steps.push(Moved { from, item, event: "auto_resolved", text });
        }
        take_steps(conn, office, WORKER, &steps).await?;
    }
    Ok(())
}
