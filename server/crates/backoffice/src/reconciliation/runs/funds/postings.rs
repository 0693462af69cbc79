//! How channel funds are booked.

use super::settlement::Expected;
use super::store::Line;
use crate::office::Office;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::money::{Money, MoneyError};
use ledger::entries::{self, Cash, Event};
use ledger::{Dates, Posting, Source};

/// A channel paid over what it cleared, or took money back: journal entry 4.
///
/// # Errors
/// The amount is out of range.
pub(super) fn arrived(
    office: &Office,
    line: &Line,
    cash: &AccountRef,
    (expected, day): (&Expected, BusinessDate),
) -> Result<Posting, MoneyError> {
    let dates = Dates {
        accounting_date: day,
        clearing_date: Some(expected.day),
        event_time: super::booked_at(office, line),
        posted_at: office.now(),
    };
    let event = Event::new(
        format!("channel_settlement:{}:arrived", line.id),
        Source::new("channel_settlement", line.id),
        dates,
    )
    .memo(format!("{} {}", expected.channel, expected.day))
    .words(line.remittance.clone())
    .requested_by(&office.request_id);
    let own = cash.code == AccountRef::own_funds().code;
    let into = if own { Cash::Own(&cash.owner) } else { Cash::Reserve(&cash.owner) };
    let none = Money::zero(line.amount.currency());
    let kept = expected.fee_kept.filter(|fee| fee.is_positive()).unwrap_or(none);
    entries::channel_funds_net(event, &expected.channel, into, (line.amount, kept))
}
