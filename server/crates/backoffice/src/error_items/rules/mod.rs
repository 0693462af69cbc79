//! The rules by which items are handled, and their change under four eyes.

mod store;

use super::ErrorItemError;
use super::resolving::facts;
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::error_item::{ApprovalLevel, HandlingRules, RuleChange, RulesVersion};
use domain::ids::ApprovalId;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// What requests about the rules are about: there is one set of them.
const RULES: Uuid = Uuid::from_u128(0x0045_7272_4974_656d_5275_6c65_7300_0001);

/// How grave other rules are.
const LEVEL: ApprovalLevel = ApprovalLevel::L3;

/// The rules in force.
pub(super) async fn current(conn: &mut PgConnection) -> Result<RulesVersion, ErrorItemError> {
    store::current(conn).await
}

/// The rules in force and the earlier versions, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn rules(
    office: &Office,
    actor: &Actor,
) -> Result<(RulesVersion, Vec<RulesVersion>), ErrorItemError> {
    actor.require(Permission::ViewErrorItems)?;
    let mut conn = office.db.acquire().await?;
    Ok((store::current(&mut conn).await?, store::versions(&mut conn).await?))
}

/// Proposes a change of the rules in force.
///
/// # Errors
/// Not allowed, the change makes no sense, names a colleague there is not, or another is waiting.
pub async fn propose_rules(
    office: &Office,
    actor: &Actor,
    change: RuleChange,
) -> Result<ApprovalId, ErrorItemError> {
    propose_told(office, actor, (change, "")).await
}

/// The same, with what the checker should know beside the rules.
pub(super) async fn propose_told(
    office: &Office,
    actor: &Actor,
    (change, told): (RuleChange, &str),
) -> Result<ApprovalId, ErrorItemError> {
    actor.require(Permission::MakeErrorResolution)?;
    let mut tx = office.begin().await?;
    if let RuleChange::AddQueue(rule) = &change
        && let Some(login) = &rule.owner
        && super::store::colleague(&mut tx, login).await?.is_none()
    {
        return Err(ErrorItemError::NoSuchColleague(login.clone()));
    }
    let before = store::current(&mut tx).await?;
    let after = before.rules.clone().change(change)?;
    let proposal = Proposal {
        kind: ApprovalKind::ErrorItemRules,
        subject: RULES,
        title: title(before.version + 1, told),
        content: content(&before, &after),
    };
    let facts = facts(LEVEL, None)?;
    let approval = approvals::propose_weighed(&mut tx, office, actor, (&proposal, &facts)).await?;
    tx.commit().await?;
    Ok(approval)
}

fn title(version: i64, told: &str) -> String {
    let colon = if told.is_empty() { "" } else { ": " };
    format!("error item rules, version {version}{colon}{told}")
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
    let after: HandlingRules = serde_json::from_value(approved["after"].clone())?;
    let before = store::current(&mut tx).await?;
    let leave = approvals::execute(&mut tx, office, id, &content(&before, &after)).await?;
    if let Leave::Granted { .. } = leave {
        let version = before.version + 1;
        store::insert(&mut tx, (version, &after), (id, office.now())).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "error_items.rules",
            subject_kind: "error_item_rules",
        };
        audit::record(&mut tx, office, event, &version.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What the checker decides: the rules as they are and as they would be.
fn content(before: &RulesVersion, after: &HandlingRules) -> Value {
    json!({
        "version": before.version + 1,
        "before": before.rules,
        "after": after,
        "level": LEVEL,
    })
}
