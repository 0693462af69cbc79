//! From stored text to the vocabulary; what cannot be is named with its table and row.

use crate::LedgerError;
use domain::account::{OwnerKind, PostingMode, Side};
use domain::journal::Entry;
use domain::money::{Currency, Money};
use std::fmt::Display;

/// A stored currency.
pub fn currency(code: &str) -> Result<Currency, LedgerError> {
    code.parse().map_err(|_| inconsistent("ledger_accounts", code, "unknown currency"))
}

/// A stored amount.
pub fn money(minor: i64, code: &str) -> Result<Money, LedgerError> {
    Ok(Money::new(minor, currency(code)?))
}

/// A sum the database returned as text, since sums of `bigint` are wider than `bigint`.
pub fn sum(text: &str, currency: Currency) -> Result<Money, LedgerError> {
    let minor = text.parse().map_err(|_| domain::money::MoneyError::Overflow)?;
    Ok(Money::new(minor, currency))
}

/// A stored side.
pub fn side(name: &str) -> Result<Side, LedgerError> {
    Side::named(name).ok_or_else(|| inconsistent("ledger_chart", name, "unknown side"))
}

/// A stored owner kind.
pub fn owner_kind(name: &str) -> Result<OwnerKind, LedgerError> {
    OwnerKind::named(name).ok_or_else(|| inconsistent("ledger_chart", name, "unknown owner kind"))
}

/// A stored posting mode.
pub fn posting_mode(name: &str) -> Result<PostingMode, LedgerError> {
    PostingMode::named(name)
        .ok_or_else(|| inconsistent("ledger_chart", name, "unknown posting mode"))
}

/// A stored entry number.
pub fn entry(number: i16) -> Result<Entry, LedgerError> {
    Entry::numbered(number)
        .ok_or_else(|| inconsistent("ledger_journals", number, "unknown journal entry"))
}

/// The error for an impossible row.
pub fn inconsistent(table: &'static str, id: impl Display, what: &str) -> LedgerError {
    LedgerError::Inconsistent { table, id: id.to_string(), what: what.to_owned() }
}
