//! The evening's proof, signed by two people: one proposes the cover of a day as it stands, another
//! decides exactly that, and it is kept as it was, with its hash. A later change of the books of
//! that day shows as a difference to it.

mod store;

use super::{ReserveError, books};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::date::BusinessDate;
use domain::ids::ApprovalId;
use domain::page::{Page, PageRequest};
use domain::reserve::proof::{Evening, ProofDay, ProofDetail, differences};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a day is called where approvals want an id: the day's number under a fixed prefix.
fn subject(day: BusinessDate) -> Uuid {
    const PREFIX: u128 = 0x7265_7365_7276_8000_8000_0000_0000_0000;
    Uuid::from_u128(PREFIX | u128::from(day.0.to_julian_day().unsigned_abs()))
}

/// Proposes a day's proof to a second person.
///
/// # Errors
/// Not allowed, the day has not come, it is not covered, or a proposal for it waits already.
pub async fn propose_proof(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<ApprovalId, ReserveError> {
    actor.require(Permission::MakeReserve)?;
    let mut tx = office.begin().await?;
    if day > books::current(&mut tx).await? {
        return Err(ReserveError::DayAhead(day));
    }
    let evening = books::evening(&mut tx, day).await?;
    if !evening.cover.holds() {
        return Err(ReserveError::NotCovered { day, gap: evening.cover.gap });
    }
    let proposal = Proposal {
        kind: ApprovalKind::ReserveProof,
        subject: subject(day),
        title: format!("{day}: claims {}", evening.cover.claims),
        content: content(&evening)?,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Keeps a decided proof, if the day still stands as it was signed.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn proof_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, proposed) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let day: BusinessDate = serde_json::from_value(proposed["day"].clone())?;
    let now = content(&books::evening(&mut tx, day).await?)?;
    if let Leave::Granted { maker, checker } = approvals::execute(&mut tx, office, id, &now).await?
    {
        let hash = approvals::content_hash(&now);
        let version = store::next_version(&mut tx, day).await?;
        let signed = store::New { day, version, content: &now, hash: &hash, approval: id };
        store::insert(&mut tx, &signed, (maker, checker), office.now()).await?;
        let who = Who::System("worker");
        let event = Event { who, action: "reserve.proof_signed", subject_kind: "reserve_proof" };
        let kept = json!({ "version": version, "hash": hash });
        audit::record(&mut tx, office, event, &day.to_string(), &kept).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The accounting days, the latest first, each with its signed proof if there is one.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn proofs(
    office: &Office,
    actor: &Actor,
    page: PageRequest,
) -> Result<Page<ProofDay>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    let mut days = store::days(&mut conn, page).await?;
    for day in &mut days.rows {
        day.waiting = store::waiting(&mut conn, subject(day.day)).await?;
    }
    Ok(days)
}

/// A day's proof: as it stands now, every signed version, and what is different from the last.
///
/// # Errors
/// Not allowed, or the day has not come.
pub async fn find_proof(
    office: &Office,
    actor: &Actor,
    day: BusinessDate,
) -> Result<ProofDetail, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut tx = office.at_one_moment().await?;
    if day > books::current(&mut tx).await? {
        return Err(ReserveError::DayAhead(day));
    }
    let now = books::evening(&mut tx, day).await?;
    let signed = store::signed(&mut tx, day).await?;
    let waiting = store::waiting(&mut tx, subject(day)).await?;
    let differences = signed
        .first()
        .map(|signed| differences(&signed.evening.cover, &now.cover))
        .unwrap_or_default();
    Ok(ProofDetail { now, signed, differences, waiting })
}

fn content(evening: &Evening) -> Result<Value, ReserveError> {
    serde_json::to_value(evening).map_err(|e| ReserveError::from(sqlx::Error::Encode(Box::new(e))))
}
