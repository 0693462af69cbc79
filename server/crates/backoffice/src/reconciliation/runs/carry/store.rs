use crate::explain::Inconsistent;
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use domain::date::BusinessDate;
use domain::error_item::{Difference, Leg, Links, RecordView};
use domain::ids::ReconciliationId;
use domain::matching::Direction;
use domain::money::Money;
use domain::reconciliation::{ExpectedRecord, Explanation, RunScope};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::HashMap;
use time::Date;
use uuid::Uuid;

/// A record that waits.
pub(super) struct Waiting {
    pub id: Uuid,
    pub record_key: String,
    pub day: BusinessDate,
    pub direction: Direction,
    pub number: String,
    pub amount: Money,
    pub view: RecordView,
    pub links: Links,
    pub why: Explanation,
    pub clears_by: BusinessDate,
}

struct Row {
    id: Uuid,
    record_key: String,
    day: Date,
    direction: String,
    number: String,
    amount_minor: i64,
    currency: String,
    view: Value,
    merchant_id: Option<Uuid>,
    order_id: Option<Uuid>,
    payment_id: Option<Uuid>,
    refund_id: Option<Uuid>,
    why: String,
    clears_by: Date,
}

impl TryFrom<Row> for Waiting {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: String| Inconsistent::new("expected_records", row.id, what);
        let currency = row.currency.parse().map_err(|_| wrong("currency".to_owned()))?;
        Ok(Self {
            id: row.id,
            day: BusinessDate(row.day),
            direction: Direction::named(&row.direction)
                .ok_or_else(|| wrong("direction".to_owned()))?,
            amount: Money::new(row.amount_minor, currency),
            view: serde_json::from_value(row.view).map_err(|e| wrong(e.to_string()))?,
            links: Links {
                merchant: row.merchant_id.map(Into::into),
                order: row.order_id.map(Into::into),
                payment: row.payment_id.map(Into::into),
                refund: row.refund_id.map(Into::into),
                ..Links::default()
            },
            why: Explanation::named(&row.why).ok_or_else(|| wrong("why".to_owned()))?,
            clears_by: BusinessDate(row.clears_by),
            record_key: row.record_key,
            number: row.number,
        })
    }
}

/// Those of the records that wait, by key, locked.
pub(super) async fn waiting_for(
    conn: &mut PgConnection,
    record_keys: &[String],
) -> Result<HashMap<String, Waiting>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, record_key, day, direction, number, amount_minor, currency, view, merchant_id,
                order_id, payment_id, refund_id, why, clears_by
         FROM expected_records WHERE record_key = ANY($1) AND state = 'waiting'
         ORDER BY id FOR UPDATE",
        record_keys,
    )
    .fetch_all(conn)
    .await?;
    let mut waiting = HashMap::with_capacity(rows.len());
    for row in rows {
        let one = Waiting::try_from(row)?;
        waiting.insert(one.record_key.clone(), one);
    }
    Ok(waiting)
}

/// Records of a scope that should have come with the file of this day, or before.
pub(super) async fn overdue(
    conn: &mut PgConnection,
    scope: &RunScope,
) -> Result<Vec<Waiting>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, record_key, day, direction, number, amount_minor, currency, view, merchant_id,
                order_id, payment_id, refund_id, why, clears_by
         FROM expected_records
         WHERE leg = $1 AND scope = $2 AND clears_by < $3 AND state = 'waiting'
         ORDER BY id FOR UPDATE",
        scope.leg.name(),
        scope.of,
        scope.day.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Waiting::try_from).collect::<Result<_, _>>()?)
}

/// Records that wait together: one run found them, and they may wait until one day.
pub(super) struct Group {
    pub scope: RunScope,
    pub run: ReconciliationId,
    pub clears_by: BusinessDate,
}

/// Those whose last day is over.
pub(super) async fn groups_until(
    conn: &mut PgConnection,
    today: BusinessDate,
) -> Result<Vec<Group>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT DISTINCT leg, scope, day, run_id, clears_by FROM expected_records
         WHERE state = 'waiting' AND clears_by < $1
         ORDER BY clears_by, leg, scope, day, run_id",
        today.0,
    )
    .fetch_all(conn)
    .await?;
    let mut groups = Vec::with_capacity(rows.len());
    for row in rows {
        let unknown = || Inconsistent::new("expected_records", row.run_id, "unknown leg");
        let leg = Leg::named(&row.leg).ok_or_else(unknown)?;
        groups.push(Group {
            scope: RunScope { leg, of: row.scope, day: BusinessDate(row.day) },
            run: ReconciliationId(row.run_id),
            clears_by: BusinessDate(row.clears_by),
        });
    }
    Ok(groups)
}

/// Those of a group that still wait, locked.
pub(super) async fn of_group(
    conn: &mut PgConnection,
    group: &Group,
) -> Result<Vec<Waiting>, ReconciliationError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, record_key, day, direction, number, amount_minor, currency, view, merchant_id,
                order_id, payment_id, refund_id, why, clears_by
         FROM expected_records
         WHERE leg = $1 AND scope = $2 AND day = $3 AND run_id = $4 AND clears_by = $5
           AND state = 'waiting'
         ORDER BY id FOR UPDATE",
        group.scope.leg.name(),
        group.scope.of,
        group.scope.day.0,
        Uuid::from(group.run),
        group.clears_by.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Waiting::try_from).collect::<Result<_, _>>()?)
}

/// A record that begins to wait.
#[derive(Serialize)]
pub(super) struct Expected<'a> {
    id: Uuid,
    record_key: &'a str,
    direction: &'static str,
    number: &'a str,
    amount_minor: i64,
    currency: &'static str,
    view: &'a RecordView,
    merchant_id: Option<Uuid>,
    order_id: Option<Uuid>,
    payment_id: Option<Uuid>,
    refund_id: Option<Uuid>,
    why: &'static str,
    clears_by: String,
}

impl<'a> Expected<'a> {
    /// Our record of a difference; none where only the other side has one.
    pub(super) fn of(
        office: &Office,
        difference: &'a Difference,
        (why, until): (Explanation, BusinessDate),
    ) -> Option<Self> {
        let view = difference.ours.as_ref()?;
        let links = &difference.links;
        Some(Self {
            id: office.new_id(),
            record_key: &difference.record_key,
            direction: difference.direction.name(),
            number: &view.number,
            amount_minor: view.amount.minor(),
            currency: view.amount.currency().code(),
            view,
            merchant_id: links.merchant.map(Uuid::from),
            order_id: links.order.map(Uuid::from),
            payment_id: links.payment.map(Uuid::from),
            refund_id: links.refund.map(Uuid::from),
            why: why.name(),
            clears_by: until.to_string(),
        })
    }
}

/// Lets records wait, with one statement.
pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (run, scope): (ReconciliationId, &RunScope),
    records: &[Expected<'_>],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO expected_records
            (id, leg, scope, day, record_key, direction, number, amount_minor, currency, view,
             merchant_id, order_id, payment_id, refund_id, why, clears_by, run_id, opened_at, state)
         SELECT r.id, $2, $3, $4, r.record_key, r.direction, r.number, r.amount_minor, r.currency,
                r.view, r.merchant_id, r.order_id, r.payment_id, r.refund_id, r.why, r.clears_by,
                $5, $6, 'waiting'
         FROM jsonb_to_recordset($1) AS r
              (id uuid, record_key text, direction text, number text, amount_minor bigint,
               currency text, view jsonb, merchant_id uuid, order_id uuid, payment_id uuid,
               refund_id uuid, why text, clears_by date)",
        serde_json::to_value(records).map_err(|e| sqlx::Error::Encode(Box::new(e)))?,
        scope.leg.name(),
        scope.of,
        scope.day.0,
        Uuid::from(run),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A later file has them.
pub(super) async fn matched(
    conn: &mut PgConnection,
    office: &Office,
    (ids, run, day): (&[Uuid], ReconciliationId, BusinessDate),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE expected_records
         SET state = 'matched', found_on = $2, concluded_by = $3, concluded_at = $4
         WHERE id = ANY($1)",
        ids,
        day.0,
        Uuid::from(run),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// They have waited long enough, or are differences of another kind: a run says so, or the clock.
pub(super) async fn became_items(
    conn: &mut PgConnection,
    office: &Office,
    (ids, run): (&[Uuid], Option<ReconciliationId>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE expected_records SET state = 'item', concluded_by = $2, concluded_at = $3
         WHERE id = ANY($1)",
        ids,
        run.map(Uuid::from),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Records of this very day that the run no longer finds alone.
pub(super) async fn withdraw_others(
    conn: &mut PgConnection,
    office: &Office,
    (run, scope): (ReconciliationId, &RunScope),
    found: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE expected_records SET state = 'withdrawn', concluded_by = $5, concluded_at = $6
         WHERE leg = $1 AND scope = $2 AND day = $3 AND state = 'waiting' AND record_key <> ALL($4)",
        scope.leg.name(),
        scope.of,
        scope.day.0,
        found,
        Uuid::from(run),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes back what a run made wait, and lets wait again what it found or gave up.
pub(in crate::reconciliation) async fn forget(
    conn: &mut PgConnection,
    office: &Office,
    run: ReconciliationId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE expected_records SET state = 'withdrawn', concluded_by = $1, concluded_at = $2
         WHERE run_id = $1 AND state = 'waiting'",
        Uuid::from(run),
        office.now(),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE expected_records e
         SET state = 'waiting', found_on = NULL, concluded_by = NULL, concluded_at = NULL
         WHERE concluded_by = $1 AND run_id <> $1 AND state <> 'waiting'
           AND NOT EXISTS (SELECT FROM expected_records o
                           WHERE o.record_key = e.record_key AND o.state = 'waiting')
           AND NOT EXISTS (SELECT FROM error_items i
                           WHERE i.record_key = e.record_key
                             AND i.state NOT IN
                                 ('executed', 'verified', 'closed', 'auto_resolved'))",
        Uuid::from(run),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// All records that wait, oldest first.
pub(in crate::reconciliation) async fn waiting(
    conn: &mut PgConnection,
    (today, limit): (BusinessDate, i64),
) -> Result<Vec<ExpectedRecord>, ReconciliationError> {
    let rows = sqlx::query!(
        "SELECT id, scope, day, number, amount_minor, currency, why, clears_by, payment_id,
                refund_id
         FROM expected_records WHERE state = 'waiting' ORDER BY day, id LIMIT $1",
        limit,
    )
    .fetch_all(conn)
    .await?;
    let mut waiting = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("expected_records", row.id, what);
        waiting.push(ExpectedRecord {
            channel: row.scope,
            day: BusinessDate(row.day),
            number: row.number,
            amount: Money::new(
                row.amount_minor,
                row.currency.parse().map_err(|_| wrong("currency"))?,
            ),
            why: Explanation::named(&row.why).ok_or_else(|| wrong("why"))?,
            clears_by: BusinessDate(row.clears_by),
            age_days: (today.0 - row.day).whole_days(),
            payment: row.payment_id.map(Into::into),
            refund: row.refund_id.map(Into::into),
        });
    }
    Ok(waiting)
}
