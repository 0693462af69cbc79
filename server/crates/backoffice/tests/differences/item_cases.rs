//! Stories about items opened by hand, items of one cause, steps that are taken back, and what the
//! rules learn from people.

use crate::desk::{self, DAY, Desk, as_bill, bill, number, row};
use backoffice::error_items::{self, ErrorItemError};
use domain::approval::Verdict;
use domain::error_item::{
    Action, AutoRule, BulkCommand, Cause, ErrorItemFilter, ErrorItemState, ErrorItemStatus,
    HandOpening, Resolution, RowState, RuleChange, Selection, UndoRefused, Why,
};
use domain::ids::ErrorItemId;
use domain::matching::Direction;
use domain::money::Money;
use sqlx::PgPool;

fn seen(cause: Cause, ours: Option<i64>, theirs: Option<i64>) -> HandOpening {
    HandOpening {
        cause,
        direction: Direction::In,
        channel: Some("unionpay".to_owned()),
        clearing_date: DAY,
        number: number(7),
        ours: ours.map(Money::cny),
        theirs: theirs.map(Money::cny),
        note: "the channel's hotline, case 4711".to_owned(),
    }
}

/// Items that only UnionPay has, at these hours and minutes (UTC) of the day.
pub async fn at_times(desk: &Desk, times: &[(i32, i32)]) {
    for (n, (hour, minute)) in times.iter().enumerate() {
        sqlx::query(
            "INSERT INTO error_items (id, number, leg, cause, direction, channel, clearing_date,
                 record_key, theirs, theirs_minor, difference_minor, currency, account_code,
                 account_owner, state, opened_at, due_at)
             SELECT gen_random_uuid(), 'EI-' || $1, 'gateway_bank', 'only_in_channel', 'in',
                    'unionpay', '2026-03-31', 'gateway_bank:unionpay:in:N' || $1,
                    jsonb_build_object('number', 'N' || $1, 'channel_no', 'C' || $1, 'amount',
                        jsonb_build_object('minor', '100', 'currency', 'CNY'), 'fee', NULL,
                        'standing', 'success', 'status', 'S', 'event_time',
                        jsonb_build_array(2026, 90, $2::int, $3::int, 0, 0, 0, 0, 0),
                        'clearing_date', NULL, 'place', 'line ' || $1),
                    100, 100, 'CNY', '1122.01', 'unionpay', 'new',
                    $4 - make_interval(secs => $1::int), $4 + interval '7 days'",
        )
        .bind(n.to_string())
        .bind(hour)
        .bind(minute)
        .bind(desk.now())
        .execute(&desk.office.db)
        .await
        .unwrap();
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_person_saw_is_one_item_with_what_a_run_finds(pool: PgPool) {
    let desk = desk::open(pool).await;
    let (office, lin) = (&desk.office, &desk.operations);
    desk.paid(1, 10_000).await;
    let long = seen(Cause::OnlyInChannel, None, Some(500));
    let id = error_items::open_by_hand(office, lin, (&long, "")).await.unwrap();
    let found = error_items::find(office, &desk.auditor, id).await.unwrap();
    assert_eq!(found.opened_by.as_deref(), Some("Lin"));
    assert_eq!(found.timeline.last().unwrap().text, "the channel's hotline, case 4711");
    let again = error_items::open_by_hand(office, lin, (&long, "")).await;
    assert!(matches!(again, Err(ErrorItemError::OpenElsewhere)), "{again:?}");
    // A run that does not see it leaves it open; one that sees it finds the same item.
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    desk.reconcile_bank().await;
    let left = error_items::find(office, &desk.auditor, id).await.unwrap();
    assert_eq!(left.item.state, ErrorItemState::New);
    assert_eq!(desk.items().await.len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_one_person_typed_in_no_rule_answers_by_itself(pool: PgPool) {
    let desk = desk::open(pool).await;
    let (office, lin) = (&desk.office, &desk.operations);
    let rule = RuleChange::AddAutomatic(AutoRule {
        cause: Cause::Fee,
        channel: None,
        below_minor: 1_000,
        action: Action::AcceptFee,
        direction: None,
        long: None,
    });
    let approval = error_items::propose_rules(office, lin, rule).await.unwrap();
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    let fee = seen(Cause::Fee, Some(24), Some(30));
    let id = error_items::open_by_hand(office, lin, (&fee, "")).await.unwrap();
    let item = error_items::find(office, lin, id).await.unwrap().item;
    assert_eq!((item.state, item.outcome), (ErrorItemState::New, None));
    // What it belongs to is found by any number of ours, or said not to be there.
    let payment = desk.paid(3, 900).await;
    let other = HandOpening { number: "X".to_owned(), ..fee.clone() };
    let id = error_items::open_by_hand(office, lin, (&other, &number(3))).await.unwrap();
    let links = error_items::find(office, lin, id).await.unwrap().item.difference.links;
    assert_eq!((links.payment, links.merchant), (Some(payment), Some(desk.shop)));
    let other = HandOpening { number: "Y".to_owned(), ..fee.clone() };
    let nothing = error_items::open_by_hand(office, lin, (&other, "never heard of")).await;
    assert!(matches!(nothing, Err(ErrorItemError::NothingRelated(_))), "{nothing:?}");
    let nowhere = HandOpening { channel: Some("nowhere".to_owned()), ..other };
    let refused = error_items::open_by_hand(office, lin, (&nowhere, "")).await;
    assert!(matches!(refused, Err(ErrorItemError::NoSuchChannel(_))), "{refused:?}");
    let refused = error_items::open_by_hand(office, &desk.auditor, (&fee, "")).await;
    assert!(matches!(refused, Err(ErrorItemError::Forbidden(_))), "{refused:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn items_of_one_cause_and_ten_minutes_are_one_case_until_one_is_set_apart(pool: PgPool) {
    let desk = desk::open(pool).await;
    let (office, lin) = (&desk.office, &desk.operations);
    at_times(&desk, &[(2, 0), (2, 9), (2, 5), (2, 10), (2, 19), (9, 0)]).await;
    let cases = error_items::cases(office, &desk.auditor, None).await.unwrap();
    let sizes: Vec<_> = cases.iter().map(|case| (case.members, case.difference)).collect();
    assert_eq!(sizes, [(3, Money::cny(300)), (2, Money::cny(200))], "one alone is no case");
    assert_eq!(cases[0].from.unwrap().minute(), 0);
    assert_eq!(error_items::cases(office, lin, Some("wechat")).await.unwrap(), []);
    let case = error_items::case(office, lin, &cases[0].key).await.unwrap();
    assert_eq!(case.beside.len(), 2, "the other two of the same day and cause");
    // A member is set apart; the bulk for the case leaves it alone.
    let members =
        ErrorItemFilter { case: Some(cases[0].key.clone()), open_only: true, ..Default::default() };
    let apart = desk.items_like(&members).await[0].id;
    error_items::set_apart(office, lin, (apart, true)).await.unwrap();
    let twice = error_items::set_apart(office, lin, (apart, true)).await;
    assert!(matches!(twice, Err(ErrorItemError::AlreadySo)), "{twice:?}");
    let comment = BulkCommand::Comment { text: "the channel was down".to_owned() };
    let wanted = (&Selection::Matching(Box::new(members)), &comment);
    let bulk = error_items::start_bulk(office, lin, wanted).await.unwrap();
    desk.work().await;
    error_items::confirm_bulk(office, lin, bulk).await.unwrap();
    desk.work().await;
    let done = error_items::bulk(office, lin, bulk).await.unwrap();
    assert_eq!(done.count(RowState::Done), 2);
    assert_eq!(error_items::find(office, lin, apart).await.unwrap().case, None);
    // Setting apart can be taken back like every step that moves no money.
    error_items::undo(office, lin, apart).await.unwrap();
    let back = error_items::find(office, lin, apart).await.unwrap();
    assert_eq!(back.case, Some((cases[0].key.clone(), 3)));
    let gone = error_items::case(office, lin, "no such key").await;
    assert!(matches!(gone, Err(ErrorItemError::NotFound)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn steps_are_taken_back_one_by_one_by_whoever_made_them(pool: PgPool) {
    let desk = desk::open(pool).await;
    let (office, lin, mei) = (&desk.office, &desk.operations, &desk.maker);
    at_times(&desk, &[(2, 0)]).await;
    let id: ErrorItemId = desk.items().await[0].id;
    let state = async || error_items::find(office, lin, id).await.unwrap();
    let nothing = error_items::undo(office, lin, id).await;
    assert!(matches!(nothing, Err(ErrorItemError::Undo(UndoRefused::Nothing))), "{nothing:?}");
    error_items::assign_to_me(office, lin, id).await.unwrap();
    let until = (desk.now() + time::Duration::days(2), "they answer on Thursday");
    error_items::snooze(office, lin, id, until).await.unwrap();
    assert_eq!(state().await.undoable.unwrap().event, "snoozed");
    let other = error_items::undo(office, mei, id).await;
    assert!(matches!(other, Err(ErrorItemError::Undo(UndoRefused::NotYours))), "{other:?}");
    error_items::undo(office, lin, id).await.unwrap();
    assert_eq!(state().await.item.state, ErrorItemState::Assigned);
    error_items::undo(office, lin, id).await.unwrap();
    let new = state().await;
    assert_eq!((new.item.state, new.item.assignee), (ErrorItemState::New, None));
    let events: Vec<_> = new.timeline.iter().map(|e| (e.event.as_str(), e.undone)).collect();
    let whole = [("assigned", true), ("snoozed", true), ("undone", false), ("undone", false)];
    assert_eq!(events, whole, "nothing is deleted");
    assert_eq!(new.undoable, None);
    error_items::assign_to_me(office, lin, id).await.unwrap();
    office.clock.forward(time::Duration::minutes(31));
    let late = error_items::undo(office, lin, id).await;
    assert!(matches!(late, Err(ErrorItemError::Undo(UndoRefused::TooLate))), "{late:?}");
    let wanted = Resolution { action: Action::SuspendLong, reason: "case 4711".to_owned() };
    error_items::propose(office, lin, id, &wanted).await.unwrap();
    let money = error_items::undo(office, lin, id).await;
    assert!(matches!(money, Err(ErrorItemError::Undo(UndoRefused::NotUndoable))), "{money:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn equal_resolutions_ask_for_a_rule_that_a_second_person_decides(pool: PgPool) {
    let desk = desk::open(pool).await;
    let (office, lin) = (&desk.office, &desk.operations);
    at_times(&desk, &[(2, 0), (2, 1), (2, 2), (3, 0), (4, 0), (5, 0)]).await;
    assert_eq!(error_items::advice(office, lin).await.unwrap(), []);
    let claim = Resolution { action: Action::Claim, reason: "asked UnionPay".to_owned() };
    let ids: Vec<_> = desk.items().await.iter().map(|item| item.id).collect();
    let wanted = (&Selection::Ids(ids[..5].to_vec()), &BulkCommand::Propose(claim));
    let bulk = error_items::start_bulk(office, lin, wanted).await.unwrap();
    desk.work().await;
    error_items::confirm_bulk(office, lin, bulk).await.unwrap();
    desk.work().await;
    let approval = error_items::bulk(office, lin, bulk).await.unwrap().summary.approval.unwrap();
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    let [advice] = error_items::advice(office, lin).await.unwrap().try_into().unwrap();
    assert_eq!((advice.action, advice.streak, advice.same), (Action::Claim, 5, 5));
    assert_eq!((advice.different.len(), advice.open, advice.by_itself), (0, 1, false));
    let approval = error_items::propose_advice(office, lin, &advice.pattern).await.unwrap();
    let before = error_items::find(office, lin, ids[5]).await.unwrap().suggestion.unwrap();
    assert_eq!(before.action, Action::SuspendLong, "nothing before the second person");
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    let after = error_items::find(office, lin, ids[5]).await.unwrap().suggestion.unwrap();
    assert_eq!((after.action, after.why), (Action::Claim, Why::DoneBefore));
    assert_eq!(error_items::advice(office, lin).await.unwrap(), [], "it stands");
    let gone = error_items::propose_advice(office, lin, &advice.pattern).await;
    assert!(matches!(gone, Err(ErrorItemError::NoAdvice)), "{gone:?}");
    // What was resolved longer than thirty days ago teaches nothing.
    desk.wait(31);
    assert_eq!(error_items::advice(office, lin).await.unwrap(), []);
    let open = desk.items().await;
    let new = open.iter().filter(|item| item.status == ErrorItemStatus::New);
    assert_eq!((open.len(), new.count()), (6, 1), "what was claimed is not back yet");
}
