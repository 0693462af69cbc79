//! The bank statement of ISO 20022 (银行对账单), camt.053 in any of its versions.
//!
//! The opening balance (OPBD, or PRCD, the closing balance before) plus the booked entries must
//! give the closing balance CLBD. An entry of several transactions becomes one row for each when
//! their amounts are given and add up to the entry; entries not yet booked are left out.
//!
//! It is read as it flows in: an entry is turned into rows as soon as it is complete.

use super::camt::{self, Reader, Sums, day_of};
use super::xml::{self, Element};
use super::{Document, Format, Sample};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::statement::{Statement, StatementFile, StatementRow};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use std::io::Read;

/// The format.
pub(super) struct Camt053;

impl Format for Camt053 {
    fn name(&self) -> &'static str {
        "camt053"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        xml::is_message(sample, "camt.053.", "BkToCstmrStmt")
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        read(self.name(), &mut file.bytes.as_slice())
    }

    fn flowing(&self, input: &mut dyn Read) -> Option<Result<Document, Problem>> {
        Some(read(self.name(), input))
    }
}

fn read(format: &str, input: &mut dyn Read) -> Result<Document, Problem> {
    let mut message = Message::default();
    let tree = camt::read(input, "BkToCstmrStmt", &mut |element| message.take(element))?;
    let mut reader = message.reader;
    if !message.any {
        reader.problems.push(Problem::of_file("the message has no statement (Stmt)"));
    }
    Ok(Document::Statement(StatementFile {
        format: format.to_owned(),
        encoding: tree.encoding().to_owned(),
        statements: message.statements,
        checks: reader.checks,
        problems: reader.problems.finish(),
    }))
}

/// A message on its way in.
#[derive(Default)]
struct Message {
    reader: Reader,
    statements: Vec<Statement>,
    any: bool,
    open: Entries,
}

/// The entries so far of the statement at hand.
#[derive(Default)]
struct Entries {
    number: u32,
    /// Of the first balance, which stands before the entries.
    currency: Option<Currency>,
    sums: Sums,
    booked: Option<Money>,
    overflow: bool,
    rows: Vec<StatementRow>,
}

impl Message {
    /// Takes entries and statements as they are complete.
    fn take(&mut self, element: Element<'_>) -> bool {
        match element.name() {
            "Ntry" if element.stands_at(&["Document", "BkToCstmrStmt", "Stmt", "Ntry"]) => {
                self.entry(element);
                true
            }
            "Stmt" if element.stands_at(&["Document", "BkToCstmrStmt", "Stmt"]) => {
                self.any = true;
                let entries = std::mem::take(&mut self.open);
                self.statements.extend(self.reader.statement(element, entries));
                true
            }
            _ => false,
        }
    }

    fn entry(&mut self, element: Element<'_>) {
        let open = &mut self.open;
        open.number = open.number.saturating_add(1);
        let told = || {
            let amount = opening(element.parent()?).and_then(|balance| balance.find(&["Amt"]));
            amount?.attribute("Ccy")?.parse().ok()
        };
        let own = || element.find(&["Amt"])?.attribute("Ccy")?.parse().ok();
        open.currency = open.currency.or_else(told).or_else(own);
        let currency = open.currency.unwrap_or(Currency::Cny);
        let Some(entry) = self.reader.entry(element, open.number, currency) else { return };
        open.overflow |= open.sums.add(entry.amount).is_none();
        if !self.reader.booked(entry.element) {
            return;
        }
        let before = open.booked.unwrap_or(Money::zero(currency));
        match before.checked_add(entry.amount) {
            Ok(booked) => open.booked = Some(booked),
            Err(_) => open.overflow = true,
        }
        self.reader.rows_of(entry, &mut open.rows);
    }
}

/// The opening balance of a statement: OPBD, or PRCD, the closing balance before.
fn opening(statement: Element<'_>) -> Option<Element<'_>> {
    balance_of(statement, &["OPBD", "PRCD"])
}

/// The first balance of these types.
fn balance_of<'e>(statement: Element<'e>, types: &[&str]) -> Option<Element<'e>> {
    let path = ["Tp", "CdOrPrtry", "Cd"];
    types.iter().find_map(|code| statement.all("Bal").find(|bal| bal.text_at(&path) == Some(*code)))
}

impl Reader {
    fn statement(&mut self, element: Element<'_>, entries: Entries) -> Option<Statement> {
        let account = self.account(element)?.to_owned();
        let (opening, _) = self.balance(element, &["OPBD", "PRCD"])?;
        let (closing, day) = self.balance(element, &["CLBD"])?;
        let currency = opening.currency();
        if closing.currency() != currency {
            return self.refuse(element, "Bal", "the balances are of different currencies");
        }
        if entries.currency.is_some_and(|of_entries| of_entries != currency) {
            return self.refuse(element, "Ntry", "the entries are not in the account's currency");
        }
        let booked = entries.booked.unwrap_or(Money::zero(currency));
        let computed = opening.checked_add(booked).ok().filter(|_| !entries.overflow);
        let Some(computed) = computed else {
            return self.refuse(element, "Ntry", "the sum of the entries is out of range");
        };
        let number = element.text_at(&["Id"]).unwrap_or_default().to_owned();
        self.checks.push(Check {
            what: format!("CLBD {account} {number}").trim_end().to_owned(),
            stated: closing.plain(),
            computed: computed.plain(),
        });
        self.check_summary(element, &entries.sums, currency);
        let rows = entries.rows;
        Some(Statement { number, account, currency, day, opening, closing, rows })
    }

    /// The first balance of these types, with its day.
    fn balance(
        &mut self,
        statement: Element<'_>,
        types: &[&str],
    ) -> Option<(Money, Option<BusinessDate>)> {
        let found = balance_of(statement, types);
        let Some(found) = found else {
            let reason = format!("there is no balance {}", types.join(" or "));
            return self.refuse(statement, "Bal", &reason);
        };
        let amount = self.money(found)?;
        let amount = self.signed(found, amount)?;
        let day = found.find(&["Dt"]).and_then(day_of);
        Some((amount, day))
    }
}
