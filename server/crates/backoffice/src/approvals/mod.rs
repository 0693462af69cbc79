//! Four eyes (经办/复核): one mechanism for every command that moves money or changes a rule.
//!
//! A system proposes a content under its own transaction. The approval rules say which chain of
//! steps it needs: a single other person, where no rule says more. Each person decides exactly the
//! content they were shown; nobody has two parts in one request, neither by a second account nor
//! by a lent right. A request nobody decides in time goes up a level and goes on waiting. The
//! conclusion travels back by job, and the system asks [`execute`] for leave with the content as
//! it is *then*, in the transaction that does the work. There is no bypass.

mod deciding;
pub mod delegations;
pub mod differences;
mod error;
pub mod history;
pub mod jobs;
mod lists;
pub mod rules;
mod store;

pub use deciding::{Answer, Decided, decide, decide_in, opened, present, prove};
pub use error::ApprovalError;
pub use lists::{find, list};

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::Actor;
use domain::approval::{Approval, ApprovalKind, ApprovalState, DaySums, Demand, Facts, Scope};
use domain::ids::{ApprovalId, StaffId};
use domain::money::Money;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// What a system asks other people to decide.
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
        /// Who approved it last.
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

/// A request that is being made, with what the rules demand of it.
struct Weighed<'a> {
    id: ApprovalId,
    maker: StaffId,
    proposal: &'a Proposal,
    facts: &'a Facts,
    demand: Demand,
    at: OffsetDateTime,
}

/// SHA-256 of a content in its canonical form (object keys sorted, no white space).
#[must_use]
pub fn content_hash(content: &Value) -> String {
    hex::encode(Sha256::digest(content.to_string().as_bytes()))
}

/// Asks for a decision that moves no money, inside the proposing system's transaction.
///
/// # Errors
/// The maker lacks the permission, or a request about the same object is still open.
pub async fn propose(
    conn: &mut PgConnection,
    office: &Office,
    maker: &Actor,
    proposal: &Proposal,
) -> Result<ApprovalId, ApprovalError> {
    propose_weighed(conn, office, maker, (proposal, &Facts::default())).await
}

/// Asks for a decision, inside the proposing system's transaction, with what the rules look at:
/// amount, payees, source, risk. Its amounts count in the sums of the day from this moment until it
/// is refused or taken back.
///
/// # Errors
/// The maker lacks the permission, or a request about the same object is still open.
pub async fn propose_weighed(
    conn: &mut PgConnection,
    office: &Office,
    maker: &Actor,
    (proposal, facts): (&Proposal, &Facts),
) -> Result<ApprovalId, ApprovalError> {
    maker.require(proposal.kind.maker_permission())?;
    let id = ApprovalId(office.new_id());
    let person = store::people::person(conn, maker.staff).await?;
    let counted = facts.counted(&person)?;
    let sums = count(conn, office, &counted).await?;
    let book = store::rules::current(conn).await?;
    let demand = book.demand(proposal.kind, facts, &sums);
    let weighed = Weighed { id, maker: maker.staff, proposal, facts, demand, at: office.now() };
    store::insert(conn, office, &weighed).await?;
    store::insert_revision(conn, id, (1, &proposal.content), office.now()).await?;
    store::insert_person(conn, (id, 1), &person, "maker").await?;
    store::note_counted(conn, id, &counted).await?;
    jobs::await_decision(conn, office, (id, 0), weighed.expires_at()).await?;
    let event = event(Who::Staff(maker), "approvals.propose");
    audit::record(conn, office, event, &id.to_string(), &proposal.content).await?;
    Ok(id)
}

impl Weighed<'_> {
    fn expires_at(&self) -> OffsetDateTime {
        self.at.saturating_add(Duration::hours(i64::from(self.demand.hours)))
    }
}

/// Adds to the sums of today; each row stays locked until the transaction ends, so that of two
/// requests made at once the second sees the first.
async fn count(
    conn: &mut PgConnection,
    office: &Office,
    counted: &BTreeMap<(Scope, String), Money>,
) -> Result<DaySums, ApprovalError> {
    let mut sums = DaySums::default();
    for ((scope, subject), amount) in counted {
        let sum = store::add_to_sum(conn, office.today(), (*scope, subject), *amount).await?;
        sums.note(*scope, sum);
    }
    Ok(sums)
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
    store::uncount(&mut tx, id).await?;
    let event = event(Who::Staff(maker), "approvals.withdraw");
    audit::record(&mut tx, office, event, &id.to_string(), &withdrawn).await?;
    tell(&mut tx, office, &withdrawn).await?;
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
            store::uncount(conn, id).await?;
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

/// Tells the system that proposed it, once nothing is open any more.
async fn tell(
    conn: &mut PgConnection,
    office: &Office,
    approval: &Approval,
) -> Result<(), ApprovalError> {
    let concluded = jobs::ApprovalConcluded { approval: approval.id, kind: approval.kind };
    crate::jobs::enqueue(conn, office, &concluded).await?;
    Ok(())
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
