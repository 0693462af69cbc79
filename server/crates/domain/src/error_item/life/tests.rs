use super::super::{Cause, Difference, Leg, Links};
use super::*;
use crate::account::AccountRef;
use crate::matching::Direction;
use crate::money::Money;
use proptest::prelude::*;
use time::macros::datetime;
use uuid::Uuid;

const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

fn found() -> ErrorItem {
    let difference = Difference {
        leg: Leg::GatewayBank,
        cause: Cause::OnlyInChannel,
        direction: Direction::In,
        channel: Some("unionpay".into()),
        clearing_date: "2026-03-31".parse().unwrap(),
        record_key: "k".into(),
        difference: Money::cny(100),
        account: Some(AccountRef::due_from_channel("unionpay")),
        ours: None,
        theirs: None,
        links: Links::default(),
    };
    ErrorItem::found(Uuid::from_u128(1).into(), "EI20260331-0001".into(), difference, NOON)
}

fn chen() -> StaffId {
    StaffId(Uuid::from_u128(7))
}

fn approval() -> ApprovalId {
    ApprovalId(Uuid::from_u128(8))
}

#[test]
fn an_item_is_taken_proposed_rejected_proposed_again_executed_verified_and_closed() {
    let taken = found().assign(chen()).unwrap().investigate().unwrap();
    let proposed = taken.proposed(approval()).unwrap();
    assert!(proposed.clone().assign(chen()).is_err());
    assert!(proposed.clone().auto_resolved("gone".into(), NOON).is_err());
    let rejected = proposed.rejected("ask UnionPay first".into()).unwrap();
    assert_eq!(rejected.assignee, Some(chen()));
    let approved = rejected.proposed(approval()).unwrap().approved().unwrap();
    let executed = approved.executed(Action::AcceptFee, None, NOON).unwrap();
    assert!(!executed.state.status().is_open());
    let refused = executed.clone().assign(chen()).unwrap_err();
    assert_eq!(refused.to_string(), "an error item that is executed cannot be assigned");
    assert!(executed.clone().closed("too early".into(), NOON).is_err());
    let closed = executed.verified(NOON).unwrap().closed("done".into(), NOON).unwrap();
    assert_eq!(closed.reopen().unwrap().state, ErrorItemState::Assigned);
}

#[test]
fn an_item_with_money_in_suspense_is_not_closed_and_is_settled_when_opened_again() {
    let approved = found().proposed(approval()).unwrap().approved().unwrap();
    let executed = approved.executed(Action::SuspendLong, None, NOON).unwrap();
    let verified = executed.verified(NOON).unwrap();
    assert!(verified.in_suspense());
    assert!(verified.clone().closed("no".into(), NOON).is_err());
    let again = verified.reopen().unwrap();
    assert_eq!(again.handling()[0].action, Action::RefundPayer);
    assert!(!again.may_be_answered_by(Action::SuspendLong), "not twice");
    let approved = again.proposed(approval()).unwrap().approved().unwrap();
    let executed = approved.executed(Action::WriteOff, None, NOON).unwrap();
    assert!(!executed.in_suspense());
    assert!(executed.verified(NOON).unwrap().closed("written off".into(), NOON).is_ok());
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Assign,
    Release,
    Investigate,
    Snooze,
    Wake,
    Propose,
    Back,
    Reject,
    Approve,
    Execute(Action),
    Verify,
    Close,
    AutoResolve,
    Reopen,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Assign),
        Just(Event::Release),
        Just(Event::Investigate),
        Just(Event::Snooze),
        Just(Event::Wake),
        Just(Event::Propose),
        Just(Event::Back),
        Just(Event::Reject),
        Just(Event::Approve),
        prop::sample::select(Action::ALL).prop_map(Event::Execute),
        Just(Event::Verify),
        Just(Event::Close),
        Just(Event::AutoResolve),
        Just(Event::Reopen),
    ]
}

fn apply(item: ErrorItem, event: Event) -> Result<ErrorItem, InvalidTransition> {
    let why = || "because".to_owned();
    match event {
        Event::Assign => item.assign(chen()),
        Event::Release => item.release(),
        Event::Investigate => item.investigate(),
        Event::Snooze => item.snooze(NOON),
        Event::Wake => item.wake(),
        Event::Propose => item.proposed(approval()),
        Event::Back => item.back(),
        Event::Reject => item.rejected(why()),
        Event::Approve => item.approved(),
        Event::Execute(action) => item.executed(action, None, NOON),
        Event::Verify => item.verified(NOON),
        Event::Close => item.closed(why(), NOON),
        Event::AutoResolve => item.auto_resolved(why(), NOON),
        Event::Reopen => item.reopen(),
    }
}

proptest! {
    #[test]
    fn no_order_of_events_books_without_approval_or_closes_over_open_money(
        events in prop::collection::vec(event(), 0..60)
    ) {
        use ErrorItemStatus as S;
        let (mut item, mut approvals, mut executions) = (found(), 0, 0);
        for event in events {
            let before = item.clone();
            let from = before.state.status();
            let Ok(after) = apply(item, event) else {
                item = before;
                continue;
            };
            let to = after.state.status();
            prop_assert_ne!((from, to), (S::New, S::Executed));
            match event {
                Event::Approve => {
                    prop_assert_eq!(from, S::Proposed);
                    approvals += 1;
                }
                Event::Execute(action) => {
                    prop_assert_eq!(from, S::Approved);
                    executions += 1;
                    prop_assert_eq!(after.outcome.map(|one| one.action), Some(action));
                }
                // What was booked is never forgotten by anything but what is booked next.
                _ => prop_assert_eq!(after.outcome, before.outcome),
            }
            prop_assert!(executions <= approvals, "one approval, one execution");
            if to == S::Assigned || to == S::Investigating {
                prop_assert!(after.assignee.is_some());
            }
            if to == S::Closed {
                prop_assert_eq!(from, S::Verified);
                prop_assert!(!after.in_suspense());
            }
            if !from.is_open() && to.is_open() {
                prop_assert!(matches!(event, Event::Reopen));
            }
            item = after;
        }
    }
}
