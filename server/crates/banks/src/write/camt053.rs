//! The bank statement camt.053.001.02.

use super::WriteError;
use super::xml::Xml;
use crate::front::NamedFile;
use crate::statement::{Statement, StatementRow};
use domain::money::{Money, MoneyError};
use std::fmt::Write as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Writes statements into one message. Rows with the same entry number become one entry with
/// several transactions.
///
/// # Errors
/// Sums out of range, mixed currencies, or text that XML cannot carry.
pub fn write(
    name: &str,
    created: OffsetDateTime,
    statements: &[Statement],
) -> Result<NamedFile, WriteError> {
    let created = created
        .format(&Rfc3339)
        .map_err(|error| WriteError::unwritable("CreDtTm", error.to_string()))?;
    let mut xml = Xml::document();
    xml.open("Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"");
    xml.open("BkToCstmrStmt");
    xml.open("GrpHdr");
    xml.leaf("MsgId", statements.first().map_or("EMPTY", |first| &first.number))?;
    xml.leaf("CreDtTm", &created)?;
    xml.close("GrpHdr");
    for statement in statements {
        xml.statement(statement, &created)?;
    }
    xml.close("BkToCstmrStmt");
    xml.close("Document");
    Ok(NamedFile { name: name.to_owned(), bytes: xml.text.into_bytes() })
}

impl Xml {
    fn amount(&mut self, amount: Money) -> Result<(), WriteError> {
        let magnitude = if amount.is_negative() { amount.checked_neg()? } else { amount };
        let currency = amount.currency();
        self.line(&format!("<Amt Ccy=\"{currency}\">{}</Amt>", magnitude.plain()));
        Ok(())
    }

    fn direction(&mut self, amount: Money) -> Result<(), WriteError> {
        self.leaf("CdtDbtInd", if amount.is_negative() { "DBIT" } else { "CRDT" })
    }

    fn date(&mut self, tag: &'static str, day: &str) -> Result<(), WriteError> {
        self.open(tag);
        self.leaf("Dt", day)?;
        self.close(tag);
        Ok(())
    }

    fn statement(&mut self, statement: &Statement, created: &str) -> Result<(), WriteError> {
        self.open("Stmt");
        self.leaf("Id", &statement.number)?;
        self.leaf("CreDtTm", created)?;
        self.open("Acct");
        self.open("Id");
        self.open("Othr");
        self.leaf("Id", &statement.account)?;
        self.close("Othr");
        self.close("Id");
        self.leaf("Ccy", statement.currency.code())?;
        self.close("Acct");
        let day = statement.day.map(|day| day.to_string());
        self.balance("OPBD", statement.opening, day.as_deref())?;
        self.balance("CLBD", statement.closing, day.as_deref())?;
        let entries: Vec<&[StatementRow]> =
            statement.rows.chunk_by(|a, b| a.entry == b.entry).collect();
        self.summary(statement, &entries)?;
        for rows in entries {
            self.entry(statement, rows)?;
        }
        self.close("Stmt");
        Ok(())
    }

    fn balance(
        &mut self,
        code: &'static str,
        amount: Money,
        day: Option<&str>,
    ) -> Result<(), WriteError> {
        self.open("Bal");
        self.line(&format!("<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"));
        self.amount(amount)?;
        self.direction(amount)?;
        if let Some(day) = day {
            self.date("Dt", day)?;
        }
        self.close("Bal");
        Ok(())
    }

    fn summary(
        &mut self,
        statement: &Statement,
        entries: &[&[StatementRow]],
    ) -> Result<(), WriteError> {
        let zero = Money::zero(statement.currency);
        let (mut credits, mut debits) = (zero, zero);
        for rows in entries {
            let sum = total(statement, rows)?;
            if sum.is_negative() {
                debits = debits.checked_sub(sum)?;
            } else {
                credits = credits.checked_add(sum)?;
            }
        }
        let mut line = String::from("<TxsSummry>");
        // Writing to a string does not fail.
        let _ = write!(
            line,
            "<TtlNtries><NbOfNtries>{}</NbOfNtries></TtlNtries>\
             <TtlCdtNtries><Sum>{}</Sum></TtlCdtNtries>\
             <TtlDbtNtries><Sum>{}</Sum></TtlDbtNtries></TxsSummry>",
            entries.len(),
            credits.plain(),
            debits.plain()
        );
        self.line(&line);
        Ok(())
    }

    fn entry(&mut self, statement: &Statement, rows: &[StatementRow]) -> Result<(), WriteError> {
        let Some(first) = rows.first() else { return Ok(()) };
        let sum = total(statement, rows)?;
        self.open("Ntry");
        self.amount(sum)?;
        self.direction(sum)?;
        self.leaf("Sts", "BOOK")?;
        self.date("BookgDt", &first.booking_date.to_string())?;
        if let Some(day) = first.value_date {
            self.date("ValDt", &day.to_string())?;
        }
        self.leaf("AcctSvcrRef", &first.bank_ref)?;
        self.open("NtryDtls");
        for row in rows {
            self.transaction(row, rows.len() > 1)?;
        }
        self.close("NtryDtls");
        self.close("Ntry");
        Ok(())
    }

    fn transaction(&mut self, row: &StatementRow, batch: bool) -> Result<(), WriteError> {
        self.open("TxDtls");
        self.open("Refs");
        self.leaf("EndToEndId", row.end_to_end_id.as_deref().unwrap_or("NOTPROVIDED"))?;
        self.close("Refs");
        if batch {
            self.open("AmtDtls");
            self.open("TxAmt");
            self.amount(row.amount)?;
            self.close("TxAmt");
            self.close("AmtDtls");
            self.direction(row.amount)?;
        }
        if let Some(name) = &row.counterparty {
            let payer = !row.amount.is_negative() && row.return_reason.is_none();
            let role = if payer { "Dbtr" } else { "Cdtr" };
            self.open("RltdPties");
            self.open(role);
            self.leaf("Nm", name)?;
            self.close(role);
            self.close("RltdPties");
        }
        if !row.remittance.is_empty() {
            self.open("RmtInf");
            self.leaf("Ustrd", &row.remittance)?;
            self.close("RmtInf");
        }
        if let Some(reason) = &row.return_reason {
            let (code, more) = reason.split_once(' ').unwrap_or((reason, ""));
            self.open("RtrInf");
            self.open("Rsn");
            self.leaf("Cd", code)?;
            self.close("Rsn");
            if !more.is_empty() {
                self.leaf("AddtlInf", more)?;
            }
            self.close("RtrInf");
        }
        self.close("TxDtls");
        Ok(())
    }
}

fn total(statement: &Statement, rows: &[StatementRow]) -> Result<Money, MoneyError> {
    Money::sum(rows.iter().map(|row| row.amount), statement.currency)
}
