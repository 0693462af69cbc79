//! Merchants (商户): what they may sell through us, on which terms, and how platform orders are
//! split.

use crate::date::BusinessDate;
use crate::fee::{FeeRow, FeeSchedule, FeeTerms, MonthVolume, Rate};
use crate::ids::MerchantId;
use crate::limits::LimitExceeded;
use crate::money::Money;
use crate::product::{CardType, Product};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

macro_rules! named {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// All of them, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored and transmitted name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The one with this stored name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}
pub(crate) use named;

/// What kind of merchant it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MerchantKind {
    /// Sells for itself, 直营商户.
    Direct,
    /// Runs a market on which others sell, 平台.
    Platform,
    /// Sells on a platform, 平台供应商.
    Supplier,
    /// Delivers for a platform, 物流.
    Logistics,
}
named!(MerchantKind {
    Direct = "direct",
    Platform = "platform",
    Supplier = "supplier",
    Logistics = "logistics",
});

/// Whether we work for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MerchantStatus {
    /// Yes.
    Active,
    /// Not now, 暂停.
    Suspended,
    /// Never again, 注销.
    Closed,
}
named!(MerchantStatus { Active = "active", Suspended = "suspended", Closed = "closed" });

/// What a split share is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitLabel {
    /// The platform's commission, 佣金.
    Commission,
    /// Delivery, 物流.
    Logistics,
}
named!(SplitLabel { Commission = "commission", Logistics = "logistics" });

/// How large a share is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitShare {
    /// The same for every order.
    Fixed(Money),
    /// A share of what the order's amount leaves after the transaction fee.
    Ratio(Rate),
}

/// When a share leaves the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitMode {
    /// Shared out before the seller gets anything: the seller is credited the rest.
    AtSource,
    /// The seller is credited the whole base, then charged each share as a transaction of its own.
    GrossThenCharge,
}

impl SplitMode {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtSource => "at_source",
            Self::GrossThenCharge => "gross_then_charge",
        }
    }

    /// The mode with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::AtSource, Self::GrossThenCharge].into_iter().find(|mode| mode.name() == name)
    }
}

/// One share of a platform's orders, 分账规则. The seller gets what the shares leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitRule {
    /// Its id.
    pub id: Uuid,
    /// The platform whose orders are split.
    pub platform: MerchantId,
    /// Who gets the share.
    pub payee: MerchantId,
    /// Their name.
    pub payee_name: String,
    /// What it is for.
    pub label: SplitLabel,
    /// How large it is.
    pub share: SplitShare,
    /// How it is booked.
    pub mode: SplitMode,
    /// First day it counts.
    pub valid_from: BusinessDate,
}

/// Where a merchant wants its money, 结算账户.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementAccount {
    /// Account number.
    pub account_no: String,
    /// Holder.
    pub account_name: String,
    /// Bank.
    pub bank: String,
}

impl From<SettlementAccount> for crate::payout::Payee {
    fn from(account: SettlementAccount) -> Self {
        Self { account: account.account_no, name: account.account_name, bank: account.bank }
    }
}

/// An account needs all of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a settlement account needs a number of 6 to 34 letters and digits, a holder and a bank")]
pub struct IncompleteAccount;

impl SettlementAccount {
    /// Whether it can be paid at all.
    ///
    /// # Errors
    /// A part is missing or odd.
    pub fn check(&self) -> Result<(), IncompleteAccount> {
        let number = &self.account_no;
        let plain = number.bytes().all(|sign| sign.is_ascii_alphanumeric());
        let named = |text: &str| {
            !text.trim().is_empty()
                && text.chars().count() <= 140
                && !text.chars().any(char::is_control)
        };
        let whole = plain && (6..=34).contains(&number.len());
        if whole && named(&self.account_name) && named(&self.bank) {
            Ok(())
        } else {
            Err(IncompleteAccount)
        }
    }
}

/// A merchant as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantSummary {
    /// Its id.
    pub id: MerchantId,
    /// Its number, `M100001`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind.
    pub kind: MerchantKind,
    /// The platform it belongs to, with its name.
    pub platform: Option<(MerchantId, String)>,
    /// Whether we work for it.
    pub status: MerchantStatus,
    /// Products that are enabled.
    pub products: Vec<Product>,
}

/// A merchant, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantDetail {
    /// What the list shows.
    pub summary: MerchantSummary,
    /// N of T+N, in business days.
    pub settlement_cycle_days: u16,
    /// Where its money goes.
    pub settlement_account: SettlementAccount,
    /// All fee terms, newest first within a product.
    pub fees: Vec<FeeRow>,
    /// The split rules of its orders, for platforms.
    pub split_rules: Vec<SplitRule>,
    /// Those who sell and deliver on it, for platforms.
    pub sub_merchants: Vec<MerchantSummary>,
    /// Names of its API keys that work; the secrets are known to nobody here.
    pub api_keys: Vec<String>,
    /// When it was onboarded.
    pub created_at: OffsetDateTime,
}

/// Which merchants are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantFilter {
    /// Part of the number or name.
    pub text: Option<String>,
    /// Of this status only.
    pub status: Option<MerchantStatus>,
    /// Of this kind only.
    pub kind: Option<MerchantKind>,
}

/// A change of a merchant's terms, for a second person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum MerchantChange {
    /// Opens or closes a product.
    Product {
        /// Which.
        product: Product,
        /// Whether it is open afterwards.
        enabled: bool,
    },
    /// Suspends the merchant (冻结商户), or works for it again: while it is suspended it collects
    /// nothing and is paid nothing.
    Suspension {
        /// Whether it is suspended afterwards.
        suspended: bool,
    },
    /// Registers another settlement account; it is not paid before it has cooled, 冷静期.
    Account {
        /// The account.
        account: SettlementAccount,
    },
    /// Sets the fee terms of a product from a day on.
    Fee {
        /// Which.
        product: Product,
        /// For this kind of card only.
        #[serde(default)]
        card: Option<CardType>,
        /// The terms, tier by tier.
        schedule: FeeSchedule,
        /// First day they count.
        valid_from: BusinessDate,
    },
}

/// What a merchant wants to sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// With which product.
    pub product: Product,
    /// For how much.
    pub amount: Money,
    /// To which kind of card, where that is known.
    pub card: Option<CardType>,
}

impl From<(Product, Money)> for Sale {
    fn from((product, amount): (Product, Money)) -> Self {
        Self { product, amount, card: None }
    }
}

/// What CRM knows about a merchant and a product on a day, as the entitlement check needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The merchant.
    pub merchant: MerchantId,
    /// Whether we work for it.
    pub status: MerchantStatus,
    /// Whether the product is enabled.
    pub enabled: bool,
    /// The fee schedule that counts on the day.
    pub schedule: Option<FeeSchedule>,
    /// What the month has brought so far, where the schedule asks for it.
    pub month: MonthVolume,
}

/// The merchant may sell this, at this price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// The merchant.
    pub merchant: MerchantId,
    /// The product.
    pub product: Product,
    /// The terms it is sold on.
    pub terms: FeeTerms,
    /// The fee of this amount on these terms.
    pub fee: Money,
}

/// Why a payment was refused before any channel was asked. These are funnel data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Refusal {
    /// No such merchant.
    #[error("this merchant is not known")]
    UnknownMerchant,
    /// Suspended or closed.
    #[error("this merchant is {}", status.name())]
    NotActive {
        /// What it is instead.
        status: MerchantStatus,
    },
    /// The product is not opened.
    #[error("the product {product} is not enabled for this merchant: have it opened first")]
    ProductNotEnabled {
        /// Which.
        product: Product,
    },
    /// No price was agreed.
    #[error("no fee terms for {product} are agreed with this merchant for {day}")]
    NoFeeTerms {
        /// For which product.
        product: Product,
        /// For which day.
        day: BusinessDate,
    },
    /// The fee would eat the whole amount.
    #[error("the fee of {fee} is more than the amount: nothing would be left to settle")]
    FeeExceedsAmount {
        /// What the fee would be.
        fee: Money,
    },
    /// The fee terms are in another currency.
    #[error("payments in this currency are not agreed with this merchant")]
    OtherCurrency,
    /// The payer's account may not pay that much.
    #[error(transparent)]
    OverLimit(LimitExceeded),
}

impl Refusal {
    /// The stable code, as APIs and statistics carry it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownMerchant => "unknown_merchant",
            Self::NotActive { .. } => "merchant_not_active",
            Self::ProductNotEnabled { .. } => "product_not_enabled",
            Self::NoFeeTerms { .. } => "no_fee_terms",
            Self::FeeExceedsAmount { .. } => "fee_exceeds_amount",
            Self::OtherCurrency => "currency_not_agreed",
            Self::OverLimit(_) => "payer_over_limit",
        }
    }
}

/// Decides whether a merchant may take this amount with this product, and at which fee
/// (产品开通校验).
///
/// # Errors
/// The reason it may not.
pub fn entitle(
    standing: Option<&Standing>,
    product: Product,
    amount: Money,
    day: BusinessDate,
) -> Result<Entitlement, Refusal> {
    let standing = standing.ok_or(Refusal::UnknownMerchant)?;
    if standing.status != MerchantStatus::Active {
        return Err(Refusal::NotActive { status: standing.status });
    }
    if !standing.enabled {
        return Err(Refusal::ProductNotEnabled { product });
    }
    let schedule = standing.schedule.as_ref().ok_or(Refusal::NoFeeTerms { product, day })?;
    let terms = schedule.terms_at(standing.month);
    let fee = terms.fee_on(amount).map_err(|_| Refusal::OtherCurrency)?;
    if fee.minor() > amount.minor() {
        return Err(Refusal::FeeExceedsAmount { fee });
    }
    Ok(Entitlement { merchant: standing.merchant, product, terms, fee })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn standing() -> Standing {
        Standing {
            merchant: MerchantId(Uuid::from_u128(1)),
            status: MerchantStatus::Active,
            enabled: true,
            schedule: Some(FeeTerms::share(Rate::from_ppm(6_000).unwrap()).into()),
            month: MonthVolume::default(),
        }
    }

    fn ask(standing: Option<&Standing>, amount: Money) -> Result<Entitlement, Refusal> {
        entitle(standing, Product::QuickPay, amount, "2026-03-31".parse().unwrap())
    }

    #[test]
    fn a_merchant_in_good_standing_learns_its_fee() {
        let entitlement = ask(Some(&standing()), Money::cny(10_000)).unwrap();
        assert_eq!(entitlement.fee, Money::cny(60));
    }

    #[test]
    fn every_refusal_has_its_own_code() {
        let suspended = Standing { status: MerchantStatus::Suspended, ..standing() };
        let closed_product = Standing { enabled: false, ..standing() };
        let no_terms = Standing { schedule: None, ..standing() };
        let dear = FeeTerms { fixed: Money::cny(200), ..FeeTerms::share(Rate::ZERO) };
        let too_dear = Standing { schedule: Some(dear.into()), ..standing() };
        let yuan = Money::cny(100);
        for (standing, amount, code) in [
            (None, yuan, "unknown_merchant"),
            (Some(&suspended), yuan, "merchant_not_active"),
            (Some(&closed_product), yuan, "product_not_enabled"),
            (Some(&no_terms), yuan, "no_fee_terms"),
            (Some(&too_dear), yuan, "fee_exceeds_amount"),
            (Some(&standing()), Money::new(100, Currency::Usd), "currency_not_agreed"),
        ] {
            assert_eq!(ask(standing, amount).unwrap_err().code(), code);
        }
    }
}
