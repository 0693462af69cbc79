use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn line(number: u128) -> StatementLineId {
    StatementLineId(Uuid::from_u128(number))
}

fn events() -> [PayoutEvent; 10] {
    let text = || "reason".to_owned();
    [
        PayoutEvent::Submit,
        PayoutEvent::PutBack { reason: text() },
        PayoutEvent::Queue,
        PayoutEvent::Send,
        PayoutEvent::NotSent,
        PayoutEvent::Accept { bank_ref: text() },
        PayoutEvent::Reject { reason: text() },
        PayoutEvent::Unclear { reason: text() },
        PayoutEvent::Pay { line: line(1) },
        PayoutEvent::Return { line: line(2), reason: text() },
    ]
}

fn states() -> [PayoutState; 9] {
    let text = || "reason".to_owned();
    [
        PayoutState::new(),
        PayoutState::Submitted,
        PayoutState::Queued,
        PayoutState::Sending,
        PayoutState::Accepted { bank_ref: text() },
        PayoutState::Unknown { reason: text() },
        PayoutState::Rejected { reason: text() },
        PayoutState::Paid { line: line(1) },
        PayoutState::Returned { line: line(2), reason: text() },
    ]
}

#[test]
fn exactly_these_transitions_are_allowed() {
    let allowed = [
        ("drafted", "submitted"),
        ("submitted", "put back"),
        ("submitted", "queued"),
        ("queued", "sent"),
        ("sending", "taken back from sending"),
        ("sending", "accepted"),
        ("sending", "rejected"),
        ("sending", "marked as unknown"),
        ("sending", "paid"),
        ("accepted", "accepted"),
        ("accepted", "rejected"),
        ("accepted", "paid"),
        ("unknown", "accepted"),
        ("unknown", "rejected"),
        ("unknown", "marked as unknown"),
        ("unknown", "paid"),
        ("paid", "paid"),
        ("paid", "returned"),
        ("returned", "returned"),
    ];
    for state in states() {
        for event in events() {
            let pair = (state.name(), event.name());
            let after = state.clone().after(event);
            assert_eq!(after.is_ok(), allowed.contains(&pair), "{pair:?}: {after:?}");
        }
    }
    assert_eq!(states().map(|state| state.name()), PAYOUT_STATES);
}

#[test]
fn a_refusal_says_what_was_asked_of_which_state() {
    let refused = PayoutState::new().after(PayoutEvent::Send).unwrap_err();
    assert_eq!(refused.to_string(), "a payout that is drafted cannot be sent");
}

#[test]
fn another_statement_line_cannot_pay_or_return_it_again() {
    let paid = PayoutState::Paid { line: line(1) };
    assert!(paid.clone().after(PayoutEvent::Pay { line: line(9) }).is_err());
    let again = PayoutEvent::Return { line: line(9), reason: String::new() };
    let returned = PayoutState::Returned { line: line(2), reason: String::new() };
    assert!(returned.after(again).is_err());
}

proptest! {
    #[test]
    fn no_order_of_events_pays_twice_or_sends_again_what_may_have_arrived(
        picks in prop::collection::vec((0..10_usize, 1..4_u128), 0..60)
    ) {
        let mut state = PayoutState::new();
        let (mut payments, mut may_have_arrived) = (0, false);
        for (pick, number) in picks {
            let event = match events()[pick].clone() {
                PayoutEvent::Pay { .. } => PayoutEvent::Pay { line: line(number) },
                other => other,
            };
            let Ok(after) = state.clone().after(event.clone()) else { continue };
            if event == PayoutEvent::Send {
                prop_assert!(!may_have_arrived, "sent again after {state:?}");
            }
            may_have_arrived |= matches!(
                after,
                PayoutState::Unknown { .. } | PayoutState::Accepted { .. }
            );
            if matches!(after, PayoutState::Paid { .. }) && state != after {
                payments += 1;
            }
            state = after;
        }
        prop_assert!(payments <= 1);
    }
}
