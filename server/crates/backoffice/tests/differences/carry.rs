//! Stories about records near the cut, rules as data, and the life of a run.

use crate::desk::{self, DAY, Desk, as_bill, bill, row, scope};
use backoffice::reconciliation::{self, NewFile, ReconciliationError};
use banks::bill::BillRow;
use banks::write::unionpay_zm;
use domain::approval::Verdict as Decided;
use domain::date::BusinessDate;
use domain::error_item::{Cause, ErrorItemStatus, Leg};
use domain::ids::PaymentId;
use domain::matching::rules::{MatchingRules, RulesChange, RulesRefused};
use domain::matching::{MatchKey, Terms, Verdict};
use domain::money::Money;
use domain::reconciliation::{CellState, Explanation, RunDetail, RunScope, RunState, Shown};
use sqlx::PgPool;
use time::Duration;
use time::macros::datetime;

/// The n-th payment, which succeeded at 22:55, five minutes before UnionPay's cut.
async fn late(desk: &Desk, n: u32, fen: i64) -> PaymentId {
    let payment = desk.paid(n, fen).await;
    sqlx::query("UPDATE payments SET event_time = $2 WHERE id = $1")
        .bind(payment.0)
        .bind(datetime!(2026-03-31 22:55 +8))
        .execute(&desk.office.db)
        .await
        .unwrap();
    payment
}

fn bill_of(day: BusinessDate, rows: &[BillRow]) -> NewFile {
    as_bill(unionpay_zm::write(day, desk::OUR_NUMBER, rows).unwrap())
}

fn on(day: BusinessDate) -> RunScope {
    RunScope { leg: Leg::GatewayBank, of: "unionpay".to_owned(), day }
}

fn shares(run: &RunDetail) -> Vec<(Option<Explanation>, i64, Money)> {
    run.summary.shares.iter().map(|one| (one.explained, one.count, one.amount)).collect()
}

async fn waiting(desk: &Desk) -> Vec<String> {
    let home = reconciliation::home(&desk.office, &desk.auditor, (None, 7)).await.unwrap();
    home.waiting.into_iter().map(|one| one.number).collect()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_record_near_the_cut_waits_and_is_matched_by_the_next_file(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    late(&desk, 2, 5_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    let first = desk.reconcile_bank().await;
    assert!(!first.summary.totals_agree);
    assert_eq!(shares(&first), [(Some(Explanation::CutOver), 1, Money::cny(-5_000))]);
    assert_eq!(first.summary.unexplained(), 0);
    assert_eq!(desk.items().await, [], "nothing is called missing on the first day");
    assert_eq!(waiting(&desk).await, [desk::number(2)]);
    let home = reconciliation::home(&desk.office, &desk.auditor, (None, 7)).await.unwrap();
    let cell = home.cells.iter().find(|cell| cell.leg == Leg::GatewayBank).unwrap();
    assert_eq!((cell.state, cell.waiting), (CellState::Waiting, 1));
    assert_eq!(cell.match_rate_ppm, Some(1_000_000), "of what the channel has");

    desk.import(bill_of(DAY.next(), &[row(2, 5_000)])).await.unwrap();
    let next = desk.reconcile(&on(DAY.next())).await;
    assert_eq!(next.differences[0].verdict, Verdict::Date);
    assert_eq!(shares(&next), [(Some(Explanation::CutOver), 1, Money::cny(5_000))]);
    assert_eq!((desk.items().await, waiting(&desk).await), (vec![], vec![]));

    let again = desk.reconcile_bank().await;
    assert_eq!(again.summary.version, 2, "the neighbouring file is an input, too");
    assert_eq!(again.differences[0].verdict, Verdict::Date);
    assert_eq!((desk.items().await, waiting(&desk).await), (vec![], vec![]));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_waits_too_long_is_one_error_item_and_never_two(pool: PgPool) {
    let desk = desk::open(pool).await;
    late(&desk, 2, 5_000).await;
    desk.import(as_bill(bill(&[row(1, 700)]))).await.unwrap();
    desk.reconcile_bank().await;
    let own = |items: Vec<domain::error_item::ErrorItemSummary>| {
        items.into_iter().filter(|one| one.record_number == desk::number(2)).collect::<Vec<_>>()
    };
    assert_eq!(own(desk.items().await), []);
    let mut day = DAY;
    for n in 10..15 {
        day = day.next();
        desk.import(bill_of(day, &[row(n, 100)])).await.unwrap();
        desk.reconcile(&on(day)).await;
    }
    let items = own(desk.items().await);
    assert_eq!(items.len(), 1, "after three business days");
    assert_eq!((items[0].cause, items[0].clearing_date), (Cause::OnlyInPlatform, DAY));
    assert_eq!(waiting(&desk).await, Vec::<String>::new());

    desk.import(bill_of(day.next(), &[row(2, 4_000)])).await.unwrap();
    desk.reconcile(&on(day.next())).await;
    desk.reconcile_bank().await;
    let items = own(desk.items().await);
    assert_eq!(items.len(), 1, "a later file that differs changes the item");
    assert_eq!(items[0].cause, Cause::Amount);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_channel_that_has_a_trade_on_two_days_has_it_twice(pool: PgPool) {
    let desk = desk::open(pool).await;
    late(&desk, 1, 10_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    assert_eq!(desk.reconcile_bank().await.summary.differences, 0);
    let rows = [row(1, 10_000), row(9, 300)];
    desk.import(bill_of(DAY.next(), &rows)).await.unwrap();
    let run = desk.reconcile(&on(DAY.next())).await;
    let mut verdicts: Vec<_> = run.differences.iter().map(|one| one.verdict).collect();
    verdicts.sort();
    assert_eq!(verdicts, [Verdict::OnlyTheirs, Verdict::DuplicateTheirs]);
    let causes: Vec<_> = desk.items().await.into_iter().map(|one| one.cause).collect();
    assert!(causes.contains(&Cause::DuplicateInChannel), "{causes:?}");
}

fn change(rules: MatchingRules) -> RulesChange {
    RulesChange { channel: "unionpay".to_owned(), valid_from: DAY, valid_to: None, rules }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn rules_are_tried_on_past_days_and_changed_by_two_people(pool: PgPool) {
    let desk = desk::open(pool).await;
    let (office, maker) = (&desk.office, &desk.operations);
    desk.paid(1, 10_000).await;
    late(&desk, 2, 5_000).await;
    desk.import(as_bill(bill(&[row(1, 10_003)]))).await.unwrap();
    let first = desk.reconcile_bank().await;
    assert_eq!((first.summary.rules_version, first.summary.differences), (0, 2));

    let rules = MatchingRules {
        terms: Terms { amount_tolerance: 5, ..Terms::default() },
        carry_days: 0,
        ..MatchingRules::default()
    };
    let wanted = change(rules);
    let tried = reconciliation::try_out(office, maker, Some(&wanted)).await.unwrap().unwrap();
    let day = &tried.days[0];
    assert_eq!((day.day, day.matched_before, day.matched_after), (DAY, 0, 1));
    assert_eq!((day.gained_numbers.clone(), day.gained), (vec![desk::number(1)], 1));
    assert_eq!((day.lost_numbers.clone(), day.lost), (vec![desk::number(2)], 1));

    let approval = reconciliation::propose_rules(office, maker, &wanted).await.unwrap();
    let refused = reconciliation::propose_rules(office, maker, &wanted).await.unwrap_err();
    assert!(matches!(refused, ReconciliationError::Approval(_)), "{refused:?}");
    assert!(desk.decide(&desk.operations, approval, Decided::Approve).await.is_err());
    let manager = desk::person(office, "Max", &[domain::access::Role::Manager]).await;
    desk.decide(&manager, approval, Decided::Approve).await.unwrap();
    let (now, versions) = reconciliation::list_rules(office, &desk.auditor).await.unwrap();
    let unionpay = now.iter().find(|one| one.channel == "unionpay").unwrap();
    assert_eq!((unionpay.version, unionpay.rules.carry_days), (1, 0));
    assert_eq!(versions[0].approval, Some(approval));

    let run = desk.reconcile_bank().await;
    assert_eq!((run.summary.version, run.summary.rules_version), (2, 1), "other rules, other run");
    let found: Vec<_> =
        run.differences.iter().map(|one| (one.verdict, one.explained, one.tolerated)).collect();
    assert_eq!(
        found,
        [(Verdict::OnlyOurs, None, false), (Verdict::Matched, Some(Explanation::Tolerance), true)]
    );
    let tolerated = desk.run(run.summary.id, Shown::By(Explanation::Tolerance)).await;
    assert_eq!((tolerated.shown, tolerated.differences.len()), (1, 1));
    assert_eq!(desk.run(run.summary.id, Shown::Unexplained).await.shown, 1);
    let causes: Vec<_> = desk
        .items()
        .await
        .into_iter()
        .filter(|one| one.status == ErrorItemStatus::New)
        .map(|one| one.cause)
        .collect();
    assert_eq!(causes, [Cause::OnlyInPlatform]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn rules_that_make_no_sense_are_not_proposed(pool: PgPool) {
    let desk = desk::open(pool).await;
    let propose = |change| {
        let (office, actor) = (desk.office.clone(), desk.operations.clone());
        async move { reconciliation::propose_rules(&office, &actor, &change).await.unwrap_err() }
    };
    let same = propose(change(MatchingRules::default())).await;
    assert!(matches!(same, ReconciliationError::NothingToChange));
    let keys = vec![MatchKey::AmountTime];
    let terms = Terms { keys, ..Terms::default() };
    let weak = propose(change(MatchingRules { terms, ..MatchingRules::default() })).await;
    assert!(matches!(weak, ReconciliationError::Rules(RulesRefused::NoKey)));
    let elsewhere = RulesChange {
        channel: "nowhere".to_owned(),
        ..change(MatchingRules { carry_days: 1, ..MatchingRules::default() })
    };
    assert!(matches!(propose(elsewhere).await, ReconciliationError::UnknownChannel(_)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_run_taken_back_leaves_nothing_open_and_can_run_again(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    late(&desk, 2, 5_000).await;
    desk.import(as_bill(bill(&[row(1, 9_000)]))).await.unwrap();
    let first = desk.reconcile_bank().await.summary.id;
    let back = |reason| reconciliation::roll_back(&desk.office, &desk.operations, (first, reason));
    assert!(matches!(back(" ").await, Err(ReconciliationError::ReasonMissing)));
    back("wrong rules").await.unwrap();
    assert!(matches!(back("again").await, Err(ReconciliationError::NotThatState { .. })));
    let run = desk.run(first, Shown::All).await;
    assert_eq!(
        (run.summary.state, run.summary.note.as_str()),
        (RunState::RolledBack, "wrong rules")
    );
    assert_eq!(desk.items().await[0].status, ErrorItemStatus::AutoResolved);
    assert_eq!(waiting(&desk).await, Vec::<String>::new());

    let second = desk.reconcile_bank().await;
    assert_eq!((second.summary.version, second.summary.differences), (2, 2));
    let open = desk.items().await.into_iter().filter(|one| one.status.is_open()).count();
    assert_eq!((open, waiting(&desk).await.len()), (1, 1));
}

async fn runs(desk: &Desk, state: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM reconciliation_runs WHERE state = $1")
        .bind(state)
        .fetch_one(&desk.office.db)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_failed_run_runs_again_and_a_good_one_does_not(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, i64::MAX / 2).await;
    for n in 2..=3 {
        desk.paid(n, 100).await;
        sqlx::query("UPDATE payments SET amount_minor = $2 WHERE number = $1")
            .bind(desk::number(n))
            .bind(i64::MAX / 2)
            .execute(&desk.office.db)
            .await
            .unwrap();
    }
    desk.import(as_bill(bill(&[row(1, 100)]))).await.unwrap();
    let scope = on(DAY);
    let start = || reconciliation::run(&desk.office, &desk.operations, &scope);
    let error = start().await.unwrap_err();
    assert!(matches!(error, ReconciliationError::Money(_)), "a sum never wraps: {error:?}");
    assert_eq!(runs(&desk, "failed").await, 1);
    assert_eq!(desk.items().await, [], "nothing of it is kept");
    for n in 2..=3 {
        sqlx::query("UPDATE payments SET amount_minor = 100 WHERE number = $1")
            .bind(desk::number(n))
            .execute(&desk.office.db)
            .await
            .unwrap();
    }
    let good = start().await.unwrap();
    assert_eq!(start().await.unwrap(), good, "a good run does not run twice");
    let (a, b) = tokio::join!(start(), start());
    assert_eq!((a.unwrap(), b.unwrap()), (good, good), "also not at the same moment");
    assert_eq!(runs(&desk, "completed").await, 1);
    let changed = sqlx::query("UPDATE reconciliation_runs SET differences = 0 WHERE id = $1")
        .bind(good.0)
        .execute(&desk.office.db)
        .await;
    assert!(changed.unwrap_err().to_string().contains("keeps its result"));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_run_left_by_a_program_that_ended_is_failed_by_the_next(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    sqlx::query(
        "INSERT INTO reconciliation_runs (id, leg, scope, day, version, inputs, inputs_hash, totals,
            totals_agree, counts, differences, state, started_by, started_at, request_id)
         VALUES ($1, 'gateway_bank', 'unionpay', $2, 1, '[]', '', '{\"lines\": []}', false, '[]', 0,
                 'running', 'worker', $3, 'test')",
    )
    .bind(desk.office.new_id())
    .bind(DAY.0)
    .bind(desk.office.now())
    .execute(&desk.office.db)
    .await
    .unwrap();
    let run = desk.reconcile_bank().await;
    assert_eq!((run.summary.version, run.summary.state), (2, RunState::Completed));
    let notes: Vec<(String, String)> =
        sqlx::query_as("SELECT state, note FROM reconciliation_runs WHERE version = 1")
            .fetch_all(&desk.office.db)
            .await
            .unwrap();
    assert_eq!(notes[0].0, "failed");
    assert!(notes[0].1.contains("run it again"), "{notes:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_run_is_closed_by_force_by_two_people(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.import(as_bill(bill(&[row(1, 9_000)]))).await.unwrap();
    let run = desk.reconcile_bank().await.summary.id;
    let (office, maker) = (&desk.office, &desk.operations);
    let approval =
        reconciliation::propose_force(office, maker, (run, "claimed from UnionPay")).await.unwrap();
    assert_eq!(desk.run(run, Shown::All).await.force_request, Some(approval));
    assert!(desk.decide(maker, approval, Decided::Approve).await.is_err());
    desk.decide(&desk.checker, approval, Decided::Approve).await.unwrap();
    let forced = desk.run(run, Shown::All).await.summary;
    assert_eq!((forced.state, forced.note.as_str()), (RunState::Forced, "claimed from UnionPay"));
    assert_eq!(desk.items().await[0].status, ErrorItemStatus::New, "the item stays open");
    assert_eq!(desk.reconcile_bank().await.summary.id, run, "and the day is done");
    desk.paid(2, 300).await;
    let flat = scope(Leg::BusinessGateway, "");
    let flat = desk.reconcile(&flat).await.summary.id;
    let refused = reconciliation::propose_force(office, maker, (flat, "why not")).await;
    assert!(matches!(refused, Err(ReconciliationError::NotThatState { .. })));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_waits_becomes_an_item_by_the_clock_when_no_further_file_comes(pool: PgPool) {
    let desk = desk::open(pool).await;
    let late_one = late(&desk, 2, 5_000).await;
    desk.import(as_bill(bill(&[row(1, 700)]))).await.unwrap();
    desk.reconcile_bank().await;
    let about = |items: &[domain::error_item::ErrorItemSummary]| {
        items.iter().filter(|one| one.record_number == desk::number(2)).count()
    };
    reconciliation::jobs::schedule_waiting(&desk.office).await.unwrap();
    reconciliation::jobs::schedule_waiting(&desk.office).await.unwrap();
    // It may wait three business days, and the file of the last comes the morning after.
    for _ in 0..4 {
        desk.office.clock.forward(Duration::days(1));
        desk.work().await;
        assert_eq!(about(&desk.items().await), 0, "on {}", desk.office.today());
        assert_eq!(waiting(&desk).await, [desk::number(2)]);
    }
    for _ in 0..5 {
        desk.office.clock.forward(Duration::days(1));
        desk.work().await;
    }
    let items = desk.items().await;
    let item = items.iter().find(|one| one.record_number == desk::number(2)).unwrap();
    assert_eq!((item.cause, item.clearing_date), (Cause::OnlyInPlatform, DAY));
    let found = backoffice::error_items::find(&desk.office, &desk.auditor, item.id).await.unwrap();
    assert_eq!(found.item.difference.links.payment, Some(late_one));
    assert_eq!(waiting(&desk).await, Vec::<String>::new());

    desk.office.clock.forward(Duration::days(2));
    desk.work().await;
    desk.reconcile_bank().await;
    assert_eq!(about(&desk.items().await), 1, "one record never has two open items");
}
