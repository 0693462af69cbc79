use domain::ids::{ErrorItemId, ReconciliationId};
use sqlx::PgConnection;
use uuid::Uuid;

fn ids(found: Vec<Uuid>) -> Vec<ErrorItemId> {
    found.into_iter().map(ErrorItemId).collect()
}

/// Gives items, old and new, the root they follow from; answers those that got one, with the
/// root's number. The order of the legs says where a difference is born: at the bank first.
pub(super) async fn link(
    conn: &mut PgConnection,
    found: &[ErrorItemId],
) -> Result<Vec<(ErrorItemId, String)>, sqlx::Error> {
    let found: Vec<Uuid> = found.iter().map(|id| Uuid::from(*id)).collect();
    let rows = sqlx::query!(
        r#"WITH legs AS (
               SELECT * FROM unnest(ARRAY['gateway_bank', 'ledger_payments', 'business_gateway',
                                          'business_merchant', 'funds', 'statement_ledger'])
                   WITH ORDINALITY AS l (leg, rank)
           ), open AS (
               SELECT i.id, i.number, i.order_id, i.payment_id, i.refund_id, i.state, i.parent_id,
                      l.rank
               FROM error_items i JOIN legs l ON l.leg = i.leg
               WHERE i.state NOT IN
                   ('executed', 'verified', 'closed', 'auto_resolved')
                 AND (i.order_id IS NOT NULL OR i.payment_id IS NOT NULL)
                 AND (i.order_id IN (SELECT order_id FROM error_items WHERE id = ANY($1))
                      OR i.payment_id IN (SELECT payment_id FROM error_items WHERE id = ANY($1)))
           ), pairs AS (
               SELECT DISTINCT ON (c.id) c.id AS child, r.id AS root, r.number
               FROM open c JOIN open r
                 ON r.rank < c.rank AND c.refund_id IS NOT DISTINCT FROM r.refund_id
                AND (r.order_id = c.order_id OR r.payment_id = c.payment_id)
               ORDER BY c.id, r.rank, r.id
           )
           UPDATE error_items i SET parent_id = p.root FROM pairs p
           WHERE i.id = p.child AND i.parent_id IS DISTINCT FROM p.root
           RETURNING i.id AS "id!", p.number AS "number!""#,
        &found,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (ErrorItemId(row.id), row.number)).collect())
}

/// What follows from these roots and nobody decides about, with its root.
pub(super) async fn children(
    conn: &mut PgConnection,
    roots: &[Uuid],
) -> Result<Vec<(ErrorItemId, Uuid)>, sqlx::Error> {
    let found = sqlx::query!(
        r#"SELECT id, parent_id AS "parent_id!" FROM error_items WHERE parent_id = ANY($1)
             AND state IN ('new', 'assigned', 'investigating', 'snoozed', 'rejected')
             AND NOT in_suspense
           ORDER BY id"#,
        roots,
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (ErrorItemId(row.id), row.parent_id)).collect())
}

pub(super) async fn open_of(
    conn: &mut PgConnection,
    record_keys: &[String],
) -> Result<Vec<ErrorItemId>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM error_items WHERE record_key = ANY($1)
           AND state IN ('new', 'assigned', 'investigating', 'snoozed', 'rejected')
           AND NOT in_suspense
         ORDER BY id",
        record_keys,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids(found))
}

/// Items a run opened and no other run has found since.
pub(super) async fn opened_by(
    conn: &mut PgConnection,
    run: ReconciliationId,
) -> Result<Vec<ErrorItemId>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "SELECT i.id FROM error_items i JOIN reconciliation_runs r ON r.id = i.reconciliation_id
         WHERE r.id = $1 AND i.opened_at >= r.started_at
           AND i.state IN ('new', 'assigned', 'investigating', 'snoozed', 'rejected')
           AND NOT i.in_suspense
         ORDER BY i.id",
        Uuid::from(run),
    )
    .fetch_all(conn)
    .await?;
    Ok(ids(found))
}

pub(super) async fn open_keys(
    conn: &mut PgConnection,
    record_keys: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT record_key FROM error_items
         WHERE record_key = ANY($1)
           AND state NOT IN ('executed', 'verified', 'closed', 'auto_resolved')",
        record_keys,
    )
    .fetch_all(conn)
    .await
}
