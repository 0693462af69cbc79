use super::Record;
use domain::audit::{AuditFilter, AuditRecord};
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn insert(conn: &mut PgConnection, rows: &[Record]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let staff: Vec<Option<Uuid>> = rows.iter().map(|row| row.staff).collect();
    sqlx::query!(
        "INSERT INTO audit_records
            (id, at, staff_id, actor, action, subject_kind, subject_id, after, request_id)
         SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[],
                              $6::text[], $7::text[], $8::jsonb[], $9::text[])",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        &staff as _,
        &rows.iter().map(|row| row.actor.as_str()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.action).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.subject_kind).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.subject_id.as_str()).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| &row.after).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.request_id.as_str()).collect::<Vec<_>>() as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn latest(
    conn: &mut PgConnection,
    (subject_kind, action): (&str, &str),
) -> Result<Option<(Uuid, serde_json::Value, OffsetDateTime)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT id, after, at FROM audit_records WHERE subject_kind = $1 AND action = $2
         ORDER BY at DESC, id DESC LIMIT 1",
        subject_kind,
        action,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, row.after.unwrap_or_default(), row.at)))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &AuditFilter,
    page: PageRequest,
) -> Result<Page<AuditRecord>, sqlx::Error> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM audit_records
           WHERE ($1::text IS NULL OR subject_id = $1) AND ($2::text IS NULL OR action LIKE $2 || '%')"#,
        filter.subject,
        filter.action,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query!(
        "SELECT id, at, actor, action, subject_kind, subject_id, after, request_id
         FROM audit_records
         WHERE ($1::text IS NULL OR subject_id = $1) AND ($2::text IS NULL OR action LIKE $2 || '%')
         ORDER BY id DESC LIMIT $3 OFFSET $4",
        filter.subject,
        filter.action,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows
        .into_iter()
        .map(|row| AuditRecord {
            id: row.id.into(),
            at: row.at,
            actor: row.actor,
            action: row.action,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            after: row.after.map(|after| after.to_string()).unwrap_or_default(),
            request_id: row.request_id.unwrap_or_default(),
        })
        .collect();
    Ok(Page { rows, total, request: page })
}
