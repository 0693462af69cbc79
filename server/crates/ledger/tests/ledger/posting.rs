//! Booking events: what is accepted, what is refused, what happens twice.

use crate::books::*;
use domain::account::AccountFilter;
use domain::journal::JournalFilter;
use domain::money::{Currency, Money};
use ledger::entries::{self, Event, Owed, VatSplit};
use ledger::{AccountRef, Entry, LedgerError, Posting, Source};
use sqlx::{PgConnection, PgPool};

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payment_with_fee_and_cost_stands_on_its_accounts(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let source = Source::new("payment", "P1");
    let event = |key: &str| Event::new(key, source.clone(), dates(today()));
    let fee = VatSplit { net: Money::cny(57), vat: Money::cny(3) };
    let group = [
        entries::collected(event("P1:1"), "UNIONPAY", merchant(1), Money::cny(10_000)),
        entries::fee_charged(event("P1:2"), merchant(1), Owed::Unsettled, fee),
        entries::channel_cost(event("P1:3"), "UNIONPAY", Money::cny(24)),
    ];
    let posted = ledger::post_all(&mut conn, &group).await.unwrap();
    assert!(posted.iter().all(|posted| !posted.replayed));
    assert_eq!(fen(&mut conn, &due()).await, 10_000);
    assert_eq!(fen(&mut conn, &unsettled(1)).await, 9_940);
    assert_eq!(fen(&mut conn, &AccountRef::fee_income()).await, 57);
    assert_eq!(fen(&mut conn, &AccountRef::channel_cost()).await, 24);
    let journal = ledger::find_journal(&mut conn, posted[1].journal).await.unwrap().unwrap();
    assert_eq!(journal.summary.entry, Entry::FeeCharged);
    assert_eq!(journal.lines[1].debit.balance, Money::cny(9_940));
    assert_eq!(journal.summary.totals, vec![Money::cny(60)]);
    let filter = JournalFilter { source: Some(source), ..JournalFilter::default() };
    assert_eq!(ledger::list_journals(&mut conn, &filter).await.unwrap().total, 3);
    let sum = ledger::code_balance(&mut conn, "2241.02", Currency::Cny).await.unwrap();
    assert_eq!(sum, Money::cny(9_940));
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_same_event_posted_twice_is_booked_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let first = post(&mut conn, &collection("k", 100)).await.unwrap();
    let second = post(&mut conn, &collection("k", 100)).await.unwrap();
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(first.journal, second.journal);
    assert_eq!(fen(&mut conn, &due()).await, 100);
    let other = post(&mut conn, &collection("k", 101)).await;
    assert!(matches!(other, Err(LedgerError::KeyReused { key }) if key == "k"));
    assert_eq!(fen(&mut conn, &due()).await, 100);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_repetition_is_answered_even_when_it_could_not_be_booked_any_more(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("in", 100)).await.unwrap();
    post(&mut conn, &settlement("out", 100)).await.unwrap();
    assert!(post(&mut conn, &settlement("out", 100)).await.unwrap().replayed, "balance is gone");
    ledger::days::close(&mut conn, today(), NOON).await.unwrap();
    assert!(post(&mut conn, &settlement("out", 100)).await.unwrap().replayed, "day is closed");
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_group_is_booked_whole_or_not_at_all(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let group = [collection("a", 100), settlement("b", 60), settlement("c", 60)];
    let refused = ledger::post_all(&mut conn, &group).await;
    assert!(matches!(refused, Err(LedgerError::InsufficientBalance { .. })));
    assert_eq!(fen(&mut conn, &due()).await, 0);
    post(&mut conn, &collection("a", 100)).await.unwrap();
    let group = [collection("a", 100), settlement("b", 60), settlement("b", 60)];
    let posted = ledger::post_all(&mut conn, &group).await.unwrap();
    assert_eq!(posted.iter().map(|p| p.replayed).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(fen(&mut conn, &unsettled(1)).await, 40);
    let clash = [settlement("d", 1), settlement("d", 2)];
    let refused = ledger::post_all(&mut conn, &clash).await;
    assert!(matches!(refused, Err(LedgerError::KeyReused { .. })));
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn customers_balances_cannot_be_overdrawn(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("in", 100)).await.unwrap();
    match post(&mut conn, &settlement("out", 101)).await {
        Err(LedgerError::InsufficientBalance { account, available, wanted }) => {
            assert_eq!(account, unsettled(1));
            assert_eq!((available, wanted), (Money::cny(100), Money::cny(101)));
        }
        other => panic!("{other:?}"),
    }
    // The caller's transaction can go on, and nothing was booked.
    assert_eq!(fen(&mut conn, &unsettled(1)).await, 100);
    post(&mut conn, &settlement("out", 100)).await.unwrap();
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_posting_passes_through_may_be_empty_in_between(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("in", 9_940)).await.unwrap();
    let pending = AccountRef::split_pending(merchant(1));
    let commission = AccountRef::platform_commission(merchant(2));
    let lines = vec![
        line(pending.clone(), available(1), Money::cny(9_640)),
        line(pending.clone(), commission, Money::cny(100)),
        line(pending.clone(), available(3), Money::cny(200)),
        line(unsettled(1), pending.clone(), Money::cny(9_940)),
    ];
    let split = adjustment("split", dates(today()), lines);
    post(&mut conn, &split).await.unwrap();
    assert_eq!(fen(&mut conn, &pending).await, 0);
    assert_eq!(fen(&mut conn, &available(1)).await, 9_640);
    invariants_hold(&mut conn).await;
}

async fn refused(conn: &mut PgConnection, posting: Posting) -> String {
    post(conn, &posting).await.expect_err("refused").to_string()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn bad_postings_are_refused_with_their_reason(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let bad = |lines| adjustment("bad", dates(today()), lines);
    let line = |debit, credit, fen| bad(vec![line(debit, credit, Money::cny(fen))]);
    for (posting, reason) in [
        (line(due(), unsettled(1), 0), "must be greater than zero"),
        (line(due(), unsettled(1), -5), "must be greater than zero"),
        (line(due(), due(), 5), "both sides"),
        (line(AccountRef::sole("9999.01"), due(), 5), "no account code 9999.01"),
        (line(AccountRef::sole("2241"), due(), 5), "takes no postings"),
        (line(AccountRef::sole("2241.20"), due(), 5), "takes no postings"),
        (line(AccountRef::sole("2241.02"), due(), 5), "does not fit the chart"),
        (line(AccountRef::new("6021.01", "M1"), due(), 5), "does not fit the chart"),
        (bad(Vec::new()), "has 0 lines"),
        (adjustment(" ", dates(today()), Vec::new()), "has no key"),
    ] {
        let text = refused(&mut conn, posting).await;
        assert!(text.contains(reason), "{text}");
    }
    let journals = ledger::list_journals(&mut conn, &JournalFilter::default()).await.unwrap();
    assert_eq!(journals.total, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn sums_beyond_the_range_are_refused(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("a", i64::MAX - 1)).await.unwrap();
    let refused = post(&mut conn, &collection("b", 2)).await;
    assert!(matches!(refused, Err(LedgerError::Money(_))));
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_quota_earmark_is_a_memo_without_lines(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let memo =
        entries::quota_earmarked(event("m", "reserve_quota").memo("quota earmarked: 1,000.00 CNY"));
    let posted = post(&mut conn, &memo).await.unwrap();
    let journal = ledger::find_journal(&mut conn, posted.journal).await.unwrap().unwrap();
    assert!(journal.lines.is_empty() && journal.summary.totals.is_empty());
    assert!(post(&mut conn, &memo).await.unwrap().replayed);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn currencies_have_accounts_of_their_own(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let euro = Money::new(700, Currency::Eur);
    let lines = [Money::cny(100), euro].map(|amount| line(due(), unsettled(1), amount));
    let posting = adjustment("both", dates(today()), lines.into());
    let posted = post(&mut conn, &posting).await.unwrap();
    let accounts = ledger::list_accounts(&mut conn, &AccountFilter::default()).await.unwrap();
    assert_eq!(accounts.total, 4);
    assert_eq!(ledger::balance(&mut conn, &due(), Currency::Eur).await.unwrap(), euro);
    let journal = ledger::find_journal(&mut conn, posted.journal).await.unwrap().unwrap();
    assert_eq!(journal.summary.totals, vec![Money::cny(100), euro]);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn many_at_once_never_overdraw_and_never_lose_a_fen(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    post(&mut conn, &collection("fund", 1_000)).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let pool = pool.clone();
        tasks.spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            // Twice each: the second must be a repetition, whoever of the two is first.
            let key = format!("out:{}", number / 2);
            let outcome = post(&mut tx, &settlement(&key, 100)).await;
            match outcome {
                Ok(posted) => {
                    post(&mut tx, &collection(&format!("more:{number}"), 1)).await.unwrap();
                    tx.commit().await.unwrap();
                    i32::from(!posted.replayed)
                }
                Err(LedgerError::InsufficientBalance { .. }) => 0,
                Err(other) => panic!("{other}"),
            }
        });
    }
    let booked: i32 = tasks.join_all().await.into_iter().sum();
    assert_eq!(booked, 10);
    assert_eq!(fen(&mut conn, &available(1)).await, 1_000);
    invariants_hold(&mut conn).await;
}
