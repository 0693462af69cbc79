//! A file as read, whatever it is.

use super::alipay;
use crate::bill::{Bill, BillSums, Check, Problem};
use crate::dispute::DisputeFile;
use crate::fund::FundBill;
use crate::instruction::{InstructionBatch, StatusReport};
use crate::statement::{NotificationFile, StatementFile};
use crate::summary::BillSummary;
use serde::Serialize;

/// A file as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// A channel's bill (对账单).
    Bill(Bill),
    /// A channel's totals per store, without trades (汇总账单).
    Summary(BillSummary),
    /// A channel's error trades (差错交易).
    Disputes(DisputeFile),
    /// The movements of our balance at a channel (资金账单).
    Fund(FundBill),
    /// Statements of bank accounts.
    Statement(StatementFile),
    /// Movements of bank accounts without balances.
    Notification(NotificationFile),
    /// A batch of payments to be made.
    Instructions(InstructionBatch),
    /// What became of the payments of a batch.
    StatusReport(StatusReport),
}

/// The same field of whatever the document is.
macro_rules! field {
    ($document:expr, $name:ident) => {
        match $document {
            Document::Bill(held) => &held.$name,
            Document::Summary(held) => &held.$name,
            Document::Disputes(held) => &held.$name,
            Document::Fund(held) => &held.$name,
            Document::Statement(held) => &held.$name,
            Document::Notification(held) => &held.$name,
            Document::Instructions(held) => &held.$name,
            Document::StatusReport(held) => &held.$name,
        }
    };
}

impl Document {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Bill(_) => "bill",
            Self::Summary(_) => "bill_summary",
            Self::Disputes(_) => "disputes",
            Self::Fund(_) => "fund_bill",
            Self::Statement(_) => "statement",
            Self::Notification(_) => "notification",
            Self::Instructions(_) => "payment_instructions",
            Self::StatusReport(_) => "payment_status_report",
        }
    }

    /// The format's name.
    #[must_use]
    pub fn format(&self) -> &str {
        field!(self, format)
    }

    /// The encoding it was read in.
    #[must_use]
    pub fn encoding(&self) -> &str {
        field!(self, encoding)
    }

    /// What it says about itself.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        field!(self, checks)
    }

    /// What could not be read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        field!(self, problems)
    }

    /// Whether the file may be stored.
    #[must_use]
    pub fn acceptable(&self) -> bool {
        self.problems().is_empty() && self.checks().iter().all(Check::holds)
    }
}

/// A bill that must also agree with the summary delivered beside it.
pub(super) fn with_summary(mut bill: Bill, sums: &BillSums, summary: BillSummary) -> Bill {
    match alipay::agree((&bill, sums), &summary) {
        Ok(checks) => bill.checks.extend(checks),
        Err(error) => bill.problems.push(Problem::of_file(error.to_string())),
    }
    bill.checks.extend(summary.checks);
    bill.problems.extend(summary.problems);
    bill
}
