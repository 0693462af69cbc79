//! Books with one open day, and short ways to post to them.

use domain::date::BusinessDate;
use domain::ids::MerchantId;
use domain::money::{Currency, Money};
use ledger::entries::{self, Adjustment, Event};
use ledger::{AccountRef, Dates, LedgerError, Line, Posted, Posting, Source, days, invariants};
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

/// An event of a document of its own.
pub fn event(key: &str, kind: &str) -> Event {
    Event::new(key, Source::new(kind, key), dates(today()))
}

/// A collection of `fen` for merchant 1 under a key.
pub fn collection(key: &str, fen: i64) -> Posting {
    entries::collected(event(key, "payment"), "UNIONPAY", merchant(1), Money::cny(fen))
}

/// A settlement of `fen` for merchant 1 under a key: takes from an account with a floor.
pub fn settlement(key: &str, fen: i64) -> Posting {
    entries::settled(event(key, "settlement"), merchant(1), Money::cny(fen))
}

/// Lines of one's own, as only an approved adjustment has them.
pub fn adjustment(key: &str, on: Dates, lines: Vec<Line>) -> Posting {
    let event = Event::new(key, Source::new("adjustment", key), on);
    Adjustment::proposed(event, lines).approved(Uuid::from_u128(9).into())
}

pub fn line(debit: AccountRef, credit: AccountRef, amount: Money) -> Line {
    Line { debit, credit, amount, memo: "line".to_owned() }
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
