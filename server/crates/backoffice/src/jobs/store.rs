use super::{Claimed, Run};
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::job::{JobState, JobSummary};
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (kind, payload): (&str, serde_json::Value),
    unique_key: Option<String>,
    run_at: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let made = sqlx::query!(
        "INSERT INTO jobs (id, kind, payload, unique_key, state, run_at, request_id, created_at)
         VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7)
         ON CONFLICT ON CONSTRAINT jobs_unique_key DO NOTHING",
        office.new_id(),
        kind,
        payload,
        unique_key,
        run_at,
        office.request_id,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(made.rows_affected() == 1)
}

pub(super) async fn claim(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    lease_until: OffsetDateTime,
) -> Result<Option<Claimed>, sqlx::Error> {
    let row = sqlx::query!(
        "UPDATE jobs SET state = 'running', lease_until = $2, fence = fence + 1,
                attempts = attempts + 1
         WHERE id = (
            SELECT id FROM jobs
            WHERE (state = 'queued' AND run_at <= $1)
               OR (state = 'running' AND lease_until < $1 AND run_at <= $1)
            ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, payload, fence, attempts, request_id",
        now,
        lease_until,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Claimed {
        run: Run { job: row.id.into(), fence: row.fence },
        kind: row.kind,
        payload: row.payload,
        request_id: row.request_id,
        attempts: row.attempts,
    }))
}

pub(super) async fn progress(
    conn: &mut PgConnection,
    run: &Run,
    (done, total): (i64, i64),
    lease_until: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "UPDATE jobs SET progress_done = $3, progress_total = $4, lease_until = $5
         WHERE id = $1 AND fence = $2 AND state = 'running'",
        Uuid::from(run.job),
        run.fence,
        done,
        total,
        lease_until,
    )
    .execute(conn)
    .await?;
    Ok(result.rows_affected() == 1)
}

pub(super) async fn keep(
    conn: &mut PgConnection,
    run: &Run,
    lease_until: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let result = sqlx::query!(
        "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'running'",
        Uuid::from(run.job),
        run.fence,
        lease_until,
    )
    .execute(conn)
    .await?;
    Ok(result.rows_affected() == 1)
}

pub(super) async fn conclude(
    conn: &mut PgConnection,
    run: &Run,
    state: JobState,
    (run_at, now): (OffsetDateTime, OffsetDateTime),
    error: Option<String>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE jobs SET state = $3, run_at = $4, last_error = $5, lease_until = NULL,
                finished_at = CASE WHEN $3 IN ('done', 'dead') THEN $6::timestamptz END
         WHERE id = $1 AND fence = $2 AND state = 'running'",
        Uuid::from(run.job),
        run.fence,
        state.name(),
        run_at,
        error,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn list(
    conn: &mut PgConnection,
    state: Option<JobState>,
    page: PageRequest,
) -> Result<Page<JobSummary>, sqlx::Error> {
    let state = state.map(JobState::name);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM jobs WHERE $1::text IS NULL OR state = $1"#,
        state,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query!(
        "SELECT id, kind, state, attempts, progress_done, progress_total, last_error, created_at,
                run_at, request_id
         FROM jobs WHERE $1::text IS NULL OR state = $1
         ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
        state,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let mut summaries = Vec::with_capacity(rows.len());
    for row in rows {
        let state = JobState::named(&row.state)
            .ok_or_else(|| Inconsistent::new("jobs", row.id, "unknown state").into_sqlx())?;
        summaries.push(JobSummary {
            id: row.id.into(),
            kind: row.kind,
            state,
            attempts: row.attempts,
            progress: row.progress_done.zip(row.progress_total),
            last_error: row.last_error,
            created_at: row.created_at,
            run_at: row.run_at,
            request_id: row.request_id,
        });
    }
    Ok(Page { rows: summaries, total, request: page })
}
