//! Items of one cause as one case (同因归并). The database computes the key of an item's case from
//! the item itself, so that whatever writes items needs to know nothing of it; what is done with a
//! case is a bulk over its open members.

pub(super) mod store;

use super::{ErrorItemError, Step, event, note};
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{CaseDetail, CaseSummary};
use domain::ids::ErrorItemId;

/// Cases of one list.
const CASES: i64 = 100;

/// The cases with at least two open members, the largest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn cases(
    office: &Office,
    actor: &Actor,
    channel: Option<&str>,
) -> Result<Vec<CaseSummary>, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, channel, CASES).await
}

/// One case with those beside it.
///
/// # Errors
/// Not allowed, or no open item is in such a case.
pub async fn case(office: &Office, actor: &Actor, key: &str) -> Result<CaseDetail, ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::find(&mut conn, key).await?.ok_or(ErrorItemError::NotFound)?;
    let beside = store::beside(&mut conn, &summary, CASES).await?;
    Ok(CaseDetail { summary, beside })
}

/// Sets a member apart from its case, or puts it back.
///
/// # Errors
/// Not allowed, no such item, or it is set apart, or in its case, already.
pub async fn set_apart(
    office: &Office,
    actor: &Actor,
    (id, apart): (ErrorItemId, bool),
) -> Result<(), ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    super::store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    if !store::set_apart(&mut tx, id, apart).await? {
        return Err(ErrorItemError::AlreadySo);
    }
    let who = Who::Staff(actor);
    let name = if apart { "apart" } else { "rejoined" };
    note(&mut tx, office, id, Step { who, event: name, text: "" }).await?;
    let change = event(who, "error_items.set_apart");
    audit::record(&mut tx, office, change, &id.to_string(), &apart).await?;
    tx.commit().await?;
    Ok(())
}
