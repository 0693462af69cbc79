//! The canonical form of a channel's error trades (差错交易): chargebacks, retrievals and
//! adjustments of trades cleared on earlier days.

use crate::bill::{Check, Problem};
use domain::date::BusinessDate;
use domain::money::Money;
use serde::{Deserialize, Serialize};
use time::PrimitiveDateTime;

/// One error trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeRow {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// The channel's transaction code (交易代码), like `E74`.
    pub code: String,
    /// The channel's trace number (系统跟踪号); not unique.
    pub trace_no: String,
    /// When, in the channel's local time (交易传输时间).
    pub event_time: PrimitiveDateTime,
    /// The amount of the trade (交易金额).
    pub amount: Money,
    /// Trace number of the trade it is about (原始交易系统跟踪号); empty where there is none.
    pub original_trace_no: String,
    /// When that trade was, as MMDDhhmmss (原始交易日期时间); empty where there is none.
    pub original_time: String,
    /// Why (差错原因码).
    pub reason_code: String,
    /// The amount in dispute (差错交易金额).
    pub disputed: Money,
    /// What we are charged (negative) or given back.
    pub fee: Money,
    /// What we get, or give (negative).
    pub settled: Money,
    /// Our number at the channel (商户代码).
    pub merchant_no: String,
}

/// A file of error trades as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeFile {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The day it clears.
    pub clearing_date: Option<BusinessDate>,
    /// The error trades.
    pub rows: Vec<DisputeRow>,
    /// What the file says about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}
