//! Stories about the life of an item after and before its resolution: handed on, put off, confirmed
//! by the next run, opened again, settled.

use crate::desk::{self, Desk, as_bill, bill, row};
use backoffice::approvals::{ApprovalError, rules};
use backoffice::error_items::{self, ErrorItemError};
use domain::access::Role;
use domain::account::AccountRef;
use domain::approval::{
    ApprovalKind, Authority, Conditions, DecisionRefused, Level, Risk, Rule, Step, Verdict,
};
use domain::error_item::{Action, ErrorItemDetail, ErrorItemStatus, Resolution};
use domain::ids::ErrorItemId;
use sqlx::PgPool;
use time::Duration;

async fn look(desk: &Desk, id: ErrorItemId) -> ErrorItemDetail {
    error_items::find(&desk.office, &desk.auditor, id).await.unwrap()
}

async fn status(desk: &Desk, id: ErrorItemId) -> ErrorItemStatus {
    look(desk, id).await.item.state.status()
}

/// UnionPay has a payment of so many fen that we do not know.
async fn unknown_money(desk: &Desk, fen: i64) -> ErrorItemId {
    desk.paid(1, 10_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000), row(2, fen)]))).await.unwrap();
    desk.reconcile_bank().await;
    desk.items().await[0].id
}

async fn resolve(desk: &Desk, id: ErrorItemId, action: Action) {
    let wanted = Resolution { action, reason: "case 4711".to_owned() };
    let approval = error_items::propose(&desk.office, &desk.operations, id, &wanted).await.unwrap();
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
}

/// The channel says the same about another day's world, so that the next run has new inputs.
async fn run_again(desk: &Desk, n: u32) {
    desk.paid(n, 1_000).await;
    desk.reconcile_bank().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_was_suspended_is_confirmed_by_the_next_run_and_settled_later(pool: PgPool) {
    let desk = desk::open(pool).await;
    let id = unknown_money(&desk, 3_000).await;
    resolve(&desk, id, Action::SuspendLong).await;
    run_again(&desk, 3).await;
    assert_eq!(status(&desk, id).await, ErrorItemStatus::Verified, "its money is in suspense");
    let silent = error_items::reopen(&desk.office, &desk.operations, id, " ").await;
    assert!(matches!(silent, Err(ErrorItemError::ReopenReasonMissing)));
    error_items::reopen(&desk.office, &desk.operations, id, "nobody claimed it").await.unwrap();
    let again = look(&desk, id).await;
    assert_eq!(again.suggestion.unwrap().action, Action::RefundPayer);
    resolve(&desk, id, Action::WriteOff).await;
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 0);
    assert_eq!(desk.balance(&AccountRef::unclaimed_surplus()).await, 3_000);
    run_again(&desk, 4).await;
    let over = look(&desk, id).await;
    assert_eq!(over.item.state.status(), ErrorItemStatus::Closed);
    let moves: Vec<_> = over.timeline.iter().filter_map(|step| step.moved).collect();
    for pair in moves.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "no step is missing: {moves:?}");
    }
    assert_eq!(moves.last().unwrap().1, ErrorItemStatus::Closed);
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_amount_and_the_action_set_who_may_decide(pool: PgPool) {
    let desk = desk::open(pool).await;
    let rule = Rule {
        name: "grave resolutions".to_owned(),
        when: Conditions {
            kinds: vec![ApprovalKind::ErrorResolution],
            risk_from: Some(Risk::High),
            ..Conditions::default()
        },
        steps: vec![Step { level: Level::L3, ..Step::default() }],
        hours: 24,
    };
    let authority = Authority { staff: desk.checker.staff, level: Level::L3, until: None };
    let mut tx = desk.office.begin().await.unwrap();
    rules::set_up(&mut tx, &desk.office, (vec![rule], vec![authority])).await.unwrap();
    tx.commit().await.unwrap();
    let id = unknown_money(&desk, 6_000_000).await;
    let wanted = Resolution { action: Action::SuspendLong, reason: "case 4711".to_owned() };
    let approval = error_items::propose(&desk.office, &desk.operations, id, &wanted).await.unwrap();
    let manager = desk::person(&desk.office, "Wu", &[Role::Manager]).await;
    let refused = desk.decide(&manager, approval, Verdict::Approve).await;
    let Err(ApprovalError::Refused(DecisionRefused::LevelMissing { needed, held })) = refused
    else {
        panic!("{refused:?}")
    };
    assert_eq!((needed, held), (Level::L3, Level::L1));
    assert_eq!(status(&desk, id).await, ErrorItemStatus::Proposed);
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 6_000_000);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_item_is_handed_on_looked_into_put_off_and_woken(pool: PgPool) {
    let desk = desk::open(pool).await;
    let id = unknown_money(&desk, 3_000).await;
    let (office, lin) = (&desk.office, &desk.operations);
    let nobody = error_items::assign(office, lin, id, "Chen").await;
    assert!(matches!(nobody, Err(ErrorItemError::NoSuchColleague(_))), "{nobody:?}");
    error_items::assign(office, &desk.maker, id, "lin").await.unwrap();
    assert_eq!(look(&desk, id).await.assignee_name.as_deref(), Some("Lin"));
    error_items::comment(office, lin, id, "asked UnionPay").await.unwrap();
    assert_eq!(status(&desk, id).await, ErrorItemStatus::Investigating);
    for days in [-1, 0, 91] {
        let until = (desk.now() + Duration::days(days), "");
        let refused = error_items::snooze(office, lin, id, until).await;
        assert!(matches!(refused, Err(ErrorItemError::SnoozeOutOfRange)), "{days}");
    }
    let until = (desk.now() + Duration::days(2), "answer by Thursday");
    error_items::snooze(office, lin, id, until).await.unwrap();
    let wanted = Resolution { action: Action::SuspendLong, reason: "x".to_owned() };
    let asleep = error_items::propose(office, lin, id, &wanted).await;
    assert!(matches!(asleep, Err(ErrorItemError::Transition(_))), "{asleep:?}");
    error_items::wake(office, lin, id).await.unwrap();
    assert_eq!(status(&desk, id).await, ErrorItemStatus::Assigned);
    error_items::release(office, lin, id).await.unwrap();
    assert_eq!(status(&desk, id).await, ErrorItemStatus::New);
    let written: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_records WHERE subject_kind = 'error_item' AND subject_id = $1",
    )
    .bind(id.to_string())
    .fetch_one(&office.db)
    .await
    .unwrap();
    assert_eq!(written, 7, "opened, assigned, commented, investigated, snoozed, woken, released");
}
