//! Accounting days, and balances, statements and trial balances across them.

use crate::books::*;
use domain::account::{AccountFilter, StatementFilter};
use domain::date::BusinessZone;
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use ledger::days::{self, DayState};
use ledger::entries::{self, Event, Owed, VatSplit};
use ledger::{Dates, LedgerError, Posting, Source};
use sqlx::{PgConnection, PgPool};

fn on(text: &str, key: &str, fen: i64) -> Posting {
    let event = Event::new(key, Source::new("payment", key), dates(day(text)));
    entries::collected(event, "UNIONPAY", merchant(1), Money::cny(fen))
}

#[sqlx::test(migrations = "../../../migrations")]
async fn only_open_days_take_postings(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let refused = post(&mut conn, &on("2026-03-31", "a", 1)).await;
    assert!(matches!(refused, Err(LedgerError::DayNotOpened(d)) if d == today()));
    open_today(&mut conn).await;
    post(&mut conn, &on("2026-03-31", "a", 1)).await.unwrap();
    days::close(&mut conn, today(), NOON).await.unwrap();
    days::close(&mut conn, today(), NOON).await.unwrap();
    let refused = post(&mut conn, &on("2026-03-31", "b", 1)).await;
    assert!(matches!(refused, Err(LedgerError::DayClosed(d)) if d == today()));
    let reopened = days::open(&mut conn, today(), NOON).await;
    assert!(matches!(reopened, Err(LedgerError::DayClosed(_))));
    let before = days::open(&mut conn, day("2026-03-30"), NOON).await;
    assert!(matches!(before, Err(LedgerError::LaterDayClosed { .. })));
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn days_close_in_their_order_and_the_latest_open_one_is_current(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(days::current(&mut conn).await.unwrap(), None);
    let next = day("2026-04-01");
    open_today(&mut conn).await;
    days::open(&mut conn, next, NOON).await.unwrap();
    days::open(&mut conn, next, NOON).await.unwrap();
    assert_eq!(days::current(&mut conn).await.unwrap(), Some(next));
    let refused = days::close(&mut conn, next, NOON).await;
    assert!(
        matches!(refused, Err(LedgerError::EarlierDayOpen { earlier, .. }) if earlier == today())
    );
    days::close(&mut conn, today(), NOON).await.unwrap();
    assert_eq!(days::state(&mut conn, today()).await.unwrap(), DayState::Closed);
    assert_eq!(days::state(&mut conn, next).await.unwrap(), DayState::Open);
    assert_eq!(days::state(&mut conn, day("2026-04-02")).await.unwrap(), DayState::NotOpened);
    let unopened = days::close(&mut conn, day("2026-04-02"), NOON).await;
    assert!(matches!(unopened, Err(LedgerError::DayNotOpened(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn closing_waits_for_a_posting_on_its_way(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let mut posting = pool.begin().await.unwrap();
    post(&mut posting, &on("2026-03-31", "a", 70)).await.unwrap();
    let closer = pool.clone();
    let closing = tokio::spawn(async move {
        let mut tx = closer.begin().await.unwrap();
        days::close(&mut tx, today(), NOON).await.unwrap();
        tx.commit().await.unwrap();
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!closing.is_finished(), "the day closed under a posting");
    posting.commit().await.unwrap();
    closing.await.unwrap();
    assert_eq!(fen(&mut conn, &due()).await, 70);
    invariants_hold(&mut conn).await;
}

/// Two days; the first gets a late posting after the second has begun.
async fn two_days(conn: &mut PgConnection) {
    open_today(conn).await;
    days::open(conn, day("2026-04-01"), NOON).await.unwrap();
    post(conn, &on("2026-03-31", "a", 100)).await.unwrap();
    post(conn, &on("2026-04-01", "b", 20)).await.unwrap();
    post(conn, &on("2026-03-31", "c", 3)).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn balances_of_a_day_are_the_same_before_and_after_it_closes(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    two_days(&mut conn).await;
    for closed in [false, true] {
        if closed {
            days::close(&mut conn, today(), NOON).await.unwrap();
        }
        let account = unsettled(1);
        for (text, wanted) in [("2026-03-30", 0), ("2026-03-31", 103), ("2026-04-01", 123)] {
            let day = day(text);
            let one = ledger::balance_on(&mut conn, &account, Currency::Cny, day);
            assert_eq!(one.await.unwrap(), Money::cny(wanted), "{text} {closed}");
            let all = ledger::code_balance_on(&mut conn, "2241.02", Currency::Cny, day);
            assert_eq!(all.await.unwrap(), Money::cny(wanted), "{text} {closed}");
        }
        let trial = ledger::trial_balance(&mut conn, day("2026-04-01"), Currency::Cny);
        let trial = trial.await.unwrap();
        assert!(trial.is_balanced());
        assert_eq!((trial.debits, trial.debit_balances), (Money::cny(20), Money::cny(123)));
        let merchant = &trial.rows[1];
        assert_eq!(merchant.account, unsettled(1));
        assert_eq!((merchant.opening, merchant.closing), (Money::cny(103), Money::cny(123)));
    }
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_statement_runs_by_accounting_date_with_its_balances(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    two_days(&mut conn).await;
    let filter = AccountFilter { code: Some("2241".to_owned()), ..AccountFilter::default() };
    let id = ledger::list_accounts(&mut conn, &filter).await.unwrap().rows[0].id;
    let zone = BusinessZone::china();
    let whole = StatementFilter { at: "2000-01-01T00:00".parse().ok(), ..Default::default() };
    let all = ledger::statement(&mut conn, id, &whole, zone).await.unwrap().unwrap();
    assert_eq!(all.past.map(|past| past.balance), Some(Money::cny(0)), "nothing was there yet");
    let running: Vec<_> = all.page.rows.iter().map(|row| row.balance.minor()).collect();
    assert_eq!(running, [100, 103, 123]);
    assert_eq!(all.page.rows[0].counter, due());
    let second = StatementFilter {
        from: Some(day("2026-04-01")),
        at: "2099-01-01T00:00:30".parse().ok(),
        page: PageRequest { number: 1, size: 1 },
        ..StatementFilter::default()
    };
    let second = ledger::statement(&mut conn, id, &second, zone).await.unwrap().unwrap();
    assert_eq!((second.opening, second.closing), (Money::cny(103), Money::cny(123)));
    assert_eq!(second.page.rows[0].balance, Money::cny(123));
    assert_eq!(second.past.map(|past| past.balance), Some(Money::cny(123)));
    assert_eq!(second.page.total, 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_stands_in_transit_is_explained_by_document_or_clearing_day(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("a", 100)).await.unwrap();
    post(&mut conn, &collection("b", 50)).await.unwrap();
    let refund = |key: &str, refund: &str, fen| {
        let event = Event::new(key, Source::new("refund", refund), dates(today()));
        entries::refund_accepted(event, merchant(1), Owed::Unsettled, Money::cny(fen))
    };
    post(&mut conn, &refund("r1", "R1", 30)).await.unwrap();
    post(&mut conn, &refund("r2", "R2", 20)).await.unwrap();
    let no_clearing_date = Dates { clearing_date: None, ..dates(today()) };
    let event = Event::new("r1:ok", Source::new("refund", "R1"), no_clearing_date);
    let done = entries::refund_paid(event, "", Money::cny(30));
    post(&mut conn, &done).await.unwrap();
    let items = ledger::open_items(&mut conn, today()).await.unwrap();
    let items: Vec<_> = items.iter().map(|i| (i.source.clone(), i.amount.minor())).collect();
    assert_eq!(
        items,
        [(Source::new("clearing_date", "2026-03-31"), 150), (Source::new("refund", "R2"), 20)]
    );
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_chart_carries_the_sums_of_what_is_below(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("a", 100)).await.unwrap();
    let fee = VatSplit::unsplit(Money::cny(60));
    let fee = entries::fee_charged(event("f", "payment"), merchant(1), Owed::Unsettled, fee);
    let back = Money::cny(10);
    let back = entries::fee_refunded(event("b", "refund"), merchant(1), Owed::Unsettled, back);
    post(&mut conn, &back).await.unwrap();
    post(&mut conn, &fee).await.unwrap();
    let chart = ledger::chart_balances(&mut conn).await.unwrap();
    let of = |code: &str| {
        chart.iter().find(|line| line.line.code == code).map(|line| line.balances.clone())
    };
    assert_eq!(chart.len(), 41);
    assert_eq!(of("6021"), Some(vec![Money::cny(50)]));
    assert_eq!(of("6021.02"), Some(vec![Money::cny(10)]));
    assert_eq!(of("2241"), Some(vec![Money::cny(50)]));
    assert_eq!(of("6711"), Some(vec![]));
}

/// What stands in transit by adding up the whole history.
async fn added_up(conn: &mut PgConnection, on: &str) -> Vec<(String, String, i64)> {
    sqlx::query_as(
        "SELECT a.code || a.owner, CASE WHEN c.owner_kind = 'channel'
                     THEN 'clearing_date:' || j.clearing_date
                     ELSE j.source_kind || ':' || j.source_id END,
                sum(CASE e.side WHEN c.normal_side THEN e.amount_minor
                                ELSE -e.amount_minor END)::bigint
         FROM ledger_chart c
         JOIN ledger_accounts a ON a.code = c.code
         JOIN ledger_entries e ON e.account_id = a.id
         JOIN ledger_journals j ON j.id = e.journal_id
         WHERE c.in_transit AND j.accounting_date <= $1::date
         GROUP BY 1, 2 HAVING sum(CASE e.side WHEN c.normal_side THEN e.amount_minor
                                              ELSE -e.amount_minor END) <> 0
         ORDER BY 1, 2",
    )
    .bind(on)
    .fetch_all(conn)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_closed_days_left_open_need_not_be_added_up_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let on = |text: &str, key: &str, kind: &str, id: &str| {
        Event::new(key, Source::new(kind, id), dates(day(text)))
    };
    let (m, fen) = (merchant(1), Money::cny);
    let take = |event, amount| entries::refund_accepted(event, m, Owed::Unsettled, fen(amount));
    let done = |event, amount| entries::refund_netted(event, "UNIONPAY", fen(amount));
    let (first, second, third) = ("2026-03-30", "2026-03-31", "2026-04-01");
    days::open(&mut conn, day(first), NOON).await.unwrap();
    let collected = entries::collected(on(first, "c1", "payment", "1"), "UNIONPAY", m, fen(900));
    post(&mut conn, &collected).await.unwrap();
    post(&mut conn, &take(on(first, "r1", "refund", "R1"), 100)).await.unwrap();
    // Two days are open at once, and events of both come in turns.
    days::open(&mut conn, day(second), NOON).await.unwrap();
    post(&mut conn, &take(on(second, "r2", "refund", "R2"), 70)).await.unwrap();
    post(&mut conn, &take(on(first, "r3", "refund", "R3"), 50)).await.unwrap();
    post(&mut conn, &done(on(second, "r1:ok", "refund", "R1"), 100)).await.unwrap();
    days::close(&mut conn, day(first), NOON).await.unwrap();
    post(&mut conn, &done(on(second, "r3:half", "refund", "R3"), 20)).await.unwrap();
    days::open(&mut conn, day(third), NOON).await.unwrap();
    post(&mut conn, &take(on(third, "r4", "refund", "R4"), 5)).await.unwrap();
    days::close(&mut conn, day(second), NOON).await.unwrap();
    post(&mut conn, &done(on(third, "r2:ok", "refund", "R2"), 70)).await.unwrap();
    for on in [first, second, third] {
        let mut items: Vec<_> = ledger::open_items(&mut conn, day(on))
            .await
            .unwrap()
            .into_iter()
            .map(|item| {
                let account = format!("{}{}", item.account.code, item.account.owner);
                let source = format!("{}:{}", item.source.kind, item.source.id);
                (account, source, item.amount.minor())
            })
            .collect();
        items.sort();
        assert_eq!(items, added_up(&mut conn, on).await, "{on}");
        assert!(items.len() > 1, "{on}: {items:?}");
    }
    let balances = ledger::merchant_balances(&mut conn, m, Currency::Cny).await.unwrap();
    assert_eq!(balances.in_transit, fen(30 + 5));
    let other = ledger::merchant_balances(&mut conn, merchant(2), Currency::Cny).await.unwrap();
    assert_eq!(other.in_transit, fen(0));
    invariants_hold(&mut conn).await;
}
