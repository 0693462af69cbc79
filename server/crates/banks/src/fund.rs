//! The canonical form of a fund bill (资金账单): every movement of our balance at a channel.

use crate::bill::{Check, Problem};
use domain::date::BusinessDate;
use domain::money::Money;
use serde::{Deserialize, Serialize};
use time::PrimitiveDateTime;

/// One movement of our balance at the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundRow {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// When the channel booked it, in its local time (记账时间).
    pub booked_at: PrimitiveDateTime,
    /// The channel's number of the trade behind it (微信支付业务单号).
    pub channel_no: String,
    /// The channel's number of the movement (资金流水单号).
    pub flow_no: String,
    /// What it is for, in the channel's words (业务名称).
    pub purpose: String,
    /// Its kind, in the channel's words (业务类型).
    pub business_type: String,
    /// The movement: positive raises the balance (收入), negative lowers it (支出).
    pub amount: Money,
    /// The balance after it (账户结余).
    pub balance: Money,
    /// What the channel remarks (备注).
    pub remark: String,
    /// Our number, where the channel carries it (业务凭证号).
    pub voucher_no: String,
}

/// A fund bill as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundBill {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The day it is for, from the file's name; the file itself says it nowhere.
    pub day: Option<BusinessDate>,
    /// The movements.
    pub rows: Vec<FundRow>,
    /// What the file says about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}

impl FundBill {
    /// Whether everything could be read and everything the file says about itself holds.
    #[must_use]
    pub fn acceptable(&self) -> bool {
        self.problems.is_empty() && self.checks.iter().all(Check::holds)
    }
}
