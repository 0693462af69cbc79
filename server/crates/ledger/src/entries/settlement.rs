//! Entries 5 to 7: split, settlement, hold.

use super::{Event, line_unless_zero};
use crate::posting::Posting;
use domain::account::AccountRef;
use domain::ids::MerchantId;
use domain::journal::Entry;
use domain::money::{Money, MoneyError};

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

/// Where the shares of a split at source come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitFrom {
    /// All of it goes through what waits to be split, 2241.05, first.
    Pending,
    /// Straight out of the unsettled balance: only the seller is paid from it, and charged.
    Unsettled,
}

/// One share of a split, with whom it is charged to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareFrom {
    /// Whom it is charged to; `None` when it comes out of the base itself.
    pub charged: Option<MerchantId>,
    /// What the party gets.
    pub share: Share,
}

/// One part of a settlement that is booked together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What is the merchant's own, entry 6; below zero when refunds exceed payments.
    Own(Money),
    /// Refunded whole, with the fee kept: the platform bears it. Dr 2241.06 / Cr 2241.02.
    FeeBorne {
        /// How much is missing.
        amount: Money,
        /// What the line says.
        memo: String,
    },
    /// One order of a platform, shared out, entry 5.
    Split {
        /// What is shared out.
        base: Money,
        /// Where it comes from.
        from: SplitFrom,
        /// The parties; shares of nothing are left out.
        shares: Vec<ShareFrom>,
        /// What the line of the whole says.
        memo: String,
    },
}

/// Journal entries 5 and 6 of one settlement (结算) in one journal: the merchant's own, Dr 2241.02 /
/// Cr 2241.03, and each order that is split, Dr 2241.02 / Cr 2241.05, Dr 2241.05 / Cr 2241.03 or
/// 2241.06, or charged to the seller, Dr 2241.03 / Cr 2241.06 or 2241.03. `None`: nothing moves.
///
/// # Errors
/// An amount is out of range.
pub fn settled_together(
    event: Event,
    merchant: MerchantId,
    parts: Vec<Part>,
) -> Result<Option<Posting>, MoneyError> {
    let splits = parts.iter().any(|part| !matches!(part, Part::Own(_)));
    let entry = if splits { Entry::Split } else { Entry::Settlement };
    let mut posting = event.posting(entry);
    let unsettled = || AccountRef::merchant_unsettled(merchant);
    for part in parts {
        posting = match part {
            Part::Own(own) if own.is_negative() => {
                let from = AccountRef::merchant_available(merchant);
                posting.line(from, unsettled(), own.checked_neg()?, "refunds beyond payments")
            }
            Part::Own(own) => {
                let sides = (unsettled(), AccountRef::merchant_available(merchant));
                line_unless_zero(posting, sides, own, "settled")
            }
            Part::FeeBorne { amount, memo } => {
                let from = AccountRef::platform_commission(merchant);
                posting.line(from, unsettled(), amount, memo)
            }
            Part::Split { base, from, shares, memo } => {
                let (posting, source) = match from {
                    SplitFrom::Unsettled => (posting, unsettled()),
                    SplitFrom::Pending => {
                        let pending = AccountRef::split_pending(merchant);
                        (posting.line(unsettled(), pending.clone(), base, memo), pending)
                    }
                };
                shared(posting, &source, shares)
            }
        };
    }
    Ok(if posting.lines.is_empty() { None } else { Some(posting) })
}

fn shared(posting: Posting, source: &AccountRef, shares: Vec<ShareFrom>) -> Posting {
    let moved = shares.into_iter().filter(|one| !one.share.amount.is_zero());
    moved.fold(posting, |posting, ShareFrom { charged, share }| {
        let from = charged.map_or_else(|| source.clone(), AccountRef::merchant_available);
        posting.line(from, share.to.account(), share.amount, share.memo)
    })
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
