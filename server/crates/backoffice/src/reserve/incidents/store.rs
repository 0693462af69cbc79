use crate::explain::Inconsistent;
use crate::office::Office;
use crate::reserve::ReserveError;
use domain::ids::{ReserveIncidentId, StaffId};
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::reserve::cover::Cover;
use domain::reserve::incident::{Acknowledged, CheckKind, Incident};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

struct Row {
    id: Uuid,
    opened_at: OffsetDateTime,
    opened_by: String,
    gap_minor: i64,
    gap_now_minor: i64,
    checked_at: OffsetDateTime,
    closed_at: Option<OffsetDateTime>,
    closed_by: Option<String>,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<OffsetDateTime>,
    note: Option<String>,
    total: i64,
}

impl TryFrom<Row> for Incident {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let kind = |name: &str| {
            let wrong = || Inconsistent::new("reserve_incidents", row.id, "unknown check");
            CheckKind::named(name).ok_or_else(wrong)
        };
        let opened_by = kind(&row.opened_by)?;
        let closed = match (row.closed_at, row.closed_by.as_deref()) {
            (Some(at), Some(by)) => Some((at, kind(by)?)),
            _ => None,
        };
        let acknowledged = match (row.acknowledged_by, row.acknowledged_at) {
            (Some(by), Some(at)) => {
                Some(Acknowledged { by, at, note: row.note.unwrap_or_default() })
            }
            _ => None,
        };
        Ok(Self {
            id: ReserveIncidentId(row.id),
            opened_at: row.opened_at,
            opened_by,
            gap: Money::cny(row.gap_minor),
            gap_now: Money::cny(row.gap_now_minor),
            checked_at: row.checked_at,
            closed,
            acknowledged,
        })
    }
}

async fn rows(
    conn: &mut PgConnection,
    (id, open_only): (Option<ReserveIncidentId>, bool),
    page: PageRequest,
) -> Result<Page<Incident>, ReserveError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT i.id, i.opened_at, i.opened_by, i.gap_minor, i.gap_now_minor, i.checked_at,
                  i.closed_at, i.closed_by, s.name AS "acknowledged_by?", i.acknowledged_at, i.note,
                  count(*) OVER () AS "total!"
           FROM reserve_incidents i LEFT JOIN staff s ON s.id = i.acknowledged_by
           WHERE ($1::uuid IS NULL OR i.id = $1) AND (NOT $2 OR i.closed_at IS NULL)
           ORDER BY i.opened_at DESC, i.id DESC LIMIT $3 OFFSET $4"#,
        id.map(Uuid::from),
        open_only,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(Incident::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

pub(super) async fn list(
    conn: &mut PgConnection,
    page: PageRequest,
) -> Result<Page<Incident>, ReserveError> {
    rows(conn, (None, false), page).await
}

pub(in crate::reserve) async fn open(
    conn: &mut PgConnection,
) -> Result<Option<Incident>, ReserveError> {
    Ok(rows(conn, (None, true), PageRequest::default()).await?.rows.pop())
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ReserveIncidentId,
) -> Result<Option<Incident>, ReserveError> {
    sqlx::query!("SELECT id FROM reserve_incidents WHERE id = $1 FOR UPDATE", Uuid::from(id))
        .fetch_optional(&mut *conn)
        .await?;
    Ok(rows(conn, (Some(id), false), PageRequest::default()).await?.rows.pop())
}

/// One check at a time writes: held until the transaction ends. The one row of the settings is the
/// lock.
pub(super) async fn take_turn(conn: &mut PgConnection) -> Result<(), ReserveError> {
    sqlx::query!("SELECT fund_ppm FROM reserve_settings FOR UPDATE").fetch_one(conn).await?;
    Ok(())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ReserveIncidentId,
    (gap, at): (Money, OffsetDateTime),
    kind: CheckKind,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "INSERT INTO reserve_incidents
            (id, opened_at, opened_by, gap_minor, gap_now_minor, checked_at)
         VALUES ($1, $2, $3, $4, $4, $2)",
        Uuid::from(id),
        at,
        kind.name(),
        gap.minor(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes down what a later check found of an open incident; no gap closes it.
pub(super) async fn follow(
    conn: &mut PgConnection,
    id: ReserveIncidentId,
    (gap, at): (Money, OffsetDateTime),
    kind: CheckKind,
) -> Result<(), ReserveError> {
    let gone = gap.is_zero();
    sqlx::query!(
        "UPDATE reserve_incidents
         SET gap_now_minor = $2, checked_at = $3, closed_at = $4, closed_by = $5
         WHERE id = $1 AND closed_at IS NULL",
        Uuid::from(id),
        gap.minor(),
        at,
        gone.then_some(at),
        gone.then_some(kind.name()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_check(
    conn: &mut PgConnection,
    office: &Office,
    (kind, incident): (CheckKind, Option<ReserveIncidentId>),
    cover: &Cover,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "INSERT INTO reserve_checks
            (id, checked_at, kind, claims_minor, trial_minor, gap_minor, incident_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        office.new_id(),
        office.now(),
        kind.name(),
        cover.claims.minor(),
        cover.trial.minor(),
        cover.gap.minor(),
        incident.map(Uuid::from),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn acknowledge(
    conn: &mut PgConnection,
    id: ReserveIncidentId,
    (staff, at, note): (StaffId, OffsetDateTime, &str),
) -> Result<(), ReserveError> {
    sqlx::query!(
        "UPDATE reserve_incidents SET acknowledged_by = $2, acknowledged_at = $3, note = $4
         WHERE id = $1",
        Uuid::from(id),
        Uuid::from(staff),
        at,
        note,
    )
    .execute(conn)
    .await?;
    Ok(())
}
