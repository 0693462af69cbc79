//! Statements of SWIFT: MT940 (end of day, with balances) and MT942 (within the day, without).
//!
//! In MT940 the opening balance and the movements must give the closing balance, and within a file
//! each statement of an account must begin where its last one ended. MT942 is checked by its own
//! counts and sums (`:90D:`, `:90C:`) where it states them.

mod entry;
mod information;
mod message;

use super::decode::decode_lines;
use super::problems::Problems;
use super::{Document, Format, Sample, fields};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::statement::{Notification, NotificationFile, Statement, StatementFile, StatementRow};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use entry::Entry;
use message::{Message, Tag};
use std::collections::{BTreeMap, BTreeSet};

/// MT940.
pub(super) struct Mt940;

/// MT942.
pub(super) struct Mt942;

/// Whether a file begins like either of the messages, and which: `{2:O940...}` or by its tags.
fn kind(sample: &Sample<'_>) -> Option<u16> {
    let head = sample.head.trim_start_matches(|c: char| c.is_control() || c == ' ');
    if !head.starts_with(":20:") && !head.starts_with("{1:") {
        return None;
    }
    let tag = |tag: &str| head.contains(&format!("\n:{tag}:"));
    let told = |kind: &str| {
        head.contains(&format!("{{2:O{kind}")) || head.contains(&format!("{{2:I{kind}"))
    };
    if told("940") || tag("60F") || tag("60M") {
        Some(940)
    } else if told("942") || tag("34F") || tag("13D") || tag("13") {
        Some(942)
    } else {
        None
    }
}

impl Format for Mt940 {
    fn name(&self) -> &'static str {
        "mt940"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        kind(sample) == Some(940)
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut reader = Reader::default();
        let mut statements: Vec<Statement> = Vec::new();
        let mut ends: BTreeMap<(String, Currency), End> = BTreeMap::new();
        for message in message::read(&decoded.text, &mut reader.problems) {
            let Some((statement, last)) = reader.statement(&message) else { continue };
            let end = End { closing: statement.closing, last };
            let before = ends.insert((statement.account.clone(), statement.currency), end);
            reader.check_chain(&message, before, &statement);
            statements.push(statement);
        }
        for ((account, _), _) in ends.iter().filter(|(_, end)| !end.last) {
            let reason = format!("the last page of account {account} (:62F:) is missing");
            reader.problems.push(Problem::of_file(reason));
        }
        if statements.is_empty() && reader.problems.is_empty() {
            reader.problems.push(Problem::of_file("the file has no statement"));
        }
        Ok(Document::Statement(StatementFile {
            format: self.name().to_owned(),
            encoding: decoded.encoding.to_owned(),
            statements,
            checks: reader.checks,
            problems: reader.problems.finish(),
        }))
    }
}

impl Format for Mt942 {
    fn name(&self) -> &'static str {
        "mt942"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        kind(sample) == Some(942)
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        let mut reader = Reader::default();
        let messages = message::read(&decoded.text, &mut reader.problems);
        let notifications: Vec<Notification> =
            messages.iter().filter_map(|message| reader.notification(message)).collect();
        if notifications.is_empty() && reader.problems.is_empty() {
            reader.problems.push(Problem::of_file("the file has no report"));
        }
        Ok(Document::Notification(NotificationFile {
            format: self.name().to_owned(),
            encoding: decoded.encoding.to_owned(),
            notifications,
            checks: reader.checks,
            problems: reader.problems.finish(),
        }))
    }
}

#[derive(Default)]
struct Reader {
    problems: Problems,
    checks: Vec<Check>,
}

/// Where the last statement of an account ended.
#[derive(Debug, Clone, Copy)]
struct End {
    closing: Money,
    /// Whether it was the last page of its day.
    last: bool,
}

/// A balance: `C070904EUR50,05`.
#[derive(Debug, Clone, Copy)]
struct Balance {
    amount: Money,
    day: BusinessDate,
}

impl Reader {
    fn refuse<T>(&mut self, line: u32, tag: &str, reason: &str) -> Option<T> {
        self.problems.push(Problem::at_field(line, &format!(":{tag}:"), reason));
        None
    }

    /// A statement, and whether it is the last page of its day.
    fn statement(&mut self, message: &Message<'_>) -> Option<(Statement, bool)> {
        self.known(
            message,
            &["20", "21", "25", "28C", "60F", "60M", "61", "62F", "62M", "64", "65", "86"],
        );
        let account = self.account(message)?;
        let number = message.find("28C").map(Tag::joined).unwrap_or_default();
        let opening = self.balance(message, ["60F", "60M"])?.0;
        let (closing, last) = self.balance(message, ["62F", "62M"])?;
        let currency = opening.amount.currency();
        if closing.amount.currency() != currency {
            return self.refuse(message.line, "62F", "the balances are of different currencies");
        }
        for tag in message.tags.iter().filter(|tag| matches!(tag.name, "64" | "65")) {
            self.balance_of(tag);
        }
        let rows = self.rows(message, currency)?;
        let movements = rows.iter().map(|row| row.amount);
        let Ok(computed) = Money::sum(std::iter::once(opening.amount).chain(movements), currency)
        else {
            return self.refuse(message.line, "61", "the sum of the entries is out of range");
        };
        self.checks.push(Check {
            what: format!("62 {account} {number}").trim_end().to_owned(),
            stated: closing.amount.plain(),
            computed: computed.plain(),
        });
        let statement = Statement {
            number,
            account,
            currency,
            day: Some(closing.day),
            opening: opening.amount,
            closing: closing.amount,
            rows,
        };
        Some((statement, last))
    }

    /// A statement of an account begins where its last one in the file ended.
    fn check_chain(&mut self, message: &Message<'_>, before: Option<End>, now: &Statement) {
        let first_page = message.find("60M").is_none();
        match before {
            Some(before) if before.closing == now.opening => {}
            Some(before) => {
                let reason = format!(
                    "the balance before is {}, but the statement before closed with {}: a \
                     statement is missing",
                    now.opening.plain(),
                    before.closing.plain()
                );
                self.refuse::<()>(message.line, "60", &reason);
            }
            None if first_page => {}
            None => {
                let reason = "a page that continues a statement, whose first page is missing";
                self.refuse::<()>(message.line, "60M", reason);
            }
        }
    }

    fn notification(&mut self, message: &Message<'_>) -> Option<Notification> {
        self.known(
            message,
            &["20", "21", "25", "28C", "34F", "13", "13D", "61", "86", "90D", "90C"],
        );
        let account = self.account(message)?;
        let number = message.find("28C").map(Tag::joined).unwrap_or_default();
        let Some(floor) = message.find("34F") else {
            return self.refuse(
                message.line,
                "34F",
                "the floor limit, which tells the currency, is missing",
            );
        };
        let code = floor.text.get(..3).unwrap_or_default();
        let currency: Currency = self.problems.keep(code.parse(), floor.line, ":34F:", code)?;
        let rows = self.rows(message, currency)?;
        for (tag, debit) in [("90D", true), ("90C", false)] {
            if let Some(tag) = message.find(tag) {
                self.check_sum(tag, debit, currency, &rows);
            }
        }
        let told = message.find("13D").or_else(|| message.find("13"));
        let day = told.and_then(|tag| fields::short_day(tag.text.get(..6)?).ok());
        let day = day.or_else(|| rows.iter().map(|row| row.booking_date).max());
        Some(Notification { number, account, currency: Some(currency), day, rows })
    }

    /// `3PLN0,03`: count and sum of one direction.
    fn check_sum(&mut self, tag: &Tag<'_>, debit: bool, currency: Currency, rows: &[StatementRow]) {
        let text = tag.text;
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = text.split_at(digits);
        let amount = rest.strip_prefix(currency.code()).unwrap_or_default();
        let name = format!(":{}:", tag.name);
        let count = self.problems.keep(fields::count(count), tag.line, &name, text);
        let amount = fields::swift_amount(amount, currency);
        let amount = self.problems.keep(amount, tag.line, &name, text);
        let (Some(count), Some(amount)) = (count, amount) else { return };
        let rows = rows.iter().filter(|row| row.amount.is_negative() == debit);
        let magnitudes =
            rows.clone().map(|row| Money::new(row.amount.minor().saturating_abs(), currency));
        let sum = Money::sum(magnitudes, currency);
        let computed = sum.map_or_else(|error| error.to_string(), Money::plain);
        self.checks.push(Check {
            what: format!("{} count", tag.name),
            stated: count.to_string(),
            computed: rows.count().to_string(),
        });
        let what = format!("{} sum", tag.name);
        self.checks.push(Check { what, stated: amount.plain(), computed });
    }

    fn known(&mut self, message: &Message<'_>, names: &[&str]) {
        let mut seen = BTreeSet::new();
        for tag in message.tags.iter().filter(|tag| !matches!(tag.name, "61" | "86")) {
            if !names.contains(&tag.name) {
                self.refuse::<()>(tag.line, tag.name, "this tag is not expected here");
            } else if !seen.insert(tag.name) && tag.name != "65" {
                self.refuse::<()>(tag.line, tag.name, "this tag occurs twice in one statement");
            }
        }
    }

    fn account(&mut self, message: &Message<'_>) -> Option<String> {
        let account = message.find("25").map(Tag::joined).filter(|account| !account.is_empty());
        if account.is_none() {
            self.refuse::<()>(message.line, "25", "the statement names no account");
        }
        account
    }

    /// The final balance or the intermediate one, and whether it is final.
    fn balance(&mut self, message: &Message<'_>, names: [&str; 2]) -> Option<(Balance, bool)> {
        let [last, page] = names;
        let Some(tag) = message.find(last).or_else(|| message.find(page)) else {
            let reason = "this balance is missing: the statement is incomplete";
            return self.refuse(message.line, last, reason);
        };
        Some((self.balance_of(tag)?, tag.name == last))
    }

    fn balance_of(&mut self, tag: &Tag<'_>) -> Option<Balance> {
        let text = tag.text;
        let name = format!(":{}:", tag.name);
        let parts = text.split_at_checked(1).and_then(|(mark, rest)| {
            let (day, rest) = rest.split_at_checked(6)?;
            let (currency, amount) = rest.split_at_checked(3)?;
            Some((mark, day, currency, amount))
        });
        let Some((mark, day, code, amount)) = parts.filter(|_| tag.is_one_line()) else {
            return self.refuse(tag.line, tag.name, "a balance is written like C070904EUR50,05");
        };
        let day = self.problems.keep(fields::short_day(day), tag.line, &name, text)?;
        let currency: Currency = self.problems.keep(code.parse(), tag.line, &name, text)?;
        let amount = fields::swift_amount(amount, currency);
        let amount = self.problems.keep(amount, tag.line, &name, text)?;
        let amount = match mark {
            "C" => amount,
            "D" => amount.checked_neg().ok()?,
            _ => return self.refuse(tag.line, tag.name, "a balance begins with C or D"),
        };
        Some(Balance { amount, day })
    }

    /// Every movement (`:61:`) with what is told about it (`:86:`).
    fn rows(&mut self, message: &Message<'_>, currency: Currency) -> Option<Vec<StatementRow>> {
        let mut rows = Vec::new();
        let mut all_read = true;
        for (index, tag) in message.tags.iter().enumerate().filter(|(_, tag)| tag.name == "61") {
            let told = message.tags.get(index + 1).filter(|next| next.name == "86");
            match Entry::read(tag, currency) {
                Ok(entry) => {
                    let number = u32::try_from(rows.len() + 1).unwrap_or(u32::MAX);
                    rows.push(information::row(number, entry, told));
                }
                Err(reason) => {
                    all_read = false;
                    self.refuse::<()>(tag.line, "61", &reason);
                }
            }
        }
        all_read.then_some(rows)
    }
}
