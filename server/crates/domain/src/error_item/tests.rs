use super::*;
use crate::journal::Entry;
use crate::money::Currency;
use time::macros::datetime;
use uuid::Uuid;

const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

fn actions(difference: &Difference) -> Vec<Action> {
    item(difference.clone()).handling().iter().map(|one| one.action).collect()
}

fn view(fen: i64, standing: Standing) -> RecordView {
    RecordView {
        number: "N1".into(),
        channel_no: "C1".into(),
        amount: Money::cny(fen),
        fee: None,
        standing,
        status: "x".into(),
        event_time: None,
        clearing_date: None,
        place: "somewhere".into(),
    }
}

fn difference(cause: Cause, fen: i64) -> Difference {
    Difference {
        leg: Leg::GatewayBank,
        cause,
        direction: Direction::In,
        channel: Some("unionpay".into()),
        clearing_date: "2026-03-31".parse().unwrap(),
        record_key: record_key(Leg::GatewayBank, "unionpay", Direction::In, ("N1", 1)),
        difference: Money::cny(fen),
        account: Some(AccountRef::due_from_channel("unionpay")),
        ours: None,
        theirs: None,
        links: Links::default(),
    }
}

fn item(difference: Difference) -> ErrorItem {
    ErrorItem::found(Uuid::from_u128(1).into(), "EI20260331-0001".into(), difference, NOON)
}

fn only_line(difference: &Difference, action: Action) -> (Entry, String, String, i64) {
    let proposed = item(difference.clone()).entry(action).unwrap().unwrap();
    let [line] = proposed.lines.as_slice() else { panic!("one line") };
    (proposed.entry, line.debit.to_string(), line.credit.to_string(), line.amount.minor())
}

#[test]
fn money_nobody_explains_goes_to_long_suspense() {
    let long = difference(Cause::OnlyInChannel, 10_000);
    assert_eq!(long.cash_effect(), CashEffect::Long);
    assert_eq!(actions(&long)[0], Action::SuspendLong);
    let booked = only_line(&long, Action::SuspendLong);
    assert_eq!(booked, (Entry::BankLong, "1122.01.unionpay".into(), "2241.09".into(), 10_000));
}

#[test]
fn money_that_is_missing_goes_to_short_suspense() {
    let short = difference(Cause::OnlyInPlatform, -10_000);
    assert_eq!(short.cash_effect(), CashEffect::Short);
    let booked = only_line(&short, Action::SuspendShort);
    assert_eq!(booked, (Entry::BankShort, "1221.01".into(), "1122.01.unionpay".into(), 10_000));
    assert!(item(short).entry(Action::SuspendLong).is_err());
}

#[test]
fn of_a_different_amount_only_the_difference_is_booked() {
    let mut amount = difference(Cause::Amount, -25);
    amount.ours = Some(view(10_025, Standing::Success));
    amount.theirs = Some(view(10_000, Standing::Success));
    assert_eq!(actions(&amount)[0], Action::PostDifference);
    let booked = only_line(&amount, Action::PostDifference);
    assert_eq!(booked, (Entry::AmountMismatch, "1221.01".into(), "1122.01.unionpay".into(), 25));
}

#[test]
fn a_fee_difference_moves_cost_and_payable() {
    let more = difference(Cause::Fee, 6);
    assert_eq!(more.cash_effect(), CashEffect::None);
    let booked = only_line(&more, Action::AcceptFee);
    assert_eq!(booked, (Entry::AmountMismatch, "6421.01".into(), "2202.01.unionpay".into(), 6));
    let booked = only_line(&difference(Cause::Fee, -6), Action::AcceptFee);
    assert_eq!(booked, (Entry::AmountMismatch, "2202.01.unionpay".into(), "6421.01".into(), 6));
}

#[test]
fn an_unfinished_payment_in_the_bill_can_be_repaired_if_the_amount_is_ours() {
    let mut status = difference(Cause::Status, 10_000);
    status.ours = Some(view(10_000, Standing::Pending));
    status.theirs = Some(view(10_000, Standing::Success));
    assert_eq!(actions(&status)[0], Action::SuspendLong);
    status.links.payment = Some(PaymentId(Uuid::from_u128(2)));
    assert_eq!(actions(&status)[..2], [Action::RepairToSuccess, Action::SuspendLong]);
    let suggestion = item(status.clone()).handling()[0];
    assert_eq!(suggestion.why, Why::BillProvesPayment);
    assert_eq!(item(status.clone()).entry(Action::RepairToSuccess), Ok(None));
    status.cause = Cause::Amount;
    status.theirs = Some(view(9_000, Standing::Success));
    assert_eq!(actions(&status)[0], Action::SuspendLong);
}

#[test]
fn only_differences_without_money_can_be_ignored_and_only_with_a_reason() {
    let money = difference(Cause::OnlyInChannel, 1);
    let ignore = |reason: &str| Resolution { action: Action::Ignore, reason: reason.into() };
    assert!(matches!(
        item(money.clone()).check(&ignore("x")),
        Err(ResolutionRefused::NotForThis { .. })
    ));
    let records =
        Difference { leg: Leg::BusinessMerchant, account: None, ..difference(Cause::Status, 0) };
    assert_eq!(records.cash_effect(), CashEffect::None);
    assert_eq!(item(records.clone()).check(&ignore(" ")), Err(ResolutionRefused::ReasonMissing));
    assert_eq!(item(records.clone()).check(&ignore("the merchant corrected its list")), Ok(()));
    assert_eq!(item(records.clone()).entry(Action::Ignore), Ok(None));
}

#[test]
fn every_suggestion_can_be_proposed() {
    for cause in Cause::ALL {
        for fen in [-5, 0, 5] {
            for account in [None, Some(AccountRef::reserve())] {
                let found = Difference { account, ..difference(*cause, fen) };
                let action = actions(&found)[0];
                let resolution = Resolution { action, reason: "because".into() };
                assert_eq!(item(found).check(&resolution), Ok(()), "{cause:?} {fen}");
            }
        }
    }
}

#[test]
fn every_action_that_is_offered_can_be_booked_to_the_fen() {
    for cause in Cause::ALL {
        for fen in [-5, 0, 5] {
            for account in [None, Some(AccountRef::reserve())] {
                let mut found = Difference { account, ..difference(*cause, fen) };
                found.links.merchant = Some(MerchantId(Uuid::from_u128(3)));
                let mut suspended = item(found);
                let fresh = suspended.clone();
                if fresh.may_be_answered_by(Action::SuspendLong)
                    || fresh.may_be_answered_by(Action::SuspendShort)
                {
                    let action = Action::SuspendLong;
                    suspended.outcome = Some(Outcome { action, journal: None, in_suspense: true });
                }
                for item in [fresh, suspended] {
                    for offer in item.handling() {
                        let entry = item.entry(offer.action).unwrap();
                        for line in entry.into_iter().flat_map(|entry| entry.lines) {
                            assert_eq!(line.amount, Money::cny(5), "{cause:?} {offer:?}");
                            assert_ne!(line.debit, line.credit, "{cause:?} {offer:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_surplus_record_has_a_key_of_its_own() {
    let first = record_key(Leg::GatewayBank, "unionpay", Direction::In, ("N1", 1));
    let second = record_key(Leg::GatewayBank, "unionpay", Direction::In, ("N1", 2));
    assert_eq!(first, "gateway_bank:unionpay:in:N1");
    assert_eq!(second, "gateway_bank:unionpay:in:N1#2");
}

#[test]
fn the_same_finding_is_recognised() {
    let found = difference(Cause::OnlyInChannel, 1);
    assert!(found.same_finding(&found.clone()));
    let other = Difference { difference: Money::zero(Currency::Cny), ..found.clone() };
    assert!(!found.same_finding(&other));
}
