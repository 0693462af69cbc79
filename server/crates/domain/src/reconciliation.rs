//! Reconciliation runs (对账批次): what was compared with what, by which rules, and what came out.
//! What a run found is never changed; other inputs or other rules make another version.

mod home;

pub use home::{Cell, CellState, ExpectedRecord, ExpectedState, Forecast, ForecastKind, Home};

use crate::date::BusinessDate;
use crate::error_item::Leg;
use crate::ids::{
    ApprovalId, BillLineId, ErrorItemId, FileId, OrderId, PaymentId, ReconciliationId, RefundId,
};
use crate::matching::rules::Baseline;
use crate::matching::{MatchKey, Totals, TotalsLine, Verdict};
use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It is being compared.
    Running,
    /// It came to its end.
    Completed,
    /// It broke off and left nothing behind; it can run again, 失败.
    Failed,
    /// It was closed although something is open, by two people, 强制平账.
    Forced,
    /// What it opened was taken back, so that it can run again, 已回滚.
    RolledBack,
}
named!(RunState {
    Running = "running",
    Completed = "completed",
    Failed = "failed",
    Forced = "forced",
    RolledBack = "rolled_back",
});

impl RunState {
    /// Whether it came to a result.
    #[must_use]
    pub const fn has_result(self) -> bool {
        matches!(self, Self::Completed | Self::Forced | Self::RolledBack)
    }

    /// Whether the day counts as reconciled.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Completed | Self::Forced)
    }
}

/// Why a difference is no error: it will clear by itself (已解释差异).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explanation {
    /// Near the cut: it stands, or will stand, in the file of another day, 日切跨日.
    CutOver,
    /// A refund the channel has not worked off yet, 退款在途.
    RefundInFlight,
    /// It waits longer because banks do not work, 节假日.
    Holiday,
    /// A fee the channel keeps, or within the tolerance, 手续费.
    Fee,
    /// Within the tolerance of the rules, 容差.
    Tolerance,
}
named!(Explanation {
    CutOver = "cut_over",
    RefundInFlight = "refund_in_flight",
    Holiday = "holiday",
    Fee = "fee",
    Tolerance = "tolerance",
});

/// A part of a run's difference: explained in one way, or unexplained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// By what; none: unexplained.
    pub explained: Option<Explanation>,
    /// Findings.
    pub count: i64,
    /// Theirs minus ours, as money towards us.
    pub amount: Money,
}

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
    /// Where it stands.
    pub state: RunState,
    /// The difference by what explains it; what is unexplained has no explanation.
    pub shares: Vec<Share>,
    /// Version of the rules it was compared by; 0: those built in.
    pub rules_version: i32,
    /// Whose word counts.
    pub baseline: Baseline,
    /// Why it broke off, was forced or was rolled back.
    pub note: String,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: OffsetDateTime,
    /// When it was done; none while it runs.
    pub finished_at: Option<OffsetDateTime>,
}

impl RunSummary {
    /// Differences that nothing explains.
    #[must_use]
    pub fn unexplained(&self) -> i64 {
        let unexplained = self.shares.iter().filter(|share| share.explained.is_none());
        unexplained.map(|share| share.count).sum()
    }

    /// Records that agree, per million of the baseline's (对平率).
    #[must_use]
    pub fn match_rate_ppm(&self) -> Option<i64> {
        let matched = self.counts.iter().find(|one| one.verdict == Verdict::Matched);
        match_rate_ppm(&self.totals, self.baseline, matched.map_or(0, |one| one.count))
    }
}

/// Pairs that agree, per million of the records of the baseline side (对平率).
#[must_use]
pub fn match_rate_ppm(totals: &Totals, baseline: Baseline, matched: i64) -> Option<i64> {
    let of = |line: &TotalsLine| match baseline {
        Baseline::Channel => line.theirs.count,
        Baseline::Platform => line.ours.count,
    };
    let records: i64 = totals.lines.iter().map(of).sum();
    let matched = matched.min(records);
    (records > 0).then(|| matched.saturating_mul(1_000_000) / records)
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
    /// In this state only.
    pub state: Option<RunState>,
}

/// Which differences of a run are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// All of them.
    #[default]
    All,
    /// Those nothing explains.
    Unexplained,
    /// Those explained by this.
    By(Explanation),
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
    /// By what the two were paired; none for a lone record.
    pub by: Option<MatchKey>,
    /// Whether they agree only within a tolerance.
    pub tolerated: bool,
    /// What explains it, if something does.
    pub explained: Option<Explanation>,
    /// The day by which it should have cleared; after it, it becomes an error item.
    pub clears_by: Option<BusinessDate>,
    /// The leg in which the difference was born, where it only follows from another one.
    pub born_in: Option<Leg>,
}

/// A run, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDetail {
    /// What the list shows.
    pub summary: RunSummary,
    /// What went in.
    pub inputs: Vec<RunInput>,
    /// What did not match, or only in a weaker way.
    pub differences: Vec<RunMatch>,
    /// How many of them there are.
    pub shown: i64,
    /// The request to force it closed that waits for a decision, if one does.
    pub force_request: Option<ApprovalId>,
}

/// What other rules would do to past days (规则试算).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRun {
    /// The days, newest first.
    pub days: Vec<DryRunDay>,
}

/// What other rules would do to one past day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunDay {
    /// The clearing date.
    pub day: BusinessDate,
    /// Pairs that agree by the rules that hold.
    pub matched_before: i64,
    /// Pairs that would agree.
    pub matched_after: i64,
    /// Differences nothing explains, by the rules that hold.
    pub open_before: i64,
    /// Differences nothing would explain.
    pub open_after: i64,
    /// Records that would newly agree or be explained.
    pub gained: i64,
    /// Some of their numbers.
    pub gained_numbers: Vec<String>,
    /// Records that would no longer agree or be explained.
    pub lost: i64,
    /// Some of their numbers.
    pub lost_numbers: Vec<String>,
}
