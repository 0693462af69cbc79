//! Many callers at once, booked in groups: each gets its own answer, and the books stay exact.

use crate::books::*;
use domain::money::Money;
use ledger::{
    BookKeeper, Books, Group, GroupError, GroupSize, LedgerError, Posted, Posting, Write,
};
use sqlx::{PgConnection, PgPool};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;
use tokio::task::JoinSet;

type Answer = (String, Result<Posted, GroupError<LedgerError>>);

fn size(writers: usize, items: usize) -> GroupSize {
    let [writers, items] = [writers, items].map(|count| NonZeroUsize::new(count).unwrap());
    GroupSize { writers, items, ..GroupSize::default() }
}

async fn open_books(pool: &PgPool, size: GroupSize) -> BookKeeper {
    open_today(&mut pool.acquire().await.unwrap()).await;
    Group::start(pool, Books::default(), size)
}

/// All postings at once, each from a caller of its own; answers by number of the posting.
async fn submit_all(keeper: &BookKeeper, postings: Vec<Posting>) -> Vec<Answer> {
    let mut callers = JoinSet::new();
    for (number, posting) in postings.into_iter().enumerate() {
        let keeper = keeper.clone();
        callers.spawn(
            async move { (number, (posting.key().to_owned(), keeper.submit(posting).await)) },
        );
    }
    let answers: BTreeMap<usize, Answer> = callers.join_all().await.into_iter().collect();
    answers.into_values().collect()
}

async fn journal_of(conn: &mut PgConnection, key: &str) -> Option<uuid::Uuid> {
    sqlx::query_scalar("SELECT id FROM ledger_journals WHERE key = $1")
        .bind(key)
        .fetch_optional(conn)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn every_caller_gets_its_own_journal(pool: PgPool) {
    for writers in [1, 2] {
        let keeper = open_books(&pool, size(writers, 50)).await;
        let postings = (0..300).map(|n| collection(&format!("{writers}:{n}"), 1 + n)).collect();
        let mut conn = pool.acquire().await.unwrap();
        for (key, posted) in submit_all(&keeper, postings).await {
            let posted = posted.unwrap();
            assert!(!posted.replayed);
            assert_eq!(journal_of(&mut conn, &key).await, Some(posted.journal.0), "{key}");
        }
        keeper.stop().await;
        invariants_hold(&mut conn).await;
    }
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(fen(&mut conn, &due()).await, 2 * 300 * 301 / 2);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn bad_postings_in_a_group_refuse_only_themselves(pool: PgPool) {
    let keeper = open_books(&pool, size(1, 1_000)).await;
    let nowhere = line(due(), ledger::AccountRef::sole("9999.01"), Money::cny(1));
    let bad_account = adjustment("x", dates(today()), vec![nowhere]);
    let never_opened = dates(day("2026-03-30"));
    let bad_day = adjustment("y", never_opened, vec![line(due(), unsettled(1), Money::cny(1))]);
    let mut postings: Vec<Posting> = (0..120).map(|n| collection(&format!("{n}"), 1)).collect();
    postings.insert(0, settlement("overdrawn", 1_000));
    postings.insert(60, bad_account);
    postings.insert(90, bad_day);
    postings.push(adjustment("", dates(today()), Vec::new()));
    let refused: BTreeMap<String, String> = submit_all(&keeper, postings)
        .await
        .into_iter()
        .filter_map(|(key, answer)| Some((key, answer.err()?.to_string())))
        .collect();
    let keys: Vec<_> = refused.keys().map(String::as_str).collect();
    assert_eq!(keys, ["", "overdrawn", "x", "y"]);
    assert!(refused["overdrawn"].contains("available"), "{refused:?}");
    assert!(refused["x"].contains("9999.01"), "{refused:?}");
    assert!(refused["y"].contains("not open yet"), "{refused:?}");
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(fen(&mut conn, &unsettled(1)).await, 120);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_key_twice_in_a_group_is_booked_once_and_stands_for_one_content(pool: PgPool) {
    let keeper = open_books(&pool, size(1, 1_000)).await;
    let same = (0..40).map(|_| collection("same", 7)).collect();
    let posted: Vec<Posted> =
        submit_all(&keeper, same).await.into_iter().map(|(_, posted)| posted.unwrap()).collect();
    assert_eq!(posted.iter().filter(|posted| !posted.replayed).count(), 1);
    assert_eq!(posted.iter().map(|posted| posted.journal.0).collect::<BTreeSet<_>>().len(), 1);
    let other = (0..10).map(|n| collection("one of ten", 1 + n)).collect();
    let answers = submit_all(&keeper, other).await;
    assert_eq!(answers.iter().filter(|(_, answer)| answer.is_ok()).count(), 1);
    for (_, answer) in answers {
        let reused = matches!(answer, Err(GroupError::Refused(LedgerError::KeyReused { .. })));
        assert!(answer.is_ok() || reused);
    }
    let mut conn = pool.acquire().await.unwrap();
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn withdrawals_at_once_stop_exactly_at_the_floor(pool: PgPool) {
    let keeper = open_books(&pool, size(2, 8)).await;
    keeper.submit(collection("fund", 1_000)).await.unwrap();
    let mut callers = JoinSet::new();
    for number in 0..64 {
        let (keeper, pool) = (keeper.clone(), pool.clone());
        callers.spawn(async move {
            let posting = settlement(&format!("out:{number}"), 30);
            // Every fourth caller goes past the group, in a transaction of its own.
            let outcome = if number % 4 == 0 {
                let mut tx = pool.begin().await.unwrap();
                let outcome = post(&mut tx, &posting).await.map_err(GroupError::Refused);
                tx.commit().await.unwrap();
                outcome
            } else {
                keeper.submit(posting).await
            };
            match outcome {
                Ok(_) => 1,
                Err(GroupError::Refused(LedgerError::InsufficientBalance { .. })) => 0,
                Err(other) => panic!("{other}"),
            }
        });
    }
    let booked: i64 = callers.join_all().await.into_iter().sum();
    assert_eq!(booked, 33);
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(fen(&mut conn, &unsettled(1)).await, 10);
    assert_eq!(fen(&mut conn, &available(1)).await, 990);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_is_remembered_of_an_account_is_never_trusted(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let books = Books::default();
    for (number, fen) in (0_i64..).zip([500, 20, 3]) {
        let key = format!("remembered:{number}");
        books.post_all(&mut conn, &[collection(&key, fen)]).await.unwrap();
        // Somebody else, behind its back: once more, and once rolled back.
        post(&mut conn, &collection(&format!("{key}:other"), 1)).await.unwrap();
        let mut tx = pool.begin().await.unwrap();
        books.post_all(&mut tx, &[collection(&format!("{key}:undone"), 1)]).await.unwrap();
        tx.rollback().await.unwrap();
        // The same number of entries and another balance than the one remembered.
        post(&mut conn, &collection(&format!("{key}:instead"), 90)).await.unwrap();
    }
    books.post_all(&mut conn, &[collection("last", 1)]).await.unwrap();
    let expected = 523 + 3 + 3 * 90 + 1;
    assert_eq!(fen(&mut conn, &due()).await, expected);
    // Too little as remembered, enough as it stands; and the other way round.
    post(&mut conn, &collection("more", 1)).await.unwrap();
    books.post_all(&mut conn, &[settlement("all", expected + 1)]).await.unwrap();
    let refused = books.post_all(&mut conn, &[settlement("too much", 1)]).await;
    assert!(matches!(refused, Err(LedgerError::InsufficientBalance { .. })));
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_batch_is_booked_whole_or_not_at_all(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let books = Books::default();
    for round in 0..3 {
        let batch: Vec<Posting> =
            (0..50).map(|number| collection(&format!("{round}:{number}"), 2)).collect();
        books.post_batch(&mut conn, &batch).await.unwrap();
        let again = books.post_batch(&mut conn, &batch).await.unwrap();
        assert!(again.iter().all(|posted| posted.replayed));
    }
    let overdrawn = [settlement("s1", 200), settlement("s2", 101)];
    let refused = books.post_batch(&mut conn, &overdrawn).await;
    assert!(matches!(refused, Err(LedgerError::InsufficientBalance { .. })), "{refused:?}");
    assert_eq!(fen(&mut conn, &unsettled(1)).await, 300);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn stopping_books_everything_that_was_let_in(pool: PgPool) {
    let keeper = open_books(&pool, size(1, 7)).await;
    let callers: Vec<_> = (0..100)
        .map(|number| {
            let keeper = keeper.clone();
            tokio::spawn(async move { keeper.submit(collection(&format!("{number}"), 1)).await })
        })
        .collect();
    tokio::task::yield_now().await;
    keeper.stop().await;
    let mut booked = 0;
    for caller in callers {
        match caller.await.unwrap() {
            Ok(_) => booked += 1,
            Err(GroupError::Stopped) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let late = keeper.submit(collection("late", 1)).await;
    assert!(matches!(late, Err(GroupError::Stopped)));
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(fen(&mut conn, &due()).await, booked);
    invariants_hold(&mut conn).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_caller_that_goes_away_loses_nothing(pool: PgPool) {
    let keeper = open_books(&pool, size(1, 3)).await;
    let callers: Vec<_> = (0..20)
        .map(|number| {
            let keeper = keeper.clone();
            tokio::spawn(async move { keeper.submit(collection(&format!("{number}"), 1)).await })
        })
        .collect();
    // Every caller got as far as the queue, on this one thread; then all leave, and so do we.
    tokio::task::yield_now().await;
    callers.iter().for_each(tokio::task::JoinHandle::abort);
    let watch = keeper.clone();
    drop(keeper);
    watch.stop().await;
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(fen(&mut conn, &due()).await, 20);
    invariants_hold(&mut conn).await;
}

/// Marks a row and books it, in one transaction; panics when told to.
struct MarkAndBook;

#[derive(Debug)]
struct Mark {
    id: i32,
    posting: Posting,
}

impl Write for MarkAndBook {
    type Item = Mark;
    type Answer = bool;
    type Error = LedgerError;

    async fn write(
        &self,
        conn: &mut PgConnection,
        items: &[Mark],
    ) -> Result<Vec<bool>, LedgerError> {
        assert!(items.iter().all(|mark| mark.id != 99), "told to");
        let ids: Vec<i32> = items.iter().map(|mark| mark.id).collect();
        let marked: Vec<i32> = sqlx::query_scalar(
            "UPDATE marks SET marked = true WHERE id = ANY($1) AND NOT marked RETURNING id",
        )
        .bind(&ids)
        .fetch_all(&mut *conn)
        .await?;
        let news = items.iter().filter(|mark| marked.contains(&mark.id));
        let postings: Vec<Posting> = news.map(|mark| mark.posting.clone()).collect();
        ledger::post_all(conn, &postings).await?;
        Ok(ids.iter().map(|id| marked.contains(id)).collect())
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn other_rows_are_written_in_the_transaction_that_books(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    sqlx::raw_sql(
        "CREATE TABLE marks (id int PRIMARY KEY, marked boolean NOT NULL DEFAULT false);
         INSERT INTO marks SELECT generate_series(1, 50)",
    )
    .execute(&mut *conn)
    .await
    .unwrap();
    let group = Group::start(&pool, MarkAndBook, size(1, 100));
    let mut callers = JoinSet::new();
    for id in 1..=50 {
        let group = group.clone();
        // Number 13 overdraws: neither marked nor booked.
        let posting = match id {
            13 => settlement("13", 1_000_000),
            id => collection(&id.to_string(), 1),
        };
        callers.spawn(async move { (id, group.submit(Mark { id, posting }).await) });
    }
    for (id, answer) in callers.join_all().await {
        assert_eq!(matches!(answer, Ok(true)), id != 13, "{id}: {answer:?}");
    }
    let again = group.submit(Mark { id: 1, posting: collection("another key", 1) }).await;
    assert!(matches!(again, Ok(false)), "marked before, so not booked again");
    let lost = group.submit(Mark { id: 99, posting: collection("99", 1) }).await;
    assert!(matches!(lost, Err(GroupError::Unanswered)), "{lost:?}");
    let after = group.submit(Mark { id: 13, posting: collection("13", 1) }).await;
    assert!(matches!(after, Ok(true)), "another writer took over: {after:?}");
    let marked: i64 = sqlx::query_scalar("SELECT count(*) FROM marks WHERE marked")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!((marked, fen(&mut conn, &due()).await), (50, 50));
    invariants_hold(&mut conn).await;
}

/// Gets nothing done until it is told to.
struct Stuck(tokio::sync::watch::Receiver<bool>);

impl Write for Stuck {
    type Item = ();
    type Answer = ();
    type Error = LedgerError;

    async fn write(&self, _: &mut PgConnection, items: &[()]) -> Result<Vec<()>, LedgerError> {
        let mut free = self.0.clone();
        free.wait_for(|free| *free).await.unwrap();
        Ok(items.to_vec())
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn who_finds_the_queue_full_waits_to_be_let_in(pool: PgPool) {
    let (free, stuck) = tokio::sync::watch::channel(false);
    let few = NonZeroUsize::new(4).unwrap();
    let size = GroupSize { writers: NonZeroUsize::MIN, items: few, waiting: few };
    let group = Group::start(&pool, Stuck(stuck), size);
    let callers: Vec<_> = (0..30)
        .map(|_| {
            let group = group.clone();
            tokio::spawn(async move { group.submit(()).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(group.waiting() <= 4, "{}", group.waiting());
    assert!(callers.iter().all(|caller| !caller.is_finished()));
    free.send_replace(true);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_lost_connection_is_replaced(pool: PgPool) {
    let keeper = open_books(&pool, size(1, 10)).await;
    for round in 0..3 {
        let posted = keeper.submit(collection(&round.to_string(), 1)).await.unwrap();
        assert!(!posted.replayed);
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .execute(&pool)
        .await
        .unwrap();
    }
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(fen(&mut conn, &due()).await, 3);
    invariants_hold(&mut conn).await;
}
