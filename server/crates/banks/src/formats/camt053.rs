//! The bank statement of ISO 20022 (银行对账单), camt.053 in any of its versions.
//!
//! The opening balance (OPBD, or PRCD, the closing balance before) plus the booked entries must
//! give the closing balance CLBD. An entry of several transactions becomes one row for each when
//! their amounts are given and add up to the entry; entries not yet booked are left out.

use super::camt::{Reader, Sums, day_of};
use super::decode::decode;
use super::xml::{self, Element};
use super::{Document, Format, Sample};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::statement::{Statement, StatementFile};
use domain::date::BusinessDate;
use domain::money::Money;

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
        let decoded =
            decode(&file.bytes).map_err(|error| Problem::at_line(error.line, error.to_string()))?;
        let root = xml::parse(&decoded)?;
        let message = root
            .find(&["BkToCstmrStmt"])
            .filter(|_| root.name == "Document")
            .ok_or_else(|| Problem::of_file("there is no Document/BkToCstmrStmt"))?;
        let mut reader = Reader::default();
        let statements: Vec<Statement> =
            message.all("Stmt").filter_map(|held| reader.statement(held)).collect();
        if message.find(&["Stmt"]).is_none() {
            reader.problems.push(Problem::of_file("the message has no statement (Stmt)"));
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

impl Reader {
    fn statement(&mut self, element: &Element) -> Option<Statement> {
        let account = self.account(element)?;
        let opening = self.balance(element, &["OPBD", "PRCD"])?;
        let closing = self.balance(element, &["CLBD"])?;
        let (opening, (closing, day)) = (opening.0, closing);
        let currency = opening.currency();
        if closing.currency() != currency {
            return self.refuse(element, "Bal", "the balances are of different currencies");
        }
        let number = element.text_at(&["Id"]).unwrap_or_default().to_owned();
        let mut rows = Vec::new();
        let mut computed = Some(opening);
        let mut sums = Sums::default();
        for (index, entry) in element.all("Ntry").enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let Some(entry) = self.entry(entry, number, currency) else { continue };
            if sums.add(entry.amount).is_none() {
                return self.refuse(element, "Ntry", "the sum of the entries is out of range");
            }
            if !self.booked(entry.element) {
                continue;
            }
            computed = computed.and_then(|sum| sum.checked_add(entry.amount).ok());
            self.rows_of(entry, &mut rows);
        }
        let Some(computed) = computed else {
            return self.refuse(element, "Ntry", "the sum of the entries is out of range");
        };
        self.checks.push(Check {
            what: format!("CLBD {account} {number}").trim_end().to_owned(),
            stated: closing.plain(),
            computed: computed.plain(),
        });
        self.check_summary(element, &sums, currency);
        let account = account.to_owned();
        Some(Statement { number, account, currency, day, opening, closing, rows })
    }

    /// The first balance of these types, with its day.
    fn balance(
        &mut self,
        statement: &Element,
        types: &[&str],
    ) -> Option<(Money, Option<BusinessDate>)> {
        let path = ["Tp", "CdOrPrtry", "Cd"];
        let found = types
            .iter()
            .find_map(|code| statement.all("Bal").find(|bal| bal.text_at(&path) == Some(*code)));
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
