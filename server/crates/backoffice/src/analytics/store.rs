use super::AnalyticsError;
use crate::explain::Inconsistent;
use domain::analytics::{Funnel, FunnelStep, FunnelUnit};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::OffsetDateTime;

pub(super) async fn definitions(conn: &mut PgConnection) -> Result<Vec<Funnel>, AnalyticsError> {
    let rows = sqlx::query!(
        "SELECT code, name_en, name_zh, unit, product, steps FROM funnel_definitions
         ORDER BY position",
    )
    .fetch_all(conn)
    .await?;
    let mut funnels = Vec::with_capacity(rows.len());
    for row in rows {
        let unit = match row.unit.as_str() {
            "visitor" => FunnelUnit::Visitor,
            "order" => FunnelUnit::Order,
            unit => return Err(Inconsistent::new("funnel_definitions", row.code, unit).into()),
        };
        let steps = row.steps.into_iter().map(|step| FunnelStep { step, reached: 0 }).collect();
        funnels.push(Funnel {
            code: row.code,
            name_en: row.name_en,
            name_zh: row.name_zh,
            unit,
            product: row.product,
            steps,
        });
    }
    Ok(funnels)
}

/// Counts, for each step, the units that have events of it and of all steps before it. What an
/// order went through belongs to the visitor whose page named that order.
pub(super) async fn count(
    conn: &mut PgConnection,
    funnel: &mut Funnel,
    (from, until): (OffsetDateTime, OffsetDateTime),
) -> Result<(), AnalyticsError> {
    let steps: Vec<String> = funnel.steps.iter().map(|step| step.step.clone()).collect();
    let by_order = funnel.unit == FunnelUnit::Order;
    let rows = sqlx::query!(
        r#"WITH buyers AS (
               SELECT order_id, min(visitor) AS visitor FROM order_events
               WHERE order_id IS NOT NULL
                 AND step IN ('order_confirm_page', 'cashier_page', 'confirm_pay')
               GROUP BY order_id
           ), seen AS (
               SELECT DISTINCT step, CASE WHEN $1 THEN e.order_id::text
                                          ELSE COALESCE(b.visitor, e.visitor) END AS unit
               FROM order_events e LEFT JOIN buyers b ON b.order_id = e.order_id
               WHERE e.at >= $2 AND e.at < $3 AND ($4::text IS NULL OR e.product = $4)
           ), reached AS (
               SELECT s.position, row_number() OVER (PARTITION BY e.unit ORDER BY s.position) AS nth
               FROM unnest($5::text[]) WITH ORDINALITY AS s (step, position)
               JOIN seen e ON e.step = s.step
               WHERE e.unit IS NOT NULL
           )
           SELECT position AS "position!", count(*) AS "reached!"
           FROM reached WHERE nth = position GROUP BY position"#,
        by_order,
        from,
        until,
        funnel.product,
        &steps,
    )
    .fetch_all(conn)
    .await?;
    let reached: BTreeMap<i64, i64> =
        rows.into_iter().map(|row| (row.position, row.reached)).collect();
    for (position, step) in (1_i64..).zip(funnel.steps.iter_mut()) {
        step.reached = reached.get(&position).copied().unwrap_or(0);
    }
    Ok(())
}
