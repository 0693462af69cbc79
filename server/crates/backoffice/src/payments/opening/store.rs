use crate::payments::PaymentError;
use crate::payments::store::columns;
use domain::payment::{Payment, Success, TopUp};
use domain::routing::RoutingDecision;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

pub(in crate::payments) async fn insert(
    conn: &mut PgConnection,
    payments: &[(Payment, RoutingDecision)],
) -> Result<(), PaymentError> {
    if payments.is_empty() {
        return Ok(());
    }
    let routings: Vec<Value> = payments
        .iter()
        .map(|(_, routing)| serde_json::to_value(routing))
        .collect::<Result<_, _>>()
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let proofs: Vec<Option<&Success>> =
        payments.iter().map(|(payment, _)| payment.success()).collect();
    let payments: Vec<&Payment> = payments.iter().map(|(payment, _)| payment).collect();
    let channels: Vec<Option<&str>> = payments.iter().map(|one| one.channel.as_deref()).collect();
    let methods: Vec<Option<&str>> = payments.iter().map(|one| one.method.as_deref()).collect();
    let failures: Vec<Option<&str>> = payments.iter().map(|one| columns(one).1).collect();
    let top_ups: Vec<_> = payments.iter().map(|one| top_up(one)).collect();
    sqlx::query!(
        "INSERT INTO payments
            (id, order_id, merchant_id, product, amount_minor, currency, state, channel, method,
             routing, number, failure, fee_minor, cost_minor, created_at, channel_no, event_time,
             clearing_date, accounting_date, top_up, user_id, updated_at)
         SELECT new.*, new.created_at
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[],
                     $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::text[], $12::text[],
                     $13::bigint[], $14::bigint[], $15::timestamptz[], $16::text[],
                     $17::timestamptz[], $18::date[], $19::date[], $20::text[], $21::uuid[])
              AS new (id, order_id, merchant_id, product, amount_minor, currency, state, channel,
                      method, routing, number, failure, fee_minor, cost_minor, created_at,
                      channel_no, event_time, clearing_date, accounting_date, top_up, user_id)",
        &payments.iter().map(|one| Uuid::from(one.id)).collect::<Vec<_>>(),
        &payments.iter().map(|one| Uuid::from(one.order)).collect::<Vec<_>>(),
        &payments.iter().map(|one| Uuid::from(one.merchant)).collect::<Vec<_>>(),
        &payments.iter().map(|one| one.product.name()).collect::<Vec<_>>() as _,
        &payments.iter().map(|one| one.amount.minor()).collect::<Vec<_>>(),
        &payments.iter().map(|one| one.amount.currency().code()).collect::<Vec<_>>() as _,
        &payments.iter().map(|one| one.state.status().name()).collect::<Vec<_>>() as _,
        &channels as _,
        &methods as _,
        &routings,
        &payments.iter().map(|one| one.number.as_str()).collect::<Vec<_>>() as _,
        &failures as _,
        &payments.iter().map(|one| one.fee.minor()).collect::<Vec<_>>(),
        &payments.iter().map(|one| one.cost.minor()).collect::<Vec<_>>(),
        &payments.iter().map(|one| one.created_at).collect::<Vec<_>>(),
        &proofs.iter().map(|one| one.map(|proof| &*proof.channel_no)).collect::<Vec<_>>() as _,
        &proofs.iter().map(|one| one.map(|proof| proof.event_time)).collect::<Vec<_>>() as _,
        &proofs.iter().map(|one| one.map(|proof| proof.clearing_date.0)).collect::<Vec<_>>() as _,
        &proofs.iter().map(|one| one.map(|proof| proof.accounting_date.0)).collect::<Vec<_>>() as _,
        &top_ups.iter().map(|one| one.0).collect::<Vec<_>>() as _,
        &top_ups.iter().map(|one| one.1).collect::<Vec<_>>() as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whose balance a top-up raises, and the user.
fn top_up(payment: &Payment) -> (Option<&'static str>, Option<Uuid>) {
    match payment.top_up {
        None => (None, None),
        Some(TopUp::Merchant) => (Some("merchant"), None),
        Some(TopUp::User(user)) => (Some("user"), Some(user.into())),
    }
}
