//! A colleague lost the telephone: their second factor is forgotten (第二因子重置), so that they set
//! up another. Two people decide that, and neither is the colleague.

use super::{StaffError, store};
use crate::access::second_factor;
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::{ApprovalId, StaffId};
use domain::staff::StaffDetail;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Proposes to forget a colleague's second factor.
///
/// # Errors
/// Not allowed, one's own, there is none, no reason, or a request is already waiting.
pub async fn propose_reset(
    office: &Office,
    actor: &Actor,
    (id, reason): (StaffId, &str),
) -> Result<ApprovalId, StaffError> {
    let maker = actor.require(Permission::MakeStaffRoles)?;
    if maker == id {
        return Err(StaffError::OwnSecondFactor);
    }
    let mut tx = office.begin().await?;
    let person = store::lock(&mut tx, id).await?.ok_or(StaffError::NotFound)?;
    let proposal = Proposal {
        kind: ApprovalKind::SecondFactorReset,
        subject: id.into(),
        title: format!("{}: second factor is reset", person.name),
        content: content(&mut tx, &person, reason.trim()).await?,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided reset.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn second_factor_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let staff = StaffId(subject);
    let person = store::lock(&mut tx, staff).await?.ok_or(StaffError::NotFound)?;
    let reason = approved["reason"].as_str().unwrap_or_default();
    // Somebody who set up another meanwhile keeps it.
    let now = match content(&mut tx, &person, reason).await {
        Ok(now) => now,
        Err(StaffError::NoSecondFactor) => Value::Null,
        Err(error) => return Err(error.into()),
    };
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        second_factor::forget(&mut tx, staff).await.map_err(StaffError::from)?;
        let event = Event {
            who: Who::System("worker"),
            action: "staff.second_factor_reset",
            subject_kind: "staff",
        };
        audit::record(&mut tx, office, event, &staff.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What the checker sees: whose, since when it is in use, and why it is to be forgotten.
async fn content(
    conn: &mut PgConnection,
    person: &StaffDetail,
    reason: &str,
) -> Result<Value, StaffError> {
    let since = second_factor::since(conn, person.id).await?.ok_or(StaffError::NoSecondFactor)?;
    Ok(json!({
        "login": person.login,
        "name": person.name,
        "in_use_since": since.unix_timestamp(),
        "reason": reason,
    }))
}
