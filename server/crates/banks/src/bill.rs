//! The canonical form of a channel's bill (对账单): what every format is read into.

use domain::date::BusinessDate;
use domain::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::fmt;
use time::PrimitiveDateTime;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// Money collected from a payer.
    Payment,
    /// Money sent back to a payer.
    Refund,
}

impl RowKind {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
        }
    }
}

/// How the channel says the trade ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// Done.
    Success,
    /// Not yet done.
    Processing,
    /// Not done.
    Failed,
}

impl RowStatus {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Processing => "processing",
            Self::Failed => "failed",
        }
    }
}

/// One trade of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillRow {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// Payment or refund.
    pub kind: RowKind,
    /// The channel's number of the trade.
    pub channel_no: String,
    /// Our number of the payment (商户订单号); empty in files that do not carry it.
    pub order_no: String,
    /// Our number of the refund (商户退款单号).
    pub refund_no: Option<String>,
    /// Our number at the channel (商户号).
    pub merchant_no: String,
    /// When, in the channel's local time.
    pub event_time: Option<PrimitiveDateTime>,
    /// What the payer paid or got back; always positive, the kind says which way.
    pub gross: Money,
    /// What the channel charges, in hundred-thousandths of the major unit (bills carry five
    /// decimals); positive when charged to us, negative when given back.
    pub fee_e5: i64,
    /// How it ended.
    pub status: RowStatus,
}

/// The mark of a number: the CRC-32 (IEEE 802.3) of its UTF-8 bytes. Rows are kept in blocks that
/// name the marks of the numbers in them, so that a number is looked for in few of them. Two
/// numbers may have one mark: it says where to look, never that something is there.
#[must_use]
pub fn mark(number: &str) -> u32 {
    crc32fast::hash(number.as_bytes())
}

/// Count and sums of the rows of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindTotals {
    /// Rows.
    pub count: i64,
    /// Sum of gross amounts.
    pub gross: Money,
    /// Sum of fees, in hundred-thousandths of the major unit.
    pub fee_e5: i64,
}

/// A number the file states about itself, and what its rows say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is compared, in the file's own word (总交易单数, CLBD, ...).
    pub what: String,
    /// As stated.
    pub stated: String,
    /// As computed.
    pub computed: String,
}

impl Check {
    /// Whether both agree.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.stated == self.computed
    }
}

/// Something in a file that keeps it from being accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Line, counted from 1, where there is one.
    pub line: Option<u32>,
    /// The column or element.
    pub field: Option<String>,
    /// What is wrong, and what was expected.
    pub reason: String,
}

impl Problem {
    /// Something about the whole file.
    #[must_use]
    pub fn of_file(reason: impl Into<String>) -> Self {
        Self { line: None, field: None, reason: reason.into() }
    }

    /// Something about one line.
    #[must_use]
    pub fn at_line(line: u32, reason: impl Into<String>) -> Self {
        Self { line: Some(line), field: None, reason: reason.into() }
    }

    /// Something about one field of a line.
    #[must_use]
    pub fn at_field(line: u32, field: &str, reason: impl Into<String>) -> Self {
        Self { line: Some(line), field: Some(field.to_owned()), reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.reason)
    }
}

/// Hundred-thousandths of the major unit as text with five decimals: `-0.02000`.
#[must_use]
pub fn fee_text(fee_e5: i64) -> String {
    let sign = if fee_e5 < 0 { "-" } else { "" };
    let digits = fee_e5.unsigned_abs();
    format!("{sign}{}.{:05}", digits / 100_000, digits % 100_000)
}

/// A bill as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The format's name.
    pub format: String,
    /// The encoding it was read in.
    pub encoding: String,
    /// The day it clears, from the file or its name; some formats say it nowhere.
    pub clearing_date: Option<BusinessDate>,
    /// The trades.
    pub rows: Vec<BillRow>,
    /// What the file says about itself; all must hold.
    pub checks: Vec<Check>,
    /// What cannot be read; must be empty.
    pub problems: Vec<Problem>,
}

impl Bill {
    /// Whether everything could be read and everything the file says about itself holds.
    #[must_use]
    pub fn acceptable(&self) -> bool {
        self.problems.is_empty() && self.checks.iter().all(Check::holds)
    }

    /// Count and sums of the rows of one kind.
    ///
    /// # Errors
    /// Rows of different currencies, or sums out of range.
    pub fn totals(&self, kind: RowKind) -> Result<KindTotals, MoneyError> {
        let mut sums = BillSums::default();
        sums.add(&self.rows);
        sums.of(kind)
    }
}

/// Count and sums of a bill's rows as they pass by.
#[derive(Debug, Clone, Default)]
pub struct BillSums {
    rows: usize,
    currency: Option<Currency>,
    merchant_no: Option<String>,
    payments: Option<KindTotals>,
    refunds: Option<KindTotals>,
    failed: Option<MoneyError>,
}

impl BillSums {
    /// Adds rows.
    pub fn add(&mut self, rows: &[BillRow]) {
        self.rows = self.rows.saturating_add(rows.len());
        for row in rows {
            if self.merchant_no.is_none() {
                self.merchant_no = Some(row.merchant_no.clone());
            }
            let currency = *self.currency.get_or_insert(row.gross.currency());
            let totals = match row.kind {
                RowKind::Payment => &mut self.payments,
                RowKind::Refund => &mut self.refunds,
            };
            let totals = totals.get_or_insert(KindTotals::nothing(currency));
            if let Err(error) = totals.add(row) {
                self.failed = Some(error);
            }
        }
    }

    /// How many rows there were.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The merchant number of the first row.
    #[must_use]
    pub fn merchant_no(&self) -> Option<&str> {
        self.merchant_no.as_deref()
    }

    /// Of one kind.
    ///
    /// # Errors
    /// Rows of different currencies, or sums out of range.
    pub fn of(&self, kind: RowKind) -> Result<KindTotals, MoneyError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let totals = match kind {
            RowKind::Payment => self.payments,
            RowKind::Refund => self.refunds,
        };
        Ok(totals.unwrap_or(KindTotals::nothing(self.currency.unwrap_or(Currency::Cny))))
    }
}

impl KindTotals {
    const fn nothing(currency: Currency) -> Self {
        Self { count: 0, gross: Money::zero(currency), fee_e5: 0 }
    }

    fn add(&mut self, row: &BillRow) -> Result<(), MoneyError> {
        self.count += 1;
        self.gross = self.gross.checked_add(row.gross)?;
        self.fee_e5 = self.fee_e5.checked_add(row.fee_e5).ok_or(MoneyError::Overflow)?;
        Ok(())
    }
}
