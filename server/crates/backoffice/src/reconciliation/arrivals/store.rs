use super::super::ReconciliationError;
use super::super::files::reading::LookedAt;
use super::super::files::taking::Came;
use crate::audit::Who;
use crate::explain::Inconsistent;
use domain::access::Actor;
use domain::arrival::{Arrival, ArrivalFilter, ArrivalState, ArrivalWay, Given};
use domain::date::BusinessDate;
use domain::ids::{ArrivalId, FileId};
use domain::page::{Page, PageRequest};
use domain::source_file::{FileKind, Preview};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

pub(in crate::reconciliation) async fn insert(
    conn: &mut PgConnection,
    who: Who<'_>,
    came: &Came<'_>,
    ((way, state), at): ((ArrivalWay, ArrivalState), OffsetDateTime),
) -> Result<(), sqlx::Error> {
    let (staff, by) = match who {
        Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
        Who::System(name) => (None, name),
    };
    let given = &came.given;
    sqlx::query!(
        "INSERT INTO file_arrivals
            (id, way, state, name, kind, channel, merchant_id, given_day, member, format_code,
             no_trades, received_by, received_by_id, received_at)
         VALUES ($1, $2, $3, $4, $5,
                 (SELECT code FROM channels WHERE code = $6), (SELECT id FROM merchants WHERE id = $7),
                 $8, $9, $10, $11, $12, $13, $14)",
        Uuid::from(came.arrival),
        way.name(),
        state.name(),
        came.name,
        given.kind.name(),
        given.channel,
        given.merchant.map(Uuid::from),
        given.day.map(|day| day.0),
        given.member,
        given.format,
        given.no_trades,
        by,
        staff,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many bytes came so far; an arrival that was put aside takes no more.
pub(super) async fn received(
    conn: &mut PgConnection,
    id: ArrivalId,
    length: i64,
) -> Result<(), ReconciliationError> {
    let done = sqlx::query!(
        "UPDATE file_arrivals SET length = $2 WHERE id = $1 AND state = 'arriving'",
        Uuid::from(id),
        length,
    )
    .execute(conn)
    .await?;
    moved(done.rows_affected())
}

/// All bytes are here.
pub(super) async fn here(
    conn: &mut PgConnection,
    id: ArrivalId,
    (length, sha256): (i64, &str),
) -> Result<(), ReconciliationError> {
    let done = sqlx::query!(
        "UPDATE file_arrivals SET length = $2, sha256 = $3, state = 'reading'
         WHERE id = $1 AND state = 'arriving'",
        Uuid::from(id),
        length,
        sha256,
    )
    .execute(conn)
    .await?;
    moved(done.rows_affected())
}

/// What a look at it found.
pub(super) async fn looked(
    conn: &mut PgConnection,
    id: ArrivalId,
    (state, obstacle): (ArrivalState, Option<&str>),
    (preview, reading): (&Preview, Option<&LookedAt>),
) -> Result<(), ReconciliationError> {
    let preview = serde_json::to_value(preview).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let reading = reading.map(serde_json::to_value).transpose();
    let reading = reading.map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let done = sqlx::query!(
        "UPDATE file_arrivals
         SET state = $2, obstacle = $3, preview = $4, reading = $5, read_bytes = length
         WHERE id = $1 AND state = 'reading'",
        Uuid::from(id),
        state.name(),
        obstacle,
        preview,
        reading,
    )
    .execute(conn)
    .await?;
    moved(done.rows_affected())
}

/// Rows may be written before the file they stand in: at the end of the transaction it must be there.
pub(super) async fn file_comes_last(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SET CONSTRAINTS bill_blocks_have_a_file DEFERRED").execute(conn).await?;
    Ok(())
}

/// What the look at it found, where it is a bill.
pub(super) async fn reading(
    conn: &mut PgConnection,
    id: ArrivalId,
) -> Result<Option<LookedAt>, sqlx::Error> {
    let found =
        sqlx::query_scalar!("SELECT reading FROM file_arrivals WHERE id = $1", Uuid::from(id))
            .fetch_optional(conn)
            .await?;
    // What an earlier version kept in another form is found anew.
    Ok(found.flatten().and_then(|reading| serde_json::from_value(reading).ok()))
}

/// It is looked at once more, as something else.
pub(super) async fn read_as(
    conn: &mut PgConnection,
    id: ArrivalId,
    given: &Given,
) -> Result<(), ReconciliationError> {
    let done = sqlx::query!(
        "UPDATE file_arrivals
         SET state = 'reading', kind = $2, channel = (SELECT code FROM channels WHERE code = $3),
             merchant_id = (SELECT m.id FROM merchants m WHERE m.id = $4), given_day = $5,
             member = $6, format_code = $7, no_trades = $8, obstacle = NULL, reading = NULL, read_bytes = 0
         WHERE id = $1 AND state IN ('waiting', 'unreadable')",
        Uuid::from(id),
        given.kind.name(),
        given.channel,
        given.merchant.map(Uuid::from),
        given.day.map(|day| day.0),
        given.member,
        given.format,
        given.no_trades,
    )
    .execute(conn)
    .await?;
    moved(done.rows_affected())
}

/// Somebody, or the way it came, decided that it is imported.
pub(super) async fn decided(
    conn: &mut PgConnection,
    id: ArrivalId,
    by: Option<&Actor>,
    at: OffsetDateTime,
) -> Result<(), ReconciliationError> {
    let done = sqlx::query!(
        "UPDATE file_arrivals
         SET state = 'importing', decided_by = $2, decided_by_id = $3, decided_at = $4,
             read_bytes = 0
         WHERE id = $1 AND state = 'waiting'",
        Uuid::from(id),
        by.map_or("worker", |actor| actor.name.as_str()),
        by.map(|actor| Uuid::from(actor.staff)),
        at,
    )
    .execute(conn)
    .await?;
    moved(done.rows_affected())
}

/// What refused it keeps it waiting.
pub(super) async fn hold(
    conn: &mut PgConnection,
    id: ArrivalId,
    why: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE file_arrivals SET state = 'waiting', obstacle = $2
         WHERE id = $1 AND state = 'importing'",
        Uuid::from(id),
        why,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts it aside, whatever is going on with it; what became a source file stays one.
pub(super) async fn drop(
    conn: &mut PgConnection,
    id: ArrivalId,
    why: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE file_arrivals SET state = 'dropped', obstacle = $2
         WHERE id = $1 AND state <> 'imported'",
        Uuid::from(id),
        why,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn known_from_folder(
    conn: &mut PgConnection,
    sha256: &str,
) -> Result<Option<ArrivalState>, sqlx::Error> {
    let state = sqlx::query_scalar!(
        "SELECT state FROM file_arrivals
         WHERE sha256 = $1 AND way = 'folder' AND state <> 'dropped' AND length > 0
         ORDER BY received_at DESC LIMIT 1",
        sha256,
    )
    .fetch_optional(conn)
    .await?;
    Ok(state.as_deref().and_then(ArrivalState::named))
}

pub(super) async fn drop_unfinished(
    conn: &mut PgConnection,
    before: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH dropped AS (
            UPDATE file_arrivals SET state = 'dropped', obstacle = 'the upload broke off'
            WHERE state = 'arriving' AND received_at < $1 RETURNING id)
         DELETE FROM file_pieces p USING dropped d WHERE p.arrival_id = d.id",
        before,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn moved(rows: u64) -> Result<(), ReconciliationError> {
    if rows == 1 { Ok(()) } else { Err(ReconciliationError::PutAside) }
}

/// Who decided, where a person did.
pub(super) struct Decider {
    pub id: Uuid,
    pub name: String,
}

pub(super) async fn decider(
    conn: &mut PgConnection,
    id: ArrivalId,
) -> Result<Option<Decider>, sqlx::Error> {
    sqlx::query_as!(
        Decider,
        r#"SELECT decided_by_id AS "id!", decided_by AS "name!" FROM file_arrivals
           WHERE id = $1 AND decided_by_id IS NOT NULL"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await
}

/// Whether our books know of trades of a channel's clearing date.
pub(super) async fn knows_trades(
    conn: &mut PgConnection,
    channel: &str,
    day: BusinessDate,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT FROM payments WHERE channel = $1 AND clearing_date = $2)
                   OR EXISTS (SELECT FROM refunds WHERE channel = $1 AND clearing_date = $2))
                  AS "known!""#,
        channel,
        day.0,
    )
    .fetch_one(conn)
    .await
}

struct Row {
    id: Uuid,
    way: String,
    state: String,
    name: String,
    kind: String,
    channel: Option<String>,
    merchant_id: Option<Uuid>,
    given_day: Option<Date>,
    member: Option<String>,
    format_code: Option<String>,
    no_trades: bool,
    length: i64,
    sha256: Option<String>,
    preview: Option<Value>,
    read_bytes: i64,
    obstacle: Option<String>,
    received_by: String,
    received_at: OffsetDateTime,
    file_id: Option<Uuid>,
}

impl TryFrom<Row> for Arrival {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("file_arrivals", row.id, what);
        Ok(Self {
            id: row.id.into(),
            way: ArrivalWay::named(&row.way).ok_or_else(|| wrong("way"))?,
            state: ArrivalState::named(&row.state).ok_or_else(|| wrong("state"))?,
            given: Given {
                kind: FileKind::named(&row.kind).ok_or_else(|| wrong("kind"))?,
                channel: row.channel,
                merchant: row.merchant_id.map(Into::into),
                day: row.given_day.map(BusinessDate),
                member: row.member,
                format: row.format_code,
                no_trades: row.no_trades,
            },
            name: row.name,
            length: row.length,
            sha256: row.sha256,
            read_bytes: row.read_bytes,
            received_by: row.received_by,
            received_at: row.received_at,
            obstacle: row.obstacle,
            file: row.file_id.map(FileId),
        })
    }
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: ArrivalId,
) -> Result<Option<(Arrival, Option<Preview>)>, ReconciliationError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, way, state, name, kind, channel, merchant_id, given_day, member, format_code,
                no_trades, length, sha256, preview, read_bytes, obstacle, received_by, received_at,
                file_id
         FROM file_arrivals WHERE id = $1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let Some(mut row) = row else { return Ok(None) };
    let preview = row.preview.take().and_then(|preview| serde_json::from_value(preview).ok());
    Ok(Some((row.try_into()?, preview)))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &ArrivalFilter,
    page: PageRequest,
) -> Result<Page<Arrival>, ReconciliationError> {
    let (state, way) = (filter.state.map(ArrivalState::name), filter.way.map(ArrivalWay::name));
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM file_arrivals
           WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR way = $2)
             AND way <> 'command'"#,
        state,
        way,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, way, state, name, kind, channel, merchant_id, given_day, member, format_code,
                no_trades, length, sha256, NULL::jsonb AS preview, read_bytes, obstacle,
                received_by, received_at, file_id
         FROM file_arrivals
         WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR way = $2)
           AND way <> 'command'
         ORDER BY received_at DESC, id DESC LIMIT $3 OFFSET $4",
        state,
        way,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(Arrival::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}
