//! How refunds move money.

use super::store::Refund;
use crate::office::Office;
use domain::date::BusinessDate;
use domain::ids::MerchantId;
use domain::money::Money;
use ledger::entries::{self, Event, Owed};
use ledger::{Dates, Posting, Source};
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

fn event(office: &Office, refund: &Refund, name: &str, when: When) -> Event {
    let dates = Dates {
        accounting_date: when.day,
        clearing_date: when.clearing,
        event_time: when.at,
        posted_at: office.now(),
    };
    Event::new(format!("refunds:{}:{name}", refund.id), Source::new("refund", refund.id), dates)
        .requested_by(&office.request_id)
}

/// Journal entry 11, first half: the money is set aside.
pub(super) fn accepted(
    office: &Office,
    refund: &Refund,
    (party, from): (MerchantId, Owed),
    when: When,
) -> Posting {
    let event = event(office, refund, "accepted", when).words(format!("refund {}", refund.number));
    entries::refund_accepted(event, party, from, refund.amount)
}

/// Journal entry 11, second half: the channel did it and nets it in its clearing.
pub(super) fn succeeded(office: &Office, refund: &Refund, when: When) -> Posting {
    let event = event(office, refund, "succeeded", when).words(format!("refund {}", refund.number));
    entries::refund_netted(event, &refund.channel, refund.amount)
}

/// Journal entry 11, failure: the merchant has the money back, available.
pub(super) fn failed(office: &Office, refund: &Refund, when: When) -> Posting {
    let words = format!("refund {} failed", refund.number);
    let event = event(office, refund, "failed", when).words(words);
    entries::refund_failed(event, refund.party(), refund.amount)
}

/// Journal entry 12: the fee goes back in proportion.
pub(super) fn fee_back(
    office: &Office,
    refund: &Refund,
    (party, to, amount): (MerchantId, Owed, Money),
    when: When,
) -> Posting {
    let words = format!("fee of refund {}", refund.number);
    let event = event(office, refund, "fee_back", when).words(words);
    entries::fee_refunded(event, party, to, amount)
}
