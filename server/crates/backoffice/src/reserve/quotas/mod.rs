//! Quotas at clearing houses (映射额度). Payouts stop short of what is earmarked there, plus what the
//! house received for us in the session, less what was paid over it. A session is a day; when the
//! next one begins, the net position of the last has gone to the central bank, and what was left is
//! earmarked in the new one.

mod store;

use super::ReserveError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::PayoutId;
use domain::money::Money;
use domain::reserve::quota::{Quota, QuotaRefused, QuotaSession};
use sqlx::PgConnection;

/// The session of today, locked; opened when the last one is of an earlier day. None: nothing was
/// ever earmarked at this house.
pub(super) async fn session(
    conn: &mut PgConnection,
    office: &Office,
    house: &str,
) -> Result<Option<QuotaSession>, ReserveError> {
    let Some(last) = store::lock_open(conn, house).await? else { return Ok(None) };
    let today = office.today();
    if last.day >= today {
        return Ok(Some(last));
    }
    let ended = office.settings.zone.start_of(today);
    let last = count_receipts(conn, last, ended).await?;
    store::close(conn, &last, office.now()).await?;
    let next = QuotaSession {
        house: house.to_owned(),
        day: today,
        quota: last.quota.next_session()?,
        received_until: ended,
        closed_at: None,
    };
    store::insert(conn, &next, office.now()).await?;
    Ok(Some(next))
}

/// Counts what the house's channels collected since it was last counted.
async fn count_receipts(
    conn: &mut PgConnection,
    session: QuotaSession,
    until: time::OffsetDateTime,
) -> Result<QuotaSession, ReserveError> {
    let from = (session.received_until, until);
    let received = store::received(conn, &session.house, from).await?;
    let received = session.quota.received.checked_add(received)?;
    let quota = Quota { received, ..session.quota };
    let session = QuotaSession { quota, received_until: until, ..session };
    store::save(conn, &session).await?;
    Ok(session)
}

/// Uses quota for a payment, and says by how much it is short when it is. Receipts are counted anew
/// only when what is known does not suffice.
pub(super) async fn pay(
    conn: &mut PgConnection,
    office: &Office,
    (house, amount): (&str, Money),
) -> Result<QuotaSession, ReserveError> {
    let session = session(conn, office, house).await?;
    let Some(session) = session else { return Err(ReserveError::NoQuota(house.to_owned())) };
    let session = match session.quota.pay(house, amount) {
        Ok(quota) => QuotaSession { quota, ..session },
        Err(QuotaRefused::Short(_)) => {
            let counted = count_receipts(conn, session, office.now()).await?;
            QuotaSession { quota: counted.quota.pay(house, amount)?, ..counted }
        }
        Err(error) => return Err(error.into()),
    };
    store::save(conn, &session).await?;
    Ok(session)
}

/// The open session of every house.
pub(super) async fn open_sessions(
    conn: &mut PgConnection,
    office: &Office,
) -> Result<Vec<QuotaSession>, ReserveError> {
    let mut sessions = Vec::new();
    for house in store::houses(conn).await? {
        sessions.extend(session(conn, office, &house).await?);
    }
    Ok(sessions)
}

/// Gives back what a refused payout had used, to the session that is open now.
pub(super) async fn give_back(
    conn: &mut PgConnection,
    office: &Office,
    payout: PayoutId,
) -> Result<(), ReserveError> {
    let Some((house, day, amount)) = store::used_by(conn, payout).await? else { return Ok(()) };
    let Some(session) = session(conn, office, &house).await? else { return Ok(()) };
    let quota = if session.day == day {
        session.quota.give_back(amount)?
    } else {
        // Its session is settled: what was not paid after all is earmarked again.
        session.quota.earmark(&house, amount)?
    };
    store::save(conn, &QuotaSession { quota, ..session }).await
}

/// Earmarks quota, or gives some back with a negative amount. The first earmark opens the house.
pub(super) async fn earmark(
    conn: &mut PgConnection,
    office: &Office,
    (house, amount): (&str, Money),
) -> Result<(Quota, Quota), ReserveError> {
    let Some(known) = session(conn, office, house).await? else {
        let before = Quota::opened(Money::zero(amount.currency()));
        let quota = before.earmark(house, amount)?;
        let opened = QuotaSession {
            house: house.to_owned(),
            day: office.today(),
            quota,
            received_until: office.now(),
            closed_at: None,
        };
        store::insert(conn, &opened, office.now()).await?;
        return Ok((before, quota));
    };
    let before = known.quota;
    let quota = before.earmark(house, amount)?;
    store::save(conn, &QuotaSession { quota, ..known }).await?;
    Ok((before, quota))
}

/// The sessions of every house, the open ones first, with receipts counted up to now.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn quotas(office: &Office, actor: &Actor) -> Result<Vec<QuotaSession>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut tx = office.begin().await?;
    for house in store::houses(&mut tx).await? {
        if let Some(open) = session(&mut tx, office, &house).await? {
            count_receipts(&mut tx, open, office.now()).await?;
        }
    }
    tx.commit().await?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}
