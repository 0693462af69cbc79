//! Looking at a file: everything in it is read, nothing is stored. What is at last kept of a bill
//! are its counts and sums; its rows pass by.

use super::bytes::Bytes;
use super::entries::{self, Entry};
use super::merchant_list::{self, ListedOrder};
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use banks::bill::{BillRow, Problem, RowKind};
use banks::formats::custom::CustomFormat;
use banks::formats::stream::{BATCH, Source, WHOLE_MAX, Wanted, read_stream};
use banks::formats::{self, Document, Refusal};
use banks::front::NamedFile;
use banks::statement::{Statement, StatementFile};
use domain::arrival::Given;
use domain::date::BusinessDate;
use domain::matching::Direction;
use domain::money::{Currency, Money, MoneyError};
use domain::source_file::{FileKind, FileTotal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Read;

/// Grows when a reader's result for the same bytes changes.
pub(in crate::reconciliation) const PARSER_VERSION: i32 = 3;

/// Merchant numbers of a bill that are remembered: a bill of ours has one or two.
const MERCHANTS_MAX: usize = 8;

/// What to look at, and as what.
#[derive(Debug, Clone)]
pub(in crate::reconciliation) struct Target {
    pub kind: FileKind,
    pub name: String,
    pub member: Option<String>,
    pub custom: Option<CustomFormat>,
    /// A file without a record stands for a day without trades.
    pub no_trades: bool,
    pub bytes: Bytes,
}

/// A file as looked at.
pub(in crate::reconciliation) struct Look {
    pub document: Seen,
    pub tally: Tally,
}

/// What it turned out to be.
pub(in crate::reconciliation) enum Seen {
    /// A known document; a bill has no rows any more.
    Document(Box<Document>),
    /// A merchant's order list.
    Orders(Vec<ListedOrder>),
}

/// What the rows add up to.
#[derive(Default)]
pub(in crate::reconciliation) struct Tally {
    pub rows: i64,
    pub totals: BTreeMap<(Direction, Currency), FileTotal>,
    /// Merchant numbers with the first line that names each.
    pub merchants: Vec<(String, u32)>,
    overflow: Option<MoneyError>,
}

/// A file that may be stored.
pub(in crate::reconciliation) struct Reading {
    pub format: String,
    pub encoding: String,
    pub day: Option<BusinessDate>,
    pub rows: i64,
    pub totals: Vec<FileTotal>,
    pub merchants: Vec<(String, u32)>,
    pub content: Content,
}

/// What a look at a bill found, kept until it is imported.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::reconciliation) struct LookedAt {
    parser_version: i32,
    given: Given,
    format: String,
    encoding: String,
    day: Option<BusinessDate>,
    rows: i64,
    totals: Vec<FileTotal>,
    merchants: Vec<(String, u32)>,
}

impl LookedAt {
    /// Of a bill; files of other kinds are small and are looked at again.
    pub(in crate::reconciliation) fn of(given: &Given, reading: &Reading) -> Option<Self> {
        matches!(reading.content, Content::Bill).then(|| Self {
            parser_version: PARSER_VERSION,
            given: given.clone(),
            format: reading.format.clone(),
            encoding: reading.encoding.clone(),
            day: reading.day,
            rows: reading.rows,
            totals: reading.totals.clone(),
            merchants: reading.merchants.clone(),
        })
    }

    /// How many rows it had.
    pub(in crate::reconciliation) fn rows(&self) -> i64 {
        self.rows
    }

    /// Whether what was read now is what was found then.
    pub(in crate::reconciliation) fn is(&self, reading: &Reading) -> bool {
        Self::of(&self.given, reading).is_some_and(|now| now == *self)
    }

    /// The file as it was looked at; none when it would be read in another way now.
    pub(in crate::reconciliation) fn again(
        self,
        given: &Given,
        custom: Option<&CustomFormat>,
    ) -> Option<Reading> {
        let same_way = self.parser_version == PARSER_VERSION
            && self.given == *given
            && custom.is_none_or(|custom| custom.name == self.format);
        same_way.then_some(Reading {
            format: self.format,
            encoding: self.encoding,
            day: self.day,
            rows: self.rows,
            totals: self.totals,
            merchants: self.merchants,
            content: Content::Bill,
        })
    }
}

/// Its rows, unless it is a bill, whose rows are read once more.
pub(in crate::reconciliation) enum Content {
    Bill,
    Statements(Vec<Statement>),
    Entries(Vec<Entry>),
    Orders(Vec<ListedOrder>),
}

/// Looks at a file beside the threads that serve others.
pub(in crate::reconciliation) async fn look(
    office: &Office,
    target: &Target,
) -> Result<Result<Look, Refusal>, ReconciliationError> {
    let (mut input, target) = (target.bytes.open(office), target.clone());
    let look = move || {
        let mut tally = Tally::default();
        let document = pass(&target, input.as_mut(), &mut |rows| {
            tally.add(&rows);
            true
        })?;
        Ok(Look { document, tally })
    };
    tokio::task::spawn_blocking(look).await.map_err(ReconciliationError::Reader)
}

/// Reads a file once and gives away the rows of what is wanted as a bill.
pub(in crate::reconciliation) fn pass(
    target: &Target,
    input: &mut dyn Source,
    sink: &mut dyn FnMut(Vec<BillRow>) -> bool,
) -> Result<Seen, Refusal> {
    if target.kind == FileKind::MerchantOrders {
        return orders(target, input).map(Seen::Orders);
    }
    let wanted = Wanted {
        name: target.name.clone(),
        member: target.member.clone(),
        custom: target.custom.clone(),
    };
    let document = read_stream(&wanted, input, sink)?;
    let document = match document {
        Document::Statement(file) if target.kind == FileKind::Bill => of_statement(&file, sink),
        other => other,
    };
    let document = if target.no_trades { without_trades(document) } else { document };
    Ok(Seen::Document(Box::new(document)))
}

/// The statement of a collection account is that channel's bill.
fn of_statement(file: &StatementFile, sink: &mut dyn FnMut(Vec<BillRow>) -> bool) -> Document {
    let mut bill = file.as_bill();
    let mut rows = std::mem::take(&mut bill.rows).into_iter();
    loop {
        let batch: Vec<BillRow> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() || !sink(batch) {
            return Document::Bill(bill);
        }
    }
}

/// Somebody confirmed that a file without a record is a day without trades.
fn without_trades(document: Document) -> Document {
    match document {
        Document::Bill(bill) if formats::has_no_record(&Document::Bill(bill.clone())) => {
            Document::Bill(banks::bill::Bill { problems: Vec::new(), ..bill })
        }
        other => other,
    }
}

fn orders(target: &Target, input: &mut dyn Source) -> Result<Vec<ListedOrder>, Refusal> {
    let refused = |reason: String| Refusal {
        format: Some(merchant_list::FORMAT.to_owned()),
        problems: vec![Problem::of_file(reason)],
        failed_checks: Vec::new(),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(WHOLE_MAX).unwrap_or(u64::MAX);
    let read = input.take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| refused(error.to_string()))?;
    if bytes.len() > WHOLE_MAX {
        return Err(refused("an order list is read whole, up to 64 MiB: give it in parts".into()));
    }
    merchant_list::read(&NamedFile { name: target.name.clone(), bytes })
}

/// What may be stored of a file, as what it was given for.
///
/// # Errors
/// It contradicts itself, or is something else.
pub(in crate::reconciliation) fn judge(
    kind: FileKind,
    look: Look,
) -> Result<Reading, ReconciliationError> {
    let document = match look.document {
        Seen::Orders(orders) => return of_orders(orders),
        Seen::Document(document) => formats::accepted(*document)?,
    };
    match (kind, document) {
        (FileKind::Bill, Document::Bill(bill)) => Ok(Reading {
            day: bill.clearing_date,
            rows: look.tally.rows,
            merchants: look.tally.merchants.clone(),
            totals: look.tally.totals()?,
            format: bill.format,
            encoding: bill.encoding,
            content: Content::Bill,
        }),
        (FileKind::Statement, Document::Statement(file)) => {
            let amounts = file.statements.iter().flat_map(|one| &one.rows).map(|row| row.amount);
            Ok(Reading {
                day: file.statements.last().and_then(day_of),
                rows: count(file.statements.iter().map(|one| one.rows.len()).sum()),
                totals: totals(amounts)?,
                merchants: Vec::new(),
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
    Ok(Reading {
        totals: totals(entries.iter().filter_map(|entry| entry.amount))?,
        rows: count(entries.len()),
        merchants: Vec::new(),
        content: Content::Entries(entries),
        format,
        encoding,
        day,
    })
}

fn of_orders(orders: Vec<ListedOrder>) -> Result<Reading, ReconciliationError> {
    Ok(Reading {
        format: merchant_list::FORMAT.to_owned(),
        encoding: "UTF-8".to_owned(),
        day: None,
        rows: count(orders.len()),
        totals: totals(orders.iter().map(|order| order.amount))?,
        merchants: Vec::new(),
        content: Content::Orders(orders),
    })
}

/// The day of the closing balance, else of the last movement.
fn day_of(statement: &Statement) -> Option<BusinessDate> {
    statement.day.or_else(|| statement.rows.iter().map(|row| row.booking_date).max())
}

/// Count and sums by direction and currency, of amounts with a sign.
pub(in crate::reconciliation) fn totals(
    rows: impl Iterator<Item = Money>,
) -> Result<Vec<FileTotal>, MoneyError> {
    let mut tally = Tally::default();
    for amount in rows {
        tally.add_one(amount, None)?;
    }
    tally.totals()
}

impl Tally {
    /// Adds rows of a bill.
    pub(in crate::reconciliation) fn add(&mut self, rows: &[BillRow]) {
        self.rows = self.rows.saturating_add(count(rows.len()));
        for row in rows {
            let amount = match row.kind {
                RowKind::Payment => row.gross,
                RowKind::Refund => Money::new(-row.gross.minor(), row.gross.currency()),
            };
            if let Err(error) = self.add_one(amount, Some(row.fee_e5)) {
                self.overflow = Some(error);
            }
            let known = self.merchants.iter().any(|(no, _)| *no == row.merchant_no);
            if !known && self.merchants.len() < MERCHANTS_MAX {
                self.merchants.push((row.merchant_no.clone(), row.line));
            }
        }
    }

    fn add_one(&mut self, amount: Money, fee: Option<i64>) -> Result<(), MoneyError> {
        let out = amount.is_negative();
        let direction = if out { Direction::Out } else { Direction::In };
        let gross = if out { amount.checked_neg()? } else { amount };
        let zero = Money::zero(gross.currency());
        let nothing = FileTotal { direction, count: 0, gross: zero, fee_e5: fee.map(|_| 0) };
        let total = self.totals.entry((direction, gross.currency())).or_insert(nothing);
        total.count += 1;
        total.gross = total.gross.checked_add(gross)?;
        total.fee_e5 = match total.fee_e5.zip(fee) {
            Some((all, one)) => Some(all.checked_add(one).ok_or(MoneyError::Overflow)?),
            None => None,
        };
        Ok(())
    }

    fn totals(self) -> Result<Vec<FileTotal>, MoneyError> {
        match self.overflow {
            Some(error) => Err(error),
            None => Ok(self.totals.into_values().collect()),
        }
    }
}

pub(in crate::reconciliation) fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
