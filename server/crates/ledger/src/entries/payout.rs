//! Entries 8 to 10 and 21: money out to merchants and users, money in, and payouts that come back.

use super::{Event, line_unless_zero};
use crate::posting::Posting;
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::Entry;
use domain::money::Money;

/// Which balance of a merchant is paid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purse {
    /// What was settled, 可用.
    Available,
    /// A platform's commission, 平台佣金.
    Commission,
}

/// Journal entry 8, merchant payout (结算打款), submitted: Dr 2241.03 or 2241.06 / Cr 2241.08.
#[must_use]
pub fn payout_submitted(
    event: Event,
    merchant: MerchantId,
    purse: Purse,
    amount: Money,
) -> Posting {
    let from = match purse {
        Purse::Available => AccountRef::merchant_available(merchant),
        Purse::Commission => AccountRef::platform_commission(merchant),
    };
    let transit = AccountRef::payouts_in_transit();
    event.posting(Entry::MerchantPayout).line(from, transit, amount, "payout submitted")
}

/// Journal entry 8, merchant payout, done by the bank: Dr 2241.08 / Cr 1012.01. A payout the bank
/// refuses is reversed.
#[must_use]
pub fn payout_paid(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::MerchantPayout).line(
        AccountRef::payouts_in_transit(),
        AccountRef::reserve_at(reserve),
        amount,
        "payout paid",
    )
}

/// Journal entry 9, user withdrawal (提现), submitted: Dr 2241.01 amount and fee / Cr 2241.08
/// amount, Cr 6021.01 fee. A withdrawal that fails is reversed, with its fee.
#[must_use]
pub fn withdrawal_submitted(event: Event, user: &str, amount: Money, fee: Money) -> Posting {
    let posting = event.posting(Entry::UserWithdrawal).line(
        AccountRef::user(user),
        AccountRef::payouts_in_transit(),
        amount,
        "withdrawal submitted",
    );
    let sides = (AccountRef::user(user), AccountRef::fee_income());
    line_unless_zero(posting, sides, fee, "withdrawal fee")
}

/// Journal entry 9, user withdrawal, done by the bank: Dr 2241.08 / Cr 1012.01.
#[must_use]
pub fn withdrawal_paid(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::UserWithdrawal).line(
        AccountRef::payouts_in_transit(),
        AccountRef::reserve_at(reserve),
        amount,
        "withdrawal paid",
    )
}

/// Where a top-up's money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake<'a> {
    /// A channel collected it.
    Channel(&'a str),
    /// It stands in a reserve account.
    Reserve(&'a str),
}

/// Whose balance is topped up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder<'a> {
    /// A merchant's.
    Merchant(MerchantId),
    /// A user's.
    User(&'a str),
}

impl Holder<'_> {
    fn account(self) -> AccountRef {
        match self {
            Self::Merchant(merchant) => AccountRef::merchant_available(merchant),
            Self::User(user) => AccountRef::user(user),
        }
    }
}

/// Journal entry 10, top-up (充值): Dr 1122.01 or 1012.01 / Cr 2241.03 or 2241.01.
#[must_use]
pub fn topped_up(event: Event, intake: Intake<'_>, holder: Holder<'_>, amount: Money) -> Posting {
    let debit = match intake {
        Intake::Channel(channel) => AccountRef::due_from_channel(channel),
        Intake::Reserve(reserve) => AccountRef::reserve_at(reserve),
    };
    event.posting(Entry::TopUp).line(debit, holder.account(), amount, "top-up")
}

/// Journal entry 10 undone by a payout, top-up return (充值退回), submitted: Dr 2241.03 or 2241.01 /
/// Cr 2241.08. One the bank refuses is reversed.
#[must_use]
pub fn top_up_returned(event: Event, holder: Holder<'_>, amount: Money) -> Posting {
    let transit = AccountRef::payouts_in_transit();
    event.posting(Entry::TopUp).line(holder.account(), transit, amount, "top-up return submitted")
}

/// Journal entry 10 undone by a payout, done by the bank: Dr 2241.08 / Cr 1012.01.
#[must_use]
pub fn top_up_return_paid(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::TopUp).line(
        AccountRef::payouts_in_transit(),
        AccountRef::reserve_at(reserve),
        amount,
        "top-up return paid",
    )
}

/// Journal entry 21, returned payout (退票): Dr 1012.01 / Cr 2241.10. No fee is charged again.
#[must_use]
pub fn payout_returned(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::ReturnedPayout).line(
        AccountRef::reserve_at(reserve),
        AccountRef::returned_payouts(),
        amount,
        "payout returned",
    )
}

/// Journal entry 21, returned payout given back to the merchant: Dr 2241.10 / Cr 2241.03.
#[must_use]
pub fn returned_to_merchant(event: Event, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::ReturnedPayout).line(
        AccountRef::returned_payouts(),
        AccountRef::merchant_available(merchant),
        amount,
        "returned payout to merchant",
    )
}

/// Journal entry 21, returned payout sent out again: Dr 2241.10 / Cr 2241.08.
#[must_use]
pub fn payout_repaid(event: Event, amount: Money) -> Posting {
    event.posting(Entry::ReturnedPayout).line(
        AccountRef::returned_payouts(),
        AccountRef::payouts_in_transit(),
        amount,
        "returned payout sent again",
    )
}
