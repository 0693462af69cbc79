//! The canonical forms of payment instructions as banks exchange them: the batch we send
//! (pain.001) and the bank's report of what became of it (pain.002).

use crate::bill::{Check, Problem};
use domain::date::BusinessDate;
use domain::money::Money;
use serde::{Deserialize, Serialize};

/// One payment of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// The group it belongs to (PmtInfId).
    pub group: String,
    /// Our number (EndToEndId).
    pub end_to_end_id: String,
    /// What the payee gets.
    pub amount: Money,
    /// The payee.
    pub payee: String,
    /// The payee's account.
    pub account: String,
}

/// A batch of payments (付款指令批次) as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructionBatch {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The batch's number (MsgId).
    pub message_id: String,
    /// The first day of execution asked for.
    pub execution_date: Option<BusinessDate>,
    /// The payments.
    pub rows: Vec<Instruction>,
    /// Counts and sums the batch states about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}

/// What became of a payment. None of these is final: money can still come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Here, not yet looked at (RCVD, PDNG, ACTC).
    Pending,
    /// Will be done (ACCP, ACSP, ACWC).
    Accepted,
    /// Done (ACSC, ACCC).
    Settled,
    /// Will not be done (RJCT, CANC).
    Rejected,
    /// Of a group: some of its payments are rejected, the others accepted (PART).
    Partly,
}

impl PaymentStatus {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Settled => "settled",
            Self::Rejected => "rejected",
            Self::Partly => "partly",
        }
    }
}

/// The bank's word about one payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedPayment {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// The group it belongs to (OrgnlPmtInfId).
    pub group: String,
    /// Our number (OrgnlEndToEndId).
    pub end_to_end_id: String,
    /// What became of it.
    pub status: PaymentStatus,
    /// The bank's own word for it (`RJCT`).
    pub code: String,
    /// Why: reason codes, then what the bank adds.
    pub reason: Option<String>,
    /// The amount, where the bank repeats it.
    pub amount: Option<Money>,
}

/// The bank's word about a group of payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedGroup {
    /// Its number (OrgnlPmtInfId).
    pub group: String,
    /// What became of it, where the bank says it of the group: then it holds for every payment of
    /// it that is not listed; with [`PaymentStatus::Partly`] those not listed are accepted.
    pub status: Option<PaymentStatus>,
    /// Why.
    pub reason: Option<String>,
}

/// A report of payments' states (付款状态报告) as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The report's number (MsgId).
    pub message_id: String,
    /// The number of our batch it is about (OrgnlMsgId).
    pub original_message_id: String,
    /// What became of the whole batch, where the bank says it.
    pub status: Option<PaymentStatus>,
    /// Why.
    pub reason: Option<String>,
    /// The groups reported on.
    pub groups: Vec<ReportedGroup>,
    /// The payments listed one by one.
    pub payments: Vec<ReportedPayment>,
    /// Counts the report states about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}
