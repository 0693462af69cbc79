//! Accounting days, 会计日. A day is opened, takes postings, and is closed for good. Around the cut
//! two days are open: new events go to the later one while the earlier one is being finished.

use crate::LedgerError;
use domain::date::BusinessDate;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

/// Where an accounting day stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayState {
    /// Never opened.
    NotOpened,
    /// Takes postings.
    Open,
    /// Takes none any more.
    Closed,
}

/// Opens a day. Opening an open day again changes nothing.
///
/// # Errors
/// The day or a later one is closed.
pub async fn open(
    conn: &mut PgConnection,
    day: BusinessDate,
    at: OffsetDateTime,
) -> Result<(), LedgerError> {
    let closed = sqlx::query_scalar!(
        r#"SELECT max(accounting_date) FROM ledger_days
           WHERE state = 'closed' AND accounting_date >= $1"#,
        day.0
    )
    .fetch_one(&mut *conn)
    .await?;
    if let Some(closed) = closed.map(BusinessDate) {
        return Err(if closed == day {
            LedgerError::DayClosed(day)
        } else {
            LedgerError::LaterDayClosed { day, closed }
        });
    }
    sqlx::query!(
        r#"INSERT INTO ledger_days (accounting_date, state, opened_at) VALUES ($1, 'open', $2)
           ON CONFLICT (accounting_date) DO NOTHING"#,
        day.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes a day and writes down what moved on each account. Waits for postings on their way.
/// Closing a closed day again changes nothing.
///
/// # Errors
/// The day was never opened, or an earlier day is still open.
pub async fn close(
    conn: &mut PgConnection,
    day: BusinessDate,
    at: OffsetDateTime,
) -> Result<(), LedgerError> {
    match lock(conn, day).await? {
        DayState::NotOpened => return Err(LedgerError::DayNotOpened(day)),
        DayState::Closed => return Ok(()),
        DayState::Open => {}
    }
    let earlier = sqlx::query_scalar!(
        r#"SELECT min(accounting_date) FROM ledger_days
           WHERE state = 'open' AND accounting_date < $1"#,
        day.0
    )
    .fetch_one(&mut *conn)
    .await?;
    if let Some(earlier) = earlier.map(BusinessDate) {
        return Err(LedgerError::EarlierDayOpen { day, earlier });
    }
    sqlx::query!(
        r#"INSERT INTO ledger_day_turnovers
               (account_id, accounting_date, debit_minor, credit_minor, debit_count, credit_count)
           SELECT e.account_id, $1::date,
                  coalesce(sum(e.amount_minor) FILTER (WHERE e.side = 'debit'), 0)::bigint,
                  coalesce(sum(e.amount_minor) FILTER (WHERE e.side = 'credit'), 0)::bigint,
                  count(*) FILTER (WHERE e.side = 'debit'),
                  count(*) FILTER (WHERE e.side = 'credit')
           FROM ledger_journals j JOIN ledger_entries e ON e.journal_id = j.id
           WHERE j.accounting_date = $1::date
           GROUP BY e.account_id"#,
        day.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_file!("src/sql/close_open_items.sql", day.0).execute(&mut *conn).await?;
    sqlx::query!(
        "UPDATE ledger_days SET state = 'closed', closed_at = $2 WHERE accounting_date = $1",
        day.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where a day stands.
///
/// # Errors
/// The database.
pub async fn state(conn: &mut PgConnection, day: BusinessDate) -> Result<DayState, LedgerError> {
    let found =
        sqlx::query_scalar!("SELECT state FROM ledger_days WHERE accounting_date = $1", day.0)
            .fetch_optional(conn)
            .await?;
    Ok(named(found.as_deref()))
}

/// The day new events are booked on: the latest open one.
///
/// # Errors
/// The database.
pub async fn current(conn: &mut PgConnection) -> Result<Option<BusinessDate>, LedgerError> {
    let day =
        sqlx::query_scalar!("SELECT max(accounting_date) FROM ledger_days WHERE state = 'open'")
            .fetch_one(conn)
            .await?;
    Ok(day.map(BusinessDate))
}

/// Where a day stands, kept from changing until the transaction ends.
async fn lock(conn: &mut PgConnection, day: BusinessDate) -> Result<DayState, LedgerError> {
    let found = sqlx::query_scalar!(
        "SELECT state FROM ledger_days WHERE accounting_date = $1 FOR UPDATE",
        day.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(named(found.as_deref()))
}

/// The reason why postings on these days were refused, if it lies in the days.
pub(crate) async fn refuse_unless_open(
    conn: &mut PgConnection,
    days: &[Date],
) -> Result<(), LedgerError> {
    for day in days.iter().copied().map(BusinessDate) {
        match state(conn, day).await? {
            DayState::NotOpened => return Err(LedgerError::DayNotOpened(day)),
            DayState::Closed => return Err(LedgerError::DayClosed(day)),
            DayState::Open => {}
        }
    }
    Ok(())
}

fn named(state: Option<&str>) -> DayState {
    match state {
        None => DayState::NotOpened,
        Some("open") => DayState::Open,
        Some(_) => DayState::Closed,
    }
}
