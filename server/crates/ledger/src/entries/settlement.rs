//! Entries 5 to 7: split, settlement, hold.

use super::Event;
use crate::posting::Posting;
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::Entry;
use domain::money::Money;

/// What one party of a split gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who, and for what.
    pub to: Shared,
    /// How much.
    pub amount: Money,
    /// What the line says.
    pub memo: String,
}

/// A party of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// A seller or supplier, 可用.
    Party(MerchantId),
    /// The platform's commission, 平台佣金.
    Commission(MerchantId),
}

impl Shared {
    fn account(self) -> AccountRef {
        match self {
            Self::Party(merchant) => AccountRef::merchant_available(merchant),
            Self::Commission(platform) => AccountRef::platform_commission(platform),
        }
    }
}

/// Journal entry 5, split (分账), at the source: Dr 2241.02 / Cr 2241.05 the whole; then
/// Dr 2241.05 / Cr 2241.03 or 2241.06 each share. The shares have to make up the whole, or
/// 2241.05 does not come back to nothing.
#[must_use]
pub fn split_net(event: Event, merchant: MerchantId, whole: Money, shares: &[Share]) -> Posting {
    let pending = || AccountRef::split_pending(merchant);
    let posting = event.posting(Entry::Split).line(
        AccountRef::merchant_unsettled(merchant),
        pending(),
        whole,
        "to be split",
    );
    shares.iter().filter(|share| !share.amount.is_zero()).fold(posting, |posting, share| {
        posting.line(pending(), share.to.account(), share.amount, share.memo.clone())
    })
}

/// Journal entry 5, split (分账), gross and then charged: Dr 2241.02 / Cr 2241.03 seller the
/// whole; then Dr 2241.03 seller / Cr 2241.06 or 2241.03 each share of the others.
#[must_use]
pub fn split_gross(event: Event, seller: MerchantId, whole: Money, shares: &[Share]) -> Posting {
    let available = || AccountRef::merchant_available(seller);
    let posting = event.posting(Entry::Split).line(
        AccountRef::merchant_unsettled(seller),
        available(),
        whole,
        "settled gross",
    );
    shares.iter().filter(|share| !share.amount.is_zero()).fold(posting, |posting, share| {
        posting.line(available(), share.to.account(), share.amount, share.memo.clone())
    })
}

/// Journal entry 6, settlement (结算): Dr 2241.02 / Cr 2241.03.
#[must_use]
pub fn settled(event: Event, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::Settlement).line(
        AccountRef::merchant_unsettled(merchant),
        AccountRef::merchant_available(merchant),
        amount,
        "settled",
    )
}

/// Journal entry 6, when more was refunded than collected: Dr 2241.03 / Cr 2241.02.
#[must_use]
pub fn settled_back(event: Event, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::Settlement).line(
        AccountRef::merchant_available(merchant),
        AccountRef::merchant_unsettled(merchant),
        amount,
        "refunds beyond payments",
    )
}

/// Journal entry 7, hold (冻结): Dr 2241.03 / Cr 2241.04. What is held is not available.
#[must_use]
pub fn held(event: Event, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::Hold).line(
        AccountRef::merchant_available(merchant),
        AccountRef::merchant_held(merchant),
        amount,
        "held",
    )
}

/// Journal entry 7, release (解冻): Dr 2241.04 / Cr 2241.03.
#[must_use]
pub fn released(event: Event, merchant: MerchantId, amount: Money) -> Posting {
    event.posting(Entry::Hold).line(
        AccountRef::merchant_held(merchant),
        AccountRef::merchant_available(merchant),
        amount,
        "released",
    )
}
