use super::NewFormat;
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use domain::file_format::FormatVersion;
use domain::ids::{ApprovalId, StaffId};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Codes of the formats in effect, and versions that wait for a second person, to be tried out.
pub(super) async fn in_effect(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT DISTINCT CASE WHEN effective_at IS NULL THEN code || '@' || version
                                ELSE code END AS "code!"
           FROM file_formats ORDER BY 1"#,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn channel_exists(
    conn: &mut PgConnection,
    code: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM channels WHERE code = $1) AS "exists!""#,
        code,
    )
    .fetch_one(conn)
    .await
}

/// Keeps a version; gives its number.
pub(super) async fn insert(
    conn: &mut PgConnection,
    (id, by): (Uuid, StaffId),
    new: &NewFormat,
    at: OffsetDateTime,
) -> Result<i32, sqlx::Error> {
    let spec = serde_json::to_value(&new.spec).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query_scalar!(
        "INSERT INTO file_formats (id, code, version, name, channel, spec, made_by, made_at)
         VALUES ($1, $2, 1 + COALESCE((SELECT max(version) FROM file_formats WHERE code = $2), 0),
                 $3, $4, $5, $6, $7)
         RETURNING version",
        id,
        new.code,
        new.name,
        new.channel,
        spec,
        Uuid::from(by),
        at,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn asked(
    conn: &mut PgConnection,
    id: Uuid,
    approval: ApprovalId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE file_formats SET approval_id = $2 WHERE id = $1",
        id,
        Uuid::from(approval),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn put_into_effect(
    conn: &mut PgConnection,
    id: Uuid,
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE file_formats SET effective_at = $2 WHERE id = $1", id, at)
        .execute(conn)
        .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    code: String,
    name: String,
    channel: String,
    version: i32,
    spec: Value,
    made_by: Uuid,
    effective_at: Option<OffsetDateTime>,
}

impl TryFrom<Row> for FormatVersion {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong =
            |error: serde_json::Error| Inconsistent::new("file_formats", row.id, error.to_string());
        Ok(Self {
            spec: serde_json::from_value(row.spec).map_err(wrong)?,
            code: row.code,
            name: row.name,
            channel: row.channel,
            version: row.version,
            made_by: row.made_by.into(),
            effective_at: row.effective_at,
        })
    }
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<FormatVersion>, ReconciliationError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, code, name, channel, version, spec, made_by, effective_at
         FROM file_formats WHERE id = $1",
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(FormatVersion::try_from).transpose()?)
}

/// The version in effect that another would take the place of, as it reads files.
pub(super) async fn before(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT o.spec FROM file_formats n
         JOIN file_formats o ON o.code = n.code AND o.effective_at IS NOT NULL AND o.id <> n.id
         WHERE n.id = $1 ORDER BY o.version DESC LIMIT 1",
        id,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn list(
    conn: &mut PgConnection,
) -> Result<Vec<FormatVersion>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, code, name, channel, version, spec, made_by, effective_at
         FROM file_formats ORDER BY code, version DESC LIMIT 500",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(FormatVersion::try_from).collect::<Result<_, _>>()?)
}
