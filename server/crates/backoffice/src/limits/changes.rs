//! Changes of limits, and of when payments look cut, take two people.

use super::{LimitError, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState, ApprovalSummary};
use domain::ids::ApprovalId;
use domain::limits::{AccountKind, LimitChange, LimitRow, StructuringRule};
use domain::money::Money;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Proposes other limits for accounts of one class, or another rule by which payments look cut.
///
/// # Errors
/// Not allowed, nothing would change, the change makes no sense or begins in the past, or another
/// of the same class is waiting.
pub async fn propose_change(
    office: &Office,
    actor: &Actor,
    change: &LimitChange,
) -> Result<ApprovalId, LimitError> {
    actor.require(Permission::MakeLimitChange)?;
    change.check(office.today())?;
    let mut tx = office.begin().await?;
    let content = content(&mut tx, change).await?;
    if content["before"] == content["after"] {
        return Err(LimitError::NothingToChange);
    }
    let proposal = Proposal {
        kind: ApprovalKind::PayerLimits,
        subject: subject(change),
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
/// The database failed; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let change: LimitChange = serde_json::from_value(approved["change"].clone())?;
    store::lock_table(&mut tx).await?;
    let now = content(&mut tx, &change).await?;
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        match &change {
            LimitChange::Class { row } => store::set_row(&mut tx, row).await?,
            LimitChange::Structuring { rule } => store::set_rule(&mut tx, rule).await?,
        }
        let event = Event {
            who: Who::System("worker"),
            action: "limits.change",
            subject_kind: "payer_limits",
        };
        audit::record(&mut tx, office, event, &change.aspect(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The latest requests for a change of limits, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn changes(office: &Office, actor: &Actor) -> Result<Vec<ApprovalSummary>, LimitError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    Ok(approvals::history::about(&mut conn, ApprovalKind::PayerLimits, None).await?)
}

/// What the checker sees: what counts on the first day of the change, and what would.
async fn content(conn: &mut PgConnection, change: &LimitChange) -> Result<Value, LimitError> {
    let (before, after) = match change {
        LimitChange::Class { row } => {
            let rows = store::table(conn, row.valid_from).await?;
            let same = |one: &&LimitRow| one.account == row.account && one.class == row.class;
            (rows.iter().find(same).map(terms), terms(row))
        }
        LimitChange::Structuring { rule } => {
            (Some(thresholds(&store::rule(conn).await?)), thresholds(rule))
        }
    };
    Ok(json!({ "change": change, "before": before, "after": after }))
}

fn terms(row: &LimitRow) -> Value {
    let limits = row.limits;
    json!({
        "per_payment": limits.per_payment,
        "per_day": limits.per_day,
        "per_year": limits.per_year,
        "in_total": limits.in_total,
        "source": row.source,
    })
}

fn thresholds(rule: &StructuringRule) -> Value {
    json!({
        "share": rule.share.to_string(),
        "payments_min": rule.payments_min,
        "window_hours": rule.window_hours,
        "watched": rule.watched,
    })
}

fn title(change: &LimitChange) -> String {
    let words = |limit: Option<Money>| limit.map_or("no limit".to_owned(), |one| one.to_string());
    match change {
        LimitChange::Class { row } => format!(
            "class {} of {}: {} a day, {} a year from {}",
            row.class.name(),
            match row.account {
                AccountKind::Bank => "bank accounts",
                AccountKind::Payment => "payment accounts",
            },
            words(row.limits.per_day),
            words(row.limits.per_year),
            row.valid_from,
        ),
        LimitChange::Structuring { rule } => format!(
            "payments look cut from {} within {} hours at {}",
            rule.payments_min, rule.window_hours, rule.share
        ),
    }
}

fn subject(change: &LimitChange) -> Uuid {
    approvals::subject_of(&format!("limits/{}", change.aspect()))
}
