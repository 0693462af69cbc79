use crate::explain::Inconsistent;
use crate::vouchers::VoucherError;
use crate::vouchers::store::named_layout;
use domain::date::BusinessDate;
use domain::ids::StaffId;
use domain::voucher::VoucherFile;
use sqlx::PgConnection;
use uuid::Uuid;

/// The number of the next file of a day.
pub(super) async fn next_version(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<i32, VoucherError> {
    let next = sqlx::query_scalar!(
        r#"SELECT coalesce(max(version), 0) + 1 AS "next!" FROM voucher_exports
           WHERE accounting_date = $1"#,
        day.0
    )
    .fetch_one(conn)
    .await?;
    Ok(next)
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    (id, day, exporter): (Uuid, BusinessDate, StaffId),
    (file, bytes): (&VoucherFile, &[u8]),
) -> Result<(), VoucherError> {
    sqlx::query!(
        r#"INSERT INTO voucher_exports
             (id, accounting_date, version, layout, name, bytes, sha256, exported_at, exported_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"#,
        id,
        day.0,
        file.version,
        file.layout.name(),
        file.name,
        bytes,
        file.sha256,
        file.exported_at,
        exporter.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Every checked voucher of the day is in the file.
pub(super) async fn send(
    conn: &mut PgConnection,
    day: BusinessDate,
    export: Uuid,
    expected: usize,
) -> Result<(), VoucherError> {
    let sent = sqlx::query!(
        "UPDATE vouchers SET state = 'exported', export_id = $2
         WHERE accounting_date = $1 AND state = 'balanced' AND export_id IS NULL",
        day.0,
        export
    )
    .execute(conn)
    .await?;
    if usize::try_from(sent.rows_affected()) == Ok(expected) {
        Ok(())
    } else {
        Err(Inconsistent::new("voucher_days", day, "changed under its lock").into())
    }
}

pub(super) async fn file(
    conn: &mut PgConnection,
    day: BusinessDate,
    version: Option<i32>,
) -> Result<Option<(VoucherFile, Vec<u8>)>, VoucherError> {
    let row = sqlx::query!(
        r#"SELECT x.version, x.layout, x.name, x.bytes, x.sha256, x.exported_at,
                  s.name AS exported_by
           FROM voucher_exports x JOIN staff s ON s.id = x.exported_by
           WHERE x.accounting_date = $1 AND ($2::integer IS NULL OR x.version = $2)
           ORDER BY x.version DESC LIMIT 1"#,
        day.0,
        version
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let file = VoucherFile {
        version: row.version,
        layout: named_layout(&row.layout, &row.name)?,
        name: row.name,
        sha256: row.sha256,
        size: i64::try_from(row.bytes.len()).unwrap_or(i64::MAX),
        exported_at: row.exported_at,
        exported_by: row.exported_by,
    };
    Ok(Some((file, row.bytes)))
}
