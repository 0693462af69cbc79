use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::ReconciliationId;
use domain::matching::rules::Baseline;
use domain::matching::{Totals, Verdict};
use domain::money::{Currency, Money};
use domain::reconciliation::{Forecast, ForecastKind, RunState, VerdictCount, match_rate_ppm};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Names a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub day: BusinessDate,
    pub leg: Leg,
    pub of: String,
}

impl Key {
    fn of(leg: &str, of: String, day: Date) -> Result<Self, Inconsistent> {
        let leg = Leg::named(leg);
        let leg = leg.ok_or_else(|| Inconsistent::new("reconciliation_runs", day, "leg"))?;
        Ok(Self { day: BusinessDate(day), leg, of })
    }
}

/// The latest run of a cell that was not taken back.
pub(super) struct LastRun {
    pub id: ReconciliationId,
    pub state: RunState,
    pub match_rate_ppm: Option<i64>,
}

pub(super) async fn last_runs(
    conn: &mut PgConnection,
    (first, last): (BusinessDate, BusinessDate),
) -> Result<BTreeMap<Key, LastRun>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT DISTINCT ON (leg, scope, day) id, leg, scope, day, state, totals, counts, baseline
         FROM reconciliation_runs
         WHERE day BETWEEN $1 AND $2 AND state <> 'rolled_back'
         ORDER BY leg, scope, day, version DESC",
        first.0,
        last.0,
    )
    .fetch_all(conn)
    .await?;
    let mut runs = BTreeMap::new();
    for row in rows {
        let wrong = |what: String| Inconsistent::new("reconciliation_runs", row.id, what);
        let totals: Totals =
            serde_json::from_value(row.totals).map_err(|e| wrong(e.to_string()))?;
        let counts: Vec<VerdictCount> =
            serde_json::from_value(row.counts).map_err(|e| wrong(e.to_string()))?;
        let baseline =
            Baseline::named(&row.baseline).ok_or_else(|| wrong("baseline".to_owned()))?;
        let matched = counts.iter().find(|one| one.verdict == Verdict::Matched);
        let run = LastRun {
            id: row.id.into(),
            state: RunState::named(&row.state).ok_or_else(|| wrong("state".to_owned()))?,
            match_rate_ppm: match_rate_ppm(&totals, baseline, matched.map_or(0, |one| one.count)),
        };
        runs.insert(Key::of(&row.leg, row.scope, row.day)?, run);
    }
    Ok(runs)
}

/// The open error items of a cell.
pub(super) struct Items {
    pub open: i64,
    pub at_risk: Money,
    pub oldest: Option<OffsetDateTime>,
}

pub(super) async fn items(
    conn: &mut PgConnection,
    (first, last): (BusinessDate, BusinessDate),
) -> Result<BTreeMap<Key, Items>, ReconciliationError> {
    let rows = sqlx::query!(
        r#"SELECT leg, split_part(record_key, ':', 2) AS "of!", clearing_date,
                  count(*) AS "open!",
                  COALESCE(sum(abs(difference_minor)) FILTER (WHERE currency = 'CNY'), 0)::bigint
                      AS "minor!",
                  min(opened_at) AS oldest
           FROM error_items
           WHERE clearing_date BETWEEN $1 AND $2
             AND state NOT IN ('executed', 'verified', 'closed', 'auto_resolved')
           GROUP BY 1, 2, 3"#,
        first.0,
        last.0,
    )
    .fetch_all(conn)
    .await?;
    let mut items = BTreeMap::new();
    for row in rows {
        let found = Items {
            open: row.open,
            at_risk: Money::new(row.minor, Currency::Cny),
            oldest: row.oldest,
        };
        items.insert(Key::of(&row.leg, row.of, row.clearing_date)?, found);
    }
    Ok(items)
}

pub(super) async fn waiting(
    conn: &mut PgConnection,
    (first, last): (BusinessDate, BusinessDate),
) -> Result<BTreeMap<Key, i64>, ReconciliationError> {
    let rows = sqlx::query!(
        r#"SELECT leg, scope, day, count(*) AS "count!" FROM expected_records
           WHERE day BETWEEN $1 AND $2 AND state = 'waiting' GROUP BY 1, 2, 3"#,
        first.0,
        last.0,
    )
    .fetch_all(conn)
    .await?;
    let mut waiting = BTreeMap::new();
    for row in rows {
        waiting.insert(Key::of(&row.leg, row.scope, row.day)?, row.count);
    }
    Ok(waiting)
}

/// Cells that can be compared: their file is here; of those without a file, there were trades.
pub(super) async fn ready(
    conn: &mut PgConnection,
    (first, last): (BusinessDate, BusinessDate),
) -> Result<BTreeSet<Key>, ReconciliationError> {
    let rows = sqlx::query!(
        r#"SELECT k.leg AS "leg!", f.scope AS "of!", f.clearing_date AS "day!"
           FROM source_files f
           JOIN (VALUES ('bill', 'gateway_bank'), ('merchant_orders', 'business_merchant'),
                        ('statement', 'funds'), ('statement', 'statement_ledger'))
                AS k (kind, leg) ON k.kind = f.kind
           WHERE f.clearing_date BETWEEN $1 AND $2 AND f.replaced_at IS NULL
           UNION
           SELECT k.leg, '', d.day::date
           FROM generate_series($1::date, $2::date, '1 day') AS d (day)
           CROSS JOIN (VALUES ('business_gateway'), ('ledger_payments')) AS k (leg)
           WHERE EXISTS (SELECT FROM ledger_journals j
                         WHERE j.accounting_date = d.day::date
                           AND j.source_kind IN ('payment', 'refund'))"#,
        first.0,
        last.0,
    )
    .fetch_all(conn)
    .await?;
    let keys = rows.into_iter().map(|row| Key::of(&row.leg, row.of, row.day));
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Cells that need a file: a channel's day from its first bill on, if it is in use or money went
/// over it; an account's day from its first statement on.
pub(super) async fn due(
    conn: &mut PgConnection,
    (first, last): (BusinessDate, BusinessDate),
) -> Result<BTreeSet<Key>, ReconciliationError> {
    let rows = sqlx::query!(
        r#"WITH days AS (
               SELECT day::date FROM generate_series($1::date, $2::date, '1 day') AS d (day)
           ), begun AS (
               SELECT kind, scope, min(clearing_date) AS day FROM source_files
               WHERE kind IN ('bill', 'statement') GROUP BY 1, 2
           )
           SELECT 'gateway_bank' AS "leg!", c.code AS "of!", d.day AS "day!"
           FROM channels c CROSS JOIN days d
           LEFT JOIN begun b ON b.kind = 'bill' AND b.scope = c.code
           WHERE (c.active AND d.day >= b.day)
              OR EXISTS (SELECT FROM payments p WHERE p.channel = c.code AND p.clearing_date = d.day)
           UNION
           SELECT 'funds', b.scope, d.day FROM begun b JOIN days d ON d.day >= b.day
           WHERE b.kind = 'statement'"#,
        first.0,
        last.0,
    )
    .fetch_all(conn)
    .await?;
    let keys = rows.into_iter().map(|row| Key::of(&row.leg, row.of, row.day));
    Ok(keys.collect::<Result<_, _>>()?)
}

struct Row {
    id: Uuid,
    refund_id: Option<Uuid>,
    channel: String,
    number: String,
    amount_minor: i64,
    currency: String,
    at: OffsetDateTime,
}

impl Row {
    fn forecast(self, kind: ForecastKind) -> Result<Forecast, Inconsistent> {
        let currency =
            self.currency.parse().map_err(|e| Inconsistent::new("payments", self.id, e))?;
        Ok(Forecast {
            kind,
            channel: self.channel,
            payment: self.id.into(),
            refund: self.refund_id.map(Into::into),
            number: self.number,
            amount: Money::new(self.amount_minor, currency),
            at: self.at,
        })
    }
}

fn forecasts(rows: Vec<Row>, kind: ForecastKind) -> Result<Vec<Forecast>, ReconciliationError> {
    Ok(rows.into_iter().map(|row| row.forecast(kind)).collect::<Result<_, _>>()?)
}

/// Payments of which nobody knows what became, oldest first.
pub(super) async fn unknown(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<Forecast>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id, NULL::uuid AS refund_id, channel AS "channel!", number, amount_minor,
                  currency, created_at AS at
           FROM payments WHERE state IN ('created', 'sending', 'unknown') AND channel IS NOT NULL
           ORDER BY created_at LIMIT $1"#,
        limit,
    )
    .fetch_all(conn)
    .await?;
    forecasts(rows, ForecastKind::Unknown)
}

/// Refunds at a channel that have not ended, oldest first.
pub(super) async fn refunds_under_way(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<Forecast>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT payment_id AS id, id AS refund_id, channel AS "channel!", number, amount_minor,
                  currency, created_at AS at
           FROM refunds WHERE state IN ('sending', 'unknown') AND route = 'original'
           ORDER BY created_at LIMIT $1"#,
        limit,
    )
    .fetch_all(conn)
    .await?;
    forecasts(rows, ForecastKind::RefundInFlight)
}

/// Successes of a moment, of a channel's day and the one after it, whose bill is not here.
pub(super) async fn succeeded(
    conn: &mut PgConnection,
    (channel, day): (&str, BusinessDate),
    (from, to): (OffsetDateTime, OffsetDateTime),
    limit: i64,
) -> Result<Vec<Forecast>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.id, NULL::uuid AS refund_id, p.channel AS "channel!", p.number,
                  p.amount_minor, p.currency, p.event_time AS "at!"
           FROM payments p
           WHERE p.channel = $1 AND p.clearing_date IN ($2, $3) AND p.state = 'succeeded'
             AND p.event_time BETWEEN $4 AND $5
             AND NOT EXISTS (SELECT FROM source_files f
                             WHERE f.kind = 'bill' AND f.scope = p.channel
                               AND f.clearing_date = p.clearing_date AND f.replaced_at IS NULL)
           ORDER BY p.event_time LIMIT $6"#,
        channel,
        day.0,
        day.next().0,
        from,
        to,
        limit,
    )
    .fetch_all(conn)
    .await?;
    forecasts(rows, ForecastKind::NearCut)
}
