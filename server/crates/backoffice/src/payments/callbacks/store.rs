use super::Delivery;
use crate::office::Office;
use banks::signing::Secret;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn set_secret(
    conn: &mut PgConnection,
    office: &Office,
    (channel, secret): (&str, &Secret),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO channel_secrets (channel, secret, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (channel) DO UPDATE
         SET secret = excluded.secret, changed_at = excluded.changed_at",
        channel,
        secret.bytes(),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn secret(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar!("SELECT secret FROM channel_secrets WHERE channel = $1", channel)
        .fetch_optional(conn)
        .await
}

/// Says whether this delivery is new.
pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, signed_at): (Uuid, OffsetDateTime),
    delivery: &Delivery<'_>,
) -> Result<bool, sqlx::Error> {
    let made = sqlx::query!(
        "INSERT INTO channel_callbacks
            (id, channel, delivery_id, signed_at, body, received_at, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT ON CONSTRAINT channel_callbacks_delivered_once DO NOTHING",
        id,
        delivery.channel,
        delivery.headers.id,
        signed_at,
        delivery.body,
        office.now(),
        office.request_id,
    )
    .execute(conn)
    .await?;
    Ok(made.rows_affected() == 1)
}

pub(super) async fn waiting(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<(String, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT channel, body FROM channel_callbacks WHERE id = $1 AND handled_at IS NULL",
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.channel, row.body)))
}

pub(super) async fn handled(
    conn: &mut PgConnection,
    office: &Office,
    (id, outcome): (Uuid, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE channel_callbacks SET handled_at = $2, outcome = $3
         WHERE id = $1 AND handled_at IS NULL",
        id,
        office.now(),
        outcome,
    )
    .execute(conn)
    .await?;
    Ok(())
}
