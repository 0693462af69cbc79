use super::Concluded;
use crate::payments::PaymentError;
use sqlx::PgConnection;
use uuid::Uuid;

/// Saves successes, unless one of the payments is not any more what it was.
pub(super) async fn save(
    conn: &mut PgConnection,
    all: &[Concluded<'_>],
) -> Result<(), PaymentError> {
    let proofs: Vec<_> = all.iter().filter_map(|one| one.payment.success()).collect();
    let saved = sqlx::query!(
        "UPDATE payments SET state = 'succeeded', channel_no = new.channel_no, failure = NULL,
                event_time = new.event_time, clearing_date = new.clearing_date,
                accounting_date = new.accounting_date, updated_at = new.at
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::date[],
                     $6::date[], $7::timestamptz[])
              AS new (id, before, channel_no, event_time, clearing_date, accounting_date, at)
         WHERE payments.id = new.id AND payments.state = new.before",
        &all.iter().map(|one| Uuid::from(one.payment.id)).collect::<Vec<_>>(),
        &all.iter().map(|one| one.before.status().name()).collect::<Vec<_>>() as _,
        &proofs.iter().map(|proof| proof.channel_no.as_str()).collect::<Vec<_>>() as _,
        &proofs.iter().map(|proof| proof.event_time).collect::<Vec<_>>(),
        &proofs.iter().map(|proof| proof.clearing_date.0).collect::<Vec<_>>(),
        &proofs.iter().map(|proof| proof.accounting_date.0).collect::<Vec<_>>(),
        &all.iter().map(|one| one.office.now()).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    let expected = u64::try_from(all.len()).unwrap_or(u64::MAX);
    if saved.rows_affected() == expected { Ok(()) } else { Err(PaymentError::ChangedMeanwhile) }
}
