//! The reconciliation home (对账首页): where each day, channel and kind stands, what waits, and what
//! will probably break tomorrow.

use super::RunState;
use crate::date::BusinessDate;
use crate::error_item::Leg;
use crate::ids::{PaymentId, ReconciliationId, RefundId};
use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a cell of the matrix says, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// The last run broke off.
    Failed,
    /// The file is not here.
    FileMissing,
    /// Error items are open.
    Open,
    /// The inputs are here, and nobody has compared them.
    NotRun,
    /// Records wait for the next file.
    Waiting,
    /// Closed by two people although something was open.
    Forced,
    /// Everything agrees or is resolved.
    Flat,
}
named!(CellState {
    Failed = "failed",
    FileMissing = "file_missing",
    Open = "open",
    NotRun = "not_run",
    Waiting = "waiting",
    Forced = "forced",
    Flat = "flat",
});

/// One day, channel (account, or the whole business) and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The clearing date, or our day.
    pub day: BusinessDate,
    /// The kind.
    pub leg: Leg,
    /// The channel, merchant or account; empty for the whole business.
    pub of: String,
    /// What it says.
    pub state: CellState,
    /// The latest run, with its state.
    pub run: Option<(ReconciliationId, RunState)>,
    /// Records that agree, per million.
    pub match_rate_ppm: Option<i64>,
    /// Open error items.
    pub open_items: i64,
    /// What they are about, whatever the direction: value at risk (风险敞口).
    pub at_risk: Money,
    /// Days since the oldest open item was opened.
    pub oldest_days: Option<i64>,
    /// Records that wait for the next file.
    pub waiting: i64,
}

/// What will probably break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastKind {
    /// Nobody knows what became of it, 状态不明.
    Unknown,
    /// A refund that is under way, 退款在途.
    RefundInFlight,
    /// It succeeded near the cut and may stand in the next file, 临近日切.
    NearCut,
}
named!(ForecastKind {
    Unknown = "unknown",
    RefundInFlight = "refund_in_flight",
    NearCut = "near_cut",
});

/// A payment or refund that will probably break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// Why.
    pub kind: ForecastKind,
    /// The channel.
    pub channel: String,
    /// The payment.
    pub payment: PaymentId,
    /// The refund, if it is one.
    pub refund: Option<RefundId>,
    /// Our number at the channel.
    pub number: String,
    /// How much.
    pub amount: Money,
    /// When it happened, or was begun.
    pub at: OffsetDateTime,
}

/// Where a record that waits stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedState {
    /// It waits for the next file, 存疑.
    Waiting,
    /// A later file has it.
    Matched,
    /// It waited too long, or differs: it is an error item.
    Item,
    /// The run that found it was taken back, or a later one no longer finds it.
    Withdrawn,
}
named!(ExpectedState {
    Waiting = "waiting",
    Matched = "matched",
    Item = "item",
    Withdrawn = "withdrawn",
});

/// A record of ours that the file of its day lacks, and that a later file will probably have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedRecord {
    /// The channel.
    pub channel: String,
    /// The clearing date under which we hold it.
    pub day: BusinessDate,
    /// Our number.
    pub number: String,
    /// How much.
    pub amount: Money,
    /// Why it may wait.
    pub why: super::Explanation,
    /// The last clearing date whose file may bring it.
    pub clears_by: BusinessDate,
    /// Days it has waited.
    pub age_days: i64,
    /// The payment.
    pub payment: Option<PaymentId>,
    /// The refund, if it is one.
    pub refund: Option<RefundId>,
}

/// The matrix and the lists beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// The days, newest first.
    pub days: Vec<BusinessDate>,
    /// The columns: kind and channel.
    pub columns: Vec<(Leg, String)>,
    /// The cells that are known; a day before the channel was there has none.
    pub cells: Vec<Cell>,
    /// Records that wait, oldest first.
    pub waiting: Vec<ExpectedRecord>,
    /// What will probably break, gravest first.
    pub forecast: Vec<Forecast>,
}
