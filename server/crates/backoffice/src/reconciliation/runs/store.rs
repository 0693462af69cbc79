mod matches;

pub(super) use matches::differences;

use super::life::Conclusion;
use super::sides::Match;
use crate::audit::Who;
use crate::explain::Inconsistent;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::{ApprovalId, ErrorItemId, ReconciliationId};
use domain::matching::Verdict;
use domain::matching::rules::Baseline;
use domain::page::{Page, PageRequest};
use domain::reconciliation::{
    RunFilter, RunInput, RunScope, RunState, RunSummary, Share, VerdictCount,
};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Matches sent to the database at a time.
const BATCH: usize = 10_000;

/// Waits until nobody else reconciles this scope, until the transaction ends.
pub(super) async fn take_turn(
    conn: &mut PgConnection,
    scope: &RunScope,
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO reconciliation_turns (leg, scope, day, taken_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (leg, scope, day) DO UPDATE SET taken_at = excluded.taken_at",
        scope.leg.name(),
        scope.of,
        scope.day.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The run of a scope with these inputs, if there was one.
pub(super) async fn with_inputs(
    conn: &mut PgConnection,
    scope: &RunScope,
    inputs_hash: &str,
) -> Result<Option<ReconciliationId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM reconciliation_runs
         WHERE leg = $1 AND scope = $2 AND day = $3 AND inputs_hash = $4
           AND state IN ('completed', 'forced')",
        scope.leg.name(),
        scope.of,
        scope.day.0,
        inputs_hash,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ReconciliationId))
}

/// Runs of a scope that are said to run although nobody holds their turn.
pub(super) async fn give_up(
    conn: &mut PgConnection,
    office: &Office,
    (scope, note): (&RunScope, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE reconciliation_runs SET state = 'failed', note = $4, finished_at = $5
         WHERE leg = $1 AND scope = $2 AND day = $3 AND state = 'running'",
        scope.leg.name(),
        scope.of,
        scope.day.0,
        note,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn begin(
    conn: &mut PgConnection,
    office: &Office,
    who: Who<'_>,
    (id, scope): (ReconciliationId, &RunScope),
) -> Result<(), sqlx::Error> {
    let (staff, by) = match who {
        Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
        Who::System(name) => (None, name),
    };
    sqlx::query!(
        r#"INSERT INTO reconciliation_runs
            (id, leg, scope, day, version, inputs, inputs_hash, totals, totals_agree, counts,
             differences, state, started_by, started_by_id, started_at, request_id)
         SELECT $1, $2, $3, $4,
                (SELECT COALESCE(max(version), 0) + 1 FROM reconciliation_runs
                 WHERE leg = $2 AND scope = $3 AND day = $4),
                '[]', '', '{"lines": []}', false, '[]', 0, 'running', $5, $6, $7, $8"#,
        Uuid::from(id),
        scope.leg.name(),
        scope.of,
        scope.day.0,
        by,
        staff,
        office.now(),
        office.request_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// As if it had never begun.
pub(super) async fn forget(
    conn: &mut PgConnection,
    id: ReconciliationId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM reconciliation_runs WHERE id = $1 AND state = 'running'",
        Uuid::from(id),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn fail(
    conn: &mut PgConnection,
    office: &Office,
    (id, note): (ReconciliationId, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE reconciliation_runs SET state = 'failed', note = $2, finished_at = $3
         WHERE id = $1 AND state = 'running'",
        Uuid::from(id),
        note,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a run came to.
pub(super) struct Outcome {
    pub counts: Vec<VerdictCount>,
    pub shares: Vec<Share>,
    pub proof: String,
}

pub(super) async fn complete(
    conn: &mut PgConnection,
    office: &Office,
    run: &Conclusion<'_>,
    outcome: &Outcome,
) -> Result<(), sqlx::Error> {
    let encode = |e| sqlx::Error::Encode(Box::new(e));
    let differences: i64 =
        outcome.counts.iter().filter(|c| c.verdict != Verdict::Matched).map(|c| c.count).sum();
    let unexplained: i64 =
        outcome.shares.iter().filter(|s| s.explained.is_none()).map(|s| s.count).sum();
    sqlx::query!(
        "UPDATE reconciliation_runs
         SET inputs = $2, inputs_hash = $3, totals = $4, totals_agree = $5, counts = $6,
             differences = $7, shares = $8, unexplained = $9, rules_version = $10, baseline = $11,
             proof = $12, state = 'completed', finished_at = $13
         WHERE id = $1 AND state = 'running'",
        Uuid::from(run.id),
        serde_json::to_value(run.inputs).map_err(encode)?,
        run.inputs_hash,
        serde_json::to_value(run.totals).map_err(encode)?,
        run.totals.agree(),
        serde_json::to_value(&outcome.counts).map_err(encode)?,
        differences,
        serde_json::to_value(&outcome.shares).map_err(encode)?,
        unexplained,
        run.rules.version,
        run.rules.rules.baseline.name(),
        outcome.proof,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a run in another way than it ended: forced, or rolled back.
pub(super) async fn end_as(
    conn: &mut PgConnection,
    (id, state): (ReconciliationId, RunState),
    (note, approval): (&str, Option<ApprovalId>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE reconciliation_runs
         SET state = $2, note = $3, approval_id = COALESCE($4, approval_id) WHERE id = $1",
        Uuid::from(id),
        state.name(),
        note,
        approval.map(Uuid::from),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a later run of the same scope stands.
pub(super) async fn later_stands(
    conn: &mut PgConnection,
    run: &RunSummary,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM reconciliation_runs
               WHERE leg = $1 AND scope = $2 AND day = $3 AND version > $4
                 AND state IN ('completed', 'forced')) AS "stands!""#,
        run.scope.leg.name(),
        run.scope.of,
        run.scope.day.0,
        run.version,
    )
    .fetch_one(conn)
    .await
}

/// Open items of a run's findings, and what they are about whatever the direction.
pub(super) async fn open_items(
    conn: &mut PgConnection,
    id: ReconciliationId,
) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT count(DISTINCT i.id) AS "count!",
                  COALESCE(sum(abs(i.difference_minor)), 0)::bigint AS "minor!"
           FROM reconciliation_matches m JOIN error_items i ON i.id = m.error_item_id
           WHERE m.run_id = $1
             AND i.state NOT IN ('executed', 'verified', 'closed', 'auto_resolved')"#,
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok((row.count, row.minor))
}

/// The request to close a run by force that waits for a decision.
pub(super) async fn force_request(
    conn: &mut PgConnection,
    id: ReconciliationId,
) -> Result<Option<ApprovalId>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM approvals
         WHERE kind = 'forced_close' AND subject_id = $1 AND state IN ('pending', 'approved')",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(ApprovalId))
}

/// What a run found, with the error items it led to.
pub(super) async fn insert_matches(
    conn: &mut PgConnection,
    run: ReconciliationId,
    matches: &[(&Match, Option<ErrorItemId>)],
) -> Result<(), sqlx::Error> {
    for batch in matches.chunks(BATCH) {
        matches::insert(conn, run, batch).await?;
    }
    Ok(())
}

struct Row {
    id: Uuid,
    leg: String,
    scope: String,
    day: Date,
    version: i32,
    totals: Value,
    totals_agree: bool,
    counts: Value,
    differences: i64,
    state: String,
    started_by: String,
    started_at: OffsetDateTime,
    finished_at: Option<OffsetDateTime>,
    shares: Value,
    rules_version: i32,
    baseline: String,
    note: String,
}

impl TryFrom<Row> for RunSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: String| Inconsistent::new("reconciliation_runs", row.id, what);
        let leg = Leg::named(&row.leg).ok_or_else(|| wrong("unknown leg".to_owned()))?;
        Ok(Self {
            id: row.id.into(),
            scope: RunScope { leg, of: row.scope, day: BusinessDate(row.day) },
            version: row.version,
            totals: serde_json::from_value(row.totals).map_err(|e| wrong(e.to_string()))?,
            totals_agree: row.totals_agree,
            counts: serde_json::from_value(row.counts).map_err(|e| wrong(e.to_string()))?,
            differences: row.differences,
            state: RunState::named(&row.state).ok_or_else(|| wrong("unknown state".to_owned()))?,
            started_by: row.started_by,
            started_at: row.started_at,
            finished_at: row.finished_at,
            shares: serde_json::from_value(row.shares).map_err(|e| wrong(e.to_string()))?,
            rules_version: row.rules_version,
            baseline: Baseline::named(&row.baseline)
                .ok_or_else(|| wrong("unknown baseline".to_owned()))?,
            note: row.note,
        })
    }
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: ReconciliationId,
) -> Result<Option<(RunSummary, Vec<RunInput>)>, ReconciliationError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, leg, scope, day, version, totals, totals_agree, counts, differences, state,
                started_by, started_at, finished_at, shares, rules_version, baseline, note
         FROM reconciliation_runs WHERE id = $1",
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let inputs =
        sqlx::query_scalar!("SELECT inputs FROM reconciliation_runs WHERE id = $1", Uuid::from(id))
            .fetch_one(conn)
            .await?;
    let inputs = serde_json::from_value(inputs)
        .map_err(|e| Inconsistent::new("reconciliation_runs", id, e))?;
    Ok(Some((row.try_into()?, inputs)))
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &RunFilter,
    page: PageRequest,
) -> Result<Page<RunSummary>, ReconciliationError> {
    let leg = filter.leg.map(Leg::name);
    let day = filter.day.map(|day| day.0);
    let state = filter.state.map(RunState::name);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM reconciliation_runs
           WHERE ($1::text IS NULL OR leg = $1) AND ($2::text IS NULL OR scope = $2)
             AND ($3::date IS NULL OR day = $3) AND ($4::text IS NULL OR state = $4)"#,
        leg,
        filter.of,
        day,
        state,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, leg, scope, day, version, totals, totals_agree, counts, differences, state,
                started_by, started_at, finished_at, shares, rules_version, baseline, note
         FROM reconciliation_runs
         WHERE ($1::text IS NULL OR leg = $1) AND ($2::text IS NULL OR scope = $2)
           AND ($3::date IS NULL OR day = $3) AND ($4::text IS NULL OR state = $4)
         ORDER BY started_at DESC, id DESC LIMIT $5 OFFSET $6",
        leg,
        filter.of,
        day,
        state,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(RunSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}
