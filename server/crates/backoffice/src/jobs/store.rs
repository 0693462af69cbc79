use super::{Claimed, NewJob, Run};
use crate::explain::Inconsistent;
use domain::job::{JobState, JobSummary};
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Says how many of them are new.
pub(super) async fn insert(conn: &mut PgConnection, jobs: &[NewJob]) -> Result<u64, sqlx::Error> {
    if jobs.is_empty() {
        return Ok(0);
    }
    let keys: Vec<Option<&str>> = jobs.iter().map(|job| job.unique_key.as_deref()).collect();
    let leases: Vec<Option<OffsetDateTime>> = jobs.iter().map(|job| job.lease_until).collect();
    let made = sqlx::query!(
        "INSERT INTO jobs
            (id, kind, payload, unique_key, state, attempts, fence, lease_until, run_at,
             request_id, created_at)
         SELECT id, kind, payload, unique_key,
                CASE WHEN lease_until IS NULL THEN 'queued' ELSE 'running' END,
                CASE WHEN lease_until IS NULL THEN 0 ELSE 1 END,
                CASE WHEN lease_until IS NULL THEN 0 ELSE 1 END,
                lease_until, run_at, request_id, created_at
         FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::timestamptz[],
                     $6::timestamptz[], $7::text[], $8::timestamptz[])
              AS new (id, kind, payload, unique_key, lease_until, run_at, request_id, created_at)
         ON CONFLICT ON CONSTRAINT jobs_unique_key DO NOTHING",
        &jobs.iter().map(|job| job.id).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.kind).collect::<Vec<_>>() as _,
        &jobs.iter().map(|job| &job.payload).collect::<Vec<_>>() as _,
        &keys as _,
        &leases as _,
        &jobs.iter().map(|job| job.run_at).collect::<Vec<_>>(),
        &jobs.iter().map(|job| job.request_id.as_str()).collect::<Vec<_>>() as _,
        &jobs.iter().map(|job| job.created_at).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(made.rows_affected())
}

pub(super) async fn claim(
    conn: &mut PgConnection,
    (now, lease_until): (OffsetDateTime, OffsetDateTime),
    most: i64,
) -> Result<Vec<Claimed>, sqlx::Error> {
    let rows = sqlx::query!(
        "UPDATE jobs SET state = 'running', lease_until = $2, fence = fence + 1,
                attempts = attempts + 1
         WHERE id = ANY(ARRAY(
            SELECT id FROM jobs
            WHERE (state = 'queued' AND run_at <= $1)
               OR (state = 'running' AND lease_until < $1 AND run_at <= $1)
            ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED))
         RETURNING id, kind, payload, fence, attempts, request_id",
        now,
        lease_until,
        most,
    )
    .fetch_all(conn)
    .await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        run: Run { job: row.id.into(), fence: row.fence },
        kind: row.kind,
        payload: row.payload,
        request_id: row.request_id,
        attempts: row.attempts,
    });
    Ok(claimed.collect())
}

pub(super) async fn done_all(
    conn: &mut PgConnection,
    runs: &[Run],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    if runs.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE jobs SET state = 'done', run_at = $3, last_error = NULL, lease_until = NULL,
                finished_at = $3
         FROM unnest($1::uuid[], $2::bigint[]) AS ended (id, fence)
         WHERE jobs.id = ended.id AND jobs.fence = ended.fence AND state = 'running'",
        &runs.iter().map(|run| Uuid::from(run.job)).collect::<Vec<_>>(),
        &runs.iter().map(|run| run.fence).collect::<Vec<_>>(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
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
