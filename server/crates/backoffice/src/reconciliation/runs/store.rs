use super::sides::Match;
use crate::audit::Who;
use crate::explain::Inconsistent;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::{ErrorItemId, ReconciliationId};
use domain::matching::{Totals, Verdict};
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::reconciliation::{
    RunFilter, RunInput, RunMatch, RunScope, RunState, RunSummary, VerdictCount,
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
         WHERE leg = $1 AND scope = $2 AND day = $3 AND inputs_hash = $4",
        scope.leg.name(),
        scope.of,
        scope.day.0,
        inputs_hash,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ReconciliationId))
}

/// A run to be kept.
pub(super) struct NewRun<'a> {
    pub id: ReconciliationId,
    pub scope: &'a RunScope,
    pub inputs: &'a [RunInput],
    pub inputs_hash: &'a str,
    pub totals: &'a Totals,
    pub counts: &'a [VerdictCount],
    pub started_at: OffsetDateTime,
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    who: Who<'_>,
    run: &NewRun<'_>,
) -> Result<(), sqlx::Error> {
    let (staff, by) = match who {
        Who::Staff(actor) => (Some(Uuid::from(actor.staff)), actor.name.as_str()),
        Who::System(name) => (None, name),
    };
    let encode = |e| sqlx::Error::Encode(Box::new(e));
    let differences: i64 =
        run.counts.iter().filter(|c| c.verdict != Verdict::Matched).map(|c| c.count).sum();
    sqlx::query!(
        "INSERT INTO reconciliation_runs
            (id, leg, scope, day, version, inputs, inputs_hash, totals, totals_agree, counts,
             differences, state, started_by, started_by_id, started_at, finished_at, request_id)
         SELECT $1, $2, $3, $4,
                (SELECT COALESCE(max(version), 0) + 1 FROM reconciliation_runs
                 WHERE leg = $2 AND scope = $3 AND day = $4),
                $5, $6, $7, $8, $9, $10, 'completed', $11, $12, $13, $14, $15",
        Uuid::from(run.id),
        run.scope.leg.name(),
        run.scope.of,
        run.scope.day.0,
        serde_json::to_value(run.inputs).map_err(encode)?,
        run.inputs_hash,
        serde_json::to_value(run.totals).map_err(encode)?,
        run.totals.agree(),
        serde_json::to_value(run.counts).map_err(encode)?,
        differences,
        by,
        staff,
        run.started_at,
        office.now(),
        office.request_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_matches(
    conn: &mut PgConnection,
    run: ReconciliationId,
    matches: &[Match],
    items: &[ErrorItemId],
) -> Result<(), sqlx::Error> {
    for batch in matches.chunks(BATCH) {
        insert_batch(conn, run, batch, items).await?;
    }
    Ok(())
}

#[expect(clippy::as_conversions, reason = "the query macro takes the cast as the type of an array")]
async fn insert_batch(
    conn: &mut PgConnection,
    run: ReconciliationId,
    matches: &[Match],
    items: &[ErrorItemId],
) -> Result<(), sqlx::Error> {
    let minor = |of: fn(&Match) -> Option<Money>| -> Vec<Option<i64>> {
        matches.iter().map(|one| of(one).map(Money::minor)).collect()
    };
    let ids =
        |of: fn(&Match) -> Option<Uuid>| -> Vec<Option<Uuid>> { matches.iter().map(of).collect() };
    let verdicts: Vec<String> = matches.iter().map(|one| one.verdict.name().to_owned()).collect();
    let numbers: Vec<String> = matches.iter().map(|one| one.number.clone()).collect();
    let ours = minor(|one| one.ours);
    let theirs = minor(|one| one.theirs);
    let currencies: Vec<String> = matches
        .iter()
        .map(|one| one.theirs.or(one.ours).unwrap_or(Money::cny(0)).currency().code().to_owned())
        .collect();
    let orders = ids(|one| one.links.order.map(Into::into));
    let payments = ids(|one| one.links.payment.map(Into::into));
    let refunds = ids(|one| one.links.refund.map(Into::into));
    let payouts = ids(|one| one.links.payout.map(Into::into));
    let bill_lines = ids(|one| one.links.bill_line.map(Into::into));
    let statement_lines = ids(|one| one.links.statement_line.map(Into::into));
    let items: Vec<Option<Uuid>> = matches
        .iter()
        .map(|one| one.difference.and_then(|at| items.get(at)).map(|id| Uuid::from(*id)))
        .collect();
    sqlx::query!(
        "INSERT INTO reconciliation_matches
            (run_id, verdict, number, ours_minor, theirs_minor, currency, order_id, payment_id,
             refund_id, payout_id, bill_line_id, statement_line_id, error_item_id)
         SELECT $1, m.*
         FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::uuid[],
                     $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[], $13::uuid[])
              AS m",
        Uuid::from(run),
        &verdicts,
        &numbers,
        &ours as &[Option<i64>],
        &theirs as &[Option<i64>],
        &currencies,
        &orders as &[Option<Uuid>],
        &payments as &[Option<Uuid>],
        &refunds as &[Option<Uuid>],
        &payouts as &[Option<Uuid>],
        &bill_lines as &[Option<Uuid>],
        &statement_lines as &[Option<Uuid>],
        &items as &[Option<Uuid>],
    )
    .execute(conn)
    .await?;
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
    finished_at: OffsetDateTime,
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
                started_by, started_at, finished_at
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
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM reconciliation_runs
           WHERE ($1::text IS NULL OR leg = $1) AND ($2::text IS NULL OR scope = $2)
             AND ($3::date IS NULL OR day = $3)"#,
        leg,
        filter.of,
        day,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, leg, scope, day, version, totals, totals_agree, counts, differences, state,
                started_by, started_at, finished_at
         FROM reconciliation_runs
         WHERE ($1::text IS NULL OR leg = $1) AND ($2::text IS NULL OR scope = $2)
           AND ($3::date IS NULL OR day = $3)
         ORDER BY started_at DESC, id DESC LIMIT $4 OFFSET $5",
        leg,
        filter.of,
        day,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(RunSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

/// What did not match, one page of it.
pub(super) async fn differences(
    conn: &mut PgConnection,
    run: ReconciliationId,
    page: PageRequest,
) -> Result<Vec<RunMatch>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, verdict, number, ours_minor, theirs_minor, currency, order_id, payment_id,
                refund_id, bill_line_id, error_item_id
         FROM reconciliation_matches WHERE run_id = $1 AND verdict <> 'matched'
         ORDER BY id LIMIT $2 OFFSET $3",
        Uuid::from(run),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let mut matches = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("reconciliation_matches", row.id, what);
        let currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        matches.push(RunMatch {
            verdict: Verdict::named(&row.verdict).ok_or_else(|| wrong("verdict"))?,
            ours: money(row.ours_minor),
            theirs: money(row.theirs_minor),
            number: row.number,
            order: row.order_id.map(Into::into),
            payment: row.payment_id.map(Into::into),
            refund: row.refund_id.map(Into::into),
            bill_line: row.bill_line_id.map(Into::into),
            error_item: row.error_item_id.map(Into::into),
        });
    }
    Ok(matches)
}
