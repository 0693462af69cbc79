//! Evidence of error items: files, byte by byte, with who brought them and when.

mod store;

use super::working::may_comment;
use super::{ErrorItemError, Step, event, note};
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{
    EVIDENCE_FILES_MAX, EvidenceFile, EvidenceKind, EvidenceRefused, safe_name,
};
use domain::ids::ErrorItemId;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps a file with an item. The same bytes again are the same file.
///
/// # Errors
/// Not allowed, no such item, or the file is not of a kind that is kept.
pub async fn add_evidence(
    office: &Office,
    actor: &Actor,
    id: ErrorItemId,
    (name, bytes): (&str, &[u8]),
) -> Result<Uuid, ErrorItemError> {
    may_comment(actor)?;
    let kind = EvidenceKind::of(bytes)?;
    let file = store::New {
        id: office.new_id(),
        name: &safe_name(name),
        kind,
        sha256: &hex::encode(Sha256::digest(bytes)),
        bytes,
    };
    let who = Who::Staff(actor);
    let mut tx = office.begin().await?;
    super::store::lock(&mut tx, id).await?.ok_or(ErrorItemError::NotFound)?;
    if let Some(known) = store::with_hash(&mut tx, id, file.sha256).await? {
        return Ok(known);
    }
    if store::count(&mut tx, id).await? >= EVIDENCE_FILES_MAX {
        return Err(EvidenceRefused::TooMany.into());
    }
    store::insert(&mut tx, id, &file, (actor.staff, office.now())).await?;
    note(&mut tx, office, id, Step { who, event: "evidence", text: file.name }).await?;
    let content = json!({ "file": file.id, "name": file.name, "sha256": file.sha256 });
    let event = event(who, "error_items.evidence");
    audit::record(&mut tx, office, event, &id.to_string(), &content).await?;
    tx.commit().await?;
    Ok(file.id)
}

/// A file of evidence with its bytes, to be saved and never shown.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn evidence(
    office: &Office,
    actor: &Actor,
    id: Uuid,
) -> Result<(String, Vec<u8>), ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(ErrorItemError::NotFound)
}

/// The files of an item, oldest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    id: ErrorItemId,
) -> Result<Vec<EvidenceFile>, ErrorItemError> {
    store::list(conn, id).await
}
