//! The cover check by schedule, at the day cut and by hand; a gap is an incident from the check
//! that finds it to the check that finds it gone.

pub(super) mod store;

use super::{ReserveError, books};
use crate::audit::{self, Event, Who};
use crate::jobs::{self, Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessZone;
use domain::ids::ReserveIncidentId;
use domain::page::{Page, PageRequest};
use domain::reserve::cover::Cover;
use domain::reserve::incident::{CheckKind, Incident};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How often the cover is checked.
const EVERY: Duration = Duration::minutes(15);

/// Check the cover at a moment of the schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckCover {
    /// The moment, in seconds since 1970.
    pub due: i64,
}

impl Message for CheckCover {
    const KIND: &'static str = "reserve.check_cover";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.due))
    }
}

impl Job for CheckCover {
    /// The next check is handed on first, so that the schedule outlives a check that fails.
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        schedule_check(office).await?;
        check_cover(office, CheckKind::Schedule).await?;
        Ok(Outcome::Done)
    }
}

/// Hands on the next check of the schedule, once, however often it is asked for.
///
/// # Errors
/// The database failed.
pub async fn schedule_check(office: &Office) -> Result<(), ReserveError> {
    let every = EVERY.whole_seconds();
    let due = (office.now().unix_timestamp() / every + 1) * every;
    let at = OffsetDateTime::from_unix_timestamp(due).unwrap_or_else(|_| office.now());
    let mut conn = office.db.acquire().await?;
    jobs::enqueue_at(&mut conn, office, &CheckCover { due }, at).await?;
    Ok(())
}

/// Checks the cover and keeps what was found: opens an incident when there is a gap, closes it when
/// there is none.
///
/// # Errors
/// The database failed.
pub async fn check_cover(office: &Office, kind: CheckKind) -> Result<Cover, ReserveError> {
    let mut moment = office.at_one_moment().await?;
    let cover = books::proof(&mut moment).await?;
    drop(moment);
    let mut tx = office.begin().await?;
    store::take_turn(&mut tx).await?;
    let open = store::open(&mut tx).await?;
    let (gap, now) = (cover.gap, office.now());
    let incident = match open {
        Some(incident) => {
            store::follow(&mut tx, incident.id, (gap, now), kind).await?;
            Some(incident.id)
        }
        None if gap.is_zero() => None,
        None => {
            let id = ReserveIncidentId(office.new_id());
            store::insert(&mut tx, id, (gap, now), kind).await?;
            let event = event(Who::System("worker"), "reserve.gap_found");
            audit::record(&mut tx, office, event, &id.to_string(), &cover).await?;
            tracing::error!(%gap, incident = %id, "the reserve does not cover what is owed");
            Some(id)
        }
    };
    store::insert_check(&mut tx, office, (kind, incident), &cover).await?;
    tx.commit().await?;
    Ok(cover)
}

/// Checks the cover now, because a person asked.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn check_now(office: &Office, actor: &Actor) -> Result<Cover, ReserveError> {
    actor.require(Permission::AcknowledgeGap)?;
    check_cover(office, CheckKind::ByHand).await
}

/// What keeps the day from being cut: a gap as the books stand now, or an incident no check has
/// found gone; nothing when the reserve is covered.
///
/// # Errors
/// The database failed.
pub async fn gate(conn: &mut PgConnection) -> Result<Vec<String>, ReserveError> {
    let gap = books::proof(conn).await?.gap;
    let Some(incident) = store::open(conn).await? else {
        let found = (!gap.is_zero()).then(|| format!("the reserve differs by {gap}"));
        return Ok(found.into_iter().collect());
    };
    let since = BusinessZone::china().show(incident.opened_at);
    Ok(vec![if gap.is_zero() {
        format!("the gap of the reserve since {since} is gone, but no check has closed it")
    } else {
        format!("the reserve differs by {gap} since {since}")
    }])
}

/// The open incident, if there is one.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn open_incident(
    office: &Office,
    actor: &Actor,
) -> Result<Option<Incident>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    store::open(&mut conn).await
}

/// Incidents, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn incidents(
    office: &Office,
    actor: &Actor,
    page: PageRequest,
) -> Result<Page<Incident>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, page).await
}

/// A person takes note of an incident, once.
///
/// # Errors
/// Not allowed, no note, no such incident, or somebody did before.
pub async fn acknowledge(
    office: &Office,
    actor: &Actor,
    (id, note): (ReserveIncidentId, &str),
) -> Result<(), ReserveError> {
    let staff = actor.require(Permission::AcknowledgeGap)?;
    if note.trim().is_empty() {
        return Err(ReserveError::NoteMissing);
    }
    let mut tx = office.begin().await?;
    let incident = store::lock(&mut tx, id).await?.ok_or(ReserveError::IncidentNotFound)?;
    if let Some(known) = incident.acknowledged {
        return Err(ReserveError::Acknowledged(known.by));
    }
    store::acknowledge(&mut tx, id, (staff, office.now(), note.trim())).await?;
    let event = event(Who::Staff(actor), "reserve.acknowledge_gap");
    audit::record(&mut tx, office, event, &id.to_string(), &note.trim()).await?;
    tx.commit().await?;
    Ok(())
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "reserve_incident" }
}
