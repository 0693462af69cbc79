//! How payouts move money.

use super::store::Payout;
use crate::office::Office;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::ids::JournalId;
use ledger::{Dates, Entry, Posting, Reversal, Source};
use time::OffsetDateTime;

fn dates(office: &Office, day: BusinessDate, event_time: OffsetDateTime) -> Dates {
    Dates { accounting_date: day, clearing_date: None, event_time, posted_at: office.now() }
}

fn posting(
    office: &Office,
    payout: &Payout,
    (event, entry): (&str, Entry),
    (day, at): (BusinessDate, OffsetDateTime),
) -> Posting {
    let key = format!("payouts:{}:{event}", payout.id);
    Posting::new(key, entry, dates(office, day, at), Source::new("payout", payout.id))
        .requested_by(Some(office.request_id.clone()))
}

/// Journal entry 8, first half: the money leaves the merchant's balance.
///
/// Dr 2241.03 merchant 96.40 / Cr 2241.08 96.40
pub(super) fn submitted(office: &Office, payout: &Payout, day: BusinessDate) -> Posting {
    let debit = payout.purse.account(payout.merchant);
    posting(office, payout, ("submitted", Entry::MerchantPayout), (day, office.now())).line(
        debit,
        AccountRef::payouts_in_transit(),
        payout.amount,
        format!("payout {}", payout.number),
    )
}

/// Journal entry 21: a returned payout is sent out again.
///
/// Dr 2241.10 96.40 / Cr 2241.08 96.40
pub(super) fn repaid(office: &Office, payout: &Payout, day: BusinessDate) -> Posting {
    posting(office, payout, ("repaid", Entry::ReturnedPayout), (day, office.now())).line(
        AccountRef::returned_payouts(),
        AccountRef::payouts_in_transit(),
        payout.amount,
        format!("payout {}", payout.number),
    )
}

/// The bank refused: entry 8, first half, undone.
pub(super) fn rejected(
    office: &Office,
    payout: &Payout,
    (journal, day): (JournalId, BusinessDate),
    reason: &str,
) -> Reversal {
    Reversal {
        journal,
        key: format!("payouts:{}:rejected", payout.id),
        accounting_date: day,
        event_time: office.now(),
        posted_at: office.now(),
        memo: reason.to_owned(),
        request_id: Some(office.request_id.clone()),
    }
}

/// Journal entry 8, second half: the statement shows the debit.
///
/// Dr 2241.08 96.40 / Cr 1012.01 96.40
pub(super) fn paid(
    office: &Office,
    payout: &Payout,
    reserve: AccountRef,
    when: (BusinessDate, OffsetDateTime),
) -> Posting {
    posting(office, payout, ("paid", Entry::MerchantPayout), when).line(
        AccountRef::payouts_in_transit(),
        reserve,
        payout.amount,
        format!("payout {}", payout.number),
    )
}

/// Journal entry 21: the bank sent the money back.
///
/// Dr 1012.01 96.40 / Cr 2241.10 96.40
pub(super) fn returned(
    office: &Office,
    payout: &Payout,
    reserve: AccountRef,
    when: (BusinessDate, OffsetDateTime),
) -> Posting {
    posting(office, payout, ("returned", Entry::ReturnedPayout), when).line(
        reserve,
        AccountRef::returned_payouts(),
        payout.amount,
        format!("payout {} returned", payout.number),
    )
}
