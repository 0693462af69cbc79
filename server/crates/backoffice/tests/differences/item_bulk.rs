//! Stories about work on many items at once: tried first, stopped, killed, continued, decided by a
//! second person, carried out row by row.

use crate::desk::{self, Desk};
use backoffice::error_items::{self, ErrorItemError};
use backoffice::jobs;
use backoffice::work;
use domain::account::AccountRef;
use domain::approval::Verdict;
use domain::error_item::{
    Action, BulkCommand, BulkDetail, BulkPhase, BulkRefused, Cause, ErrorItemFilter,
    ErrorItemStatus, Resolution, RowState, Selection,
};
use domain::ids::{ApprovalId, ErrorItemBulkId};
use sqlx::PgPool;
use std::time::Duration;

/// So many items: UnionPay has payments of 1.00 that we do not know.
async fn items(desk: &Desk, count: i32) {
    sqlx::query(
        "INSERT INTO error_items (id, number, leg, cause, direction, channel, clearing_date,
             record_key, theirs, theirs_minor, difference_minor, currency, account_code,
             account_owner, state, opened_at, due_at)
         SELECT gen_random_uuid(), 'EI-' || n, 'gateway_bank', 'only_in_channel', 'in', 'unionpay',
                '2026-03-31', 'gateway_bank:unionpay:in:' || n,
                jsonb_build_object('number', 'N' || n, 'channel_no', 'C' || n, 'amount',
                    jsonb_build_object('minor', '100', 'currency', 'CNY'), 'fee', NULL,
                    'standing', 'success', 'status', 'S', 'event_time', NULL,
                    'clearing_date', NULL, 'place', 'line ' || n),
                100, 100, 'CNY', '1122.01', 'unionpay', 'new',
                $2 - make_interval(secs => n), $2 + interval '7 days'
         FROM generate_series(1, $1) n",
    )
    .bind(count)
    .bind(desk.now())
    .execute(&desk.office.db)
    .await
    .unwrap();
}

fn everything() -> Selection {
    Selection::Matching(Box::new(ErrorItemFilter { open_only: true, ..Default::default() }))
}

fn suspend() -> BulkCommand {
    let reason = "one page of the bill was missing".to_owned();
    BulkCommand::Propose(Resolution { action: Action::SuspendLong, reason })
}

fn to_lin(desk: &Desk) -> BulkCommand {
    BulkCommand::Assign { to: desk.operations.staff, name: "Lin".to_owned() }
}

async fn start(desk: &Desk, command: &BulkCommand) -> ErrorItemBulkId {
    let wanted = (&everything(), command);
    error_items::start_bulk(&desk.office, &desk.operations, wanted).await.unwrap()
}

async fn look(desk: &Desk, id: ErrorItemBulkId) -> BulkDetail {
    error_items::bulk(&desk.office, &desk.auditor, id).await.unwrap()
}

async fn confirm(desk: &Desk, id: ErrorItemBulkId) {
    error_items::confirm_bulk(&desk.office, &desk.operations, id).await.unwrap();
}

async fn number(desk: &Desk, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&desk.office.db).await.unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn ten_thousand_resolutions_are_one_decision_and_a_result_each(pool: PgPool) {
    let desk = desk::open(pool).await;
    items(&desk, 10_000).await;
    let id = start(&desk, &suspend()).await;
    desk.work().await;
    let tried = look(&desk, id).await;
    assert_eq!((tried.summary.phase, tried.count(RowState::Ready)), (BulkPhase::Checked, 10_000));
    let [total] = tried.totals.as_slice() else { panic!("{:?}", tried.totals) };
    assert_eq!((total.debit.as_str(), total.credit.as_str()), ("1122.01", "2241.09"));
    assert_eq!((total.amount.minor(), total.lines), (1_000_000, 10_000));
    // While it waits, a colleague takes one: that one is skipped, and listed.
    let taken = desk.items().await[0].id;
    error_items::assign_to_me(&desk.office, &desk.maker, taken).await.unwrap();
    confirm(&desk, id).await;
    desk.work().await;
    let proposed = look(&desk, id).await;
    assert_eq!(proposed.summary.phase, BulkPhase::Proposed);
    assert_eq!((proposed.skipped[0].item, proposed.skipped.len()), (taken, 1));
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 0, "nothing is booked yet");
    let approval = proposed.summary.approval.unwrap();
    assert!(desk.decide(&desk.operations, approval, Verdict::Approve).await.is_err());
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    let done = look(&desk, id).await;
    assert_eq!((done.summary.phase, done.count(RowState::Done)), (BulkPhase::Done, 9_999));
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 999_900);
    let executed = "SELECT count(*) FROM error_items WHERE state = 'executed'
                    AND journal_id IS NOT NULL AND in_suspense";
    assert_eq!(number(&desk, executed).await, 9_999);
    let written = "SELECT count(*) FROM audit_records WHERE action = 'error_items.resolve'";
    assert_eq!(number(&desk, written).await, 9_999, "one entry a row");
    let written = "SELECT count(*) FROM audit_records WHERE subject_kind = 'error_item_bulk'";
    assert_eq!(number(&desk, written).await, 3, "made, gone on with, finished");
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_bulk_of_a_hundred_thousand_is_stopped_at_a_part_and_counted_exactly(pool: PgPool) {
    let desk = desk::open(pool).await;
    items(&desk, 100_000).await;
    let id = start(&desk, &to_lin(&desk)).await;
    desk.work().await;
    assert_eq!(look(&desk, id).await.count(RowState::Ready), 100_000);
    confirm(&desk, id).await;
    // A worker that is killed in the middle of its work, as its process would be.
    let office = desk.office.clone();
    let worker = tokio::spawn(async move { work::run_one(&office).await });
    let assigned = "SELECT count(*) FROM error_items WHERE state = 'assigned'";
    while number(&desk, assigned).await < 40_000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.abort();
    let _ = worker.await;
    error_items::cancel_bulk(&desk.office, &desk.operations, id).await.unwrap();
    desk.office.clock.forward(time::Duration::minutes(1));
    desk.work().await;
    let stopped = look(&desk, id).await;
    let done = stopped.count(RowState::Done);
    assert_eq!(stopped.summary.phase, BulkPhase::Cancelled);
    assert!((40_000..100_000).contains(&done), "{done}");
    assert_eq!(done + stopped.count(RowState::Skipped), 100_000);
    assert_eq!(number(&desk, assigned).await, done);
    let written = "SELECT count(*) FROM audit_records WHERE action = 'error_items.assign'";
    assert_eq!(number(&desk, written).await, done);
    // The rest, in a second bulk that is killed and continued by the next worker.
    let rest = Selection::Matching(Box::new(ErrorItemFilter {
        status: Some(ErrorItemStatus::New),
        ..Default::default()
    }));
    let wanted = (&rest, &to_lin(&desk));
    let id = error_items::start_bulk(&desk.office, &desk.operations, wanted).await.unwrap();
    desk.work().await;
    confirm(&desk, id).await;
    let office = desk.office.clone();
    let worker = tokio::spawn(async move { work::run_one(&office).await });
    let before = done;
    while number(&desk, assigned).await < before + 1_000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.abort();
    let _ = worker.await;
    assert!(jobs::claim(&desk.office, 1).await.unwrap().is_empty(), "its lease is still running");
    desk.office.clock.forward(time::Duration::minutes(1));
    desk.work().await;
    let finished = look(&desk, id).await;
    assert_eq!(finished.summary.phase, BulkPhase::Done);
    assert_eq!(finished.count(RowState::Done), 100_000 - before);
    assert_eq!(number(&desk, assigned).await, 100_000);
    assert_eq!(number(&desk, written).await, 100_000, "one entry a row, none twice");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_matched_is_frozen_and_a_row_that_changed_is_skipped_and_listed(pool: PgPool) {
    let desk = desk::open(pool).await;
    items(&desk, 20).await;
    let id = start(&desk, &to_lin(&desk)).await;
    desk.work().await;
    sqlx::query("UPDATE error_items SET version = version + 1 WHERE number IN ('EI-3', 'EI-4')")
        .execute(&desk.office.db)
        .await
        .unwrap();
    sqlx::query("UPDATE error_items SET number = 'old-' || number")
        .execute(&desk.office.db)
        .await
        .unwrap();
    items(&desk, 0).await;
    confirm(&desk, id).await;
    desk.work().await;
    let done = look(&desk, id).await;
    assert_eq!((done.count(RowState::Done), done.count(RowState::Skipped)), (18, 2));
    let mut skipped: Vec<_> = done.skipped.iter().map(|row| row.number.as_str()).collect();
    skipped.sort_unstable();
    assert_eq!(skipped, ["old-EI-3", "old-EI-4"]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rejected_bulk_gives_every_item_back_with_the_reason(pool: PgPool) {
    let desk = desk::open(pool).await;
    items(&desk, 30).await;
    let id = start(&desk, &suspend()).await;
    desk.work().await;
    confirm(&desk, id).await;
    desk.work().await;
    let approval: ApprovalId = look(&desk, id).await.summary.approval.unwrap();
    desk.decide(&desk.checker, approval, Verdict::Reject).await.unwrap();
    let back = look(&desk, id).await;
    assert_eq!(back.summary.phase, BulkPhase::Cancelled);
    assert_eq!(back.summary.conclusion, "compared with the bill");
    let rejected = "SELECT count(*) FROM error_items WHERE state = 'rejected'";
    assert_eq!(number(&desk, rejected).await, 30);
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_bulk_that_makes_no_sense_is_refused(pool: PgPool) {
    let desk = desk::open(pool).await;
    items(&desk, 3).await;
    let (office, lin) = (&desk.office, &desk.operations);
    let none = Selection::Ids(Vec::new());
    let refused = error_items::start_bulk(office, lin, (&none, &suspend())).await;
    assert!(matches!(refused, Err(ErrorItemError::Bulk(BulkRefused::NothingSelected))));
    let silent = BulkCommand::ProposeSuggested { reason: "  ".to_owned() };
    let refused = error_items::start_bulk(office, lin, (&everything(), &silent)).await;
    assert!(matches!(refused, Err(ErrorItemError::Refused(_))), "{refused:?}");
    let refused = error_items::start_bulk(office, &desk.auditor, (&everything(), &suspend())).await;
    assert!(matches!(refused, Err(ErrorItemError::Forbidden(_))), "{refused:?}");
    let wrong = Resolution { action: Action::AcceptFee, reason: "x".to_owned() };
    let id = start(&desk, &BulkCommand::Propose(wrong)).await;
    let early = error_items::confirm_bulk(office, lin, id).await;
    assert!(matches!(early, Err(ErrorItemError::Bulk(BulkRefused::NotNow("checking")))));
    desk.work().await;
    let tried = look(&desk, id).await;
    assert_eq!(tried.count(RowState::Skipped), 3);
    assert!(tried.skipped[0].note.contains(Cause::OnlyInChannel.name()), "says why");
    let nothing = error_items::confirm_bulk(office, lin, id).await;
    assert!(matches!(nothing, Err(ErrorItemError::Bulk(BulkRefused::NothingReady))));
}
