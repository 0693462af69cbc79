//! How an adjustment moves money.

use domain::adjustment::AdjustmentRequest;
use domain::date::BusinessDate;
use domain::ids::JournalId;
use ledger::entries::{Adjustment, Event};
use ledger::{Dates, Line, Reversal, Source};
use time::OffsetDateTime;

/// Journal entry 27, manual adjustment (调账): the document's own lines, for example a surplus
/// found at the bank, Dr 1012.01 100.00 / Cr 2241.09 100.00.
pub(super) fn adjustment(
    request: &AdjustmentRequest,
    accounting_date: BusinessDate,
    (at, request_id): (OffsetDateTime, &str),
) -> Adjustment {
    let dates = Dates { accounting_date, clearing_date: None, event_time: at, posted_at: at };
    let key = format!("adjustments:{}:executed", request.id);
    let memo = match request.corrects {
        Some(journal) => format!("{} · {journal}", request.reason.chinese()),
        None => request.reason.chinese().to_owned(),
    };
    let event = Event::new(key, Source::new("adjustment", request.id), dates)
        .memo(memo)
        .requested_by(request_id);
    Adjustment::proposed(
        event,
        request.lines.iter().map(|line| Line {
            debit: line.debit.clone(),
            credit: line.credit.clone(),
            amount: line.amount,
            memo: line.memo.clone(),
        }),
    )
}

/// Journal entry 15, reversal (红字冲销): the exact negative of the journal a document undoes.
pub(super) fn reversal(
    request: &AdjustmentRequest,
    (journal, number): (JournalId, &str),
    (accounting_date, (at, request_id)): (BusinessDate, (OffsetDateTime, &str)),
) -> Reversal {
    Reversal {
        journal,
        key: format!("adjustments:{}:executed", request.id),
        accounting_date,
        event_time: at,
        posted_at: at,
        memo: format!("{} · {number}", request.reason.chinese()),
        request_id: Some(request_id.to_owned()),
    }
}
