//! Entries 11 to 14: refunds, what goes back with them, and advances for merchants without balance.

use super::{Banks, Event, Owed};
use crate::posting::Posting;
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::Entry;
use domain::money::Money;

/// Journal entry 11, refund (退款), accepted: Dr 2241.02 (or 2241.03) / Cr 2241.07.
#[must_use]
pub fn refund_accepted(event: Event, merchant: MerchantId, from: Owed, amount: Money) -> Posting {
    event.posting(Entry::Refund).line(
        from.to(merchant),
        AccountRef::refunds_in_transit(),
        amount,
        "refund accepted",
    )
}

/// Journal entry 11, refund, done by the channel and netted in its clearing: Dr 2241.07 /
/// Cr 1122.01 channel.
#[must_use]
pub fn refund_netted(event: Event, channel: &str, amount: Money) -> Posting {
    event.posting(Entry::Refund).line(
        AccountRef::refunds_in_transit(),
        AccountRef::due_from_channel(channel),
        amount,
        "refund netted",
    )
}

/// Journal entry 11, refund, paid from the reserve by itself: Dr 2241.07 / Cr 1012.01.
#[must_use]
pub fn refund_paid(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::Refund).line(
        AccountRef::refunds_in_transit(),
        AccountRef::reserve_at(reserve),
        amount,
        "refund paid",
    )
}

/// Journal entry 11, refund that failed: Dr 2241.07 / Cr 2241.03.
#[must_use]
pub fn refund_failed(event: Event, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::Refund).line(
        AccountRef::refunds_in_transit(),
        AccountRef::merchant_available(merchant),
        amount,
        "refund failed",
    )
}

/// Journal entry 12, fee refund (退手续费): Dr 6021.02 / Cr 2241.03 (or 2241.02).
#[must_use]
pub fn fee_refunded(event: Event, merchant: MerchantId, to: Owed, amount: Money) -> Posting {
    event.posting(Entry::FeeRefund).line(
        AccountRef::fee_income_refunded(),
        to.to(merchant),
        amount,
        "fee given back",
    )
}

/// Journal entry 12, the channel gives its cost back too: Dr 1221.03 channel / Cr 6421.01.
#[must_use]
pub fn cost_recoverable(event: Event, channel: &str, amount: Money) -> Posting {
    event.posting(Entry::FeeRefund).line(
        AccountRef::fees_recoverable(channel),
        AccountRef::channel_cost(),
        amount,
        "channel cost to come back",
    )
}

/// Where a platform's commission goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommissionTo {
    /// The seller, who bears the refund.
    Seller(MerchantId),
    /// Straight into the refund.
    Refund,
}

/// Journal entry 13, commission refund (退佣金): Dr 2241.06 platform / Cr 2241.03 seller or
/// 2241.07.
#[must_use]
pub fn commission_refunded(
    event: Event,
    platform: MerchantId,
    to: CommissionTo,
    amount: Money,
) -> Posting {
    let credit = match to {
        CommissionTo::Seller(seller) => AccountRef::merchant_available(seller),
        CommissionTo::Refund => AccountRef::refunds_in_transit(),
    };
    let debit = AccountRef::platform_commission(platform);
    event.posting(Entry::CommissionRefund).line(debit, credit, amount, "commission given back")
}

/// Journal entry 14, advance (垫款): own funds enter the reserve, Dr 1012.01 / Cr 1002.01, and the
/// merchant owes them, Dr 1221.02 / Cr 2241.03.
#[must_use]
pub fn advanced(event: Event, merchant: MerchantId, banks: Banks<'_>, amount: Money) -> Posting {
    event.posting(Entry::Advance).line(banks.reserve(), banks.own(), amount, "own funds in").line(
        AccountRef::advance_for(merchant),
        AccountRef::merchant_available(merchant),
        amount,
        "advanced",
    )
}

/// Journal entry 14, advance recovered: Dr 2241.03 / Cr 1221.02 and Dr 1002.01 / Cr 1012.01.
#[must_use]
pub fn advance_recovered(
    event: Event,
    merchant: MerchantId,
    banks: Banks<'_>,
    amount: Money,
) -> Posting {
    event
        .posting(Entry::Advance)
        .line(
            AccountRef::merchant_available(merchant),
            AccountRef::advance_for(merchant),
            amount,
            "advance recovered",
        )
        .line(banks.own(), banks.reserve(), amount, "own funds out")
}
