//! How payments move money: gross, each event a journal of its own.

use domain::payment::{Payment, Success, TopUp};
use ledger::entries::{self, Event, Holder, Intake, Owed, VatSplit};
use ledger::{Dates, Posting, Source};
use time::OffsetDateTime;

/// The postings of a payment that succeeded.
///
/// For 100.00 at a fee of 0.60 and a channel cost of 0.24, merchant M, channel C:
/// - journal entry 1: Dr 1122.01 C 100.00 / Cr 2241.02 M 100.00
/// - journal entry 2: Dr 2241.02 M 0.60 / Cr 6021.01 0.60
/// - journal entry 3: Dr 6421.01 0.24 / Cr 2202.01 C 0.24
///
/// A top-up is journal entry 10 instead of 1: Dr 1122.01 C / Cr 2241.01 of the user, or 2241.03 of
/// the merchant. A fee or a cost of nothing is no event.
pub(super) fn succeeded(
    payment: &Payment,
    success: &Success,
    channel: &str,
    (posted_at, request_id): (OffsetDateTime, &str),
) -> Vec<Posting> {
    let dates = Dates {
        accounting_date: success.accounting_date,
        clearing_date: Some(success.clearing_date),
        event_time: success.event_time,
        posted_at,
    };
    let begin = |event: &str| {
        let key = format!("payments:{}:{event}", payment.id);
        Event::new(key, Source::new("payment", payment.id), dates).requested_by(request_id)
    };
    let merchant = payment.merchant;
    let first = match payment.top_up {
        None => entries::collected(begin("collected"), channel, merchant, payment.amount),
        Some(top_up) => {
            let user = match top_up {
                TopUp::Merchant => None,
                TopUp::User(user) => Some(user.to_string()),
            };
            let holder = user.as_deref().map_or(Holder::Merchant(merchant), Holder::User);
            let intake = Intake::Channel(channel);
            entries::topped_up(begin("topped_up"), intake, holder, payment.amount)
        }
    };
    let mut postings = vec![first];
    if payment.fee.is_positive() {
        let fee = VatSplit::unsplit(payment.fee);
        postings.push(entries::fee_charged(begin("fee"), merchant, Owed::Unsettled, fee));
    }
    if payment.cost.is_positive() {
        postings.push(entries::channel_cost(begin("cost"), channel, payment.cost));
    }
    postings
}
