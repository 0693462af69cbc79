//! What a merchant can sell through us.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A payment product, 支付产品.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Card quick pay, 快捷支付.
    QuickPay,
    /// WeChat, 微信支付.
    WechatPay,
    /// Transfer from a bank account, 银行转账.
    BankTransfer,
}

impl Product {
    /// All products, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::QuickPay, Self::WechatPay, Self::BankTransfer];

    /// The stored and transmitted name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QuickPay => "quick_pay",
            Self::WechatPay => "wechat_pay",
            Self::BankTransfer => "bank_transfer",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Product {
    type Err = UnknownProduct;

    fn from_str(text: &str) -> Result<Self, UnknownProduct> {
        Self::ALL.into_iter().find(|product| product.name() == text).ok_or(UnknownProduct)
    }
}

/// No product has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the product must be one of quick_pay, wechat_pay and bank_transfer")]
pub struct UnknownProduct;

/// What kind of card a payer pays with; fees and costs may differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardType {
    /// 借记卡.
    Debit,
    /// 贷记卡.
    Credit,
}

impl CardType {
    /// Both, in the order they are shown.
    pub const ALL: [Self; 2] = [Self::Debit, Self::Credit];

    /// The stored and transmitted name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }
}

impl fmt::Display for CardType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CardType {
    type Err = UnknownCardType;

    fn from_str(text: &str) -> Result<Self, UnknownCardType> {
        Self::ALL.into_iter().find(|card| card.name() == text).ok_or(UnknownCardType)
    }
}

/// No kind of card has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card type must be debit or credit")]
pub struct UnknownCardType;
