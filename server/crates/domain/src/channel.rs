//! Channels (渠道): who moves the money, over which clearing institution, at what cost.

mod health;

pub use health::{Fitness, HealthPolicy, HealthState, PolicyRefused, Signal, SuccessRate};

use crate::date::BusinessDate;
use crate::fee::{CostTerms, FeeRow, FeeSchedule};
use crate::product::{CardType, Product};
use crate::routing::Route;
use serde::{Deserialize, Serialize};
use time::Time;

/// The clearing institution behind a channel, 清算机构.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rail {
    /// China UnionPay, 银联.
    Unionpay,
    /// NetsUnion Clearing, 网联.
    Nucc,
    /// The central bank's systems, 人行清算系统.
    Pboc,
    /// A bank directly.
    Bank,
}

impl Rail {
    /// All rails.
    pub const ALL: [Self; 4] = [Self::Unionpay, Self::Nucc, Self::Pboc, Self::Bank];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unionpay => "unionpay",
            Self::Nucc => "nucc",
            Self::Pboc => "pboc",
            Self::Bank => "bank",
        }
    }

    /// The rail with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rail| rail.name() == name)
    }
}

/// The file in which a channel tells what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillFormat {
    /// UnionPay merchant file, ZM.
    UnionpayZm,
    /// WeChat trade bill, 交易账单.
    WechatTrade,
    /// Bank statement, camt.053.
    Camt053,
}

impl BillFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::UnionpayZm, Self::WechatTrade, Self::Camt053];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnionpayZm => "unionpay_zm",
            Self::WechatTrade => "wechat_trade",
            Self::Camt053 => "camt053",
        }
    }

    /// The format with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// A channel as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSummary {
    /// Its code, also the owner of its ledger accounts.
    pub code: String,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// The clearing institution.
    pub rail: Rail,
    /// Whether routing may choose it.
    pub active: bool,
    /// Our number at the channel, 商户号.
    pub our_merchant_no: String,
    /// When it begins its next clearing date, in the business zone; the bill decides.
    pub cut_time: Time,
    /// What its bill looks like.
    pub bill_format: BillFormat,
    /// What it charges us.
    pub cost: CostTerms,
}

/// A channel, and what may be asked of it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelStanding {
    /// The channel.
    pub summary: ChannelSummary,
    /// First day it may be used.
    pub valid_from: Option<BusinessDate>,
    /// Last day it may be used, 下线日.
    pub valid_until: Option<BusinessDate>,
    /// Where its health stands.
    pub health: HealthState,
    /// When it is withdrawn and how it comes back.
    pub policy: HealthPolicy,
    /// How often it succeeded of late.
    pub success: SuccessRate,
}

/// A channel, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelDetail {
    /// What the list shows.
    pub standing: ChannelStanding,
    /// What may go over it.
    pub routes: Vec<Route>,
    /// What it charges by product and kind of card, newest first.
    pub costs: Vec<FeeRow>,
}

/// A change of a channel's terms, for a second person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum ChannelChange {
    /// What it charges for a product from a day on.
    Cost {
        /// Which product.
        product: Product,
        /// For this kind of card only.
        #[serde(default)]
        card: Option<CardType>,
        /// The terms, tier by tier.
        schedule: FeeSchedule,
        /// First day they count.
        valid_from: BusinessDate,
    },
    /// The days on which it may be used.
    Validity {
        /// The first; none when it always was.
        valid_from: Option<BusinessDate>,
        /// The last; none when no end is planned.
        valid_until: Option<BusinessDate>,
    },
    /// When it is withdrawn by itself and how it comes back.
    Health {
        /// The thresholds.
        policy: HealthPolicy,
    },
}

impl ChannelChange {
    /// The aspect of what a channel charges for a product.
    #[must_use]
    pub fn cost_aspect(product: Product, card: Option<CardType>) -> String {
        format!("cost/{product}/{}", card.map_or("any", CardType::name))
    }

    /// What of a channel it changes: changes of different aspects do not touch each other and may
    /// wait side by side.
    #[must_use]
    pub fn aspect(&self) -> String {
        match self {
            Self::Cost { product, card, .. } => Self::cost_aspect(*product, *card),
            Self::Validity { .. } => "validity".to_owned(),
            Self::Health { .. } => "health".to_owned(),
        }
    }
}
