use super::ReconciliationError;
use super::reading::{PARSER_VERSION, Reading};
use super::taking::{Came, Place};
use crate::audit::Who;
use crate::explain::Inconsistent;
use crate::office::Office;
use banks::front::NamedFile;
use domain::date::BusinessDate;
use domain::ids::{ArrivalId, FileId, MerchantId};
use domain::page::{Page, PageRequest};
use domain::source_file::{FileFilter, FileKind, FileSummary};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// An earlier import of the same bytes.
pub(super) struct Known {
    pub id: FileId,
    pub name: String,
    pub imported_by: String,
    pub imported_at: OffsetDateTime,
}

pub(super) async fn with_hash(
    conn: &mut PgConnection,
    sha256: &str,
) -> Result<Option<Known>, sqlx::Error> {
    sqlx::query_as!(
        Known,
        "SELECT id, name, imported_by, imported_at FROM source_files
         WHERE sha256 = $1 AND length > 0",
        sha256,
    )
    .fetch_optional(conn)
    .await
}

/// The file that counts for a kind, channel (merchant, account) and day.
pub(in crate::reconciliation) struct Current {
    pub id: FileId,
    pub name: String,
    pub sha256: String,
    pub rows: i64,
}

pub(in crate::reconciliation) async fn current(
    conn: &mut PgConnection,
    kind: FileKind,
    scope: &str,
    day: BusinessDate,
) -> Result<Option<Current>, sqlx::Error> {
    sqlx::query_as!(
        Current,
        "SELECT id, name, sha256, rows FROM source_files
         WHERE kind = $1 AND scope = $2 AND clearing_date = $3 AND replaced_at IS NULL",
        kind.name(),
        scope,
        day.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn replace(
    conn: &mut PgConnection,
    id: FileId,
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE source_files SET replaced_at = $2 WHERE id = $1", Uuid::from(id), at)
        .execute(conn)
        .await?;
    Ok(())
}

/// What of a channel says whether a bill is ours.
pub(in crate::reconciliation) struct Channel {
    pub code: String,
    pub our_merchant_no: String,
}

pub(super) async fn channel(
    conn: &mut PgConnection,
    code: &str,
) -> Result<Option<Channel>, sqlx::Error> {
    sqlx::query_as!(Channel, "SELECT code, our_merchant_no FROM channels WHERE code = $1", code)
        .fetch_optional(conn)
        .await
}

pub(super) async fn merchant_exists(
    conn: &mut PgConnection,
    id: MerchantId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM merchants WHERE id = $1) AS "exists!""#,
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, who): (FileId, Who<'_>),
    (came, place): (&Came<'_>, &Place),
    (reading, length, sha256): (&Reading, i64, &str),
) -> Result<(), sqlx::Error> {
    let (staff, by) = match who {
        Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
        Who::System(name) => (None, name),
    };
    let totals =
        serde_json::to_value(&reading.totals).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let given = &came.given;
    let of_channel = given.kind.of_channel();
    sqlx::query!(
        "INSERT INTO source_files
            (id, kind, scope, channel, merchant_id, account_no, name, sha256, length, format,
             parser_version, encoding, clearing_date, rows, totals, imported_by, imported_by_id,
             imported_at, replaces, arrival_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19, $20)",
        Uuid::from(id),
        given.kind.name(),
        place.scope,
        of_channel.then_some(&place.scope),
        given.merchant.filter(|_| given.kind == FileKind::MerchantOrders).map(Uuid::from),
        place.account,
        came.name,
        sha256,
        length,
        reading.format,
        PARSER_VERSION,
        reading.encoding,
        place.day.0,
        reading.rows,
        totals,
        by,
        staff,
        office.now(),
        came.replaces.map(Uuid::from),
        Uuid::from(came.arrival),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The arrival's bytes are a source file now.
pub(super) async fn imported(
    conn: &mut PgConnection,
    arrival: ArrivalId,
    file: FileId,
) -> Result<(), ReconciliationError> {
    let done = sqlx::query!(
        "UPDATE file_arrivals SET state = 'imported', file_id = $2, obstacle = NULL
         WHERE id = $1 AND state = 'importing'",
        Uuid::from(arrival),
        Uuid::from(file),
    )
    .execute(conn)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(ReconciliationError::PutAside) }
}

/// A format set up by staff, in the version that counts.
pub(super) struct Custom {
    pub version: i32,
    pub channel: String,
    pub our_merchant_no: String,
    pub spec: Value,
}

pub(super) async fn custom(
    conn: &mut PgConnection,
    code: &str,
    version: Option<i32>,
) -> Result<Option<Custom>, sqlx::Error> {
    sqlx::query_as!(
        Custom,
        "SELECT f.version, f.channel, c.our_merchant_no, f.spec
         FROM file_formats f JOIN channels c ON c.code = f.channel
         WHERE f.code = $1
           AND CASE WHEN $2::integer IS NULL THEN f.effective_at IS NOT NULL ELSE f.version = $2 END
         ORDER BY f.version DESC LIMIT 1",
        code,
        version,
    )
    .fetch_optional(conn)
    .await
}

struct Row {
    id: Uuid,
    kind: String,
    channel: Option<String>,
    merchant_id: Option<Uuid>,
    account_no: Option<String>,
    name: String,
    sha256: String,
    length: i64,
    format: String,
    parser_version: i32,
    encoding: String,
    clearing_date: Date,
    rows: i64,
    totals: Value,
    imported_by: String,
    imported_at: OffsetDateTime,
    replaced_by: Option<Uuid>,
}

impl TryFrom<Row> for FileSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: String| Inconsistent::new("source_files", row.id, what);
        Ok(Self {
            id: row.id.into(),
            kind: FileKind::named(&row.kind).ok_or_else(|| wrong("unknown kind".to_owned()))?,
            totals: serde_json::from_value(row.totals).map_err(|e| wrong(e.to_string()))?,
            channel: row.channel,
            merchant: row.merchant_id.map(MerchantId),
            account: row.account_no,
            name: row.name,
            sha256: row.sha256,
            length: row.length,
            format: row.format,
            parser_version: row.parser_version,
            encoding: row.encoding,
            clearing_date: BusinessDate(row.clearing_date),
            rows: row.rows,
            imported_by: row.imported_by,
            imported_at: row.imported_at,
            replaced_by: row.replaced_by.map(FileId),
        })
    }
}

pub(super) async fn summary(
    conn: &mut PgConnection,
    id: FileId,
) -> Result<Option<FileSummary>, ReconciliationError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT f.id, f.kind, f.channel, f.merchant_id, f.account_no, f.name, f.sha256,
                  f.length, f.format, f.parser_version, f.encoding,
                  f.clearing_date, f.rows, f.totals, f.imported_by, f.imported_at,
                  n.id AS "replaced_by?"
           FROM source_files f LEFT JOIN source_files n ON n.replaces = f.id WHERE f.id = $1"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(FileSummary::try_from).transpose()?)
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &FileFilter,
    page: PageRequest,
) -> Result<Page<FileSummary>, ReconciliationError> {
    let kind = filter.kind.map(FileKind::name);
    let day = filter.clearing_date.map(|day| day.0);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM source_files f
           WHERE ($1::text IS NULL OR f.kind = $1) AND ($2::text IS NULL OR f.channel = $2)
             AND ($3::date IS NULL OR f.clearing_date = $3)"#,
        kind,
        filter.channel,
        day,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT f.id, f.kind, f.channel, f.merchant_id, f.account_no, f.name, f.sha256,
                  f.length, f.format, f.parser_version, f.encoding,
                  f.clearing_date, f.rows, f.totals, f.imported_by, f.imported_at,
                  n.id AS "replaced_by?"
           FROM source_files f LEFT JOIN source_files n ON n.replaces = f.id
           WHERE ($1::text IS NULL OR f.kind = $1) AND ($2::text IS NULL OR f.channel = $2)
             AND ($3::date IS NULL OR f.clearing_date = $3)
           ORDER BY f.imported_at DESC, f.id DESC LIMIT $4 OFFSET $5"#,
        kind,
        filter.channel,
        day,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(FileSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

pub(super) async fn bytes(
    conn: &mut PgConnection,
    id: FileId,
) -> Result<Option<NamedFile>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT name, bytes, arrival_id FROM source_files WHERE id = $1",
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let bytes = match (found.bytes, found.arrival_id) {
        (Some(bytes), _) => bytes,
        (None, Some(arrival)) => super::pieces::all(conn, ArrivalId(arrival)).await?,
        (None, None) => Vec::new(),
    };
    Ok(Some(NamedFile { name: found.name, bytes }))
}

/// What was found in a file when it was looked at, where that was kept.
pub(super) async fn preview_of(
    conn: &mut PgConnection,
    id: FileId,
) -> Result<Option<Value>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "SELECT a.preview FROM file_arrivals a WHERE a.file_id = $1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.flatten())
}
