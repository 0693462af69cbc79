//! What a file is and whether it may be stored, told to a person.

use super::{Document, parse};
use crate::bill::{Bill, Check, Problem, RowKind, fee_text};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::{Currency, Money, MoneyError};
use serde::Serialize;
use std::collections::BTreeMap;

/// Count and sums of one kind of row in one currency, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindSum {
    /// `payment`, `refund`; of statements and fund bills `credit`, `debit`.
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
    let mut inspection = Inspection {
        name: file.name.clone(),
        bytes: file.bytes.len(),
        format: None,
        encoding: None,
        rows: 0,
        totals: Vec::new(),
        clearing_date: None,
        checks: Vec::new(),
        problems: Vec::new(),
        acceptable: false,
    };
    let document = match parse(file) {
        Ok(document) => document,
        Err(refusal) => {
            inspection.format = refusal.format;
            inspection.problems = refusal.problems;
            return inspection;
        }
    };
    inspection.format = Some(document.format().to_owned());
    inspection.encoding = Some(document.encoding().to_owned());
    inspection.problems = document.problems().to_vec();
    inspection.acceptable = document.acceptable();
    let stated = document.checks().iter().cloned();
    inspection.checks = stated.map(|check| Stated { holds: check.holds(), check }).collect();
    let summed = match &document {
        Document::Bill(bill) => {
            (inspection.rows, inspection.clearing_date) = (bill.rows.len(), bill.clearing_date);
            bill_sums(bill)
        }
        Document::Fund(bill) => {
            (inspection.rows, inspection.clearing_date) = (bill.rows.len(), bill.day);
            movement_sums(bill.rows.iter().map(|row| row.amount))
        }
        Document::Statement(file) => {
            inspection.clearing_date = file.statements.last().and_then(|last| last.day);
            inspection.rows = file.statements.iter().map(|held| held.rows.len()).sum();
            let rows = file.statements.iter().flat_map(|held| &held.rows);
            movement_sums(rows.map(|row| row.amount))
        }
    };
    match summed {
        Ok(totals) => inspection.totals = totals,
        Err(error) => {
            inspection.problems.push(Problem::of_file(error.to_string()));
            inspection.acceptable = false;
        }
    }
    inspection
}

fn bill_sums(bill: &Bill) -> Result<Vec<KindSum>, MoneyError> {
    let mut sums = Vec::new();
    for kind in [RowKind::Payment, RowKind::Refund] {
        let totals = bill.totals(kind)?;
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

fn movement_sums(movements: impl Iterator<Item = Money>) -> Result<Vec<KindSum>, MoneyError> {
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
        kind: if debit { "debit" } else { "credit" }.to_owned(),
        currency,
        count,
        gross: sum.plain(),
        fee: None,
    });
    Ok(told.collect())
}
