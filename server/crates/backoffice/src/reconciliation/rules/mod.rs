//! The rules of matching (对账规则): versions with validity, changed by two people, tried on past days
//! before anybody proposes them.

mod dry_run;
mod store;

pub use dry_run::try_out;

use super::ReconciliationError;
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::channels;
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::date::BusinessDate;
use domain::ids::ApprovalId;
use domain::matching::rules::{RulesChange, RulesVersion};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// The rules of a channel's clearing date: the latest version that holds for it, or what is built
/// in.
pub(super) async fn in_force(
    conn: &mut PgConnection,
    of: (&str, BusinessDate),
) -> Result<RulesVersion, ReconciliationError> {
    let made = store::in_force(conn, of).await?;
    Ok(made.unwrap_or_else(|| RulesVersion::built_in(of.0)))
}

/// What holds today for each channel, and all versions, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_rules(
    office: &Office,
    actor: &Actor,
) -> Result<(Vec<RulesVersion>, Vec<RulesVersion>), ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut conn = office.db.acquire().await?;
    let mut now = Vec::new();
    for code in channels::codes(&mut conn).await? {
        now.push(in_force(&mut conn, (&code, office.today())).await?);
    }
    Ok((now, store::versions(&mut conn).await?))
}

/// Proposes other rules for a channel.
///
/// # Errors
/// Not allowed, no such channel, the rules make no sense, nothing would change, or a change for the
/// channel is waiting already.
pub async fn propose_rules(
    office: &Office,
    actor: &Actor,
    change: &RulesChange,
) -> Result<ApprovalId, ReconciliationError> {
    actor.require(ApprovalKind::MatchingRules.maker_permission())?;
    let mut tx = office.begin().await?;
    let content = content(&mut tx, change).await?;
    let proposal = Proposal {
        kind: ApprovalKind::MatchingRules,
        subject: approvals::subject_of(&format!("matching_rules:{}", change.channel)),
        title: format!("{}, matching rules from {}", change.channel, change.valid_from),
        content,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Puts approved rules in force, unless others came into force meanwhile.
///
/// # Errors
/// The database failed.
pub async fn rules_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let change: RulesChange = serde_json::from_value(approved["after"].clone())?;
    let now = content(&mut tx, &change).await.unwrap_or(Value::Null);
    let leave = approvals::execute(&mut tx, office, id, &now).await?;
    if let Leave::Granted { .. } = leave {
        put_in_force(&mut tx, office, (&change, Some(id)), Who::System("worker")).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Puts rules in force: for the command line, the demonstration and tests. The same rules again
/// change nothing.
///
/// # Errors
/// The rules make no sense, or there is no such channel.
pub async fn set_rules(
    conn: &mut PgConnection,
    office: &Office,
    change: &RulesChange,
) -> Result<(), ReconciliationError> {
    match content(conn, change).await {
        Ok(_) => put_in_force(conn, office, (change, None), Who::System("set-up")).await,
        Err(ReconciliationError::NothingToChange) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn put_in_force(
    conn: &mut PgConnection,
    office: &Office,
    (change, approval): (&RulesChange, Option<ApprovalId>),
    who: Who<'_>,
) -> Result<(), ReconciliationError> {
    let version = store::last_version(conn, &change.channel).await? + 1;
    store::insert(conn, change, (version, approval, office.now())).await?;
    let (action, subject_kind) = ("reconciliation.rules", "matching_rules");
    let event = Event { who, action, subject_kind };
    audit::record(conn, office, event, &format!("{}/{version}", change.channel), change).await?;
    Ok(())
}

/// What the checker sees: the rules the days would have otherwise, and those they would get.
async fn content(
    conn: &mut PgConnection,
    change: &RulesChange,
) -> Result<Value, ReconciliationError> {
    change.check()?;
    if channels::by_code(conn, &change.channel).await?.is_none() {
        return Err(ReconciliationError::UnknownChannel(change.channel.clone()));
    }
    let before = in_force(conn, (&change.channel, change.valid_from)).await?;
    let same = before.rules == change.rules && before.valid_to == change.valid_to;
    if same {
        return Err(ReconciliationError::NothingToChange);
    }
    let version = store::last_version(conn, &change.channel).await? + 1;
    Ok(json!({
        "channel": change.channel,
        "version": version,
        "before": before.rules,
        "after": change,
    }))
}
