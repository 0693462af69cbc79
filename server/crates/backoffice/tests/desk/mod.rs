//! An office whose clock stands at noon, and the people who work in it.

use backoffice::access::{self, NewStaff};
use backoffice::office::{Clock, Office, Settings};
use banks::front::Fronts;
use banks::notify::Nowhere;
use domain::access::{Actor, Role};
use domain::calendar::Calendar;
use domain::date::{BusinessDate, BusinessZone};
use domain::money::Money;
use ledger::entries::{self, Event};
use ledger::{Dates, Source};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

pub const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

/// An office on 2026-03-31, that day open in the books.
pub async fn office(pool: PgPool) -> Office {
    let settings = Settings {
        zone: BusinessZone::china(),
        calendar: Calendar::default(),
        demo: false,
        vault: None,
    };
    let office = Office {
        db: pool,
        clock: Clock::standing_at(NOON),
        fronts: Arc::new(Fronts(BTreeMap::new())),
        notify: Arc::new(Nowhere),
        settings: Arc::new(settings),
        bell: backoffice::bell::Bell::default(),
        request_id: "test".to_owned(),
    };
    let mut conn = office.db.acquire().await.unwrap();
    ledger::days::open(&mut conn, today(), NOON).await.unwrap();
    office
}

pub fn today() -> BusinessDate {
    "2026-03-31".parse().unwrap()
}

/// A person with one role, named after it.
pub async fn person(office: &Office, role: Role) -> Actor {
    let login = role.name();
    let new = NewStaff { login, name: login, password: "correct horse battery", roles: &[role] };
    access::add_staff(office, &new).await.unwrap();
    access::actor_by_login(office, login).await.unwrap()
}

/// A payment of `fen` to merchant 1 through UnionPay, booked.
pub async fn collected(office: &Office, key: &str, fen: i64) {
    let dates = Dates {
        accounting_date: today(),
        clearing_date: Some(today()),
        event_time: NOON,
        posted_at: NOON,
    };
    let event = Event::new(key, Source::new("payment", key), dates);
    let merchant = Uuid::from_u128(1).into();
    let posting = entries::collected(event, "unionpay", merchant, Money::cny(fen));
    let mut conn = office.db.acquire().await.unwrap();
    ledger::post(&mut conn, &posting).await.unwrap();
}
