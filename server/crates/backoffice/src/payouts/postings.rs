//! How payouts move money.

use super::Purse;
use super::store::Payout;
use crate::office::Office;
use domain::date::BusinessDate;
use domain::ids::{JournalId, PayoutId, UserId};
use domain::money::Money;
use domain::payout::PayoutSource;
use domain::user::ToppedUp;
use ledger::entries::{self, Event, Holder};
use ledger::{Dates, Posting, Reversal, Source};
use time::OffsetDateTime;

/// Merchants are paid from the main custody account only.
const CUSTODY: &str = "";

fn dates(office: &Office, day: BusinessDate, event_time: OffsetDateTime) -> Dates {
    Dates { accounting_date: day, clearing_date: None, event_time, posted_at: office.now() }
}

fn event(
    office: &Office,
    payout: &Payout,
    name: &str,
    when: (BusinessDate, OffsetDateTime),
) -> Event {
    event_of(office, (payout.id, name), when)
}

fn event_of(
    office: &Office,
    (payout, name): (PayoutId, &str),
    (day, at): (BusinessDate, OffsetDateTime),
) -> Event {
    let key = format!("payouts:{payout}:{name}");
    Event::new(key, Source::new("payout", payout), dates(office, day, at))
        .requested_by(&office.request_id)
}

/// Journal entry 8, first half: the money leaves the merchant's balance.
pub(super) fn submitted(
    office: &Office,
    (payout, purse): (&Payout, Purse),
    day: BusinessDate,
) -> Posting {
    let event = event(office, payout, "submitted", (day, office.now()))
        .words(format!("payout {}", payout.number));
    entries::payout_submitted(event, payout.merchant, purse.into(), payout.amount)
}

/// Journal entry 9, first half: amount and fee leave the user's balance.
pub(super) fn withdrawn(
    office: &Office,
    (id, number): (PayoutId, &str),
    (user, amount, fee): (UserId, Money, Money),
    day: BusinessDate,
) -> Posting {
    let event = event_of(office, (id, "submitted"), (day, office.now()))
        .words(format!("withdrawal, payout {number}"));
    entries::withdrawal_submitted(event, &user.to_string(), amount, fee)
}

/// A top-up on its way back: the money leaves the balance it had raised.
pub(super) fn top_up_returned(
    office: &Office,
    (id, number): (PayoutId, &str),
    (top_up, amount): (&ToppedUp, Money),
    day: BusinessDate,
) -> Posting {
    let event = event_of(office, (id, "submitted"), (day, office.now()))
        .words(format!("top-up {} returned, payout {number}", top_up.number));
    let user = top_up.user.map(|user| user.to_string());
    let holder = user.as_deref().map_or(Holder::Merchant(top_up.merchant), Holder::User);
    entries::top_up_returned(event, holder, amount)
}

/// Journal entry 21: a returned payout is sent out again.
pub(super) fn repaid(office: &Office, payout: &Payout, day: BusinessDate) -> Posting {
    let event = event(office, payout, "repaid", (day, office.now()))
        .words(format!("payout {}", payout.number));
    entries::payout_repaid(event, payout.amount)
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

/// Journal entry 8, second half, or of a refund entry 11, a withdrawal 9, a top-up return 10, second
/// half: the statement shows the debit.
pub(super) fn paid(
    office: &Office,
    payout: &Payout,
    when: (BusinessDate, OffsetDateTime),
) -> Posting {
    let event = event(office, payout, "paid", when).words(format!("payout {}", payout.number));
    match payout.source() {
        PayoutSource::Refund => entries::refund_paid(event, CUSTODY, payout.amount),
        PayoutSource::UserWithdrawal => entries::withdrawal_paid(event, CUSTODY, payout.amount),
        PayoutSource::TopUpReturn => entries::top_up_return_paid(event, CUSTODY, payout.amount),
        _ => entries::payout_paid(event, CUSTODY, payout.amount),
    }
}

/// Journal entry 21: the bank sent the money back.
pub(super) fn returned(
    office: &Office,
    payout: &Payout,
    when: (BusinessDate, OffsetDateTime),
) -> Posting {
    let words = format!("payout {} returned", payout.number);
    let event = event(office, payout, "returned", when).words(words);
    entries::payout_returned(event, CUSTODY, payout.amount)
}
