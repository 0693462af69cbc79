//! The canonical form of a channel's bill (对账单): what every format is read into.

use domain::date::BusinessDate;
use domain::money::Money;
use serde::{Deserialize, Serialize};
use time::PrimitiveDateTime;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// Money collected from a payer.
    Payment,
    /// Money sent back to a payer.
    Refund,
}

impl RowKind {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
        }
    }
}

/// How the channel says the trade ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// Done.
    Success,
    /// Not yet done.
    Processing,
    /// Not done.
    Failed,
}

impl RowStatus {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Processing => "processing",
            Self::Failed => "failed",
        }
    }
}

/// One trade of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillRow {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// Payment or refund.
    pub kind: RowKind,
    /// The channel's number of the trade.
    pub channel_no: String,
    /// Our number of the payment (商户订单号); empty in files that do not carry it.
    pub order_no: String,
    /// Our number of the refund (商户退款单号).
    pub refund_no: Option<String>,
    /// Our number at the channel (商户号).
    pub merchant_no: String,
    /// When, in the channel's local time.
    pub event_time: Option<PrimitiveDateTime>,
    /// What the payer paid or got back; always positive, the kind says which way.
    pub gross: Money,
    /// What the channel charges, in hundred-thousandths of the major unit (bills carry five
    /// decimals); positive when charged to us, negative when given back.
    pub fee_e5: i64,
    /// How it ended.
    pub status: RowStatus,
}

/// Count and sums of the rows of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindTotals {
    /// Rows.
    pub count: i64,
    /// Sum of gross amounts.
    pub gross: Money,
    /// Sum of fees, in hundred-thousandths of the major unit.
    pub fee_e5: i64,
}

/// A number the file states about itself, and what its rows say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is compared, in the file's own word (总交易单数, CLBD, ...).
    pub what: String,
    /// As stated.
    pub stated: String,
    /// As computed.
    pub computed: String,
}

impl Check {
    /// Whether both agree.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.stated == self.computed
    }
}

/// Something in a file that keeps it from being accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Line, counted from 1, where there is one.
    pub line: Option<u32>,
    /// The column or element.
    pub field: Option<String>,
    /// What is wrong, and what was expected.
    pub reason: String,
}

/// A bill as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The day it clears, from the file or its name; some formats say it nowhere.
    pub clearing_date: Option<BusinessDate>,
    /// The trades.
    pub rows: Vec<BillRow>,
    /// What the file says about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}
