//! The audit record: who did what to which object, before and after, in the transaction that did
//! it. The application's database role can add to it and read it, nothing else.

mod store;

use crate::explain::{Explain, Kind};
use crate::office::Office;
use domain::access::{Actor, Forbidden, Permission};
use domain::audit::{AuditFilter, AuditRecord};
use domain::page::{Page, PageRequest};
use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Who acted.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// A signed-in person.
    Staff(&'a Actor),
    /// A part of the system, by name (`worker`, `gateway`).
    System(&'static str),
}

/// What is written down.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Who acted.
    pub who: Who<'a>,
    /// What they did, `system.verb`.
    pub action: &'static str,
    /// The kind of object, as in links (`payment`, `payout_batch`).
    pub subject_kind: &'static str,
}

/// Why the record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database failed.
    #[error("the audit record could not be read")]
    Database(#[from] sqlx::Error),
}

impl Explain for AuditError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::Database(_) => Kind::Unexpected,
        }
    }
}

/// Writes one event, with the object as it became (or what was asked, for refusals).
///
/// # Errors
/// The database failed; the caller's transaction must not commit.
pub async fn record(
    conn: &mut PgConnection,
    office: &Office,
    event: Event<'_>,
    subject_id: &str,
    after: &impl Serialize,
) -> Result<(), sqlx::Error> {
    store::insert(conn, &[Record::of(office, event, subject_id, after)?]).await
}

/// Writes several events at once.
///
/// # Errors
/// The database failed; the caller's transaction must not commit.
pub async fn record_all(conn: &mut PgConnection, records: &[Record]) -> Result<(), sqlx::Error> {
    store::insert(conn, records).await
}

/// One event, ready to be written.
#[derive(Debug)]
pub struct Record {
    id: Uuid,
    at: OffsetDateTime,
    staff: Option<Uuid>,
    actor: String,
    action: &'static str,
    subject_kind: &'static str,
    subject_id: String,
    after: serde_json::Value,
    request_id: String,
}

impl Record {
    /// An event, with the object as it became.
    ///
    /// # Errors
    /// The object cannot be written as JSON.
    pub fn of(
        office: &Office,
        event: Event<'_>,
        subject_id: &str,
        after: &impl Serialize,
    ) -> Result<Self, sqlx::Error> {
        let after = serde_json::to_value(after).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
        let (staff, actor) = match event.who {
            Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
            Who::System(name) => (None, name),
        };
        Ok(Self {
            id: office.new_id(),
            at: office.now(),
            staff,
            actor: actor.to_owned(),
            action: event.action,
            subject_kind: event.subject_kind,
            subject_id: subject_id.to_owned(),
            after,
            request_id: office.request_id.clone(),
        })
    }
}

/// The latest event of an action on a kind of object: the object as it became, and when. For the system that wrote it.
///
/// # Errors
/// The database failed.
pub(crate) async fn latest(
    conn: &mut PgConnection,
    what: (&str, &str),
) -> Result<Option<(Uuid, serde_json::Value, OffsetDateTime)>, sqlx::Error> {
    store::latest(conn, what).await
}

/// Who did what, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &AuditFilter,
    page: PageRequest,
) -> Result<Page<AuditRecord>, AuditError> {
    actor.require(Permission::ViewAudit)?;
    let mut conn = office.db.acquire().await?;
    Ok(store::list(&mut conn, filter, page).await?)
}
