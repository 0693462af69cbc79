//! What was held when, and what may be done with it.

use crate::books::*;
use domain::account::MerchantBalances;
use domain::money::{Currency, Money};
use ledger::entries::{self, Event, Owed, Purse};
use ledger::{AccountRef, Dates, Reversal, Source, days};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

fn event(key: &str, source: Source, at: OffsetDateTime) -> Event {
    let dates = Dates { event_time: at, posted_at: at, ..dates(today()) };
    Event::new(key, source, dates)
}

async fn balances(conn: &mut PgConnection) -> [i64; 4] {
    let MerchantBalances { unsettled, available, held, in_transit } =
        ledger::merchant_balances(conn, merchant(1), Currency::Cny).await.unwrap();
    [unsettled, available, held, in_transit].map(Money::minor)
}

#[sqlx::test(migrations = "../../../migrations")]
async fn balances_of_any_past_moment_are_known(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let minute = |minutes: i64| NOON + Duration::minutes(minutes);
    for number in 1..=20 {
        let source = Source::new("payment", number);
        let event = event(&format!("p{number}"), source, minute(number));
        let posting = entries::collected(event, "wx", merchant(1), Money::cny(number));
        ledger::post(&mut conn, &posting).await.unwrap();
    }
    let due = AccountRef::due_from_channel("wx");
    for number in 0..=20 {
        let sum = number * (number + 1) / 2;
        for (moment, wanted) in
            [(minute(number), sum), (minute(number) + Duration::seconds(59), sum)]
        {
            for account in [&due, &unsettled(1)] {
                let held = ledger::balance_at(&mut conn, account, Currency::Cny, moment).await;
                assert_eq!(held.unwrap(), Money::cny(wanted), "{account} at {moment}");
            }
        }
    }
    let never = ledger::balance_at(&mut conn, &available(9), Currency::Cny, minute(99)).await;
    assert_eq!(never.unwrap(), Money::cny(0));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn unsettled_available_held_and_in_transit_are_told_apart(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let e = |key: &str, kind: &str, id: u32| event(key, Source::new(kind, id), NOON);
    let fen = Money::cny;
    let post = async |conn: &mut PgConnection, posting| {
        ledger::post(conn, &posting).await.unwrap().journal
    };
    assert_eq!(balances(&mut conn).await, [0, 0, 0, 0]);
    let m = merchant(1);
    post(&mut conn, entries::collected(e("c", "payment", 1), "wx", m, fen(1_000))).await;
    post(&mut conn, entries::settled(e("s", "settlement", 1), m, fen(700))).await;
    post(&mut conn, entries::held(e("h", "hold", 1), m, fen(200))).await;
    assert_eq!(balances(&mut conn).await, [300, 500, 200, 0]);
    // A refund and two payouts leave; another merchant's payout is not ours.
    let refund = entries::refund_accepted(e("r", "refund", 1), m, Owed::Unsettled, fen(100));
    post(&mut conn, refund).await;
    let submit = |key: &str, id, who, amount| {
        entries::payout_submitted(e(key, "payout", id), who, Purse::Available, fen(amount))
    };
    post(&mut conn, submit("o1", 1, m, 90)).await;
    let second = post(&mut conn, submit("o2", 2, m, 60)).await;
    post(&mut conn, entries::collected(e("c2", "payment", 2), "wx", merchant(2), fen(50))).await;
    post(&mut conn, entries::settled(e("s2", "settlement", 2), merchant(2), fen(50))).await;
    post(&mut conn, submit("o3", 3, merchant(2), 50)).await;
    assert_eq!(balances(&mut conn).await, [200, 350, 200, 250]);
    // The first is paid and comes back, the second is refused; the refund is done.
    post(&mut conn, entries::payout_paid(e("p1", "payout", 1), "", fen(90))).await;
    assert_eq!(balances(&mut conn).await, [200, 350, 200, 160]);
    post(&mut conn, entries::payout_returned(e("b1", "payout", 1), "", fen(90))).await;
    assert_eq!(balances(&mut conn).await, [200, 350, 200, 250]);
    let back = entries::returned_to_merchant(e("b2", "payout", 1), m, fen(90));
    post(&mut conn, back).await;
    post(&mut conn, entries::refund_netted(e("r2", "refund", 1), "wx", fen(100))).await;
    let refused = Reversal {
        journal: second,
        key: "o2:refused".to_owned(),
        accounting_date: today(),
        event_time: NOON,
        posted_at: NOON,
        memo: "refused".to_owned(),
        request_id: None,
    };
    ledger::reverse(&mut conn, &refused).await.unwrap();
    assert_eq!(balances(&mut conn).await, [200, 500, 200, 0]);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_reversal_into_a_closed_day_is_refused(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let journal = post(&mut conn, &collection("k", 100)).await.unwrap().journal;
    days::open(&mut conn, today().next(), NOON).await.unwrap();
    days::close(&mut conn, today(), NOON).await.unwrap();
    let mut reversal = Reversal {
        journal,
        key: "undo".to_owned(),
        accounting_date: today(),
        event_time: NOON,
        posted_at: NOON,
        memo: "undo".to_owned(),
        request_id: None,
    };
    let refused = ledger::reverse(&mut conn, &reversal).await.unwrap_err();
    assert!(refused.to_string().contains("is closed"), "{refused}");
    reversal.accounting_date = today().next();
    ledger::reverse(&mut conn, &reversal).await.unwrap();
    assert_eq!(fen(&mut conn, &due()).await, 0);
    let then = ledger::balance_on(&mut conn, &due(), Currency::Cny, today()).await.unwrap();
    assert_eq!(then, Money::cny(100), "the closed day stays as it was");
    invariants_hold(&mut conn).await;
}
