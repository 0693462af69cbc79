//! A voucher that the layouts are tried on.

use domain::account::{AccountRef, Side};
use domain::date::BusinessDate;
use domain::ids::VoucherId;
use domain::journal::Entry;
use domain::money::Money;
use domain::voucher::{Dimension, VoucherDetail, VoucherLine, VoucherState, VoucherSummary};
use uuid::Uuid;

/// The day of the voucher.
pub(super) fn day() -> BusinessDate {
    "2026-03-31".parse().unwrap()
}

/// Fees of 566.04 and what a channel gets of 13.83, charged to one merchant.
pub(super) fn voucher(memo: &str) -> VoucherDetail {
    let line = |side, code: &str, (dimension, whose): (Dimension, &str), fen| VoucherLine {
        side,
        account: AccountRef::sole(code),
        u8_code: code.replace('.', ""),
        dimension,
        dimension_code: whose.to_owned(),
        department: if code == "6021.01" { "D01" } else { "" }.to_owned(),
        project: if code == "6021.01" { "P-7" } else { "" }.to_owned(),
        amount: Money::cny(fen),
        entries: 3,
        memo: memo.to_owned(),
    };
    VoucherDetail {
        summary: VoucherSummary {
            id: VoucherId(Uuid::from_u128(1)),
            accounting_date: day(),
            number: 7,
            entry: Entry::FeeCharged,
            state: VoucherState::Balanced,
            total: Money::cny(57_987),
            file: None,
            erp_number: None,
            replaces: None,
            reverses: None,
        },
        lines: vec![
            line(Side::Debit, "2241.02", (Dimension::Customer, "M100001"), 57_987),
            line(Side::Credit, "6021.01", (Dimension::None, ""), 56_604),
            line(Side::Credit, "2202.01", (Dimension::Supplier, "unionpay"), 1_383),
        ],
        rejections: Vec::new(),
    }
}
