use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn voucher(state: VoucherState, debit: i64, credit: i64) -> VoucherDetail {
    let line = |side, fen| VoucherLine {
        side,
        account: AccountRef::reserve(),
        u8_code: "101201".to_owned(),
        dimension: Dimension::None,
        dimension_code: String::new(),
        department: String::new(),
        project: String::new(),
        amount: Money::cny(fen),
        entries: 1,
        memo: String::new(),
    };
    VoucherDetail {
        summary: VoucherSummary {
            id: VoucherId(Uuid::from_u128(1)),
            accounting_date: "2026-03-31".parse().unwrap(),
            number: 1,
            entry: Entry::ChannelFunds,
            state,
            total: Money::cny(debit),
            file: None,
            erp_number: None,
            replaces: None,
            reverses: None,
        },
        lines: vec![line(Side::Debit, debit), line(Side::Credit, credit)],
        rejections: Vec::new(),
    }
}

#[test]
fn a_voucher_goes_into_one_file_and_is_answered_once() {
    use VoucherState::{Acknowledged, Balanced, Drafted, Exported, Rejected, Reversed};
    assert_eq!(Drafted.export(), Err(VoucherRefused::NotBalanced));
    assert_eq!(Balanced.export(), Ok(Exported));
    assert_eq!(Exported.acknowledge(), Ok(Acknowledged));
    assert_eq!(Exported.reject(), Ok(Rejected));
    assert_eq!(Acknowledged.reverse(), Ok(Reversed));
    for sent in [Exported, Acknowledged, Rejected, Reversed] {
        assert_eq!(sent.export(), Err(VoucherRefused::AlreadyExported));
    }
    for other in VoucherState::ALL {
        assert!(other == Exported || other.acknowledge().is_err());
        assert!(other == Exported || other.reject().is_err());
        assert!(other == Acknowledged || other.reverse().is_err());
    }
}

#[test]
fn a_day_is_as_far_as_its_last_voucher() {
    use VoucherState::{Acknowledged, Drafted, Exported, Rejected, Replaced, Reversed};
    assert_eq!(VoucherState::of_day([Acknowledged, Exported]), Some(Exported));
    assert_eq!(VoucherState::of_day([Acknowledged, Rejected, Exported]), Some(Rejected));
    assert_eq!(VoucherState::of_day([Acknowledged, Replaced, Drafted]), Some(Drafted));
    assert_eq!(VoucherState::of_day([Replaced, Reversed, Acknowledged]), Some(Acknowledged));
    assert_eq!(VoucherState::of_day([]), None);
}

#[test]
fn what_does_not_balance_or_is_not_the_books_is_refused() {
    let drafted = |debit, credit| voucher(VoucherState::Drafted, debit, credit);
    let lopsided = balanced(&[drafted(5, 6)], Money::cny(5));
    assert!(matches!(lopsided, Err(VoucherRefused::OutOfBalance { number: 1, .. })));
    let short = balanced(&[drafted(5, 5)], Money::cny(6));
    assert!(matches!(short, Err(VoucherRefused::NotTheBooks { .. })));
    assert_eq!(balanced(&[], Money::cny(0)), Ok(()));
    assert_eq!(balanced(&[drafted(5, 5), drafted(7, 7)], Money::cny(12)), Ok(()));
}

#[test]
fn a_cancelled_voucher_and_its_red_one_do_not_count() {
    let mut red = voucher(VoucherState::Exported, -5, -5);
    red.summary.reverses = Some(VoucherId(Uuid::from_u128(1)));
    let cancelled = voucher(VoucherState::Reversed, 5, 5);
    let anew = voucher(VoucherState::Drafted, 5, 5);
    assert_eq!(balanced(&[cancelled, red, anew], Money::cny(5)), Ok(()));
}

proptest! {
    /// Whatever comes in whatever order, a voucher is sent at most once.
    #[test]
    fn no_order_of_steps_sends_a_voucher_twice(steps in prop::collection::vec(0..5_u8, 0..20)) {
        let (mut state, mut sent) = (VoucherState::Balanced, 0);
        for step in steps {
            let next = match step {
                0 => state.export().inspect(|_| sent += 1),
                1 => state.acknowledge(),
                2 => state.reject(),
                3 => state.reverse(),
                _ => continue,
            };
            state = next.unwrap_or(state);
        }
        prop_assert!(sent <= 1);
    }
}
