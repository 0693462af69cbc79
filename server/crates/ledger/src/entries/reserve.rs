//! Entries 20 and 22 to 26: the reserve by itself.

use super::{Banks, Event};
use crate::posting::Posting;
use domain::account::AccountRef;
use domain::journal::Entry;
use domain::money::Money;

/// Journal entry 20, bank charge (银行手续费) taken from the reserve: Dr 6421.01 / Cr 1012.01.
#[must_use]
pub fn bank_charged(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::BankCharge).line(
        AccountRef::channel_cost(),
        AccountRef::reserve_at(reserve),
        amount,
        "bank charge",
    )
}

/// A reserve account of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custody<'a> {
    /// Central custody, 集中存管账户.
    Central(&'a str),
    /// A special-business account, 特定业务待结算资金专户.
    Special(&'a str),
}

impl Custody<'_> {
    fn account(self) -> AccountRef {
        match self {
            Self::Central(code) => AccountRef::reserve_at(code),
            Self::Special(code) => AccountRef::special_reserve_at(code),
        }
    }
}

/// Journal entry 22, reserve transfer (头寸调拨), sent: Dr 1012.09 / Cr 1012.x.
#[must_use]
pub fn reserve_sent(event: Event, from: Custody<'_>, amount: Money) -> Posting {
    let transit = AccountRef::reserve_in_transit();
    event.posting(Entry::ReserveTransfer).line(transit, from.account(), amount, "sent")
}

/// Journal entry 22, reserve transfer, arrived: Dr 1012.y / Cr 1012.09.
#[must_use]
pub fn reserve_arrived(event: Event, to: Custody<'_>, amount: Money) -> Posting {
    let transit = AccountRef::reserve_in_transit();
    event.posting(Entry::ReserveTransfer).line(to.account(), transit, amount, "arrived")
}

/// Journal entry 23, quota earmark (圈存): a memo, no balance moves.
#[must_use]
pub fn quota_earmarked(event: Event) -> Posting {
    event.posting(Entry::QuotaEarmark)
}

/// Journal entry 24, interest on the reserve (备付金利息): Dr 1012.01 / Cr 6011.01.
#[must_use]
pub fn interest_earned(event: Event, reserve: &str, amount: Money) -> Posting {
    event.posting(Entry::ReserveInterest).line(
        AccountRef::reserve_at(reserve),
        AccountRef::reserve_interest(),
        amount,
        "interest",
    )
}

/// Journal entry 24, the protection fund's share of it: Dr 6011.01 / Cr 2241.21.
#[must_use]
pub fn protection_fund_share(event: Event, amount: Money) -> Posting {
    event.posting(Entry::ReserveInterest).line(
        AccountRef::reserve_interest(),
        AccountRef::protection_fund(),
        amount,
        "protection fund",
    )
}

/// Journal entry 25, fee income sweep (手续费收入划转): Dr 1002.01 / Cr 1012.01.
#[must_use]
pub fn fees_swept(event: Event, banks: Banks<'_>, amount: Money) -> Posting {
    event.posting(Entry::FeeSweep).line(banks.own(), banks.reserve(), amount, "fees swept")
}

/// Journal entry 26, own funds lodged in the reserve (自有资金存入): Dr 1012.01 / Cr 1002.01.
#[must_use]
pub fn own_funds_lodged(event: Event, banks: Banks<'_>, amount: Money) -> Posting {
    event.posting(Entry::OwnFunds).line(banks.reserve(), banks.own(), amount, "own funds lodged")
}

/// Journal entry 26, own funds taken back: Dr 1002.01 / Cr 1012.01.
#[must_use]
pub fn own_funds_taken_back(event: Event, banks: Banks<'_>, amount: Money) -> Posting {
    event.posting(Entry::OwnFunds).line(banks.own(), banks.reserve(), amount, "own funds back")
}
