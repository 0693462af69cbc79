//! How refunds move money.

use super::store::Refund;
use crate::office::Office;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::money::Money;
use ledger::{Dates, Entry, Posting, Source};
use time::OffsetDateTime;

/// The days and the moment of an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    /// The open accounting day.
    pub day: BusinessDate,
    /// The channel's clearing date, once it did the refund.
    pub clearing: Option<BusinessDate>,
    /// When it happened.
    pub at: OffsetDateTime,
}

fn posting(office: &Office, refund: &Refund, event: (&str, Entry), when: When) -> Posting {
    let dates = Dates {
        accounting_date: when.day,
        clearing_date: when.clearing,
        event_time: when.at,
        posted_at: office.now(),
    };
    let key = format!("refunds:{}:{}", refund.id, event.0);
    Posting::new(key, event.1, dates, Source::new("refund", refund.id))
        .requested_by(Some(office.request_id.clone()))
}

/// Journal entry 11, first half: the money is set aside.
///
/// Dr 2241.02 merchant (or 2241.03) 100.00 / Cr 2241.07 100.00
pub(super) fn accepted(office: &Office, refund: &Refund, from: AccountRef, when: When) -> Posting {
    posting(office, refund, ("accepted", Entry::Refund), when).line(
        from,
        AccountRef::refunds_in_transit(),
        refund.amount,
        format!("refund {}", refund.number),
    )
}

/// Journal entry 11, second half: the channel did it and nets it in its clearing.
///
/// Dr 2241.07 100.00 / Cr 1122.01 channel 100.00
pub(super) fn succeeded(office: &Office, refund: &Refund, when: When) -> Posting {
    posting(office, refund, ("succeeded", Entry::Refund), when).line(
        AccountRef::refunds_in_transit(),
        AccountRef::due_from_channel(&refund.channel),
        refund.amount,
        format!("refund {}", refund.number),
    )
}

/// Journal entry 11, failure: the merchant has the money back, available.
///
/// Dr 2241.07 100.00 / Cr 2241.03 100.00
pub(super) fn failed(office: &Office, refund: &Refund, when: When) -> Posting {
    posting(office, refund, ("failed", Entry::Refund), when).line(
        AccountRef::refunds_in_transit(),
        AccountRef::merchant_available(refund.party()),
        refund.amount,
        format!("refund {} failed", refund.number),
    )
}

/// Journal entry 12: the fee goes back in proportion.
///
/// Dr 6021.02 0.60 / Cr 2241.02 merchant (or 2241.03) 0.60
pub(super) fn fee_back(
    office: &Office,
    refund: &Refund,
    (to, amount): (AccountRef, Money),
    when: When,
) -> Posting {
    posting(office, refund, ("fee_back", Entry::FeeRefund), when).line(
        AccountRef::fee_income_refunded(),
        to,
        amount,
        format!("fee of refund {}", refund.number),
    )
}
