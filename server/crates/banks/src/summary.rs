//! The canonical form of a channel's daily summary (汇总账单): totals per store, without trades.

use crate::bill::{Check, Problem};
use domain::date::BusinessDate;
use domain::money::Money;
use serde::{Deserialize, Serialize};

/// What a summary tells about one store, or about all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreTotals {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// The store's number (门店编号).
    pub store_no: String,
    /// Its name (门店名称).
    pub store_name: String,
    /// Number of payments (交易订单总笔数).
    pub payments: i64,
    /// Number of refunds (退款订单总笔数).
    pub refunds: i64,
    /// Order amounts, refunds deducted (订单金额).
    pub ordered: Money,
    /// What reached us, refunds deducted (商家实收).
    pub received: Money,
    /// The channel's fee, negative when charged (服务费).
    pub fee: Money,
    /// Shares paid on to others, negative when paid (分润).
    pub shared: Money,
    /// Received, fee and shares together (实收净额).
    pub net: Money,
}

/// A summary as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillSummary {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// Our number at the channel.
    pub merchant_no: String,
    /// The day it clears, when it is for one day.
    pub clearing_date: Option<BusinessDate>,
    /// The stores.
    pub stores: Vec<StoreTotals>,
    /// The file's own line for all stores (合计).
    pub total: Option<StoreTotals>,
    /// What the file says about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}
