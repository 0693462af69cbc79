//! Reading an order book: pure, strict, and telling every problem with its line and field.

use super::initial_state;
use banks::bill::Problem;
use csv::StringRecord;
use domain::date::{BusinessDate, BusinessZone};
use domain::gateway::check_number;
use domain::money::{Currency, Money};
use domain::order::OrderState;
use domain::product::Product;
use encoding_rs::GB18030;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// The columns, in this order.
pub const COLUMNS: [&str; 10] = [
    "order_no",
    "merchant",
    "product",
    "amount",
    "currency",
    "status",
    "paid_at",
    "channel",
    "channel_no",
    "clearing_date",
];
/// Most bytes of a file.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most rows of a file.
const ROWS_MAX: usize = 200_000;
/// Problems after which reading stops: nobody reads more.
const PROBLEMS_MAX: usize = 100;
/// Longest channel number.
const CHANNEL_NO_MAX: usize = 64;
const SECOND: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// An order book as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// The encoding it was read in.
    pub encoding: String,
    /// Its orders.
    pub rows: Vec<BookRow>,
    /// Sum of its paid orders.
    pub paid: Money,
}

/// One order of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookRow {
    /// Line of the file, from 1.
    pub line: u32,
    /// The merchant's number of the order, which the channel's bill carries too.
    pub order_no: String,
    /// The merchant's number with us.
    pub merchant: String,
    /// How it was paid.
    pub product: Product,
    /// What was paid.
    pub amount: Money,
    /// The state it begins in with us.
    pub state: OrderState,
    /// How it was paid, if it was.
    pub paid: Option<PaidRow>,
}

/// What an order book tells of a paid order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidRow {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub paid_at: OffsetDateTime,
    /// Over which channel.
    pub channel: String,
    /// The channel's own number.
    pub channel_no: String,
    /// The day the channel cleared it on.
    pub clearing_date: BusinessDate,
}

/// Reads an order book.
///
/// # Errors
/// Every problem, up to a hundred.
pub fn read(bytes: &[u8], zone: BusinessZone) -> Result<Book, Vec<Problem>> {
    if bytes.len() > BYTES_MAX {
        return Err(whole(format!("the file is larger than {BYTES_MAX} bytes")));
    }
    let (text, encoding) = decode(bytes)?;
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut reading = Reading::new(zone);
    for record in reader.records() {
        match record {
            Ok(record) => reading.take(&record),
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                reading.problem(line.and_then(|l| u32::try_from(l).ok()), None, &error);
            }
        }
        if reading.problems.len() >= PROBLEMS_MAX {
            break;
        }
    }
    reading.finish(encoding)
}

/// Exactly UTF-8 or exactly GB18030: nothing is guessed and no byte is replaced.
fn decode(bytes: &[u8]) -> Result<(String, &'static str), Vec<Problem>> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(), "UTF-8"));
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok((text.into_owned(), "GB18030")),
        None => Err(whole("the file's bytes are neither valid UTF-8 nor valid GB18030".to_owned())),
    }
}

fn whole(reason: String) -> Vec<Problem> {
    vec![Problem { line: None, field: None, reason }]
}

/// What is wrong with a field, and why.
type Wrong = (&'static str, String);

struct Reading {
    zone: BusinessZone,
    headed: bool,
    rows: Vec<BookRow>,
    problems: Vec<Problem>,
    numbers: BTreeSet<(String, String)>,
    channel_numbers: BTreeSet<(String, String)>,
}

impl Reading {
    fn new(zone: BusinessZone) -> Self {
        Self {
            zone,
            headed: false,
            rows: Vec::new(),
            problems: Vec::new(),
            numbers: BTreeSet::new(),
            channel_numbers: BTreeSet::new(),
        }
    }

    fn problem(&mut self, line: Option<u32>, field: Option<&str>, reason: &impl ToString) {
        let field = field.map(str::to_owned);
        self.problems.push(Problem { line, field, reason: reason.to_string() });
    }

    fn take(&mut self, record: &StringRecord) {
        let line = record.position().and_then(|position| u32::try_from(position.line()).ok());
        if !self.headed {
            self.headed = true;
            if !record.iter().eq(COLUMNS) {
                let reason = format!("the first line must name the columns {}", COLUMNS.join(","));
                self.problem(line, None, &reason);
            }
            return;
        }
        if record.len() != COLUMNS.len() {
            let reason = format!("{} columns instead of {}", record.len(), COLUMNS.len());
            return self.problem(line, None, &reason);
        }
        if self.rows.len() >= ROWS_MAX {
            return self.problem(line, None, &format!("more than {ROWS_MAX} orders in one file"));
        }
        match row(record, line.unwrap_or(0), self.zone) {
            Ok(row) => self.keep(row),
            Err((field, reason)) => self.problem(line, Some(field), &reason),
        }
    }

    fn keep(&mut self, row: BookRow) {
        if !self.numbers.insert((row.merchant.clone(), row.order_no.clone())) {
            let reason = format!("order {} appears twice in this file", row.order_no);
            return self.problem(Some(row.line), Some("order_no"), &reason);
        }
        if let Some(paid) = &row.paid
            && !self.channel_numbers.insert((paid.channel.clone(), row.order_no.clone()))
        {
            let reason = format!("{} has order {} of another merchant", paid.channel, row.order_no);
            return self.problem(Some(row.line), Some("order_no"), &reason);
        }
        self.rows.push(row);
    }

    fn finish(mut self, encoding: &str) -> Result<Book, Vec<Problem>> {
        if self.problems.is_empty() && self.rows.is_empty() {
            self.problem(None, None, &"the file has no orders");
        }
        let paid = self.rows.iter().filter(|row| row.paid.is_some()).map(|row| row.amount);
        match Money::sum(paid, Currency::Cny) {
            Ok(paid) if self.problems.is_empty() => {
                Ok(Book { encoding: encoding.to_owned(), rows: self.rows, paid })
            }
            Ok(_) => Err(self.problems),
            Err(error) => {
                self.problem(None, Some("amount"), &error);
                Err(self.problems)
            }
        }
    }
}

fn row(record: &StringRecord, line: u32, zone: BusinessZone) -> Result<BookRow, Wrong> {
    let cell = |column: usize| record.get(column).unwrap_or("");
    check_number("order_no", cell(0)).map_err(|e| (e.field, e.reason))?;
    if cell(1).is_empty() {
        return Err(("merchant", "the merchant's number is missing".to_owned()));
    }
    let product = cell(2).parse().map_err(|e| wrong("product", e))?;
    let currency: Currency = cell(4).parse().map_err(|e| wrong("currency", e))?;
    if currency != Currency::Cny {
        return Err(("currency", "order books are imported in CNY only".to_owned()));
    }
    let amount = Money::parse_positive(cell(3), currency).map_err(|e| wrong("amount", e))?;
    let state = initial_state(cell(5))
        .ok_or_else(|| ("status", "the status must be paid, failed or closed".to_owned()))?;
    let paid = if state == OrderState::Paying {
        Some(paid_row(record, zone)?)
    } else {
        for (column, name) in COLUMNS.iter().enumerate().skip(6) {
            if !cell(column).is_empty() {
                return Err((name, "must be empty for an order that was not paid".to_owned()));
            }
        }
        None
    };
    Ok(BookRow {
        line,
        order_no: cell(0).to_owned(),
        merchant: cell(1).to_owned(),
        product,
        amount,
        state,
        paid,
    })
}

fn paid_row(record: &StringRecord, zone: BusinessZone) -> Result<PaidRow, Wrong> {
    let cell = |column: usize| record.get(column).unwrap_or("");
    let local = PrimitiveDateTime::parse(cell(6), SECOND)
        .map_err(|_| ("paid_at", "a time must be written like 2026-03-31 09:05:07".to_owned()))?;
    if cell(7).is_empty() {
        return Err(("channel", "a paid order needs its channel".to_owned()));
    }
    let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !(1..=CHANNEL_NO_MAX).contains(&cell(8).len()) || !printable(cell(8)) {
        let reason = "a paid order needs the channel's number: 1 to 64 printable characters";
        return Err(("channel_no", reason.to_owned()));
    }
    let clearing_date = cell(9).parse().map_err(|e| wrong("clearing_date", e))?;
    Ok(PaidRow {
        paid_at: local.assume_offset(zone.0).to_offset(UtcOffset::UTC),
        channel: cell(7).to_owned(),
        channel_no: cell(8).to_owned(),
        clearing_date,
    })
}

fn wrong(field: &'static str, reason: impl ToString) -> Wrong {
    (field, reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str =
        "A1,M100001,quick_pay,100.00,CNY,paid,2017-07-18 20:05:11,unionpay,2017071820,2017-07-18";

    fn book(rows: &[&str]) -> Vec<u8> {
        format!("{}\n{}\n", COLUMNS.join(","), rows.join("\n")).into_bytes()
    }

    fn read_rows(rows: &[&str]) -> Result<Book, Vec<Problem>> {
        read(&book(rows), BusinessZone::china())
    }

    /// Line, field and reason of the only problem.
    fn only_problem(rows: &[&str]) -> (Option<u32>, String, String) {
        let mut problems = read_rows(rows).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        let problem = problems.remove(0);
        (problem.line, problem.field.unwrap_or_default(), problem.reason)
    }

    #[test]
    fn a_good_book_is_read() {
        let rows = [GOOD, "A2,M100001,quick_pay,0.01,CNY,failed,,,,"];
        let read = read_rows(&rows).unwrap();
        assert_eq!((read.rows.len(), read.paid), (2, Money::cny(10_000)));
        assert_eq!(read.rows[0].line, 2);
        let paid = read.rows[0].paid.as_ref().unwrap();
        assert_eq!(paid.paid_at.to_string(), "2017-07-18 12:05:11.0 +00:00:00");
    }

    #[test]
    fn bad_amounts_are_refused_with_line_field_and_reason() {
        for amount in ["-1", "0.001", "1e3", "１００", "12345678901234567890", "0", ""] {
            let bad = GOOD.replace("A1", "A2").replace("100.00", amount);
            let (line, field, reason) = only_problem(&[GOOD, &bad]);
            assert_eq!((line, field.as_str()), (Some(3), "amount"), "{amount}");
            assert!(reason.contains("amount"), "{reason}");
        }
    }

    #[test]
    fn every_other_field_is_checked_too() {
        for (from, to, field) in [
            ("A1", "A 1", "order_no"),
            ("M100001", "", "merchant"),
            ("quick_pay", "cash", "product"),
            ("CNY", "USD", "currency"),
            ("CNY", "cny", "currency"),
            (",paid,", ",done,", "status"),
            (",paid,", ",closed,", "paid_at"),
            ("20:05:11", "25:05:11", "paid_at"),
            ("unionpay", "", "channel"),
            (",2017071820,", ",,", "channel_no"),
            (",2017071820,2017-07-18", ",2017071820,2017-02-29", "clearing_date"),
        ] {
            let (line, found, _) = only_problem(&[&GOOD.replace(from, to)]);
            assert_eq!((line, found.as_str()), (Some(2), field), "{to}");
        }
    }

    #[test]
    fn an_order_twice_in_a_book_is_refused() {
        assert_eq!(only_problem(&[GOOD, GOOD]).1, "order_no");
        let same_at_the_channel = GOOD.replace("M100001", "M100002");
        assert_eq!(only_problem(&[GOOD, &same_at_the_channel]).1, "order_no");
    }

    #[test]
    fn chinese_files_are_read_in_their_own_encoding_and_broken_bytes_are_refused() {
        let mut bytes = book(&[GOOD]);
        bytes.extend_from_slice(&[0xff, 0xff, b'\n']);
        let problems = read(&bytes, BusinessZone::china()).unwrap_err();
        assert!(problems[0].reason.contains("neither valid UTF-8 nor valid GB18030"));
        // 商 in GB18030, where a merchant number belongs: read, then refused by whoever knows them.
        let mut bytes = book(&[]);
        bytes.pop();
        let row = GOOD.split_once("M100001").unwrap();
        bytes.extend_from_slice(row.0.as_bytes());
        bytes.extend_from_slice(&[0xc9, 0xcc]);
        bytes.extend_from_slice(row.1.as_bytes());
        let read = read(&bytes, BusinessZone::china()).unwrap();
        assert_eq!((read.encoding.as_str(), read.rows[0].merchant.as_str()), ("GB18030", "商"));
    }

    #[test]
    fn a_file_without_its_columns_or_rows_is_refused() {
        let problems = read(GOOD.as_bytes(), BusinessZone::china()).unwrap_err();
        assert!(problems[0].reason.contains("must name the columns"));
        assert!(read_rows(&["A1,M100001"]).unwrap_err()[0].reason.contains("columns instead of"));
        assert!(read(&book(&[]), BusinessZone::china()).is_err());
        assert!(read(b"", BusinessZone::china()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes, BusinessZone::china());
            let mut headed = book(&[]);
            headed.extend_from_slice(&bytes);
            let _ = read(&headed, BusinessZone::china());
        }
    }
}
