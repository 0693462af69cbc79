use crate::reserve::ReserveError;
use domain::date::BusinessDate;
use domain::ids::PayoutId;
use domain::money::Money;
use domain::reserve::quota::{Quota, QuotaSession};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Sessions shown of all houses together.
const SHOWN: i64 = 60;

struct Row {
    house: String,
    day: Date,
    mapped_minor: i64,
    received_minor: i64,
    received_until: OffsetDateTime,
    paid_minor: i64,
    closed_at: Option<OffsetDateTime>,
}

impl From<Row> for QuotaSession {
    fn from(row: Row) -> Self {
        let quota = Quota {
            mapped: Money::cny(row.mapped_minor),
            received: Money::cny(row.received_minor),
            paid: Money::cny(row.paid_minor),
        };
        Self {
            house: row.house,
            day: BusinessDate(row.day),
            quota,
            received_until: row.received_until,
            closed_at: row.closed_at,
        }
    }
}

/// The open session of a house, kept from changing until the transaction ends.
pub(super) async fn lock_open(
    conn: &mut PgConnection,
    house: &str,
) -> Result<Option<QuotaSession>, ReserveError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT house, day, mapped_minor, received_minor, received_until, paid_minor, closed_at
         FROM reserve_quota_sessions WHERE house = $1 AND closed_at IS NULL FOR UPDATE",
        house,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(QuotaSession::from))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    session: &QuotaSession,
    at: OffsetDateTime,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "INSERT INTO reserve_quota_sessions
            (house, day, mapped_minor, received_minor, received_until, paid_minor, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        session.house,
        session.day.0,
        session.quota.mapped.minor(),
        session.quota.received.minor(),
        session.received_until,
        session.quota.paid.minor(),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn save(
    conn: &mut PgConnection,
    session: &QuotaSession,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "UPDATE reserve_quota_sessions
         SET mapped_minor = $3, received_minor = $4, received_until = $5, paid_minor = $6
         WHERE house = $1 AND day = $2",
        session.house,
        session.day.0,
        session.quota.mapped.minor(),
        session.quota.received.minor(),
        session.received_until,
        session.quota.paid.minor(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn close(
    conn: &mut PgConnection,
    session: &QuotaSession,
    at: OffsetDateTime,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "UPDATE reserve_quota_sessions SET closed_at = $3 WHERE house = $1 AND day = $2",
        session.house,
        session.day.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the channels of a house collected in a time.
pub(super) async fn received(
    conn: &mut PgConnection,
    house: &str,
    (from, until): (OffsetDateTime, OffsetDateTime),
) -> Result<Money, ReserveError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT COALESCE(sum(p.amount_minor), 0)::bigint AS "minor!"
           FROM payments p JOIN channels c ON c.code = p.channel
           JOIN clearing_houses h ON h.rail = c.rail
           WHERE h.code = $1 AND p.state = 'succeeded'
             AND p.event_time >= $2 AND p.event_time < $3"#,
        house,
        from,
        until,
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::cny(minor))
}

/// The quota a payout's instruction used: of which house, in which session, how much.
pub(super) async fn used_by(
    conn: &mut PgConnection,
    payout: PayoutId,
) -> Result<Option<(String, BusinessDate, Money)>, ReserveError> {
    let row = sqlx::query!(
        r#"SELECT quota_house AS "house!", quota_day AS "day!", amount_minor
           FROM fund_instructions
           WHERE payout_id = $1 AND state = 'promised' AND quota_house IS NOT NULL"#,
        Uuid::from(payout),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.house, BusinessDate(row.day), Money::cny(row.amount_minor))))
}

pub(super) async fn houses(conn: &mut PgConnection) -> Result<Vec<String>, ReserveError> {
    Ok(sqlx::query_scalar!(
        "SELECT house FROM reserve_quota_sessions WHERE closed_at IS NULL ORDER BY house"
    )
    .fetch_all(conn)
    .await?)
}

pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<QuotaSession>, ReserveError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT house, day, mapped_minor, received_minor, received_until, paid_minor, closed_at
         FROM reserve_quota_sessions ORDER BY closed_at IS NOT NULL, day DESC, house LIMIT $1",
        SHOWN,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(QuotaSession::from).collect())
}
