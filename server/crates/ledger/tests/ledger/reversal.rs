//! Undoing journals.

use crate::books::*;
use domain::date::BusinessDate;
use domain::ids::JournalId;
use ledger::{Entry, LedgerError, Posted, Reversal, days};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

async fn undo(
    conn: &mut PgConnection,
    journal: JournalId,
    key: &str,
    on: BusinessDate,
) -> Result<Posted, LedgerError> {
    let reversal = Reversal {
        journal,
        key: key.to_owned(),
        accounting_date: on,
        event_time: NOON,
        posted_at: NOON,
        memo: "booked by mistake".to_owned(),
        request_id: None,
    };
    ledger::reverse(conn, &reversal).await
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_reversal_is_the_negative_and_both_journals_know_each_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let original = post(&mut conn, &collection("a", 100)).await.unwrap().journal;
    let reversal = undo(&mut conn, original, "a:undo", today()).await.unwrap();
    assert_eq!(fen(&mut conn, &due()).await, 0);
    assert_eq!(fen(&mut conn, &unsettled(1)).await, 0);
    let original = ledger::find_journal(&mut conn, original).await.unwrap().unwrap().summary;
    let undone = ledger::find_journal(&mut conn, reversal.journal).await.unwrap().unwrap().summary;
    assert_eq!(original.reversed_by, Some(undone.id));
    assert_eq!(undone.reverses, Some(original.id));
    assert_eq!(undone.entry, Entry::Reversal);
    assert_eq!(undone.source, original.source);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_journal_is_reversed_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let original = post(&mut conn, &collection("a", 100)).await.unwrap().journal;
    let first = undo(&mut conn, original, "undo", today()).await.unwrap();
    let again = undo(&mut conn, original, "undo", today()).await.unwrap();
    assert!(again.replayed && again.journal == first.journal);
    let other = undo(&mut conn, original, "undo otherwise", today()).await;
    assert!(matches!(other, Err(LedgerError::AlreadyReversed { by, .. }) if by == first.journal));
    let back = undo(&mut conn, first.journal, "undo the undoing", today()).await;
    assert!(matches!(back, Err(LedgerError::ReversalOfReversal(_))));
    let nothing = undo(&mut conn, JournalId(Uuid::nil()), "undo nothing", today()).await;
    assert!(matches!(nothing, Err(LedgerError::JournalNotFound(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_reversals_at_once_undo_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let original = post(&mut conn, &collection("a", 100)).await.unwrap().journal;
    post(&mut conn, &collection("b", 100)).await.unwrap();
    let mut first = pool.begin().await.unwrap();
    undo(&mut first, original, "one", today()).await.unwrap();
    let other = pool.clone();
    let second = tokio::spawn(async move {
        let mut tx = other.begin().await.unwrap();
        undo(&mut tx, original, "two", today()).await
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    first.commit().await.unwrap();
    assert!(matches!(second.await.unwrap(), Err(LedgerError::ReversalRaced)));
    assert_eq!(fen(&mut conn, &due()).await, 100);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_reversal_is_dated_on_an_open_day_not_before_the_original(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (yesterday, next) = (day("2026-03-30"), day("2026-04-01"));
    days::open(&mut conn, yesterday, NOON).await.unwrap();
    open_today(&mut conn).await;
    days::open(&mut conn, next, NOON).await.unwrap();
    let original = post(&mut conn, &collection("a", 100)).await.unwrap().journal;
    let early = undo(&mut conn, original, "early", yesterday).await;
    assert!(matches!(early, Err(LedgerError::ReversalBeforeOriginal { .. })));
    days::close(&mut conn, yesterday, NOON).await.unwrap();
    days::close(&mut conn, today(), NOON).await.unwrap();
    let closed = undo(&mut conn, original, "closed", today()).await;
    assert!(matches!(closed, Err(LedgerError::DayClosed(_))));
    undo(&mut conn, original, "later", next).await.unwrap();
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn money_that_has_moved_on_cannot_be_reversed_away(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let original = post(&mut conn, &collection("a", 100)).await.unwrap().journal;
    post(&mut conn, &settlement("s", 40)).await.unwrap();
    let refused = undo(&mut conn, original, "undo", today()).await;
    assert!(matches!(refused, Err(LedgerError::InsufficientBalance { .. })));
    invariants_hold(&mut conn).await;
}
