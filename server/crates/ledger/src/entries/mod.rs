//! The journal entries of the posting rules, 记账规则: one function per entry and phase, named
//! after what happened, with the parties and amounts it needs and nothing else.
//!
//! Each answers the finished [`Posting`]; nobody else can make one. Entry 15, the reversal, is
//! [`crate::reverse`]; entry 27, the adjustment, is the only one whose lines are free, and becomes
//! a posting only with the approval of a second person ([`Adjustment`]).

mod adjustment;
mod collection;
mod exceptions;
mod payout;
mod refund;
mod reserve;
mod ruled;
mod settlement;

use crate::posting::{Dates, Posting};
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::{Entry, Source};
use domain::money::Money;

pub use adjustment::Adjustment;
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
    returned_to_merchant, top_up_return_paid, top_up_returned, topped_up, withdrawal_paid,
    withdrawal_submitted,
};
pub use refund::{
    CommissionTo, advance_recovered, advanced, commission_refunded, cost_recoverable, fee_refunded,
    refund_accepted, refund_failed, refund_netted, refund_paid,
};
pub use reserve::{
    Custody, bank_charged, fees_swept, interest_earned, own_funds_lodged, own_funds_taken_back,
    protection_fund_share, quota_earmarked, reserve_arrived, reserve_sent,
};
pub use ruled::ruled;
pub use settlement::{
    Part, Share, ShareFrom, Shared, SplitFrom, held, released, settled, settled_back,
    settled_together, split_gross, split_net,
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
    /// What its first line says; `None`: the posting rule's own words.
    pub words: Option<String>,
    /// The request that caused it.
    pub request_id: Option<String>,
}

impl Event {
    /// An event without texts of its own.
    #[must_use]
    pub fn new(key: impl Into<String>, source: Source, dates: Dates) -> Self {
        let (key, memo) = (key.into(), String::new());
        Self { key, source, dates, memo, words: None, request_id: None }
    }

    /// Says what the whole journal is about, 摘要.
    #[must_use]
    pub fn memo(self, memo: impl Into<String>) -> Self {
        Self { memo: memo.into(), ..self }
    }

    /// Says on its first line what it is about, such as the document's number.
    #[must_use]
    pub fn words(self, words: impl Into<String>) -> Self {
        Self { words: Some(words.into()), ..self }
    }

    /// Remembers the request that caused it.
    #[must_use]
    pub fn requested_by(self, request_id: impl Into<String>) -> Self {
        Self { request_id: Some(request_id.into()), ..self }
    }

    fn posting(self, entry: Entry) -> Posting {
        let mut posting = Posting::new(self.key, entry, self.dates, self.source)
            .memo(self.memo)
            .requested_by(self.request_id);
        posting.words = self.words;
        posting
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

/// A bank account of ours; an empty code stands for the main one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cash<'a> {
    /// A reserve account, 1012.01.
    Reserve(&'a str),
    /// An own-funds account, 1002.01.
    Own(&'a str),
}

impl Cash<'_> {
    fn account(self) -> AccountRef {
        match self {
            Self::Reserve(code) => AccountRef::reserve_at(code),
            Self::Own(code) => AccountRef::own_funds_at(code),
        }
    }
}

impl Banks<'_> {
    fn reserve(&self) -> AccountRef {
        AccountRef::reserve_at(self.reserve)
    }

    fn own(&self) -> AccountRef {
        AccountRef::own_funds_at(self.own)
    }
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
