use super::GatewayError;
use super::idempotency::{Answer, Call, Known, Wanted};
use crate::explain::Inconsistent;
use domain::ids::MerchantId;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// Takes keys, each for one request; waits for whoever is taking one of them at the same moment.
/// Says how many are ours.
pub(super) async fn take_keys(
    conn: &mut PgConnection,
    wanted: &[Wanted<'_>],
) -> Result<u64, GatewayError> {
    let subjects: Vec<Option<Uuid>> = wanted.iter().map(|one| one.subject).collect();
    let taken = sqlx::query!(
        "INSERT INTO api_requests
            (merchant_id, route, idempotency_key, request_hash, subject_id, created_at)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[],
                              $6::timestamptz[])
              AS new (merchant_id, route, idempotency_key, request_hash, subject_id, created_at)
         ORDER BY merchant_id, route, idempotency_key
         ON CONFLICT DO NOTHING",
        &wanted.iter().map(|one| Uuid::from(one.merchant)).collect::<Vec<_>>(),
        &wanted.iter().map(|one| one.call.route).collect::<Vec<_>>() as _,
        &wanted.iter().map(|one| one.call.key.as_str()).collect::<Vec<_>>() as _,
        &wanted.iter().map(|one| one.call.request_hash()).collect::<Vec<_>>() as _,
        &subjects as _,
        &wanted.iter().map(|one| one.at).collect::<Vec<OffsetDateTime>>(),
    )
    .execute(conn)
    .await?;
    Ok(taken.rows_affected())
}

/// What is known of keys, by the place of their request.
pub(super) async fn find(
    conn: &mut PgConnection,
    calls: &[(MerchantId, &Call)],
) -> Result<HashMap<usize, Known>, GatewayError> {
    let rows = sqlx::query!(
        r#"SELECT wanted.place AS "place!", r.idempotency_key, r.request_hash, r.status, r.body,
                  r.subject_id, r.created_at
           FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY
                AS wanted (merchant_id, route, idempotency_key, place)
           JOIN api_requests r USING (merchant_id, route, idempotency_key)"#,
        &calls.iter().map(|(merchant, _)| Uuid::from(*merchant)).collect::<Vec<_>>(),
        &calls.iter().map(|(_, call)| call.route).collect::<Vec<_>>() as _,
        &calls.iter().map(|(_, call)| call.key.as_str()).collect::<Vec<_>>() as _,
    )
    .fetch_all(conn)
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("api_requests", &row.idempotency_key, what);
        let answer = match row.status.zip(row.body) {
            Some((status, body)) => {
                let status = u16::try_from(status).map_err(|_| wrong("no HTTP status"))?;
                Some(Answer { status, body })
            }
            None => None,
        };
        let place = usize::try_from(row.place.saturating_sub(1)).map_err(|_| wrong("no place"))?;
        let (subject, created_at) = (row.subject_id, row.created_at);
        found.insert(place, Known { request_hash: row.request_hash, answer, subject, created_at });
    }
    Ok(found)
}

pub(super) async fn set_subject(
    conn: &mut PgConnection,
    merchant: MerchantId,
    call: &Call,
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

/// Keeps the first answers given.
pub(super) async fn save_answers(
    conn: &mut PgConnection,
    answers: &[(MerchantId, Call, Answer)],
) -> Result<(), GatewayError> {
    sqlx::query!(
        "UPDATE api_requests r SET status = new.status, body = new.body
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::jsonb[])
              AS new (merchant_id, route, idempotency_key, status, body)
         WHERE r.merchant_id = new.merchant_id AND r.route = new.route
           AND r.idempotency_key = new.idempotency_key AND r.status IS NULL",
        &answers.iter().map(|(merchant, ..)| Uuid::from(*merchant)).collect::<Vec<_>>(),
        &answers.iter().map(|(_, call, _)| call.route).collect::<Vec<_>>() as _,
        &answers.iter().map(|(_, call, _)| call.key.as_str()).collect::<Vec<_>>() as _,
        &answers.iter().map(|(.., answer)| i32::from(answer.status)).collect::<Vec<_>>(),
        &answers.iter().map(|(.., answer)| answer.body.clone()).collect::<Vec<Value>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
