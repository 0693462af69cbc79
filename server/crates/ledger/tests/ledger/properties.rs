//! Random sequences of events against a model that is only a table of sums.

use crate::books::*;
use domain::date::BusinessDate;
use domain::ids::JournalId;
use domain::money::Money;
use ledger::{AccountRef, Books, LedgerError, Posted, Posting, Reversal, days};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sqlx::{PgConnection, PgPool};
use std::collections::{BTreeMap, HashMap};

const CASES: usize = 24;

/// Debit, credit, fen.
type Line = (AccountRef, AccountRef, i64);

#[derive(Debug, Clone)]
enum Event {
    /// Lines of (debit, credit, fen) under one of a few keys, so that keys repeat.
    Post { key: u8, lines: Vec<(usize, usize, i64)> },
    /// Several events in one group.
    Group { keys: Vec<(u8, i64)> },
    /// The last but n-th journal is undone.
    Undo { back: usize },
    /// The day changes.
    NextDay,
}

/// Two accounts without floor, three with, one of them behind a hot code.
fn accounts() -> Vec<AccountRef> {
    vec![
        due(),
        AccountRef::channel_cost(),
        unsettled(1),
        available(1),
        AccountRef::refunds_in_transit(),
    ]
}

fn has_floor(account: &AccountRef) -> bool {
    account.code.starts_with("2241")
}

fn is_credit(account: &AccountRef) -> bool {
    account.code.starts_with('2')
}

fn event() -> impl Strategy<Value = Event> {
    let line = (0..5_usize, 0..5_usize, 1..100_i64);
    prop_oneof![
        6 => (any::<u8>(), prop::collection::vec(line, 1..5))
            .prop_map(|(key, lines)| Event::Post { key, lines }),
        2 => prop::collection::vec((any::<u8>(), 1..100_i64), 1..6)
            .prop_map(|keys| Event::Group { keys }),
        1 => (0..4_usize).prop_map(|back| Event::Undo { back }),
        1 => Just(Event::NextDay),
    ]
}

#[derive(Default)]
struct Model {
    /// Balance on the normal side.
    balances: HashMap<AccountRef, i64>,
    /// What each key stands for.
    keys: BTreeMap<String, Vec<Line>>,
    journals: Vec<(JournalId, Vec<Line>)>,
    undone: Vec<JournalId>,
    /// Half of the events are booked by a writer with a memory.
    books: Books,
}

enum Expected {
    Booked,
    Repeated,
    KeyReused,
    Overdrawn,
}

impl Model {
    fn expect(&mut self, key: &str, lines: &[Line]) -> Expected {
        if let Some(known) = self.keys.get(key) {
            return if known == lines { Expected::Repeated } else { Expected::KeyReused };
        }
        let mut after = self.balances.clone();
        for (debit, credit, fen) in lines {
            *after.entry(debit.clone()).or_default() += if is_credit(debit) { -fen } else { *fen };
            *after.entry(credit.clone()).or_default() +=
                if is_credit(credit) { *fen } else { -fen };
        }
        if after.iter().any(|(account, fen)| has_floor(account) && *fen < 0) {
            return Expected::Overdrawn;
        }
        self.balances = after;
        self.keys.insert(key.to_owned(), lines.to_vec());
        Expected::Booked
    }
}

fn agree(expected: &Expected, outcome: &Result<Posted, LedgerError>) -> bool {
    match expected {
        Expected::Booked => matches!(outcome, Ok(posted) if !posted.replayed),
        Expected::Repeated => matches!(outcome, Ok(posted) if posted.replayed),
        Expected::KeyReused => matches!(outcome, Err(LedgerError::KeyReused { .. })),
        Expected::Overdrawn => matches!(outcome, Err(LedgerError::InsufficientBalance { .. })),
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn any_sequence_of_events_leaves_the_books_right(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    open_today(&mut conn).await;
    let mut runner = TestRunner::deterministic();
    let mut model = Model::default();
    let mut today = today();
    for case in 0..CASES {
        let events = prop::collection::vec(event(), 1..30);
        for event in events.new_tree(&mut runner).unwrap().current() {
            run(&mut conn, &mut model, &mut today, (case, event)).await;
        }
        for account in accounts() {
            let wanted = model.balances.get(&account).copied().unwrap_or(0);
            assert_eq!(fen(&mut conn, &account).await, wanted, "case {case}: {account}");
        }
        invariants_hold(&mut conn).await;
    }
    assert!(model.journals.len() > 100 && model.undone.len() > 3, "too little happened");
}

async fn run(
    conn: &mut PgConnection,
    model: &mut Model,
    today: &mut BusinessDate,
    (case, event): (usize, Event),
) {
    let accounts = accounts();
    match event {
        Event::Post { key, lines } => {
            let key = format!("{case}:{}", key % 24);
            let lines: Vec<Line> = lines
                .into_iter()
                .filter(|(debit, credit, _)| debit != credit)
                .map(|(debit, credit, fen)| {
                    (accounts[debit].clone(), accounts[credit].clone(), fen)
                })
                .collect();
            if !lines.is_empty() {
                let expected = model.expect(&key, &lines);
                let posting = [dated(&key, *today, &lines)];
                let outcome = if lines.len().is_multiple_of(2) {
                    model.books.post_all(conn, &posting).await
                } else {
                    ledger::post_all(conn, &posting).await
                };
                let outcome = outcome.map(|posted| posted[0]);
                assert!(agree(&expected, &outcome), "case {case}: {key} {lines:?} {outcome:?}");
                remember(model, &outcome, lines);
            }
        }
        Event::Group { keys } => {
            let lines = |fen| vec![(due(), unsettled(1), fen)];
            let group: Vec<(String, Vec<Line>)> = keys
                .iter()
                .map(|(key, fen)| (format!("{case}:g{}", key % 8), lines(*fen)))
                .collect();
            let postings: Vec<Posting> =
                group.iter().map(|(key, lines)| dated(key, *today, lines)).collect();
            let before = (model.balances.clone(), model.keys.clone());
            let expected: Vec<Expected> =
                group.iter().map(|(key, lines)| model.expect(key, lines)).collect();
            let clash = expected.iter().any(|e| matches!(e, Expected::KeyReused));
            let outcome = if keys.len().is_multiple_of(2) {
                model.books.post_all(conn, &postings).await
            } else {
                ledger::post_all(conn, &postings).await
            };
            if clash {
                (model.balances, model.keys) = before;
                assert!(matches!(outcome, Err(LedgerError::KeyReused { .. })), "{outcome:?}");
            } else {
                for ((expected, posted), (_, lines)) in
                    expected.iter().zip(outcome.unwrap()).zip(group)
                {
                    assert!(agree(expected, &Ok(posted)), "case {case}: {posted:?}");
                    remember(model, &Ok(posted), lines);
                }
            }
        }
        Event::Undo { back } => undo(conn, model, *today, back).await,
        Event::NextDay => {
            let next = today.next();
            days::open(conn, next, NOON).await.unwrap();
            days::close(conn, *today, NOON).await.unwrap();
            *today = next;
        }
    }
}

fn dated(key: &str, day: BusinessDate, lines: &[Line]) -> Posting {
    let mut all = dates(day);
    all.clearing_date = None;
    let own = lines
        .iter()
        .map(|(debit, credit, fen)| line(debit.clone(), credit.clone(), Money::cny(*fen)));
    adjustment(key, all, own.collect())
}

fn remember(model: &mut Model, outcome: &Result<Posted, LedgerError>, lines: Vec<Line>) {
    if let Ok(posted) = outcome
        && !posted.replayed
    {
        model.journals.push((posted.journal, lines));
    }
}

async fn undo(conn: &mut PgConnection, model: &mut Model, today: BusinessDate, back: usize) {
    let Some((journal, lines)) = model.journals.iter().rev().nth(back).cloned() else { return };
    let key = format!("undo:{journal}:{}", model.undone.contains(&journal));
    let mirrored: Vec<Line> = lines.into_iter().rev().map(|(d, c, fen)| (c, d, fen)).collect();
    let reversal = Reversal {
        journal,
        key: key.clone(),
        accounting_date: today,
        event_time: NOON,
        posted_at: NOON,
        memo: "undone".to_owned(),
        request_id: None,
    };
    let outcome = ledger::reverse(conn, &reversal).await;
    if model.undone.contains(&journal) {
        assert!(matches!(outcome, Err(LedgerError::AlreadyReversed { .. })), "{outcome:?}");
        return;
    }
    let expected = model.expect(&key, &mirrored);
    assert!(agree(&expected, &outcome), "undo {journal}: {outcome:?}");
    if matches!(expected, Expected::Booked) {
        model.undone.push(journal);
    }
}
