//! Statements that Chinese banks' e-banking exports as CSV (网银交易明细), one profile per bank. They
//! share a header line found by its names, and a running balance from which the balances before
//! and after follow.

mod boc;
mod icbc;

pub(super) use boc::Boc;
pub(super) use icbc::Icbc;

use super::chain::{self, Link};
use super::problems::Problems;
use super::{Document, fields};
use crate::bill::{Check, Problem};
use crate::statement::{Notification, NotificationFile, Statement, StatementFile, StatementRow};
use domain::money::Money;
use time::PrimitiveDateTime;

/// A movement as exported.
struct Movement {
    line: u32,
    at: PrimitiveDateTime,
    amount: Money,
    /// The balance after it; nothing when it could not be read, which is a problem of its own.
    balance: Option<Money>,
    counterparty: String,
    remittance: String,
}

/// What a profile read.
struct Export {
    format: &'static str,
    encoding: &'static str,
    account: String,
    movements: Vec<Movement>,
    checks: Vec<Check>,
    problems: Problems,
}

impl Export {
    /// A statement in order of time; without readable balances only a notification.
    fn finish(mut self) -> Document {
        if self.movements.is_empty() {
            self.problems.push(Problem::of_file("the file has not one movement"));
        }
        let links: Option<Vec<Link>> = self.movements.iter().map(link).collect();
        if let Some(links) = &links {
            chain::check(links, "余额", &mut self.problems);
            if chain::newest_first(links) {
                self.movements.reverse();
            }
        }
        let balances = links.and_then(|_| {
            let (first, last) = (self.movements.first()?, self.movements.last()?);
            let opening = first.balance?.checked_sub(first.amount).ok()?;
            Some((opening, last.balance?))
        });
        let currency = self.movements.first().map(|held| held.amount.currency());
        let day = self.movements.iter().map(|held| held.at.date()).max();
        let day = day.map(domain::date::BusinessDate);
        let rows: Vec<StatementRow> = self.movements.into_iter().map(row).collect();
        let (format, encoding) = (self.format.to_owned(), self.encoding.to_owned());
        let (checks, problems) = (self.checks, self.problems.finish());
        let (number, account) = (String::new(), self.account);
        if let Some(((opening, closing), currency)) = balances.zip(currency) {
            let statement = Statement { number, account, currency, day, opening, closing, rows };
            let statements = vec![statement];
            let file = StatementFile { format, encoding, statements, checks, problems };
            return Document::Statement(file);
        }
        let notifications = vec![Notification { number, account, currency, day, rows }];
        let file = NotificationFile { format, encoding, notifications, checks, problems };
        Document::Notification(file)
    }
}

fn link(movement: &Movement) -> Option<Link> {
    let balance = movement.balance?;
    Some(Link { line: movement.line, at: movement.at, amount: movement.amount, balance })
}

fn row(movement: Movement) -> StatementRow {
    StatementRow {
        entry: movement.line,
        bank_ref: String::new(),
        end_to_end_id: None,
        amount: movement.amount,
        booking_date: domain::date::BusinessDate(movement.at.date()),
        value_date: None,
        counterparty: Some(movement.counterparty).filter(|name| !name.is_empty()),
        remittance: movement.remittance,
        return_reason: None,
    }
}

/// Nothing, where a bank writes dashes for it.
fn told(text: &str) -> &str {
    if text.bytes().all(|byte| byte == b'-') { "" } else { text }
}

/// The words that tell something, with a blank between.
fn words(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Midnight of a day, for exports that tell no time.
fn midnight(text: &str) -> Result<PrimitiveDateTime, fields::FieldError> {
    fields::moment(&format!("{text} 00:00:00"))
}
