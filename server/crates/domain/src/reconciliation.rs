//! Reconciliation runs (对账批次): what was compared with what, and what came out. A run is never
//! changed; other inputs make another version.

use crate::date::BusinessDate;
use crate::error_item::Leg;
use crate::ids::{BillLineId, ErrorItemId, FileId, OrderId, PaymentId, ReconciliationId, RefundId};
use crate::matching::{Totals, Verdict};
use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Whether a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It did.
    Completed,
}
named!(RunState { Completed = "completed" });

/// What is to be reconciled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunScope {
    /// Which two sides.
    pub leg: Leg,
    /// A channel's code, a merchant's id, a bank account's number, or empty for the whole business.
    pub of: String,
    /// The clearing date (of the bill), or the day of the orders or the statement.
    pub day: BusinessDate,
}

/// One side's input of a run, told apart from others by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInput {
    /// `payments`, `orders`, `bill`, `merchant_orders`, `statement`, ...
    pub what: String,
    /// The file, if it is one.
    pub file: Option<FileId>,
    /// Its name.
    pub name: String,
    /// SHA-256 of the file or of the records.
    pub sha256: String,
    /// Records in it.
    pub records: i64,
}

/// How many findings of a verdict a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictCount {
    /// The verdict.
    pub verdict: Verdict,
    /// How many.
    pub count: i64,
}

/// A run as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Its id.
    pub id: ReconciliationId,
    /// What was reconciled.
    pub scope: RunScope,
    /// Counts the runs of this scope, from 1.
    pub version: i32,
    /// The totals gate.
    pub totals: Totals,
    /// Whether the totals agree; says nothing about the detail.
    pub totals_agree: bool,
    /// Findings by verdict.
    pub counts: Vec<VerdictCount>,
    /// Findings that are no match.
    pub differences: i64,
    /// Whether it came to its end.
    pub state: RunState,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: OffsetDateTime,
    /// When it was done.
    pub finished_at: OffsetDateTime,
}

/// Which runs are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFilter {
    /// Of this leg only.
    pub leg: Option<Leg>,
    /// Of this channel, merchant or account only.
    pub of: Option<String>,
    /// Of this day only.
    pub day: Option<BusinessDate>,
}

/// A pair, or a lone record, of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMatch {
    /// What became of it.
    pub verdict: Verdict,
    /// The number it was matched by.
    pub number: String,
    /// What we say.
    pub ours: Option<Money>,
    /// What they say.
    pub theirs: Option<Money>,
    /// The order.
    pub order: Option<OrderId>,
    /// The payment.
    pub payment: Option<PaymentId>,
    /// The refund.
    pub refund: Option<RefundId>,
    /// The row of the bill.
    pub bill_line: Option<BillLineId>,
    /// The error item it led to.
    pub error_item: Option<ErrorItemId>,
}

/// A run, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDetail {
    /// What the list shows.
    pub summary: RunSummary,
    /// What went in.
    pub inputs: Vec<RunInput>,
    /// What did not match.
    pub differences: Vec<RunMatch>,
}
