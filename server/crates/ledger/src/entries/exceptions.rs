//! Entries 16 to 19: chargebacks, and what channels, banks and we do not agree about.

use super::{Banks, Event, Owed};
use crate::posting::Posting;
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::Entry;
use domain::money::Money;

/// Who bears a chargeback until it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// The merchant, from its available balance.
    Merchant(MerchantId),
    /// The merchant, who owes it.
    MerchantDebt(MerchantId),
    /// The institution, until it is recovered from the merchant.
    Institution(MerchantId),
}

/// Journal entry 16, chargeback (拒付): Dr 2241.03, 1122.02 or 1221.02 / Cr 1122.01 channel. A
/// representment that is won is a reversal.
#[must_use]
pub fn charged_back(event: Event, bearer: Bearer, channel: &str, amount: Money) -> Posting {
    let debit = match bearer {
        Bearer::Merchant(merchant) => AccountRef::merchant_available(merchant),
        Bearer::MerchantDebt(merchant) => AccountRef::due_from_merchant(merchant),
        Bearer::Institution(merchant) => AccountRef::advance_for(merchant),
    };
    let credit = AccountRef::due_from_channel(channel);
    event.posting(Entry::Chargeback).line(debit, credit, amount, "chargeback")
}

/// Whom the fee of a chargeback goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargebackFeeTo<'a> {
    /// Us.
    Institution,
    /// The channel.
    Channel(&'a str),
}

/// Journal entry 16, the chargeback's fee: Dr 2241.03 / Cr 6021.01 or 2202.01 channel.
#[must_use]
pub fn chargeback_fee(
    event: Event,
    merchant: MerchantId,
    to: ChargebackFeeTo<'_>,
    fee: Money,
) -> Posting {
    let credit = match to {
        ChargebackFeeTo::Institution => AccountRef::fee_income(),
        ChargebackFeeTo::Channel(channel) => AccountRef::payable_channel_fees(channel),
    };
    let debit = AccountRef::merchant_available(merchant);
    event.posting(Entry::Chargeback).line(debit, credit, fee, "chargeback fee")
}

/// Where money without an order was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// In a channel's bill.
    Channel(&'a str),
    /// In a reserve account.
    Reserve(&'a str),
}

/// Journal entry 17, bank long (长款), found: Dr 1122.01 or 1012.01 / Cr 2241.09.
#[must_use]
pub fn long_found(event: Event, found: Found<'_>, amount: Money) -> Posting {
    let debit = match found {
        Found::Channel(channel) => AccountRef::due_from_channel(channel),
        Found::Reserve(reserve) => AccountRef::reserve_at(reserve),
    };
    event.posting(Entry::BankLong).line(debit, AccountRef::long_suspense(), amount, "surplus")
}

/// Journal entry 17, bank long, the order was repaired: Dr 2241.09 / Cr 2241.02.
#[must_use]
pub fn long_repaired(event: Event, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::BankLong).line(
        AccountRef::long_suspense(),
        AccountRef::merchant_unsettled(merchant),
        amount,
        "order repaired",
    )
}

/// Journal entry 17, bank long, refunded to the payer: Dr 2241.09 / Cr 1012.01.
#[must_use]
pub fn long_returned(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::BankLong).line(
        AccountRef::long_suspense(),
        AccountRef::reserve_at(reserve),
        amount,
        "surplus returned",
    )
}

/// Journal entry 17, bank long, never claimed: Dr 2241.09 / Cr 6301.01.
#[must_use]
pub fn long_unclaimed(event: Event, amount: Money) -> Posting {
    event.posting(Entry::BankLong).line(
        AccountRef::long_suspense(),
        AccountRef::unclaimed_surplus(),
        amount,
        "surplus never claimed",
    )
}

/// Journal entry 18, bank short (短款), found: Dr 1221.01 / Cr 1122.01 channel.
#[must_use]
pub fn short_found(event: Event, channel: &str, amount: Money) -> Posting {
    event.posting(Entry::BankShort).line(
        AccountRef::short_suspense(),
        AccountRef::due_from_channel(channel),
        amount,
        "shortage",
    )
}

/// Journal entry 18, bank short, arrived late: Dr 1012.01 / Cr 1221.01.
#[must_use]
pub fn short_arrived(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::BankShort).line(
        AccountRef::reserve_at(reserve),
        AccountRef::short_suspense(),
        amount,
        "arrived late",
    )
}

/// Journal entry 18, bank short, there never was a payment: Dr 2241.02 or 2241.03 / Cr 1221.01.
#[must_use]
pub fn short_false_order(event: Event, merchant: MerchantId, from: Owed, amount: Money) -> Posting {
    event.posting(Entry::BankShort).line(
        from.to(merchant),
        AccountRef::short_suspense(),
        amount,
        "false success taken back",
    )
}

/// Journal entry 18, bank short, written off (核销): Dr 6711.01 / Cr 1221.01, and own funds fill the
/// reserve, Dr 1012.01 / Cr 1002.01.
#[must_use]
pub fn short_written_off(event: Event, banks: Banks<'_>, amount: Money) -> Posting {
    event
        .posting(Entry::BankShort)
        .line(AccountRef::loss_written_off(), AccountRef::short_suspense(), amount, "written off")
        .line(banks.reserve(), banks.own(), amount, "own funds in")
}

/// Journal entry 19, amount mismatch (金额不符), the channel has more: Dr 1122.01 channel /
/// Cr 2241.09, only the difference.
#[must_use]
pub fn amount_over(event: Event, channel: &str, difference: Money) -> Posting {
    event.posting(Entry::AmountMismatch).line(
        AccountRef::due_from_channel(channel),
        AccountRef::long_suspense(),
        difference,
        "channel has more",
    )
}

/// Journal entry 19, amount mismatch, the channel has less: Dr 1221.01 / Cr 1122.01 channel.
#[must_use]
pub fn amount_under(event: Event, channel: &str, difference: Money) -> Posting {
    event.posting(Entry::AmountMismatch).line(
        AccountRef::short_suspense(),
        AccountRef::due_from_channel(channel),
        difference,
        "channel has less",
    )
}

/// Journal entry 19, the channel's fee is higher and accepted: Dr 6421.01 / Cr 2202.01 channel.
#[must_use]
pub fn fee_over(event: Event, channel: &str, difference: Money) -> Posting {
    event.posting(Entry::AmountMismatch).line(
        AccountRef::channel_cost(),
        AccountRef::payable_channel_fees(channel),
        difference,
        "channel fee higher",
    )
}

/// Journal entry 19, the channel's fee is lower: Dr 2202.01 channel / Cr 6421.01.
#[must_use]
pub fn fee_under(event: Event, channel: &str, difference: Money) -> Posting {
    event.posting(Entry::AmountMismatch).line(
        AccountRef::payable_channel_fees(channel),
        AccountRef::channel_cost(),
        difference,
        "channel fee lower",
    )
}

/// Journal entry 19, a fee taken too high is claimed back: Dr 1221.03 channel / Cr 6421.01.
#[must_use]
pub fn fee_claimed(event: Event, channel: &str, difference: Money) -> Posting {
    event.posting(Entry::AmountMismatch).line(
        AccountRef::fees_recoverable(channel),
        AccountRef::channel_cost(),
        difference,
        "channel fee claimed back",
    )
}
