//! How resolved error items move money.

use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::{ErrorItem, ProposedEntry};
use ledger::entries::{self, Event};
use ledger::{Dates, LedgerError, Line, Posting, Source};

/// The entry of an approved resolution, as it was shown: journal entry 17, 18 or 19.
///
/// Long: Dr 1122.01 channel / Cr 2241.09. Short: Dr 1221.01 / Cr 1122.01 channel. Fee: Dr 6421.01 /
/// Cr 2202.01 channel, or the other way round.
///
/// # Errors
/// The posting rules do not know what was proposed.
pub(super) fn resolution(
    office: &Office,
    item: &ErrorItem,
    proposed: &ProposedEntry,
    day: BusinessDate,
) -> Result<Posting, LedgerError> {
    let dates = Dates {
        accounting_date: day,
        clearing_date: Some(item.difference.clearing_date),
        event_time: office.now(),
        posted_at: office.now(),
    };
    let event = Event::new(
        format!("error_items:{}:resolved", item.id),
        Source::new("error_item", item.id),
        dates,
    )
    .memo(format!("{} {}", item.number, item.difference.cause.name()))
    .requested_by(&office.request_id);
    let lines = proposed.lines.iter().map(|line| Line {
        debit: line.debit.clone(),
        credit: line.credit.clone(),
        amount: line.amount,
        memo: item.number.clone(),
    });
    entries::ruled(event, proposed.entry, lines)
}
