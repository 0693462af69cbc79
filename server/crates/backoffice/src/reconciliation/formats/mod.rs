//! Formats of bills set up by staff (自定义文件格式): each version is proposed by one person, agreed by
//! another, and then reads files like a built-in format; earlier versions stay as they were.

mod store;

use super::ReconciliationError;
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::file_format::{FormatSpec, FormatVersion};
use domain::ids::ApprovalId;
use serde_json::{Value, json};
use uuid::Uuid;

/// A version of a format that is to be set up.
#[derive(Debug, Clone)]
pub struct NewFormat {
    /// Its code; the code of an existing format makes another version of it.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The channel whose bills it reads.
    pub channel: String,
    /// How files are read.
    pub spec: FormatSpec,
}

/// Codes of the formats that are in effect.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn formats_in_effect(
    office: &Office,
    actor: &Actor,
) -> Result<Vec<String>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    Ok(store::in_effect(&mut conn).await?)
}

/// All versions of all formats, latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_formats(
    office: &Office,
    actor: &Actor,
) -> Result<Vec<FormatVersion>, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}

/// Whether somebody may set up formats.
///
/// # Errors
/// They may not.
pub fn check_may_set_up(actor: &Actor) -> Result<(), ReconciliationError> {
    actor.require(ApprovalKind::FileFormat.maker_permission())?;
    Ok(())
}

/// Proposes a version of a format. It reads nothing until a second person agreed.
///
/// # Errors
/// Not allowed, files cannot be read by it, or there is no such channel.
pub async fn propose_format(
    office: &Office,
    actor: &Actor,
    new: NewFormat,
) -> Result<ApprovalId, ReconciliationError> {
    check_may_set_up(actor)?;
    new.spec.check()?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = new.code.starts_with(|first: char| first.is_ascii_lowercase());
    if !begins || !(2..=40).contains(&new.code.len()) || !new.code.bytes().all(plain) {
        return Err(ReconciliationError::FormatCode);
    }
    let mut tx = office.begin().await?;
    if !store::channel_exists(&mut tx, &new.channel).await? {
        return Err(ReconciliationError::UnknownChannel(new.channel));
    }
    let id = office.new_id();
    let version = store::insert(&mut tx, (id, actor.staff), &new, office.now()).await?;
    let content = content(&mut tx, id).await?;
    let proposal = Proposal {
        kind: ApprovalKind::FileFormat,
        subject: id,
        title: format!("{}: format {} version {version}", new.channel, new.code),
        content,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    store::asked(&mut tx, id, approval).await?;
    tx.commit().await?;
    Ok(approval)
}

/// What the checker sees: the version as set up, and the one it would take the place of.
async fn content(conn: &mut sqlx::PgConnection, id: Uuid) -> Result<Value, ReconciliationError> {
    let new = store::find(conn, id).await?.ok_or(ReconciliationError::NotFound)?;
    let before = store::before(conn, id).await?;
    Ok(json!({
        "code": new.code,
        "name": new.name,
        "channel": new.channel,
        "version": new.version,
        "before": before,
        "after": new.spec,
    }))
}

/// Puts a version into effect that a second person agreed to.
///
/// # Errors
/// The database failed.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, _) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let now = content(&mut tx, subject).await?;
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        store::put_into_effect(&mut tx, subject, office.now()).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "reconciliation.format",
            subject_kind: "file_format",
        };
        audit::record(&mut tx, office, event, &subject.to_string(), &now).await?;
    }
    tx.commit().await?;
    Ok(())
}
