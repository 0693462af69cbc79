use crate::explain::Inconsistent;
use crate::office::Office;
use crate::payouts::PayoutError;
use domain::ids::{PayoutId, StaffId};
use domain::payout::{PayoutStop, StopScope};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Waits until no send is being begun, and lets none begin until the transaction ends.
pub(super) async fn close_gate(conn: &mut PgConnection) -> Result<(), PayoutError> {
    sqlx::query!("SELECT id FROM payout_gate WHERE id = 1 FOR UPDATE").fetch_one(conn).await?;
    Ok(())
}

/// Passes the gate to begin a send: says why a payout must not be sent, if so. Stops that are being
/// pulled wait until the caller's transaction ends.
pub(in crate::payouts) async fn pass(
    conn: &mut PgConnection,
    payout: PayoutId,
) -> Result<Option<String>, PayoutError> {
    sqlx::query!("SELECT id FROM payout_gate WHERE id = 1 FOR SHARE").fetch_one(&mut *conn).await?;
    standing(conn, payout).await
}

/// Why a payout must not be sent, if so.
pub(in crate::payouts) async fn standing(
    conn: &mut PgConnection,
    payout: PayoutId,
) -> Result<Option<String>, PayoutError> {
    let reason = sqlx::query_scalar!(
        r#"SELECT held.reason AS "reason!" FROM (
         SELECT s.reason, s.pulled_at FROM payout_stops s, payouts p
         JOIN merchants m ON m.id = p.merchant_id
         LEFT JOIN payout_batches b ON b.id = p.batch_id
         LEFT JOIN reserve_accounts a ON a.id = b.reserve_account_id
         WHERE p.id = $1 AND s.lifted_at IS NULL
           AND (s.scope = 'all'
                OR (s.scope = 'bank' AND s.subject IN (a.front, p.payee_bank))
                OR (s.scope = 'merchant' AND s.subject = m.code)
                OR (s.scope = 'payee' AND s.subject = p.payee_account))
         UNION ALL
         SELECT 'the merchant is suspended', NULL FROM payouts p
         JOIN merchants m ON m.id = p.merchant_id
         WHERE p.id = $1 AND m.status = 'suspended' AND p.refund_id IS NULL
         ) held ORDER BY held.pulled_at NULLS LAST LIMIT 1"#,
        Uuid::from(payout),
    )
    .fetch_optional(conn)
    .await?;
    Ok(reason)
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, staff): (Uuid, StaffId),
    (scope, reason): (&StopScope, &str),
) -> Result<(), PayoutError> {
    let done = sqlx::query!(
        "INSERT INTO payout_stops (id, scope, subject, reason, pulled_by, pulled_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (scope, subject) WHERE lifted_at IS NULL DO NOTHING",
        id,
        scope.name(),
        scope.subject(),
        reason,
        Uuid::from(staff),
        office.now(),
    )
    .execute(conn)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(PayoutError::AlreadyStopped) }
}

/// Who was the first to lift a stop that is in force, held until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Option<String>>, PayoutError> {
    let first = sqlx::query_scalar!(
        "SELECT first_lift_person FROM payout_stops WHERE id = $1 AND lifted_at IS NULL FOR UPDATE",
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(first)
}

/// The person behind an account.
pub(super) async fn person(conn: &mut PgConnection, staff: StaffId) -> Result<String, PayoutError> {
    let person = sqlx::query_scalar!(
        r#"SELECT COALESCE(employee_no, id::text) AS "person!" FROM staff WHERE id = $1"#,
        Uuid::from(staff),
    )
    .fetch_one(conn)
    .await?;
    Ok(person)
}

pub(super) async fn first_word(
    conn: &mut PgConnection,
    (id, staff): (Uuid, StaffId),
    person: &str,
    at: OffsetDateTime,
) -> Result<(), PayoutError> {
    sqlx::query!(
        "UPDATE payout_stops SET first_lift_by = $2, first_lift_person = $3, first_lift_at = $4
         WHERE id = $1",
        id,
        Uuid::from(staff),
        person,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn second_word(
    conn: &mut PgConnection,
    (id, staff): (Uuid, StaffId),
    person: &str,
    at: OffsetDateTime,
) -> Result<(), PayoutError> {
    sqlx::query!(
        "UPDATE payout_stops SET second_lift_by = $2, second_lift_person = $3, lifted_at = $4
         WHERE id = $1",
        id,
        Uuid::from(staff),
        person,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<PayoutStop>, PayoutError> {
    let rows = sqlx::query!(
        r#"SELECT s.id, s.scope, s.subject, s.reason, p.name AS pulled_by_name, s.pulled_at,
                  f.name AS "first_name?", g.name AS "second_name?", s.lifted_at,
                  (SELECT count(*) FROM payouts q
                   JOIN merchants m ON m.id = q.merchant_id
                   LEFT JOIN payout_batches b ON b.id = q.batch_id
                   LEFT JOIN reserve_accounts a ON a.id = b.reserve_account_id
                   WHERE s.lifted_at IS NULL AND q.state = 'queued'
                     AND (s.scope = 'all'
                          OR (s.scope = 'bank' AND s.subject IN (a.front, q.payee_bank))
                          OR (s.scope = 'merchant' AND s.subject = m.code)
                          OR (s.scope = 'payee' AND s.subject = q.payee_account))) AS "held!"
           FROM payout_stops s JOIN staff p ON p.id = s.pulled_by
           LEFT JOIN staff f ON f.id = s.first_lift_by LEFT JOIN staff g ON g.id = s.second_lift_by
           ORDER BY (s.lifted_at IS NULL) DESC, s.pulled_at DESC LIMIT 50"#,
    )
    .fetch_all(conn)
    .await?;
    let mut stops = Vec::with_capacity(rows.len());
    for row in rows {
        let scope = StopScope::new(&row.scope, &row.subject)
            .map_err(|error| Inconsistent::new("payout_stops", row.id, error))?;
        stops.push(PayoutStop {
            id: row.id,
            scope,
            reason: row.reason,
            pulled_by_name: row.pulled_by_name,
            pulled_at: row.pulled_at,
            first_lift_name: row.first_name,
            second_lift_name: row.second_name,
            lifted_at: row.lifted_at,
            held: row.held,
        });
    }
    Ok(stops)
}
