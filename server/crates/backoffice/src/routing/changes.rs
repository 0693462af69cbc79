//! Changes of rules take two people, rule by rule: changes of different rules wait side by side,
//! and each is bound to the version of its own rule.

use super::{RoutingError, check, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState, ApprovalSummary};
use domain::ids::ApprovalId;
use domain::routing::{RuleBook, RuleChange};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Proposes to make, change, move or take out one rule.
///
/// # Errors
/// Not allowed, the rules would make no sense, nothing would change, or a change of the same rule
/// is already waiting.
pub async fn propose(
    office: &Office,
    actor: &Actor,
    change: &RuleChange,
) -> Result<ApprovalId, RoutingError> {
    actor.require(Permission::MakeRoutingChange)?;
    let mut tx = office.begin().await?;
    let book = store::current(&mut tx).await?;
    if change.after.is_none() && book.rule(&change.name).is_none() {
        return Err(RoutingError::NoSuchRule(change.name.clone()));
    }
    if let Some(anchor) = &change.in_front_of
        && (book.rule(anchor).is_none() || *anchor == change.name)
    {
        return Err(RoutingError::NoSuchRule(anchor.clone()));
    }
    let rules = book.changed(change);
    if rules == book.rules {
        return Err(RoutingError::NothingToChange);
    }
    check(&mut tx, &rules).await?;
    let proposal = Proposal {
        kind: ApprovalKind::RoutingRules,
        subject: approvals::subject_of(&format!("routing/{}", change.name)),
        title: title(&book, change),
        content: content(&mut tx, &book, change).await?,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Puts an approved change in force, unless its rule changed meanwhile. Two changes that come into
/// force at the same moment would make the same version: the later one is run again.
///
/// # Errors
/// The database failed, or another change was quicker; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let change = RuleChange {
        name: approved["rule"].as_str().unwrap_or_default().to_owned(),
        after: serde_json::from_value(approved["after"].clone())?,
        in_front_of: serde_json::from_value(approved["in_front_of"].clone())?,
    };
    let book = store::current(&mut tx).await?;
    let now = content(&mut tx, &book, &change).await?;
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        let rules = book.changed(&change);
        check(&mut tx, &rules).await?;
        let next = RuleBook { version: book.version + 1, rules };
        store::insert(&mut tx, &next, (Some(id), office.now())).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "routing.rules",
            subject_kind: "routing_rules",
        };
        audit::record(&mut tx, office, event, &next.version.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The latest requests for a change of rules, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn changes(office: &Office, actor: &Actor) -> Result<Vec<ApprovalSummary>, RoutingError> {
    actor.require(Permission::ViewChannels)?;
    let mut conn = office.db.acquire().await?;
    Ok(approvals::history::about(&mut conn, ApprovalKind::RoutingRules, None).await?)
}

/// What the checker sees, and what has to be the same when it is carried out: the rule with its
/// version, what it would be, and the rule it would stand in front of.
async fn content(
    conn: &mut PgConnection,
    book: &RuleBook,
    change: &RuleChange,
) -> Result<Value, RoutingError> {
    let anchor = change.in_front_of.as_ref().filter(|name| book.rule(name).is_some());
    Ok(json!({
        "rule": change.name,
        "version": store::rule_version(conn, &change.name).await?,
        "before": book.rule(&change.name),
        "after": change.after,
        "in_front_of": anchor,
    }))
}

fn title(book: &RuleBook, change: &RuleChange) -> String {
    let name = &change.name;
    match (book.rule(name), &change.after) {
        (_, None) => format!("take out the routing rule {name}"),
        (None, Some(_)) => format!("new routing rule {name}"),
        (Some(before), Some(after)) if before == after => format!("move the routing rule {name}"),
        (Some(_), Some(_)) => format!("change the routing rule {name}"),
    }
}
