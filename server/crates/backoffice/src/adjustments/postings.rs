//! How an adjustment moves money.

use domain::adjustment::AdjustmentRequest;
use domain::date::BusinessDate;
use ledger::{Dates, Entry, Posting, Source};
use time::OffsetDateTime;

/// Journal entry 27, manual adjustment (调账): the document's own lines, for example a surplus
/// found at the bank, Dr 1012.01 100.00 / Cr 2241.09 100.00.
pub(super) fn adjusted(
    request: &AdjustmentRequest,
    accounting_date: BusinessDate,
    at: OffsetDateTime,
) -> Posting {
    let dates = Dates { accounting_date, clearing_date: None, event_time: at, posted_at: at };
    let source = Source::new("adjustment", request.id);
    let key = format!("adjustments:{}:executed", request.id);
    let memo = match request.corrects {
        Some(journal) => format!("{} · {journal}", request.reason.chinese()),
        None => request.reason.chinese().to_owned(),
    };
    request.lines.iter().fold(
        Posting::new(key, Entry::Adjustment, dates, source).memo(memo),
        |posting, line| {
            let (debit, credit) = (line.debit.clone(), line.credit.clone());
            posting.line(debit, credit, line.amount, line.memo.clone())
        },
    )
}
