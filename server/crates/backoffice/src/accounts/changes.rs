//! Changes of the chart of accounts take two people.

use super::AccountsError;
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::ChartLine;
use domain::account::chart::{ChartChange, ChartTerms};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::ApprovalId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// One line of the chart, 科目.
///
/// # Errors
/// Not allowed, or there is no such code.
pub async fn chart_line(
    office: &Office,
    actor: &Actor,
    code: &str,
) -> Result<ChartLine, AccountsError> {
    actor.require(Permission::ViewLedger)?;
    let mut conn = office.db.acquire().await?;
    ledger::find_chart_line(&mut conn, code).await?.ok_or(AccountsError::CodeNotFound)
}

/// Proposes a new line of the chart, or other names, another floor or posting mode for one.
///
/// # Errors
/// Not allowed, nothing would change, the books would refuse the change now, or a change of the
/// same code is already waiting.
pub async fn propose_chart_change(
    office: &Office,
    actor: &Actor,
    change: &ChartChange,
) -> Result<ApprovalId, AccountsError> {
    actor.require(Permission::MakeChartChange)?;
    let mut tx = office.begin().await?;
    let content = content(&mut tx, change).await?;
    let rewords = matches!(change, ChartChange::Reword { .. });
    if rewords && content["before"] == content["after"] {
        return Err(AccountsError::NothingToChange);
    }
    // What the books would refuse now is not worth a second person's time.
    try_out(office, change).await?;
    let proposal = Proposal {
        kind: ApprovalKind::ChartChange,
        subject: subject(change.code()),
        title: title(change),
        content,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided change.
///
/// # Errors
/// The books refuse, or the database failed; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let change: ChartChange = serde_json::from_value(approved["change"].clone())?;
    let now = content(&mut tx, &change).await?;
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        ledger::change_chart(&mut tx, &change).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "accounts.change_chart",
            subject_kind: "chart_line",
        };
        audit::record(&mut tx, office, event, change.code(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Makes the change in a transaction of its own and rolls it back.
async fn try_out(office: &Office, change: &ChartChange) -> Result<(), AccountsError> {
    let mut tx = office.begin().await?;
    let outcome = ledger::change_chart(&mut tx, change).await;
    tx.rollback().await?;
    Ok(outcome?)
}

/// What the checker sees: the line before and after. A new line was nothing before.
async fn content(
    conn: &mut sqlx::PgConnection,
    change: &ChartChange,
) -> Result<Value, AccountsError> {
    let before = ledger::find_chart_line(conn, change.code()).await?;
    let before = before.as_ref().map(ChartTerms::from);
    Ok(json!({
        "code": change.code(),
        "change": change,
        "before": before,
        "after": change.terms(),
    }))
}

fn title(change: &ChartChange) -> String {
    let (code, name) = (change.code(), &change.terms().name_en);
    match change {
        ChartChange::Open(_) => format!("chart: new {code} {name}"),
        ChartChange::Reword { .. } => format!("chart: change {code} {name}"),
    }
}

/// An id for a chart code, so that one change of it waits at a time.
fn subject(code: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(format!("chart:{code}").as_bytes()).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(bytes)
}
