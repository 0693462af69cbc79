//! Advances (垫付): payments that were settled although they are known not to match. Each stays open
//! while an item about its payment is open or its record waits for a file.

pub(super) mod store;

use super::ErrorItemError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::Advance;

/// Advances of one list.
const ADVANCES: i64 = 200;

/// The advances: those still open, the oldest first; or the latest, whatever became of them.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn advances(
    office: &Office,
    actor: &Actor,
    open_only: bool,
) -> Result<Vec<Advance>, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, open_only, ADVANCES).await
}
