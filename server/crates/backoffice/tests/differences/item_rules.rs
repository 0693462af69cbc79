//! Stories about how items are handled by rule and by the clock: queues, times, what is answered
//! without a person, evidence.

use crate::desk::{self, Desk, as_bill, bill, row};
use backoffice::error_items::{self, ErrorItemError};
use banks::bill::BillRow;
use domain::account::AccountRef;
use domain::approval::Verdict;
use domain::error_item::{
    Action, AutoRule, Cause, ErrorItemDetail, ErrorItemFilter, ErrorItemStatus, EvidenceRefused,
    Queue, QueueRule, Resolution, RuleChange, RulesRefused, Scope,
};
use domain::ids::ErrorItemId;
use sqlx::PgPool;

async fn look(desk: &Desk, id: ErrorItemId) -> ErrorItemDetail {
    error_items::find(&desk.office, &desk.auditor, id).await.unwrap()
}

async fn change(desk: &Desk, change: RuleChange) {
    let (office, lin) = (&desk.office, &desk.operations);
    let approval = error_items::propose_rules(office, lin, change).await.unwrap();
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
}

async fn unknown_money(desk: &Desk, fen: i64) -> ErrorItemId {
    desk.paid(1, 10_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000), row(2, fen)]))).await.unwrap();
    desk.reconcile_bank().await;
    desk.items().await[0].id
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_item_comes_to_its_queue_and_owner_and_is_escalated_when_it_is_late(pool: PgPool) {
    let desk = desk::open(pool).await;
    let rule = |owner: &str| QueueRule {
        scope: Scope { channel: Some("unionpay".to_owned()), ..Scope::default() },
        queue: Queue::Risk,
        owner: Some(owner.to_owned()),
    };
    let (office, lin) = (&desk.office, &desk.operations);
    let nobody = error_items::propose_rules(office, lin, RuleChange::AddQueue(rule("x"))).await;
    assert!(matches!(nobody, Err(ErrorItemError::NoSuchColleague(_))), "{nobody:?}");
    change(&desk, RuleChange::AddQueue(rule("Mei"))).await;
    let id = unknown_money(&desk, 6_000_000).await;
    let found = look(&desk, id).await;
    assert_eq!((found.queue, found.item.state.status()), (Queue::Risk, ErrorItemStatus::Assigned));
    assert_eq!(found.assignee_name.as_deref(), Some("Mei"));
    assert_eq!(found.due_at, desk.now() + time::Duration::hours(8), "it is large");
    assert_eq!(error_items::escalate(office).await.unwrap(), 0);
    desk.wait(1);
    assert_eq!(error_items::escalate(office).await.unwrap(), 1);
    assert_eq!(error_items::escalate(office).await.unwrap(), 0, "once");
    let late = look(&desk, id).await;
    assert!(late.escalated_at.is_some());
    assert_eq!(late.timeline.last().unwrap().event, "escalated");
    let overdue = ErrorItemFilter { overdue: true, queue: Some(Queue::Risk), ..Default::default() };
    assert_eq!(desk.items_like(&overdue).await.len(), 1);
    let until = (desk.now() + time::Duration::days(1), "the channel answers tomorrow");
    error_items::snooze(office, &desk.maker, id, until).await.unwrap();
    desk.wait(2);
    error_items::escalate(office).await.unwrap();
    assert_eq!(look(&desk, id).await.item.state.status(), ErrorItemStatus::Assigned, "it woke up");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn money_too_long_in_suspense_is_taken_up_again(pool: PgPool) {
    let desk = desk::open(pool).await;
    let id = unknown_money(&desk, 3_000).await;
    let wanted = Resolution { action: Action::SuspendLong, reason: "case 4711".to_owned() };
    let office = &desk.office;
    let approval = error_items::propose(office, &desk.operations, id, &wanted).await.unwrap();
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    desk.wait(89);
    assert_eq!(error_items::escalate(office).await.unwrap(), 0);
    desk.wait(2);
    error_items::escalate(office).await.unwrap();
    let again = look(&desk, id).await;
    assert_eq!(again.item.state.status(), ErrorItemStatus::New);
    assert!(again.options.iter().any(|option| option.offer.action == Action::WriteOff));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rule_answers_small_fees_without_a_person_once_it_is_approved(pool: PgPool) {
    let desk = desk::open(pool).await;
    let auto = |action| {
        RuleChange::AddAutomatic(AutoRule {
            cause: Cause::Fee,
            channel: Some("unionpay".to_owned()),
            below_minor: 50,
            action,
            direction: None,
            long: None,
        })
    };
    let (office, lin) = (&desk.office, &desk.operations);
    let refused = error_items::propose_rules(office, lin, auto(Action::Claim)).await;
    assert!(matches!(refused, Err(ErrorItemError::Rules(RulesRefused::NotWithoutAPerson))));
    change(&desk, auto(Action::AcceptFee)).await;
    desk.paid(1, 10_000).await;
    let dearer = BillRow { fee_e5: 30_000, ..row(1, 10_000) };
    desk.import(as_bill(bill(&[dearer]))).await.unwrap();
    desk.reconcile_bank().await;
    let item = look(&desk, desk.items().await[0].id).await;
    assert_eq!(item.item.state.status(), ErrorItemStatus::AutoResolved);
    assert!(item.journal.is_some());
    assert_eq!(desk.balance(&AccountRef::channel_cost()).await, 30);
    desk.paid(2, 1_000).await;
    desk.reconcile_bank().await;
    let all = desk.items().await;
    assert_eq!(all.iter().filter(|one| one.cause == Cause::Fee).count(), 1, "it is explained");
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn evidence_is_kept_byte_by_byte_and_only_for_what_it_is(pool: PgPool) {
    let desk = desk::open(pool).await;
    let id = unknown_money(&desk, 3_000).await;
    let (office, lin) = (&desk.office, &desk.operations);
    let add = |name: &'static str, bytes: &'static [u8]| {
        error_items::add_evidence(office, lin, id, (name, bytes))
    };
    let bytes = b"%PDF-1.7 the channel's reply".as_slice();
    let file = add("../../回执\u{202e}.pdf", bytes).await.unwrap();
    assert_eq!(add("again.pdf", bytes).await.unwrap(), file, "the same bytes are the same file");
    let (name, kept) = error_items::evidence(office, &desk.auditor, file).await.unwrap();
    assert_eq!((name.as_str(), kept.as_slice()), ("回执_.pdf", bytes));
    let refused = add("reply.pdf", b"<html><script>alert(1)</script>").await;
    assert!(matches!(refused, Err(ErrorItemError::Evidence(EvidenceRefused::UnknownKind))));
    let auditor = error_items::add_evidence(office, &desk.auditor, id, ("x", bytes)).await;
    assert!(matches!(auditor, Err(ErrorItemError::Forbidden(_))));
    assert_eq!(look(&desk, id).await.evidence[0].name, "回执_.pdf");
    let mut conn = office.db.acquire().await.unwrap();
    let forged = sqlx::query("UPDATE error_item_files SET name = 'x'");
    sqlx::query("SET ROLE countinghouse_app").execute(&mut *conn).await.unwrap();
    assert!(forged.execute(&mut *conn).await.is_err(), "the application cannot change it");
    sqlx::query("RESET ROLE").execute(&mut *conn).await.unwrap();
}
