//! Items of different legs about the same thing (差错链): the one nearest to where the difference was
//! born is the root, the others follow from it. Closing the root closes them.

mod store;

use super::store as items;
use super::{ErrorItemError, Step, WORKER, note, take_step};
use crate::office::Office;
use domain::error_item::ErrorItem;
use domain::ids::{ErrorItemId, ReconciliationId};
use sqlx::PgConnection;

/// Links open items of different legs about the same payment, refund or order to their root.
///
/// # Errors
/// The database failed.
pub async fn link(
    conn: &mut PgConnection,
    office: &Office,
    found: &[ErrorItemId],
) -> Result<(), ErrorItemError> {
    for (child, root) in store::link(conn, found).await? {
        let text = format!("follows from {root}");
        note(conn, office, child, Step { who: WORKER, event: "linked", text: &text }).await?;
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
    let reason = format!("follows from {}, which is done", root.number);
    for child in store::children(conn, root.id).await? {
        close(conn, office, child, &reason).await?;
    }
    Ok(())
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
    for item in store::open_of(conn, record_keys).await? {
        close(conn, office, item, reason).await?;
    }
    Ok(())
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
    let mut closed = 0;
    for item in store::opened_by(conn, run).await? {
        close(conn, office, item, reason).await?;
        closed += 1;
    }
    Ok(closed)
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

async fn close(
    conn: &mut PgConnection,
    office: &Office,
    id: ErrorItemId,
    reason: &str,
) -> Result<(), ErrorItemError> {
    let stored = items::lock(conn, id).await?.ok_or(ErrorItemError::NotFound)?;
    let from = stored.item.state.status();
    let gone = stored.item.auto_resolved(reason.to_owned(), office.now())?;
    let step = Step { who: WORKER, event: "auto_resolved", text: reason };
    take_step(conn, office, (from, &gone), step).await?;
    // A child has no children of its own: roots are linked directly.
    Ok(())
}
