//! How payments move money: gross, each event a journal of its own.

use domain::account::AccountRef;
use domain::journal::{Entry, Source};
use domain::payment::{Payment, Success};
use ledger::{Dates, Posting};
use time::OffsetDateTime;

/// The postings of a payment that succeeded.
///
/// For 100.00 at a fee of 0.60 and a channel cost of 0.24, merchant M, channel C:
/// - journal entry 1: Dr 1122.01 C 100.00 / Cr 2241.02 M 100.00
/// - journal entry 2: Dr 2241.02 M 0.60 / Cr 6021.01 0.60
/// - journal entry 3: Dr 6421.01 0.24 / Cr 2202.01 C 0.24
///
/// A fee or a cost of nothing is no event.
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
    let begin = |event: &str, entry: Entry| {
        let key = format!("payments:{}:{event}", payment.id);
        Posting::new(key, entry, dates, Source::new("payment", payment.id))
            .requested_by(Some(request_id.to_owned()))
    };
    let unsettled = AccountRef::merchant_unsettled(payment.merchant);
    let mut postings = vec![begin("collected", Entry::Collection).line(
        AccountRef::due_from_channel(channel),
        unsettled.clone(),
        payment.amount,
        "collected",
    )];
    if payment.fee.is_positive() {
        let fee = begin("fee", Entry::FeeCharged);
        postings.push(fee.line(unsettled, AccountRef::fee_income(), payment.fee, "merchant fee"));
    }
    if payment.cost.is_positive() {
        postings.push(begin("cost", Entry::ChannelCost).line(
            AccountRef::channel_cost(),
            AccountRef::payable_channel_fees(channel),
            payment.cost,
            "channel cost",
        ));
    }
    postings
}
