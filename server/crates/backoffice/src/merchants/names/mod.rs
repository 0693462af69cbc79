//! What merchants are called, for screens that know only their ids.

mod store;

use super::MerchantError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::MerchantId;
use std::collections::BTreeMap;

/// Number and name of each of these merchants; unknown ids are left out.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn names(
    office: &Office,
    actor: &Actor,
    ids: &[MerchantId],
) -> Result<BTreeMap<MerchantId, (String, String)>, MerchantError> {
    actor.require(Permission::ViewMerchants)?;
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut conn = office.db.acquire().await?;
    Ok(store::names(&mut conn, ids).await?)
}
