//! How resolved error items move money.

use crate::office::Office;
use domain::date::BusinessDate;
use domain::error_item::{ErrorItem, ErrorItemState, ProposedEntry};
use ledger::entries::{self, Event};
use ledger::{Dates, LedgerError, Line, Posting, Source};

/// The entry of an approved resolution, as it was shown: mostly journal entries 17, 18 and 19 (see
/// `domain::error_item`).
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
    // Each approval books once; an item that is opened again is settled under another one.
    let key = match &item.state {
        ErrorItemState::Approved { approval } if item.outcome.is_some() => {
            format!("error_items:{}:settled:{approval}", item.id)
        }
        _ => format!("error_items:{}:resolved", item.id),
    };
    let event = Event::new(key, Source::new("error_item", item.id), dates)
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
