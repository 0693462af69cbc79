//! Books with one open day, and short ways to post to them.

use domain::date::BusinessDate;
use domain::ids::MerchantId;
use domain::money::{Currency, Money};
use ledger::{AccountRef, Dates, Entry, LedgerError, Posted, Posting, Source, days, invariants};
use sqlx::PgConnection;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

pub const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

pub fn day(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

pub fn today() -> BusinessDate {
    day("2026-03-31")
}

pub fn dates(day: BusinessDate) -> Dates {
    Dates { accounting_date: day, clearing_date: Some(day), event_time: NOON, posted_at: NOON }
}

pub fn merchant(number: u128) -> MerchantId {
    MerchantId(Uuid::from_u128(number))
}

pub fn unsettled(number: u128) -> AccountRef {
    AccountRef::merchant_unsettled(merchant(number))
}

pub fn available(number: u128) -> AccountRef {
    AccountRef::merchant_available(merchant(number))
}

pub fn due() -> AccountRef {
    AccountRef::due_from_channel("UNIONPAY")
}

/// Opens the day on which most tests book.
pub async fn open_today(conn: &mut PgConnection) {
    days::open(conn, today(), NOON).await.unwrap();
}

/// A collection of `fen` for merchant 1 under a key.
pub fn collection(key: &str, fen: i64) -> Posting {
    Posting::new(key, Entry::Collection, dates(today()), Source::new("payment", key)).line(
        due(),
        unsettled(1),
        Money::cny(fen),
        "collection",
    )
}

/// A settlement of `fen` for merchant 1 under a key: takes from an account with a floor.
pub fn settlement(key: &str, fen: i64) -> Posting {
    Posting::new(key, Entry::Settlement, dates(today()), Source::new("settlement", key)).line(
        unsettled(1),
        available(1),
        Money::cny(fen),
        "settlement",
    )
}

pub async fn post(conn: &mut PgConnection, posting: &Posting) -> Result<Posted, LedgerError> {
    ledger::post(conn, posting).await
}

pub async fn fen(conn: &mut PgConnection, account: &AccountRef) -> i64 {
    ledger::balance(conn, account, Currency::Cny).await.unwrap().minor()
}

pub async fn invariants_hold(conn: &mut PgConnection) {
    assert_eq!(invariants::check(conn).await.unwrap(), vec![]);
}
