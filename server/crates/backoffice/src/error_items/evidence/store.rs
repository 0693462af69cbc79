use super::super::ErrorItemError;
use crate::explain::Inconsistent;
use domain::error_item::{EvidenceFile, EvidenceKind};
use domain::ids::{ErrorItemId, StaffId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) struct New<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub kind: EvidenceKind,
    pub sha256: &'a str,
    pub bytes: &'a [u8],
}

pub(super) async fn with_hash(
    conn: &mut PgConnection,
    item: ErrorItemId,
    sha256: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM error_item_files WHERE item_id = $1 AND sha256 = $2",
        Uuid::from(item),
        sha256,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn count(conn: &mut PgConnection, item: ErrorItemId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM error_item_files WHERE item_id = $1"#,
        Uuid::from(item),
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    item: ErrorItemId,
    file: &New<'_>,
    (staff, at): (StaffId, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO error_item_files (id, item_id, name, kind, length, sha256, bytes, staff_id, at)
         VALUES ($1, $2, $3, $4, octet_length($6::bytea), $5, $6, $7, $8)",
        file.id,
        Uuid::from(item),
        file.name,
        file.kind.name(),
        file.sha256,
        file.bytes,
        Uuid::from(staff),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<(String, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query!("SELECT name, bytes FROM error_item_files WHERE id = $1", id)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| (row.name, row.bytes)))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    item: ErrorItemId,
) -> Result<Vec<EvidenceFile>, ErrorItemError> {
    let rows = sqlx::query!(
        "SELECT f.id, f.name, f.kind, f.length, f.sha256, s.name AS by, f.at
         FROM error_item_files f JOIN staff s ON s.id = f.staff_id
         WHERE f.item_id = $1 ORDER BY f.id",
        Uuid::from(item),
    )
    .fetch_all(conn)
    .await?;
    let files = rows.into_iter().map(|row| {
        let unknown = || Inconsistent::new("error_item_files", row.id, "unknown kind");
        Ok(EvidenceFile {
            id: row.id,
            kind: EvidenceKind::named(&row.kind).ok_or_else(unknown)?,
            name: row.name,
            length: row.length,
            sha256: row.sha256,
            by: row.by,
            at: row.at,
        })
    });
    files.collect()
}
