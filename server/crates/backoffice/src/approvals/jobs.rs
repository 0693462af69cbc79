//! News of decisions, handed to the systems further down; and what becomes of requests that nobody
//! decides.

use super::{ApprovalError, event, store};
use crate::audit::{self, Who};
use crate::jobs::{self, Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::ApprovalId;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// News of a decision for the system that proposed: approved, rejected or withdrawn. Each kind's
/// system handles it further down (see `work`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ApprovalConcluded {
    /// The request.
    pub approval: ApprovalId,
    /// What it was about.
    pub kind: ApprovalKind,
}

impl Message for ApprovalConcluded {
    const KIND: &'static str = "approvals.concluded";
}

/// Looks at a request when its time is up. If it still waits, its open step goes up a level, where
/// somebody is, and it goes on waiting: a request never lapses.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct EscalateApproval {
    /// The request.
    pub approval: ApprovalId,
    /// How often it was escalated before.
    pub round: i32,
}

impl Message for EscalateApproval {
    const KIND: &'static str = "approvals.escalate";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}:{}", Self::KIND, self.approval, self.round))
    }
}

impl Job for EscalateApproval {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let mut tx = office.begin().await?;
        let approval = store::lock(&mut tx, self.approval).await?.ok_or(ApprovalError::NotFound)?;
        if approval.state != ApprovalState::Pending {
            return Ok(Outcome::Done);
        }
        let (hours, escalations) = store::patience(&mut tx, self.approval).await?;
        if escalations != self.round {
            return Ok(Outcome::Done);
        }
        let book = store::rules::current(&mut tx).await?;
        let active = store::people::active(&mut tx).await?;
        let highest = active.into_iter().map(|staff| book.level(staff, office.today())).max();
        let raised = approval.escalated(highest.unwrap_or_default());
        let expires_at = office.now().saturating_add(Duration::hours(i64::from(hours)));
        store::escalate(&mut tx, &raised, expires_at).await?;
        await_decision(&mut tx, office, (self.approval, escalations + 1), expires_at).await?;
        let event = event(Who::System("worker"), "approvals.escalate");
        audit::record(&mut tx, office, event, &self.approval.to_string(), &raised).await?;
        tx.commit().await?;
        Ok(Outcome::Done)
    }
}

/// Sees to it that somebody looks when the time is up.
pub(super) async fn await_decision(
    conn: &mut PgConnection,
    office: &Office,
    (approval, round): (ApprovalId, i32),
    at: OffsetDateTime,
) -> Result<(), ApprovalError> {
    jobs::enqueue_at(conn, office, &EscalateApproval { approval, round }, at).await?;
    Ok(())
}
