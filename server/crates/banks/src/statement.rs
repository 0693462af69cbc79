//! The canonical form of a bank's account statement: what camt.053 and its relatives are read into.

use crate::bill::{Bill, BillRow, Check, Problem, RowKind, RowStatus};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// One movement of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    /// The entry within its statement, counted from 1.
    pub entry: u32,
    /// The bank's reference of the entry.
    pub bank_ref: String,
    /// Our number, where the bank carries it.
    pub end_to_end_id: Option<String>,
    /// The movement: positive raises the balance.
    pub amount: Money,
    /// Day the bank booked it.
    pub booking_date: BusinessDate,
    /// Day it counts for interest.
    pub value_date: Option<BusinessDate>,
    /// The other side's name.
    pub counterparty: Option<String>,
    /// What the entry says about itself.
    pub remittance: String,
    /// The reason, when a payment of ours came back (退票).
    pub return_reason: Option<String>,
}

/// The movements of one account over one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The bank's number of the statement.
    pub number: String,
    /// The account.
    pub account: String,
    /// Its currency.
    pub currency: Currency,
    /// Day of the closing balance.
    pub day: Option<BusinessDate>,
    /// Balance before.
    pub opening: Money,
    /// Balance after.
    pub closing: Money,
    /// The movements.
    pub rows: Vec<StatementRow>,
}

/// Movements of one account told without balances: advices and reports within the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The bank's number of the notification.
    pub number: String,
    /// The account.
    pub account: String,
    /// Its currency, where it is told.
    pub currency: Option<Currency>,
    /// The last day it is for, where it is told.
    pub day: Option<BusinessDate>,
    /// The movements.
    pub rows: Vec<StatementRow>,
}

/// A file of notifications as read. Nothing in it proves that no movement is missing, so it can
/// never stand for a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationFile {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The notifications.
    pub notifications: Vec<Notification>,
    /// Counts and sums it states about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}

/// A file of statements as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementFile {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The statements.
    pub statements: Vec<Statement>,
    /// Opening plus movements against closing, for each; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}

impl StatementFile {
    /// Whether everything could be read and every balance holds.
    #[must_use]
    pub fn acceptable(&self) -> bool {
        self.problems.is_empty() && self.checks.iter().all(Check::holds)
    }

    /// The statement of a collection account read as that channel's bill: each credit is a
    /// payment carrying our number, each debit a refund.
    ///
    /// A bank charges nothing here, and a refund's line carries only its own number, so the
    /// refunds' `order_no` is empty. Rows are numbered in the order of the file.
    #[must_use]
    pub fn as_bill(&self) -> Bill {
        let mut rows = Vec::new();
        for statement in &self.statements {
            for movement in &statement.rows {
                let line = u32::try_from(rows.len() + 1).unwrap_or(u32::MAX);
                rows.push(bill_row(line, &statement.account, movement));
            }
        }
        Bill {
            format: self.format.clone(),
            encoding: self.encoding.clone(),
            clearing_date: self.statements.first().and_then(|statement| statement.day),
            rows,
            checks: self.checks.clone(),
            problems: self.problems.clone(),
        }
    }
}

fn bill_row(line: u32, account: &str, movement: &StatementRow) -> BillRow {
    let number = movement.end_to_end_id.clone().unwrap_or_default();
    let refund = movement.amount.is_negative();
    let magnitude = movement.amount.checked_neg().unwrap_or(movement.amount);
    BillRow {
        line,
        kind: if refund { RowKind::Refund } else { RowKind::Payment },
        channel_no: movement.bank_ref.clone(),
        order_no: if refund { String::new() } else { number.clone() },
        refund_no: refund.then_some(number),
        merchant_no: account.to_owned(),
        event_time: None,
        gross: if refund { magnitude } else { movement.amount },
        fee_e5: 0,
        status: RowStatus::Success,
    }
}
