//! How resolved error items move money.

use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::{ErrorItem, ErrorItemState, ProposedEntry};
use ledger::{Dates, Posting, Source};

/// The entry of an approved resolution, as it was shown: mostly journal entries 17, 18 and 19 (see
/// `domain::error_item`).
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
    // Each approval books once; an item that is opened again is settled under another one.
    let key = match &item.state {
        ErrorItemState::Approved { approval } if item.outcome.is_some() => {
            format!("error_items:{}:settled:{approval}", item.id)
        }
        _ => format!("error_items:{}:resolved", item.id),
    };
    let posting = Posting::new(key, proposed.entry, dates, Source::new("error_item", item.id))
        .memo(format!("{} {}", item.number, item.difference.cause.name()))
        .requested_by(Some(office.request_id.clone()));
    proposed.lines.iter().fold(posting, |posting, line| {
        let (debit, credit) = (line.debit.clone(), line.credit.clone());
        posting.line(debit, credit, line.amount, item.number.clone())
    })
}
