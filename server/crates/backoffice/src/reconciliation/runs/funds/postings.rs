//! How channel funds are booked.

use super::settlement::Expected;
use super::store::Line;
use crate::office::Office;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::journal::Entry;
use ledger::{Dates, Posting, Source};

/// A channel paid over what it cleared: journal entry 4.
///
/// Gross: Dr 1012.01 / Cr 1122.01 channel. Net of its fee: besides, Dr 2202.01 channel / Cr 1122.01
/// channel for the fee. A channel that takes money back: Dr 1122.01 channel / Cr 1012.01.
pub(super) fn arrived(
    office: &Office,
    line: &Line,
    cash: &AccountRef,
    (expected, day): (&Expected, BusinessDate),
) -> Posting {
    let owed = AccountRef::due_from_channel(&expected.channel);
    let dates = Dates {
        accounting_date: day,
        clearing_date: Some(expected.day),
        event_time: super::booked_at(office, line),
        posted_at: office.now(),
    };
    let posting = Posting::new(
        format!("channel_settlement:{}:arrived", line.id),
        Entry::ChannelFunds,
        dates,
        Source::new("channel_settlement", line.id),
    )
    .memo(format!("{} {}", expected.channel, expected.day))
    .requested_by(Some(office.request_id.clone()));
    let (debit, credit) = if line.amount.is_negative() {
        (owed.clone(), cash.clone())
    } else {
        (cash.clone(), owed.clone())
    };
    let posting = posting.line(debit, credit, line.magnitude(), line.remittance.clone());
    match expected.fee_kept.filter(|fee| fee.is_positive()) {
        None => posting,
        Some(fee) => {
            let payable = AccountRef::payable_channel_fees(&expected.channel);
            posting.line(payable, owed, fee, "fee kept by the channel")
        }
    }
}
