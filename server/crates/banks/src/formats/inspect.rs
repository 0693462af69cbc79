//! What a file is and whether it may be stored, told to a person.

use super::Document;
use super::stream::{Source, Wanted, read_stream};
use crate::bill::{BillSums, Check, Problem, RowKind, fee_text};
use crate::front::NamedFile;
use crate::instruction::{PaymentStatus, StatusReport};
use crate::summary::BillSummary;
use domain::date::BusinessDate;
use domain::money::{Currency, Money, MoneyError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Cursor, SeekFrom};

/// Count and sums of one kind of row in one currency, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindSum {
    /// `payment`, `refund`; of statements and fund bills `credit`, `debit`; of summaries
    /// `received`, `net`; of error trades `settled_to_us`, `settled_from_us`; of instructions
    /// `instructed`; of status reports the states.
    pub kind: String,
    /// The currency.
    pub currency: Currency,
    /// Rows.
    pub count: u64,
    /// Sum of amounts, `23534639.79`; always without sign.
    pub gross: String,
    /// Sum of fees with five decimals, negative when given back; bills only.
    pub fee: Option<String>,
}

/// A number the file states about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// What is compared, with both sides.
    #[serde(flatten)]
    pub check: Check,
    /// Whether both sides agree.
    pub holds: bool,
}

/// Everything about a file that can be told without storing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The file's name.
    pub name: String,
    /// Its length.
    pub bytes: usize,
    /// The format, where one was recognised.
    pub format: Option<String>,
    /// What it was read as: `bill`, `statement`, `payment_status_report`, ...
    pub kind: Option<String>,
    /// The encoding it was read in.
    pub encoding: Option<String>,
    /// Rows read.
    pub rows: usize,
    /// Totals per kind.
    pub totals: Vec<KindSum>,
    /// The day it clears or is for, where the file or its name says so.
    pub clearing_date: Option<BusinessDate>,
    /// What the file says about itself.
    pub checks: Vec<Stated>,
    /// What is wrong, with line and field.
    pub problems: Vec<Problem>,
    /// Whether the file would be stored.
    pub acceptable: bool,
}

/// Looks at a file. Stores nothing.
#[must_use]
pub fn inspect(file: &NamedFile) -> Inspection {
    inspect_stream(&file.name, &mut Cursor::new(file.bytes.as_slice()))
}

/// Looks at a file as it flows in. Stores nothing.
#[must_use]
pub fn inspect_stream(name: &str, input: &mut dyn Source) -> Inspection {
    let mut inspection = Inspection {
        name: name.to_owned(),
        bytes: length(input),
        format: None,
        kind: None,
        encoding: None,
        rows: 0,
        totals: Vec::new(),
        clearing_date: None,
        checks: Vec::new(),
        problems: Vec::new(),
        acceptable: false,
    };
    let wanted = Wanted { name: name.to_owned(), ..Wanted::default() };
    let mut passed = BillSums::default();
    let read = read_stream(&wanted, input, &mut |rows| {
        passed.add(&rows);
        true
    });
    let document = match read {
        Ok(document) => document,
        Err(refusal) => {
            inspection.format = refusal.format;
            inspection.problems = refusal.problems;
            return inspection;
        }
    };
    inspection.format = Some(document.format().to_owned());
    inspection.kind = Some(document.kind().to_owned());
    inspection.encoding = Some(document.encoding().to_owned());
    inspection.problems = document.problems().to_vec();
    inspection.acceptable = document.acceptable();
    let stated = document.checks().iter().cloned();
    inspection.checks = stated.map(|check| Stated { holds: check.holds(), check }).collect();
    (inspection.rows, inspection.clearing_date) = extent(&document);
    let totals = match &document {
        Document::Bill(_) => {
            inspection.rows = passed.rows();
            bill_sums(&passed)
        }
        other => sums(other),
    };
    match totals {
        Ok(totals) => inspection.totals = totals,
        Err(error) => {
            inspection.problems.push(Problem::of_file(error.to_string()));
            inspection.acceptable = false;
        }
    }
    inspection
}

/// Its length; afterwards it stands at its beginning.
fn length(input: &mut dyn Source) -> usize {
    let length = input.seek(SeekFrom::End(0)).unwrap_or(0);
    // What cannot be led back is told by the reading.
    let _ = input.rewind();
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// How many rows there are, and the day they clear or are for.
#[must_use]
pub fn extent(document: &Document) -> (usize, Option<BusinessDate>) {
    match document {
        Document::Bill(bill) => (bill.rows.len(), bill.clearing_date),
        Document::Summary(summary) => (summary.stores.len(), summary.clearing_date),
        Document::Disputes(file) => (file.rows.len(), file.clearing_date),
        Document::Fund(bill) => (bill.rows.len(), bill.day),
        Document::Statement(file) => {
            let rows = file.statements.iter().map(|held| held.rows.len()).sum();
            (rows, file.statements.last().and_then(|last| last.day))
        }
        Document::Notification(file) => {
            let rows = file.notifications.iter().map(|held| held.rows.len()).sum();
            (rows, file.notifications.last().and_then(|last| last.day))
        }
        Document::Instructions(batch) => (batch.rows.len(), batch.execution_date),
        Document::StatusReport(report) => (report.payments.len(), None),
    }
}

/// Count and sums per kind of row.
///
/// # Errors
/// Sums out of range.
pub fn sums(document: &Document) -> Result<Vec<KindSum>, MoneyError> {
    match document {
        Document::Bill(bill) => {
            let mut sums = BillSums::default();
            sums.add(&bill.rows);
            bill_sums(&sums)
        }
        Document::Summary(summary) => summary_sums(summary),
        Document::Disputes(file) => {
            let settled = file.rows.iter().map(|row| row.settled);
            movement_sums(settled, ["settled_to_us", "settled_from_us"])
        }
        Document::Fund(bill) => movement_sums(bill.rows.iter().map(|row| row.amount), MOVEMENTS),
        Document::Statement(file) => {
            let rows = file.statements.iter().flat_map(|held| &held.rows);
            movement_sums(rows.map(|row| row.amount), MOVEMENTS)
        }
        Document::Notification(file) => {
            let rows = file.notifications.iter().flat_map(|held| &held.rows);
            movement_sums(rows.map(|row| row.amount), MOVEMENTS)
        }
        Document::Instructions(batch) => {
            movement_sums(batch.rows.iter().map(|row| row.amount), ["instructed", "instructed"])
        }
        Document::StatusReport(report) => status_sums(report),
    }
}

/// Names of the directions of movements.
const MOVEMENTS: [&str; 2] = ["credit", "debit"];

fn bill_sums(of: &BillSums) -> Result<Vec<KindSum>, MoneyError> {
    let mut sums = Vec::new();
    for kind in [RowKind::Payment, RowKind::Refund] {
        let totals = of.of(kind)?;
        sums.push(KindSum {
            kind: kind.name().to_owned(),
            currency: totals.gross.currency(),
            count: u64::try_from(totals.count).unwrap_or_default(),
            gross: totals.gross.plain(),
            fee: Some(fee_text(totals.fee_e5)),
        });
    }
    Ok(sums)
}

fn summary_sums(summary: &BillSummary) -> Result<Vec<KindSum>, MoneyError> {
    let Some(total) = &summary.total else { return Ok(Vec::new()) };
    let count = total.payments.saturating_add(total.refunds);
    let fee = total.fee.minor().checked_mul(-1_000).ok_or(MoneyError::Overflow)?;
    let sum = |kind: &str, amount: Money, fee: Option<String>| KindSum {
        kind: kind.to_owned(),
        currency: amount.currency(),
        count: u64::try_from(count).unwrap_or_default(),
        gross: amount.plain(),
        fee,
    };
    let received = sum("received", total.received, Some(fee_text(fee)));
    Ok(vec![received, sum("net", total.net, None)])
}

/// A payment reported on without its amount counts as nothing in the batch's currency.
fn status_sums(report: &StatusReport) -> Result<Vec<KindSum>, MoneyError> {
    let mut sums: BTreeMap<(PaymentStatus, Currency), (u64, Money)> = BTreeMap::new();
    let told = report.payments.iter().find_map(|payment| payment.amount);
    let nothing = Money::zero(told.map_or(Currency::Cny, Money::currency));
    for payment in &report.payments {
        let amount = payment.amount.unwrap_or(nothing);
        let zero = Money::zero(amount.currency());
        let (count, sum) = sums.entry((payment.status, amount.currency())).or_insert((0, zero));
        *count += 1;
        *sum = sum.checked_add(amount)?;
    }
    let told = sums.into_iter().map(|((status, currency), (count, sum))| KindSum {
        kind: status.name().to_owned(),
        currency,
        count,
        gross: sum.plain(),
        fee: None,
    });
    Ok(told.collect())
}

fn movement_sums(
    movements: impl Iterator<Item = Money>,
    names: [&str; 2],
) -> Result<Vec<KindSum>, MoneyError> {
    let mut sums: BTreeMap<(Currency, bool), (u64, Money)> = BTreeMap::new();
    for movement in movements {
        let currency = movement.currency();
        let debit = movement.is_negative();
        let magnitude = if debit { movement.checked_neg()? } else { movement };
        let (count, sum) = sums.entry((currency, debit)).or_insert((0, Money::zero(currency)));
        *count += 1;
        *sum = sum.checked_add(magnitude)?;
    }
    let told = sums.into_iter().map(|((currency, debit), (count, sum))| KindSum {
        kind: names[usize::from(debit)].to_owned(),
        currency,
        count,
        gross: sum.plain(),
        fee: None,
    });
    Ok(told.collect())
}
