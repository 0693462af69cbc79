//! BAI2, the cash report of banks in North America: groups of accounts, with control totals and
//! record counts at every level (49, 98, 99), all of which must agree.
//!
//! An account that tells its booked balances (010 opening, 015 closing) is a statement, and its
//! movements must lead from one to the other. When an account of the file does not, the file is
//! read as notifications. Totals of credits (100) and of debits (400) must agree with the details.

mod records;

use super::decode::decode_lines;
use super::problems::{Problems, quote};
use super::{Document, Format, Sample, fields};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::statement::{Notification, NotificationFile, Statement, StatementFile, StatementRow};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use records::{Next, Record};

/// The format.
pub(super) struct Bai2;

impl Format for Bai2 {
    fn name(&self) -> &'static str {
        "bai2"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        sample.head.starts_with("01,")
            && sample.head.lines().nth(1).is_some_and(|line| line.starts_with("02,"))
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut reader = Reader::default();
        records::read(&decoded.text, |next| match next {
            Next::Record(record) => reader.record(record),
            Next::Wrong(problem) => reader.problems.push(problem),
        });
        if reader.level != Level::Ended {
            let reason = "the last record (99) is missing: the file is incomplete";
            reader.problems.push(Problem::of_file(reason));
        }
        Ok(reader.finish(self.name(), decoded.encoding))
    }
}

/// Where the reader stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Level {
    #[default]
    Start,
    File,
    Group,
    Account,
    Ended,
}

/// Control total and counts of one level. `None` once out of range.
#[derive(Debug, Clone, Copy)]
struct Control {
    total: Option<i64>,
    parts: usize,
    records: usize,
}

impl Default for Control {
    fn default() -> Self {
        Self { total: Some(0), parts: 0, records: 0 }
    }
}

impl Control {
    fn add(&mut self, total: Option<i64>, records: usize) {
        self.total = self.total.zip(total).and_then(|(sum, more)| sum.checked_add(more));
        self.parts += 1;
        self.records += records;
    }
}

/// An account being read.
struct Account {
    line: u32,
    number: String,
    currency: Currency,
    opening: Option<Money>,
    closing: Option<Money>,
    /// Sum and count stated of credits and of debits.
    stated: [(Option<Money>, Option<i64>); 2],
    rows: Vec<StatementRow>,
}

#[derive(Default)]
struct Reader {
    level: Level,
    /// Of the file, the group, the account.
    controls: [Control; 3],
    day: Option<BusinessDate>,
    group_currency: Option<Currency>,
    account: Option<Account>,
    read: Vec<(Account, Option<BusinessDate>)>,
    checks: Vec<Check>,
    problems: Problems,
}

impl Reader {
    fn refuse<T>(&mut self, record: &Record<'_>, reason: &str) -> Option<T> {
        self.problems.push(Problem::at_field(record.line, record.code, reason));
        None
    }

    fn record(&mut self, record: &Record<'_>) {
        match (self.level, record.code) {
            (Level::Start, "01") => {
                self.level = Level::File;
                self.controls[0].records += record.lines;
            }
            (Level::File, "02") => self.group(record),
            (Level::Group, "03") => self.open_account(record),
            (Level::Account, "16") => {
                self.controls[2].records += record.lines;
                self.detail(record);
            }
            (Level::Account, "49") => self.close_account(record),
            (Level::Group, "98") => {
                let counts = [("accounts", 1), ("records", 2)];
                self.close(1, record, &counts, Level::File);
            }
            (Level::File, "99") => {
                let counts = [("groups", 1), ("records", 2)];
                self.close(0, record, &counts, Level::Ended);
            }
            _ => {
                let reason = "this record is not expected here: one before it is missing";
                self.refuse::<()>(record, reason);
            }
        }
    }

    fn group(&mut self, record: &Record<'_>) {
        self.level = Level::Group;
        self.controls[1] = Control { records: record.lines, ..Control::default() };
        let text = record.value(3);
        self.day = self.problems.keep(fields::short_day(text), record.line, "as-of date", text);
        self.group_currency = self.currency(record, record.value(5));
    }

    /// Dollars where none is told, as BAI2 defines.
    fn currency(&mut self, record: &Record<'_>, code: &str) -> Option<Currency> {
        if code.is_empty() {
            return Some(Currency::Usd);
        }
        self.problems.keep(code.parse(), record.line, "currency", code)
    }

    fn open_account(&mut self, record: &Record<'_>) {
        self.level = Level::Account;
        self.controls[2] = Control { records: record.lines, ..Control::default() };
        let code = record.value(1);
        let currency =
            if code.is_empty() { self.group_currency } else { self.currency(record, code) };
        let Some(currency) = currency else { return };
        let number = record.value(0).to_owned();
        if number.is_empty() {
            self.refuse::<()>(record, "the account has no number");
        }
        let mut account = Account {
            line: record.line,
            number,
            currency,
            opening: None,
            closing: None,
            stated: [(None, None); 2],
            rows: Vec::new(),
        };
        let mut at = 2;
        while at < record.values.len() {
            let Some(after) = self.status(record, at, &mut account) else { break };
            at = after;
        }
        self.account = Some(account);
    }

    /// One status or summary (type, amount, count, funds type) and where the next begins.
    fn status(&mut self, record: &Record<'_>, at: usize, account: &mut Account) -> Option<usize> {
        let code = record.value(at);
        let (text, count) = (record.value(at + 1), record.value(at + 2));
        if !code.is_empty() && !text.is_empty() {
            let amount = fields::minor_units(text, account.currency);
            let amount = self.problems.keep(amount, record.line, "amount", text)?;
            let control = &mut self.controls[2];
            control.total = control.total.and_then(|sum| sum.checked_add(amount.minor()));
            let count = match count {
                "" => None,
                text => {
                    Some(self.problems.keep(fields::count(text), record.line, "count", text)?)
                }
            };
            match code {
                "010" => account.opening = Some(amount),
                "015" => account.closing = Some(amount),
                "100" => account.stated[0] = (Some(amount), count),
                "400" => account.stated[1] = (Some(amount), count),
                _ => {}
            }
        }
        self.after_funds(record, at + 3)
    }

    /// Where the values of a funds type end; `at` is its own place.
    fn after_funds(&mut self, record: &Record<'_>, at: usize) -> Option<usize> {
        match record.value(at) {
            "" | "0" | "1" | "2" | "Z" => Some(at + 1),
            "V" => Some(at + 3),
            "S" => Some(at + 4),
            "D" => {
                let text = record.value(at + 1);
                let pairs = self.problems.keep(fields::count(text), record.line, "funds", text)?;
                let pairs =
                    usize::try_from(pairs).ok().filter(|pairs| *pairs <= record.values.len());
                match pairs {
                    Some(pairs) => Some(at + 2 + 2 * pairs),
                    None => self.refuse(record, "the distribution of funds is cut off"),
                }
            }
            other => {
                let reason = format!("the funds type \"{}\" is not known", quote(other));
                self.refuse(record, &reason)
            }
        }
    }

    fn detail(&mut self, record: &Record<'_>) {
        let Some(currency) = self.account.as_ref().map(|account| account.currency) else { return };
        let Some(booking_date) = self.day else { return };
        let (code, text) = (record.value(0), record.value(1));
        if text.is_empty() && code.starts_with('8') {
            return;
        }
        let amount = fields::minor_units(text, currency);
        let Some(amount) = self.problems.keep(amount, record.line, "amount", text) else { return };
        let control = &mut self.controls[2];
        control.total = control.total.and_then(|sum| sum.checked_add(amount.minor()));
        let number = code.parse::<u16>().ok().filter(|_| code.len() == 3);
        let signed = match number {
            _ if amount.is_negative() => Err("the amount of a movement has no sign"),
            Some(101..=399) => Ok(amount),
            Some(401..=699) => Ok(Money::new(-amount.minor(), currency)),
            _ => Err("its type code is neither a credit (101-399) nor a debit (401-699)"),
        };
        let Some(amount) = self.problems.keep(signed, record.line, "type code", code) else {
            return;
        };
        let Some(after) = self.after_funds(record, 2) else { return };
        let told = joined(record.values.get(after + 2..).unwrap_or_default());
        let customer_ref = record.value(after + 1);
        let Some(account) = &mut self.account else { return };
        account.rows.push(StatementRow {
            entry: u32::try_from(account.rows.len() + 1).unwrap_or(u32::MAX),
            bank_ref: record.value(after).to_owned(),
            end_to_end_id: Some(customer_ref).filter(|held| !held.is_empty()).map(str::to_owned),
            amount,
            booking_date,
            value_date: None,
            counterparty: None,
            return_reason: returned(code).then(|| format!("{code} {told}").trim().to_owned()),
            remittance: told,
        });
    }

    fn close_account(&mut self, record: &Record<'_>) {
        self.close(2, record, &[("records", 1)], Level::Group);
        let Some(account) = self.account.take() else { return };
        self.check_account(&account);
        self.read.push((account, self.day));
    }

    /// Compares a trailer with what was read, and hands the sums to the level above.
    fn close(&mut self, level: usize, record: &Record<'_>, counts: &[(&str, usize)], above: Level) {
        self.level = above;
        self.controls[level].records += record.lines;
        let control = self.controls[level];
        let what = format!("{} line {}", record.code, record.line);
        let text = record.value(0);
        let stated = fields::minor_units(text, Currency::Usd).map(Money::minor);
        let stated = self.problems.keep(stated, record.line, "control total", text);
        match (stated, control.total) {
            (Some(stated), Some(computed)) => self.checks.push(Check {
                what: format!("{what} control total"),
                stated: stated.to_string(),
                computed: computed.to_string(),
            }),
            (Some(_), None) => {
                self.refuse::<()>(record, "the sum of the amounts is out of range");
            }
            (None, _) => {}
        }
        for (name, place) in counts {
            let text = record.value(*place);
            let count = self.problems.keep(fields::count(text), record.line, name, text);
            let computed = if *name == "records" { control.records } else { control.parts };
            if let Some(count) = count {
                let (stated, computed) = (count.to_string(), computed.to_string());
                self.checks.push(Check { what: format!("{what} {name}"), stated, computed });
            }
        }
        if level > 0 {
            self.controls[level - 1].add(control.total, control.records);
        }
    }

    fn check_account(&mut self, account: &Account) {
        let currency = account.currency;
        let amounts = || account.rows.iter().map(|row| row.amount);
        if let Some((opening, closing)) = account.opening.zip(account.closing) {
            let computed = Money::sum(std::iter::once(opening).chain(amounts()), currency);
            self.checks.push(Check {
                what: format!("015 {} line {}", account.number, account.line),
                stated: closing.plain(),
                computed: computed.map_or_else(|error| error.to_string(), Money::plain),
            });
        }
        if account.rows.is_empty() {
            return;
        }
        for (name, debit, (sum, count)) in
            [("100", false, account.stated[0]), ("400", true, account.stated[1])]
        {
            let rows = amounts().filter(|amount| amount.is_negative() == debit);
            let what = format!("{name} {} line {}", account.number, account.line);
            if let Some(count) = count {
                let (stated, computed) = (count.to_string(), rows.clone().count().to_string());
                self.checks.push(Check { what: format!("{what} count"), stated, computed });
            }
            if let Some(stated) = sum {
                let magnitudes = rows.map(|one| Money::new(one.minor().saturating_abs(), currency));
                let computed = Money::sum(magnitudes, currency);
                let computed = computed.map_or_else(|error| error.to_string(), Money::plain);
                self.checks.push(Check { what, stated: stated.plain(), computed });
            }
        }
    }

    fn finish(self, format: &str, encoding: &str) -> Document {
        let (format, encoding) = (format.to_owned(), encoding.to_owned());
        let (checks, problems) = (self.checks, self.problems.finish());
        let balanced = |account: &Account| account.opening.zip(account.closing);
        let number = |day: Option<BusinessDate>| day.map(|day| day.to_string()).unwrap_or_default();
        if !self.read.is_empty() && self.read.iter().all(|(held, _)| balanced(held).is_some()) {
            let statement = |(account, day): (Account, Option<BusinessDate>)| {
                let (opening, closing) = balanced(&account)?;
                Some(Statement {
                    number: number(day),
                    account: account.number,
                    currency: account.currency,
                    day,
                    opening,
                    closing,
                    rows: account.rows,
                })
            };
            let statements = self.read.into_iter().filter_map(statement).collect();
            let file = StatementFile { format, encoding, statements, checks, problems };
            return Document::Statement(file);
        }
        let told = |(account, day): (Account, Option<BusinessDate>)| Notification {
            number: number(day),
            account: account.number,
            currency: Some(account.currency),
            day,
            rows: account.rows,
        };
        let notifications = self.read.into_iter().map(told).collect();
        Document::Notification(NotificationFile {
            format,
            encoding,
            notifications,
            checks,
            problems,
        })
    }
}

/// Text that has commas is several values.
fn joined(values: &[&str]) -> String {
    match values {
        [] => String::new(),
        [one] => one.trim().to_owned(),
        several => several.join(",").trim().to_owned(),
    }
}

/// Type codes of items and transfers that came back.
fn returned(code: &str) -> bool {
    matches!(code, "255" | "257" | "266" | "555" | "557" | "566")
}
