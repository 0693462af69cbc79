//! Four eyes (经办/复核): one mechanism for every command that moves money or changes a rule.
//!
//! A system proposes a content under its own transaction; a different person decides exactly that
//! content; the conclusion travels back by job; and the system asks [`execute`] for leave with the
//! content as it is *then*, in the transaction that does the work. There is no bypass.

pub mod differences;
mod error;
pub mod history;
pub mod jobs;
mod store;

pub use error::ApprovalError;

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::Actor;
use domain::approval::{
    ApprovalDetail, ApprovalKind, ApprovalState, ApprovalSummary, Decision, Inbox, Verdict,
};
use domain::ids::{ApprovalId, StaffId};
use domain::page::{Page, PageRequest};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a system asks a second person to decide.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The kind, which also says who may decide.
    pub kind: ApprovalKind,
    /// The object it is about.
    pub subject: Uuid,
    /// One line for the inbox.
    pub title: String,
    /// Everything the decision rests on. Shown to the checker as it is.
    pub content: Value,
}

/// The answer to a system that wants to carry out an approved request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Do it, in this transaction.
    Granted {
        /// Who proposed it.
        maker: StaffId,
        /// Who approved it.
        checker: StaffId,
    },
    /// The content is no longer what was approved: don't.
    Stale,
    /// It was carried out before: nothing is left to do.
    AlreadyConcluded,
}

/// The id of something that is known by its name, so that requests can be about it: the beginning
/// of the name's SHA-256.
#[must_use]
pub fn subject_of(name: &str) -> Uuid {
    let hash = Sha256::digest(name.as_bytes());
    let (bytes, _) = hash.as_slice().split_at(16);
    Uuid::from_slice(bytes).unwrap_or_default()
}

/// SHA-256 of a content in its canonical form (object keys sorted, no white space).
#[must_use]
pub fn content_hash(content: &Value) -> String {
    hex::encode(Sha256::digest(content.to_string().as_bytes()))
}

/// Asks for a decision, inside the proposing system's transaction.
///
/// # Errors
/// The maker lacks the permission, or a request about the same object is still open.
pub async fn propose(
    conn: &mut PgConnection,
    office: &Office,
    maker: &Actor,
    proposal: &Proposal,
) -> Result<ApprovalId, ApprovalError> {
    maker.require(proposal.kind.maker_permission())?;
    let id = ApprovalId(office.new_id());
    store::insert(conn, office, (id, maker.staff), proposal, &content_hash(&proposal.content))
        .await?;
    let event = event(Who::Staff(maker), "approvals.propose");
    audit::record(conn, office, event, &id.to_string(), &proposal.content).await?;
    Ok(id)
}

/// Decides a request.
///
/// # Errors
/// The checker lacks the permission, is its maker, was not shown the stored content, or is late.
pub async fn decide(
    office: &Office,
    checker: &Actor,
    id: ApprovalId,
    (shown_hash, verdict, note): (&str, Verdict, &str),
) -> Result<(), ApprovalError> {
    let mut tx = office.begin().await?;
    let approval = store::lock(&mut tx, id).await?.ok_or(ApprovalError::NotFound)?;
    let staff = checker.require(approval.kind.checker_permission())?;
    let at = office.now();
    let decided = approval.decide(&Decision { checker: staff, shown_hash, verdict, note, at })?;
    store::save(&mut tx, &decided, note.trim(), at).await?;
    let event = event(Who::Staff(checker), "approvals.decide");
    audit::record(&mut tx, office, event, &id.to_string(), &decided).await?;
    let concluded = jobs::ApprovalConcluded { approval: id, kind: decided.kind };
    crate::jobs::enqueue(&mut tx, office, &concluded).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes back one's own request before it is decided.
///
/// # Errors
/// Not the maker, or too late.
pub async fn withdraw(office: &Office, maker: &Actor, id: ApprovalId) -> Result<(), ApprovalError> {
    let mut tx = office.begin().await?;
    let approval = store::lock(&mut tx, id).await?.ok_or(ApprovalError::NotFound)?;
    let withdrawn = approval.withdraw(maker.staff, office.now())?;
    store::save(&mut tx, &withdrawn, "", office.now()).await?;
    let event = event(Who::Staff(maker), "approvals.withdraw");
    audit::record(&mut tx, office, event, &id.to_string(), &withdrawn).await?;
    let concluded = jobs::ApprovalConcluded { approval: id, kind: withdrawn.kind };
    crate::jobs::enqueue(&mut tx, office, &concluded).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks leave to carry out an approved request, in the transaction that does the work.
///
/// # Errors
/// The request is not approved.
pub async fn execute(
    conn: &mut PgConnection,
    office: &Office,
    id: ApprovalId,
    content_now: &Value,
) -> Result<Leave, ApprovalError> {
    let approval = store::lock(conn, id).await?.ok_or(ApprovalError::NotFound)?;
    if matches!(approval.state, ApprovalState::Executed { .. } | ApprovalState::Stale { .. }) {
        return Ok(Leave::AlreadyConcluded);
    }
    let maker = approval.maker;
    let concluded = approval.execute(&content_hash(content_now), office.now())?;
    store::save(conn, &concluded, "", office.now()).await?;
    let event = event(Who::System("worker"), "approvals.execute");
    audit::record(conn, office, event, &id.to_string(), &concluded).await?;
    match concluded.state {
        ApprovalState::Executed { checker, .. } => Ok(Leave::Granted { maker, checker }),
        _ => {
            differences::keep(conn, office, id, content_now).await?;
            Ok(Leave::Stale)
        }
    }
}

/// Where a request stands, for the system that proposed it.
///
/// # Errors
/// No such request.
pub async fn standing(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<(ApprovalState, Uuid, Value), ApprovalError> {
    store::standing(conn, id).await?.ok_or(ApprovalError::NotFound)
}

/// The requests a person can decide, has made, or may see.
///
/// # Errors
/// The database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    inbox: Inbox,
    page: PageRequest,
) -> Result<Page<ApprovalSummary>, ApprovalError> {
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, actor, inbox, page).await
}

/// One request, whole.
///
/// # Errors
/// No such request, or not theirs to see.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: ApprovalId,
) -> Result<ApprovalDetail, ApprovalError> {
    let mut conn = office.db.acquire().await?;
    let detail = store::detail(&mut conn, id).await?.ok_or(ApprovalError::NotFound)?;
    let visible =
        detail.summary.maker == actor.staff || visible_kinds(actor).contains(&detail.summary.kind);
    if visible { Ok(detail) } else { Err(ApprovalError::NotFound) }
}

/// The kinds of request a person may look at: those they may make or decide; everything for
/// whoever reads the audit record.
fn visible_kinds(actor: &Actor) -> Vec<ApprovalKind> {
    let reads_all = actor.may(domain::access::Permission::ViewAudit);
    ApprovalKind::ALL
        .into_iter()
        .filter(|kind| {
            reads_all || actor.may(kind.maker_permission()) || actor.may(kind.checker_permission())
        })
        .collect()
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "approval" }
}
