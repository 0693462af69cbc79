//! The canonical form of a bank's account statement: what camt.053 and its relatives are read into.

use crate::bill::{Check, Problem};
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
