use crate::adjustments::AdjustmentError;
use crate::explain::Inconsistent;
use domain::error_item::{EvidenceFile, EvidenceKind};
use domain::ids::{AdjustmentId, StaffId};
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
    document: AdjustmentId,
    sha256: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM adjustment_files WHERE adjustment_id = $1 AND sha256 = $2",
        Uuid::from(document),
        sha256,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn count(
    conn: &mut PgConnection,
    document: AdjustmentId,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM adjustment_files WHERE adjustment_id = $1"#,
        Uuid::from(document),
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    document: AdjustmentId,
    file: &New<'_>,
    (staff, at): (StaffId, OffsetDateTime),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO adjustment_files (id, adjustment_id, name, kind, length, sha256, bytes, staff_id, at)
         VALUES ($1, $2, $3, $4, octet_length($6::bytea), $5, $6, $7, $8)",
        file.id,
        Uuid::from(document),
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
    let row = sqlx::query!("SELECT name, bytes FROM adjustment_files WHERE id = $1", id)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| (row.name, row.bytes)))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    document: AdjustmentId,
) -> Result<Vec<EvidenceFile>, AdjustmentError> {
    let rows = sqlx::query!(
        "SELECT f.id, f.name, f.kind, f.length, f.sha256, s.name AS by, f.at
         FROM adjustment_files f JOIN staff s ON s.id = f.staff_id
         WHERE f.adjustment_id = $1 ORDER BY f.id",
        Uuid::from(document),
    )
    .fetch_all(conn)
    .await?;
    let files = rows.into_iter().map(|row| {
        let unknown = || Inconsistent::new("adjustment_files", row.id, "unknown kind");
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
