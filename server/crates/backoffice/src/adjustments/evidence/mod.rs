//! Evidence of adjustments: files, byte by byte. They are part of what the second person decides:
//! a file that comes later makes the request another one, and it is asked about again.

mod store;

use super::{AdjustmentError, event};
use crate::approvals;
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::error_item::{EVIDENCE_FILES_MAX, EvidenceFile, EvidenceKind, safe_name};
use domain::ids::AdjustmentId;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps a file with a document that waits for its decision. The same bytes again are the same
/// file.
///
/// # Errors
/// Not allowed, no such document, it was decided already, or the file is not of a kind that is
/// kept.
pub async fn add_file(
    office: &Office,
    actor: &Actor,
    id: AdjustmentId,
    (name, bytes): (&str, &[u8]),
) -> Result<Uuid, AdjustmentError> {
    let staff = actor.require(Permission::ProposeAdjustment)?;
    let kind = EvidenceKind::of(bytes)?;
    let file = store::New {
        id: office.new_id(),
        name: &safe_name(name),
        kind,
        sha256: &hex::encode(Sha256::digest(bytes)),
        bytes,
    };
    let mut tx = office.begin().await?;
    let document = super::store::lock(&mut tx, id).await?.ok_or(AdjustmentError::NotFound)?;
    if let Some(known) = store::with_hash(&mut tx, id, file.sha256).await? {
        return Ok(known);
    }
    let (_, _, waits) = approvals::opened(&mut tx, document.approval).await?;
    if !waits {
        return Err(AdjustmentError::NotWaiting);
    }
    if store::count(&mut tx, id).await? >= EVIDENCE_FILES_MAX {
        return Err(AdjustmentError::TooManyFiles);
    }
    store::insert(&mut tx, id, &file, (staff, office.now())).await?;
    if let Some(now) = super::content_now(&mut tx, id).await? {
        approvals::present(&mut tx, office, document.approval, &now).await?;
    }
    let content = json!({ "file": file.id, "name": file.name, "sha256": file.sha256 });
    let event = event(Who::Staff(actor), "adjustments.evidence");
    audit::record(&mut tx, office, event, &id.to_string(), &content).await?;
    tx.commit().await?;
    Ok(file.id)
}

/// A file of evidence with its bytes, to be saved and never shown.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn file(
    office: &Office,
    actor: &Actor,
    id: Uuid,
) -> Result<(String, Vec<u8>), AdjustmentError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(AdjustmentError::NotFound)
}

/// The files of a document, oldest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    id: AdjustmentId,
) -> Result<Vec<EvidenceFile>, AdjustmentError> {
    store::list(conn, id).await
}
