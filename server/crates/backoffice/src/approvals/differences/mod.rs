//! Why an approved request was not carried out: what stands in its content, and what it was by
//! then.

mod compare;
mod store;

pub(super) use compare::{differences as between, sentence};

use super::{ApprovalError, find};
use crate::office::Office;
use domain::access::Actor;
use domain::approval::Difference;
use domain::ids::ApprovalId;
use serde_json::Value;
use sqlx::PgConnection;

/// Keeps what a stale request met.
pub(super) async fn keep(
    conn: &mut PgConnection,
    office: &Office,
    id: ApprovalId,
    content_now: &Value,
) -> Result<(), ApprovalError> {
    store::insert(conn, id, (content_now, office.now())).await
}

/// In what a stale request differs from what it met; nothing for any other request.
///
/// # Errors
/// No such request, or not theirs to see.
pub async fn of(
    office: &Office,
    actor: &Actor,
    id: ApprovalId,
) -> Result<Vec<Difference>, ApprovalError> {
    let detail = find(office, actor, id).await?;
    let mut conn = office.db.acquire().await?;
    let Some(now) = store::content_now(&mut conn, id).await? else { return Ok(Vec::new()) };
    let approved = serde_json::from_str(&detail.content).unwrap_or_default();
    Ok(compare::differences(&approved, &now))
}
