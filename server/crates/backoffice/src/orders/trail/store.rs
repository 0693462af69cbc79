use super::{HopRow, MoveRow, TransitionRow, VisitRow};
use crate::orders::OrderError;
use crate::orders::store::columns;
use domain::order::Order;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// One column of some rows.
fn column<'r, R, T>(rows: &'r [R], value: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

pub(super) async fn insert(conn: &mut PgConnection, orders: &[Order]) -> Result<(), OrderError> {
    if orders.is_empty() {
        return Ok(());
    }
    let failures: Vec<Option<String>> =
        column(orders, |order| columns(&order.state).0.map(str::to_owned));
    let paid: Vec<Option<OffsetDateTime>> = column(orders, |order| columns(&order.state).1);
    let sellers: Vec<Option<Uuid>> = column(orders, |order| order.seller.map(Uuid::from));
    let days: Vec<Date> = column(orders, |order| order.business_date.0);
    let currencies: Vec<&str> = column(orders, |order| order.amount.currency().code());
    sqlx::query!(
        "INSERT INTO orders
            (id, merchant_id, seller_id, merchant_order_no, product, amount_minor, currency,
             subject, state, failure, source, business_date, created_at, paid_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
             $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
             $12::date[], $13::timestamptz[], $14::timestamptz[])",
        &column(orders, |order| Uuid::from(order.id)),
        &column(orders, |order| Uuid::from(order.merchant)),
        &sellers as _,
        &column(orders, |order| order.merchant_order_no.as_str()) as _,
        &column(orders, |order| order.product.name()) as _,
        &column(orders, |order| order.amount.minor()),
        &currencies as _,
        &column(orders, |order| order.subject.as_str()) as _,
        &column(orders, |order| order.state.status().name()) as _,
        &failures as _,
        &column(orders, |order| order.source.name()) as _,
        &days,
        &column(orders, |order| order.created_at),
        &paid as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Saves states, unless one of the orders is not any more what it was.
pub(super) async fn move_all(conn: &mut PgConnection, moves: &[MoveRow]) -> Result<(), OrderError> {
    if moves.is_empty() {
        return Ok(());
    }
    let failures: Vec<Option<String>> = column(moves, |one| columns(&one.to).0.map(str::to_owned));
    let paid: Vec<Option<OffsetDateTime>> = column(moves, |one| columns(&one.to).1);
    let moved = sqlx::query!(
        "UPDATE orders SET state = new.state, failure = new.failure, paid_at = new.paid_at
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
              AS new (id, before, state, failure, paid_at)
         WHERE orders.id = new.id AND orders.state = new.before",
        &column(moves, |one| one.order),
        &column(moves, |one| one.from) as _,
        &column(moves, |one| one.to.status().name()) as _,
        &failures as _,
        &paid as _,
    )
    .execute(conn)
    .await?;
    let all = u64::try_from(moves.len()).unwrap_or(u64::MAX);
    if moved.rows_affected() == all { Ok(()) } else { Err(OrderError::ChangedMeanwhile) }
}

pub(super) async fn insert_transitions(
    conn: &mut PgConnection,
    rows: &[TransitionRow],
) -> Result<(), OrderError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO transitions
            (order_id, subject_kind, subject_id, at, actor, cause, from_state, to_state,
             request_id)
         SELECT order_id, subject_kind, subject_id, at, actor, cause, from_state, to_state,
                request_id
         FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[],
                     $7::text[], $8::text[], $9::text[]) WITH ORDINALITY
              AS new (order_id, subject_kind, subject_id, at, actor, cause, from_state, to_state,
                      request_id, place)
         ORDER BY place",
        &column(rows, |row| row.order),
        &column(rows, |row| row.subject.0.name()) as _,
        &column(rows, |row| row.subject.1),
        &column(rows, |row| row.at),
        &column(rows, |row| row.actor.as_str()) as _,
        &column(rows, |row| row.cause) as _,
        &column(rows, |row| row.from) as _,
        &column(rows, |row| row.to) as _,
        &column(rows, |row| row.request_id.as_str()) as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_hops(
    conn: &mut PgConnection,
    rows: &[HopRow],
) -> Result<(), OrderError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO order_hops
            (order_id, system, step, outcome, detail, started_at, finished_at, request_id)
         SELECT order_id, system, step, outcome, detail, started_at, finished_at, request_id
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
                     $6::timestamptz[], $7::timestamptz[], $8::text[]) WITH ORDINALITY
              AS new (order_id, system, step, outcome, detail, started_at, finished_at, request_id,
                      place)
         ORDER BY place",
        &column(rows, |row| row.order),
        &column(rows, |row| row.system) as _,
        &column(rows, |row| row.step.as_str()) as _,
        &column(rows, |row| row.outcome) as _,
        &column(rows, |row| row.detail.as_str()) as _,
        &column(rows, |row| row.started_at),
        &column(rows, |row| row.finished_at),
        &column(rows, |row| row.request_id.as_str()) as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_events(
    conn: &mut PgConnection,
    rows: &[VisitRow],
) -> Result<(), OrderError> {
    if rows.is_empty() {
        return Ok(());
    }
    let orders: Vec<Option<Uuid>> = column(rows, |row| row.order);
    let products: Vec<Option<&str>> = column(rows, |row| row.product);
    sqlx::query!(
        "INSERT INTO order_events (id, merchant_id, order_id, visitor, step, product, at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
                              $6::text[], $7::timestamptz[])",
        &column(rows, |row| row.id),
        &column(rows, |row| row.merchant),
        &orders as _,
        &column(rows, |row| row.visitor.as_str()) as _,
        &column(rows, |row| row.step) as _,
        &products as _,
        &column(rows, |row| row.at),
    )
    .execute(conn)
    .await?;
    Ok(())
}
