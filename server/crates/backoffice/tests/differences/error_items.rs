//! Stories about error items: found, taken, explained, decided by two people, booked.

use crate::desk::{self, Desk, as_bill, bill, row};
use backoffice::approvals::ApprovalError;
use backoffice::error_items::{self, ErrorItemError};
use domain::access::Role;
use domain::account::AccountRef;
use domain::approval::{DecisionRefused, Verdict};
use domain::error_item::{
    Action, ApprovalLevel, CashEffect, Cause, ErrorItemDetail, ErrorItemFilter, ErrorItemStatus,
    Resolution, ResolutionRefused,
};
use domain::ids::{ApprovalId, ErrorItemId};
use domain::journal::Entry;
use domain::money::Money;
use sqlx::PgPool;

fn resolution(action: Action) -> Resolution {
    Resolution { action, reason: "asked UnionPay, case 4711".to_owned() }
}

/// UnionPay has a payment of 30.00 that we do not know.
async fn desk_with_unknown_money(pool: PgPool) -> (Desk, ErrorItemId) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000), row(2, 3_000)]))).await.unwrap();
    desk.reconcile_bank().await;
    let items = desk.items().await;
    assert_eq!(items.len(), 1);
    (desk, items[0].id)
}

async fn look(desk: &Desk, id: ErrorItemId) -> ErrorItemDetail {
    error_items::find(&desk.office, &desk.auditor, id).await.unwrap()
}

async fn propose(desk: &Desk, id: ErrorItemId, action: Action) -> ApprovalId {
    error_items::propose(&desk.office, &desk.operations, id, &resolution(action)).await.unwrap()
}

fn due() -> AccountRef {
    AccountRef::due_from_channel("unionpay")
}

#[sqlx::test(migrations = "../../../migrations")]
async fn unknown_money_is_kept_in_suspense_by_two_people(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    let found = look(&desk, id).await;
    assert_eq!(found.item.difference.cause, Cause::OnlyInChannel);
    assert_eq!(found.cash_effect, CashEffect::Long);
    assert_eq!(found.item.number, "EI20260331-0001");
    let theirs = found.item.difference.theirs.clone().unwrap();
    assert_eq!((theirs.number, theirs.amount), (desk::number(2), Money::cny(3_000)));
    assert!(theirs.place.ends_with("line 2"), "{}", theirs.place);
    let first = &found.options[0];
    assert_eq!((first.offer.action, first.level), (Action::SuspendLong, ApprovalLevel::L1));
    let balance = |code: &str| first.balances.iter().find(|one| one.account.code == code);
    let suspense = balance("2241.09").unwrap();
    assert_eq!((suspense.before.minor(), suspense.after.minor()), (0, 3_000));
    assert_eq!((first.effect.owed.minor(), first.effect.reserve.minor()), (3_000, 0));
    let line = &first.entries[0].lines[0];
    assert_eq!((&line.debit, &line.credit), (&due(), &AccountRef::long_suspense()));

    let approval = propose(&desk, id, Action::SuspendLong).await;
    assert_eq!(look(&desk, id).await.item.state.status(), ErrorItemStatus::Proposed);
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 0, "nothing is booked yet");
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();

    let resolved = look(&desk, id).await;
    assert_eq!(resolved.item.state.status(), ErrorItemStatus::Executed);
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 3_000);
    assert_eq!(desk.balance(&due()).await, 13_000, "all that UnionPay owes by its bill");
    let mut conn = desk.office.db.acquire().await.unwrap();
    let journal =
        ledger::find_journal(&mut conn, resolved.journal.unwrap()).await.unwrap().unwrap();
    assert_eq!(journal.summary.entry, Entry::BankLong);
    assert_eq!(journal.summary.source.kind, "error_item");
    let events: Vec<_> = resolved.timeline.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(events, ["opened", "proposed", "approved", "resolved"]);
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_maker_cannot_approve_in_the_domain_nor_in_the_database(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    let roles = [Role::Operations, Role::FinanceChecker];
    let both = desk::person(&desk.office, "Bo", &roles).await;
    let wanted = resolution(Action::SuspendLong);
    let approval = error_items::propose(&desk.office, &both, id, &wanted).await.unwrap();
    let refused = desk.decide(&both, approval, Verdict::Approve).await;
    assert!(
        matches!(refused, Err(ApprovalError::Refused(DecisionRefused::MakerIsChecker))),
        "{refused:?}"
    );
    let forced = sqlx::query(
        "UPDATE approvals SET state = 'approved', checker_id = maker_id, decided_at = now()
         WHERE id = $1",
    )
    .bind(approval.0)
    .execute(&desk.office.db)
    .await
    .unwrap_err();
    assert_eq!(
        forced.as_database_error().and_then(|e| e.constraint()),
        Some("approvals_maker_is_not_checker")
    );
    desk.work().await;
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rejected_proposal_comes_back_with_its_reason(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    error_items::assign_to_me(&desk.office, &desk.operations, id).await.unwrap();
    let approval = propose(&desk, id, Action::SuspendLong).await;
    desk.decide(&desk.checker, approval, Verdict::Reject).await.unwrap();
    let back = look(&desk, id).await;
    assert_eq!(back.item.state.status(), ErrorItemStatus::Rejected);
    assert_eq!(back.assignee_name.as_deref(), Some("Lin"));
    let last = back.timeline.last().unwrap();
    assert_eq!((last.event.as_str(), last.text.as_str()), ("rejected", "compared with the bill"));
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 0);
    let again = propose(&desk, id, Action::SuspendLong).await;
    desk.decide(&desk.checker, again, Verdict::Approve).await.unwrap();
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 3_000);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_approved_proposal_about_old_figures_is_not_carried_out(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    let approval = propose(&desk, id, Action::SuspendLong).await;
    let files = sqlx::query_scalar::<_, uuid::Uuid>("SELECT id FROM source_files");
    let old = files.fetch_one(&desk.office.db).await.unwrap();
    let mut new = as_bill(bill(&[row(1, 10_000), row(2, 2_500)]));
    new.replaces = Some(old.into());
    desk.import(new).await.unwrap();
    desk.reconcile_bank().await;
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    let stale = look(&desk, id).await;
    assert_eq!(stale.item.state.status(), ErrorItemStatus::New);
    assert_eq!(stale.item.difference.difference, Money::cny(2_500));
    assert_eq!(stale.timeline.last().unwrap().event, "stale");
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 0);
    assert_eq!(desk.items().await.len(), 1, "one record never has two open items");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_shortage_and_a_difference_are_booked_to_the_fen(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.paid(2, 5_000).await;
    desk.import(as_bill(bill(&[row(2, 4_975)]))).await.unwrap();
    desk.reconcile_bank().await;
    for item in desk.items().await {
        assert_eq!(item.cash_effect, CashEffect::Short);
        let action = look(&desk, item.id).await.suggestion.unwrap().action;
        let approval = propose(&desk, item.id, action).await;
        desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    }
    assert_eq!(desk.balance(&AccountRef::short_suspense()).await, 10_000 + 25);
    assert_eq!(desk.balance(&due()).await, 4_975, "what the bill says UnionPay owes");
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_higher_fee_is_accepted_as_cost(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    let dearer = banks::bill::BillRow { fee_e5: 30_000, ..row(1, 10_000) };
    desk.import(as_bill(bill(&[dearer]))).await.unwrap();
    desk.reconcile_bank().await;
    let items = desk.items().await;
    assert_eq!((items[0].cause, items[0].cash_effect), (Cause::Fee, CashEffect::None));
    let approval = propose(&desk, items[0].id, Action::AcceptFee).await;
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    assert_eq!(desk.balance(&AccountRef::channel_cost()).await, 30);
    assert_eq!(desk.balance(&AccountRef::payable_channel_fees("unionpay")).await, 30);
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_action_that_does_not_answer_the_difference_is_refused(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    for action in [Action::Ignore, Action::SuspendShort, Action::RepairToSuccess] {
        let refused =
            error_items::propose(&desk.office, &desk.operations, id, &resolution(action)).await;
        assert!(
            matches!(refused, Err(ErrorItemError::Refused(ResolutionRefused::NotForThis { .. }))),
            "{action:?}: {refused:?}"
        );
    }
    let silent = Resolution { action: Action::SuspendLong, reason: " ".to_owned() };
    let refused = error_items::propose(&desk.office, &desk.operations, id, &silent).await;
    assert!(matches!(refused, Err(ErrorItemError::Refused(ResolutionRefused::ReasonMissing))));
    let wanted = resolution(Action::SuspendLong);
    for actor in [&desk.auditor, &desk.checker] {
        let refused = error_items::propose(&desk.office, actor, id, &wanted).await;
        assert!(matches!(refused, Err(ErrorItemError::Forbidden(_))), "{refused:?}");
    }
    propose(&desk, id, Action::SuspendLong).await;
    let second = error_items::propose(&desk.office, &desk.operations, id, &wanted).await;
    assert!(matches!(second, Err(ErrorItemError::Approval(ApprovalError::AlreadyOpen))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_difference_the_next_bill_explains_closes_itself(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    desk.paid(2, 3_000).await;
    let run = desk.reconcile_bank().await;
    assert_eq!(run.summary.version, 2);
    assert_eq!(run.summary.differences, 0);
    let closed = look(&desk, id).await;
    assert_eq!(closed.item.state.status(), ErrorItemStatus::AutoResolved);
    assert!(closed.options.is_empty());
    let refused = error_items::assign_to_me(&desk.office, &desk.operations, id).await;
    assert!(matches!(refused, Err(ErrorItemError::Transition(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_resolved_difference_is_not_opened_again(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    let approval = propose(&desk, id, Action::SuspendLong).await;
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    desk.paid(3, 1_000).await;
    let run = desk.reconcile_bank().await;
    assert_eq!(run.summary.version, 2);
    let known = run.differences.iter().find(|one| one.number == desk::number(2)).unwrap();
    assert_eq!(known.error_item, Some(id));
    assert_eq!(desk.items().await.len(), 2, "only the payment that is missing is new");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn items_are_found_by_what_people_know_of_them(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    let all = ErrorItemFilter::default;
    let text = |text: &str| ErrorItemFilter { text: Some(text.to_owned()), ..all() };
    for (found, filter) in [
        (1, text("ei20260331-0001")),
        (1, text(&desk::number(2))),
        (0, text(&desk::number(1))),
        (1, ErrorItemFilter { cause: Some(Cause::OnlyInChannel), ..all() }),
        (0, ErrorItemFilter { cause: Some(Cause::Fee), ..all() }),
        (1, ErrorItemFilter { channel: Some("unionpay".to_owned()), open_only: true, ..all() }),
        (0, ErrorItemFilter { channel: Some("wechat".to_owned()), ..all() }),
        (0, ErrorItemFilter { status: Some(ErrorItemStatus::Assigned), ..all() }),
        (0, ErrorItemFilter { mine: true, ..all() }),
        (0, ErrorItemFilter { older_than_days: Some(1), ..all() }),
    ] {
        assert_eq!(desk.items_like(&filter).await.len(), found, "{filter:?}");
    }
    desk.wait(2);
    error_items::assign_to_me(&desk.office, &desk.operations, id).await.unwrap();
    let mine = ErrorItemFilter { mine: true, older_than_days: Some(1), ..all() };
    let items = desk.items_like(&mine).await;
    assert_eq!((items[0].age_days, items[0].assignee.as_deref()), (2, Some("Lin")));
    assert_eq!(items[0].opened_at + time::Duration::days(2), desk.now());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_was_found_out_is_written_down(pool: PgPool) {
    let (desk, id) = desk_with_unknown_money(pool).await;
    let write = |actor, text| error_items::comment(&desk.office, actor, id, text);
    write(&desk.operations, " UnionPay confirms the trade ").await.unwrap();
    assert!(matches!(write(&desk.operations, "  ").await, Err(ErrorItemError::CommentEmpty)));
    assert!(matches!(write(&desk.auditor, "seen").await, Err(ErrorItemError::Forbidden(_))));
    let event = look(&desk, id).await.timeline.pop().unwrap();
    assert_eq!((event.actor.as_str(), event.text.as_str()), ("Lin", "UnionPay confirms the trade"));
    let nobody = error_items::find(&desk.office, &desk.auditor, desk.office.new_id().into()).await;
    assert!(matches!(nobody, Err(ErrorItemError::NotFound)));
    let all = ErrorItemFilter::default();
    assert_eq!(error_items::count(&desk.office, &desk.auditor, &all).await.unwrap(), 1);
}
