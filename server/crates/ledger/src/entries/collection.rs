//! Entries 1 to 4: a payment, its fee and its cost, and the channel's money.

use super::{Cash, Event, Owed, line_unless_zero};
use crate::posting::Posting;
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::Entry;
use domain::money::{Money, MoneyError};

/// Journal entry 1, collection (收单成功): Dr 1122.01 channel / Cr 2241.02 merchant.
#[must_use]
pub fn collected(event: Event, channel: &str, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::Collection).line(
        AccountRef::due_from_channel(channel),
        AccountRef::merchant_unsettled(merchant),
        amount,
        "collected",
    )
}

/// A fee, with the tax in it set apart where the institution books it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatSplit {
    /// Income.
    pub net: Money,
    /// Output VAT; zero where it is not split.
    pub vat: Money,
}

impl VatSplit {
    /// The whole fee as income.
    #[must_use]
    pub const fn unsplit(fee: Money) -> Self {
        Self { net: fee, vat: Money::zero(fee.currency()) }
    }
}

/// Journal entry 2, fee charged (计费): Dr 2241.02 merchant / Cr 6021.01, and Cr 2221.01 for the
/// tax in it.
#[must_use]
pub fn fee_charged(event: Event, merchant: MerchantId, from: Owed, fee: VatSplit) -> Posting {
    let posting = event.posting(Entry::FeeCharged).line(
        from.to(merchant),
        AccountRef::fee_income(),
        fee.net,
        "merchant fee",
    );
    line_unless_zero(posting, (from.to(merchant), AccountRef::vat_payable()), fee.vat, "VAT")
}

/// Journal entry 3, channel cost (渠道成本): Dr 6421.01 / Cr 2202.01 channel.
#[must_use]
pub fn channel_cost(event: Event, channel: &str, cost: Money) -> Posting {
    event.posting(Entry::ChannelCost).line(
        AccountRef::channel_cost(),
        AccountRef::payable_channel_fees(channel),
        cost,
        "channel cost",
    )
}

/// Journal entry 4, channel funds arrived (渠道清算到账), everything paid over: Dr 1012.01 /
/// Cr 1122.01 channel.
#[must_use]
pub fn channel_funds_gross(event: Event, channel: &str, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::ChannelFunds).line(
        AccountRef::reserve_at(reserve),
        AccountRef::due_from_channel(channel),
        amount,
        "channel funds",
    )
}

/// Journal entry 4, channel funds arrived, less what the channel kept as its fee: Dr 1012.01
/// arrived, Dr 2202.01 kept / Cr 1122.01 channel. A channel that takes money back, because refunds
/// exceed payments: Dr 1122.01 channel / Cr 1012.01.
///
/// # Errors
/// An amount is out of range.
pub fn channel_funds_net(
    event: Event,
    channel: &str,
    into: Cash<'_>,
    (arrived, kept): (Money, Money),
) -> Result<Posting, MoneyError> {
    let due = || AccountRef::due_from_channel(channel);
    let posting = event.posting(Entry::ChannelFunds);
    let posting = if arrived.is_negative() {
        posting.line(due(), into.account(), arrived.checked_neg()?, "channel funds taken back")
    } else {
        line_unless_zero(posting, (into.account(), due()), arrived, "channel funds")
    };
    let fees = (AccountRef::payable_channel_fees(channel), due());
    Ok(line_unless_zero(posting, fees, kept, "fee kept by the channel"))
}
