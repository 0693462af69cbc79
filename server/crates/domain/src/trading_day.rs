//! The trading day (交易日) from the first order to the last voucher, as the home page shows it.

use crate::date::BusinessDate;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// Where a step of the day stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Its time has not come.
    Waiting,
    /// It is going on.
    Running,
    /// Somebody has to look.
    Attention,
    /// Finished.
    Done,
}

/// The steps of a day, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Payments taken, 收单.
    Payments,
    /// Refunds, 退款.
    Refunds,
    /// The day cut, 日切.
    Cut,
    /// Bills of the channels received, 对账文件.
    Bills,
    /// The three reconciliations, 三种对账.
    Reconciliation,
    /// Error items, 差错处理.
    ErrorItems,
    /// Settlement of what falls due, 清结算.
    Settlement,
    /// Payouts, 付款.
    Payouts,
    /// Bank statements received, 银行流水.
    Statements,
    /// Reserve covers what is owed, 备付金核对.
    Reserve,
    /// Vouchers exported, 凭证.
    Vouchers,
}

/// One step of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayStep {
    /// Which.
    pub step: Step,
    /// Where it stands.
    pub state: StepState,
    /// How many things it is about.
    pub count: i64,
    /// How many of them are finished or, where it says attention, need a person.
    pub open: i64,
    /// How much money.
    pub amount: Option<Money>,
}

/// A condition that must hold before the day is cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Which: stable name.
    pub gate: GateKind,
    /// Whether it holds.
    pub holds: bool,
    /// What was found, when it does not hold.
    pub finding: String,
}

/// The gates of the day cut (`domain.md` 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// Journals balance, balances equal their entries.
    LedgerInvariants,
    /// Accounts in transit are explained item by item.
    TransitExplained,
    /// Reserve covers what is owed.
    ReserveCovers,
    /// No payment is between two systems.
    NothingInProgress,
}

/// Where a trading day stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayOverview {
    /// The day shown.
    pub date: BusinessDate,
    /// The day the ledger has open.
    pub open_date: BusinessDate,
    /// Its steps, in order.
    pub steps: Vec<DayStep>,
    /// The gates, for the open day.
    pub gates: Vec<Gate>,
    /// From when the day may be cut, in local time; `None` when it can be cut now.
    pub cut_from: Option<String>,
    /// When it was cut, in local time.
    pub cut_at: Option<String>,
}
