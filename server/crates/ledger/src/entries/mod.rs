//! The journal entries of the posting rules, 记账规则: one function per entry and phase, named
//! after what happened, with the parties and amounts it needs and nothing else.
//!
//! Each answers the finished [`Posting`]. Entry 15, the reversal, is [`crate::reverse`]; entry 27,
//! the adjustment, is the only one whose lines are free, since a second person approves them.

mod collection;
mod exceptions;
mod payout;
mod refund;
mod reserve;
mod settlement;

use crate::posting::{Dates, Line, Posting};
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::{Entry, Source};
use domain::money::Money;

pub use collection::{
    VatSplit, channel_cost, channel_funds_gross, channel_funds_net, collected, fee_charged,
};
pub use exceptions::{
    Bearer, ChargebackFeeTo, Found, amount_over, amount_under, chargeback_fee, charged_back,
    fee_claimed, fee_over, fee_under, long_found, long_repaired, long_returned, long_unclaimed,
    short_arrived, short_false_order, short_found, short_written_off,
};
pub use payout::{
    Holder, Intake, Purse, payout_paid, payout_repaid, payout_returned, payout_submitted,
    returned_to_merchant, topped_up, withdrawal_paid, withdrawal_submitted,
};
pub use refund::{
    CommissionTo, advance_recovered, advanced, commission_refunded, cost_recoverable, fee_refunded,
    refund_accepted, refund_failed, refund_netted, refund_paid,
};
pub use reserve::{
    Custody, bank_charged, fees_swept, interest_earned, own_funds_lodged, own_funds_taken_back,
    protection_fund_share, quota_earmarked, reserve_arrived, reserve_sent,
};
pub use settlement::{
    Share, Shared, held, released, settled, settled_back, split_gross, split_net,
};

/// What is booked: the name of the event, its document and its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Names the event: the same one posted again is booked once.
    pub key: String,
    /// The document it belongs to.
    pub source: Source,
    /// When it happened and on which days it counts.
    pub dates: Dates,
    /// What it is about, 摘要; may be empty.
    pub memo: String,
    /// The request that caused it.
    pub request_id: Option<String>,
}

impl Event {
    fn posting(self, entry: Entry) -> Posting {
        Posting::new(self.key, entry, self.dates, self.source)
            .memo(self.memo)
            .requested_by(self.request_id)
    }
}

/// Which of a merchant's balances is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// Not yet settled, 待结算.
    Unsettled,
    /// Settled and not yet paid out, 可用.
    Available,
}

impl Owed {
    /// The balance of a merchant.
    #[must_use]
    pub fn to(self, merchant: MerchantId) -> AccountRef {
        match self {
            Self::Unsettled => AccountRef::merchant_unsettled(merchant),
            Self::Available => AccountRef::merchant_available(merchant),
        }
    }
}

/// The two bank accounts money goes between when own funds enter or leave the reserve; empty codes
/// stand for the main ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banks<'a> {
    /// Code of the reserve account.
    pub reserve: &'a str,
    /// Code of the own-funds account.
    pub own: &'a str,
}

impl Banks<'_> {
    fn reserve(&self) -> AccountRef {
        AccountRef::reserve_at(self.reserve)
    }

    fn own(&self) -> AccountRef {
        AccountRef::own_funds_at(self.own)
    }
}

/// Journal entry 27, manual adjustment (调账): the lines of an approved adjustment document.
#[must_use]
pub fn adjusted(event: Event, lines: impl IntoIterator<Item = Line>) -> Posting {
    let posting = event.posting(Entry::Adjustment);
    lines.into_iter().fold(posting, |posting, line| {
        posting.line(line.debit, line.credit, line.amount, line.memo)
    })
}

/// One line, unless it would move nothing.
fn line_unless_zero(
    posting: Posting,
    (debit, credit): (AccountRef, AccountRef),
    amount: Money,
    memo: &str,
) -> Posting {
    if amount.is_zero() { posting } else { posting.line(debit, credit, amount, memo) }
}
