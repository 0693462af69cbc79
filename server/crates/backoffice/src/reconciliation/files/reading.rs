//! What a file is read into before anything is stored.

use super::NewFile;
use super::entries::{self, Entry};
use super::merchant_list::{self, ListedOrder};
use crate::reconciliation::ReconciliationError;
use banks::bill::{Bill, BillRow, Problem, RowKind};
use banks::formats::{self, Document, Refusal};
use banks::front::NamedFile;
use banks::statement::Statement;
use domain::date::BusinessDate;
use domain::matching::Direction;
use domain::money::{Currency, Money, MoneyError};
use domain::source_file::{FileKind, FileTotal};
use std::collections::BTreeMap;

/// Grows when a reader's result for the same bytes changes.
pub(super) const PARSER_VERSION: i32 = 3;

/// A file as read.
pub(super) struct Reading {
    pub format: String,
    pub encoding: String,
    pub day: Option<BusinessDate>,
    pub rows: i64,
    pub totals: Vec<FileTotal>,
    pub content: Content,
}

/// Its rows.
pub(super) enum Content {
    Bill(Vec<BillRow>),
    Statements(Vec<Statement>),
    Entries(Vec<Entry>),
    Orders(Vec<ListedOrder>),
}

/// Reads a file as what it was given for.
///
/// # Errors
/// It cannot be read, contradicts itself, or is something else.
pub(super) fn read(new: &NewFile) -> Result<Reading, ReconciliationError> {
    if new.kind == FileKind::MerchantOrders {
        return Ok(read_orders(&new.file)?);
    }
    match (new.kind, formats::read(&new.file)?) {
        (FileKind::Bill, Document::Bill(bill)) => of_bill(bill),
        (FileKind::Bill, Document::Statement(file)) => of_bill(file.as_bill()),
        (FileKind::Statement, Document::Statement(file)) => {
            let amounts = file.statements.iter().flat_map(|one| &one.rows).map(|row| row.amount);
            let signed = amounts.map(|amount| (amount, None));
            Ok(Reading {
                day: file.statements.last().and_then(day_of),
                rows: count(file.statements.iter().map(|one| one.rows.len()).sum()),
                totals: totals(signed)?,
                format: file.format,
                encoding: file.encoding,
                content: Content::Statements(file.statements),
            })
        }
        (FileKind::FundBill, Document::Fund(bill)) => {
            let of = (bill.format.clone(), bill.encoding.clone(), bill.day);
            of_entries(of, entries::of_fund_bill(bill))
        }
        (FileKind::Notification, Document::Notification(file)) => {
            let day = file.notifications.iter().filter_map(|one| one.day).max();
            let of = (file.format.clone(), file.encoding.clone(), day);
            of_entries(of, entries::of_notifications(file))
        }
        (FileKind::Disputes, Document::Disputes(file)) => {
            let of = (file.format.clone(), file.encoding.clone(), file.clearing_date);
            of_entries(of, entries::of_disputes(file))
        }
        (FileKind::PaymentStatus, Document::StatusReport(report)) => {
            let of = (report.format.clone(), report.encoding.clone(), None);
            of_entries(of, entries::of_status_report(report))
        }
        (FileKind::BillSummary, Document::Summary(summary)) => {
            let of = (summary.format.clone(), summary.encoding.clone(), summary.clearing_date);
            of_entries(of, entries::of_summary(summary))
        }
        (wanted, found) => {
            Err(ReconciliationError::WrongKind { found: found.kind(), wanted: wanted.name() })
        }
    }
}

/// Totals of summaries would count the line for all stores too: they have none.
fn of_entries(
    (format, encoding, day): (String, String, Option<BusinessDate>),
    entries: Vec<Entry>,
) -> Result<Reading, ReconciliationError> {
    let amounts = entries.iter().filter_map(|entry| entry.amount.map(|amount| (amount, None)));
    Ok(Reading {
        totals: totals(amounts)?,
        rows: count(entries.len()),
        content: Content::Entries(entries),
        format,
        encoding,
        day,
    })
}

fn of_bill(bill: Bill) -> Result<Reading, ReconciliationError> {
    let signed = bill.rows.iter().map(|row| {
        let amount = match row.kind {
            RowKind::Payment => row.gross,
            RowKind::Refund => Money::new(-row.gross.minor(), row.gross.currency()),
        };
        (amount, Some(row.fee_e5))
    });
    Ok(Reading {
        day: bill.clearing_date,
        rows: count(bill.rows.len()),
        totals: totals(signed)?,
        format: bill.format,
        encoding: bill.encoding,
        content: Content::Bill(bill.rows),
    })
}

/// Reads a merchant's order list.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read_orders(file: &NamedFile) -> Result<Reading, Refusal> {
    let orders = merchant_list::read(file)?;
    let totals = totals(orders.iter().map(|order| (order.amount, None)));
    let totals = totals.map_err(|error| Refusal {
        format: Some(merchant_list::FORMAT.to_owned()),
        problems: vec![Problem::of_file(error.to_string())],
        failed_checks: Vec::new(),
    })?;
    Ok(Reading {
        format: merchant_list::FORMAT.to_owned(),
        encoding: "UTF-8".to_owned(),
        day: None,
        rows: count(orders.len()),
        totals,
        content: Content::Orders(orders),
    })
}

/// The day of the closing balance, else of the last movement.
fn day_of(statement: &Statement) -> Option<BusinessDate> {
    statement.day.or_else(|| statement.rows.iter().map(|row| row.booking_date).max())
}

/// Count and sums by direction and currency, of amounts with a sign and their fees.
fn totals(rows: impl Iterator<Item = (Money, Option<i64>)>) -> Result<Vec<FileTotal>, MoneyError> {
    let mut totals: BTreeMap<(Direction, Currency), FileTotal> = BTreeMap::new();
    for (amount, fee) in rows {
        let out = amount.is_negative();
        let direction = if out { Direction::Out } else { Direction::In };
        let gross = if out { amount.checked_neg()? } else { amount };
        let zero = Money::zero(gross.currency());
        let nothing = FileTotal { direction, count: 0, gross: zero, fee_e5: fee.map(|_| 0) };
        let total = totals.entry((direction, gross.currency())).or_insert(nothing);
        total.count += 1;
        total.gross = total.gross.checked_add(gross)?;
        total.fee_e5 = match total.fee_e5.zip(fee) {
            Some((all, one)) => Some(all.checked_add(one).ok_or(MoneyError::Overflow)?),
            None => None,
        };
    }
    Ok(totals.into_values().collect())
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
