use super::GatewayError;
use super::idempotency::{Answer, Call};
use crate::explain::Inconsistent;
use domain::ids::MerchantId;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) struct Known {
    pub request_hash: String,
    pub answer: Option<Answer>,
    pub subject: Option<Uuid>,
    pub created_at: OffsetDateTime,
}

/// Takes the key; waits for whoever is taking it at the same moment. Says whether it is ours.
pub(super) async fn take_key(
    conn: &mut PgConnection,
    merchant: MerchantId,
    call: &Call<'_>,
    now: OffsetDateTime,
) -> Result<bool, GatewayError> {
    let taken = sqlx::query!(
        "INSERT INTO api_requests (merchant_id, route, idempotency_key, request_hash, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        Uuid::from(merchant),
        call.route,
        call.key,
        call.request_hash(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(taken.rows_affected() == 1)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    merchant: MerchantId,
    call: &Call<'_>,
) -> Result<Option<Known>, GatewayError> {
    let row = sqlx::query!(
        "SELECT request_hash, status, body, subject_id, created_at FROM api_requests
         WHERE merchant_id = $1 AND route = $2 AND idempotency_key = $3",
        Uuid::from(merchant),
        call.route,
        call.key,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let answer = match row.status.zip(row.body) {
        Some((status, body)) => {
            let status = u16::try_from(status)
                .map_err(|error| Inconsistent::new("api_requests", call.key, error))?;
            Some(Answer { status, body })
        }
        None => None,
    };
    Ok(Some(Known {
        request_hash: row.request_hash,
        answer,
        subject: row.subject_id,
        created_at: row.created_at,
    }))
}

pub(super) async fn set_subject(
    conn: &mut PgConnection,
    merchant: MerchantId,
    call: &Call<'_>,
    subject: Uuid,
) -> Result<(), GatewayError> {
    sqlx::query!(
        "UPDATE api_requests SET subject_id = $4
         WHERE merchant_id = $1 AND route = $2 AND idempotency_key = $3",
        Uuid::from(merchant),
        call.route,
        call.key,
        subject,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the first answer given.
pub(super) async fn save_answer(
    conn: &mut PgConnection,
    merchant: MerchantId,
    call: &Call<'_>,
    answer: &Answer,
) -> Result<(), GatewayError> {
    let body: &Value = &answer.body;
    sqlx::query!(
        "UPDATE api_requests SET status = $4, body = $5
         WHERE merchant_id = $1 AND route = $2 AND idempotency_key = $3 AND status IS NULL",
        Uuid::from(merchant),
        call.route,
        call.key,
        i32::from(answer.status),
        body,
    )
    .execute(conn)
    .await?;
    Ok(())
}
