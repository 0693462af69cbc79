//! How resolved error items move money.

use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::{ErrorItem, ProposedEntry};
use ledger::{Dates, Posting, Source};

/// The entry of an approved resolution, as it was shown: journal entry 17, 18 or 19.
///
/// Long: Dr 1122.01 channel / Cr 2241.09. Short: Dr 1221.01 / Cr 1122.01 channel. Fee: Dr 6421.01 /
/// Cr 2202.01 channel, or the other way round.
pub(super) fn resolution(
    office: &Office,
    item: &ErrorItem,
    proposed: &ProposedEntry,
    day: BusinessDate,
) -> Posting {
    let dates = Dates {
        accounting_date: day,
        clearing_date: Some(item.difference.clearing_date),
        event_time: office.now(),
        posted_at: office.now(),
    };
    let posting = Posting::new(
        format!("error_items:{}:resolved", item.id),
        proposed.entry,
        dates,
        Source::new("error_item", item.id),
    )
    .memo(format!("{} {}", item.number, item.difference.cause.name()))
    .requested_by(Some(office.request_id.clone()));
    proposed.lines.iter().fold(posting, |posting, line| {
        let (debit, credit) = (line.debit.clone(), line.credit.clone());
        posting.line(debit, credit, line.amount, item.number.clone())
    })
}
