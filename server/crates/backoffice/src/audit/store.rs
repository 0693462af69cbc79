use super::{Event, Who};
use crate::office::Office;
use domain::audit::{AuditFilter, AuditRecord};
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    event: Event<'_>,
    subject_id: &str,
    after: serde_json::Value,
) -> Result<(), sqlx::Error> {
    let (staff, actor) = match event.who {
        Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
        Who::System(name) => (None, name),
    };
    sqlx::query!(
        "INSERT INTO audit_records
            (id, at, staff_id, actor, action, subject_kind, subject_id, after, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        office.new_id(),
        office.now(),
        staff,
        actor,
        event.action,
        event.subject_kind,
        subject_id,
        after,
        office.request_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_all(
    conn: &mut PgConnection,
    office: &Office,
    event: Event<'_>,
    subjects: &[(String, serde_json::Value)],
) -> Result<(), sqlx::Error> {
    let (staff, actor) = match event.who {
        Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
        Who::System(name) => (None, name),
    };
    let ids: Vec<Uuid> = subjects.iter().map(|_| office.new_id()).collect();
    let names: Vec<String> = subjects.iter().map(|subject| subject.0.clone()).collect();
    let after: Vec<serde_json::Value> = subjects.iter().map(|subject| subject.1.clone()).collect();
    sqlx::query!(
        "INSERT INTO audit_records
            (id, at, staff_id, actor, action, subject_kind, subject_id, after, request_id)
         SELECT s.id, $2, $3, $4, $5, $6, s.name, s.after, $7
         FROM unnest($1::uuid[], $8::text[], $9::jsonb[]) AS s (id, name, after)",
        &ids,
        office.now(),
        staff,
        actor,
        event.action,
        event.subject_kind,
        office.request_id,
        &names,
        &after,
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
