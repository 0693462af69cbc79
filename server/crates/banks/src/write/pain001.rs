//! The batch of credit transfers pain.001.001.09 (付款指令): payouts handed to a bank as a file.
//!
//! Count and sum are computed from the transfers themselves, for the message and for its one
//! group, so that a file never states what it does not hold.

use super::WriteError;
use super::xml::Xml;
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use quick_xml::escape::escape;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Longest identification (Max35Text).
const ID_MAX: usize = 35;
/// Longest name and remittance (Max140Text).
const TEXT_MAX: usize = 140;
/// Longest account number (Max34Text).
const ACCOUNT_MAX: usize = 34;

/// A batch of transfers from one account.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    /// Its number: MsgId and PmtInfId.
    pub number: &'a str,
    /// When it is written.
    pub created: OffsetDateTime,
    /// The day the bank is to carry it out.
    pub execute_on: BusinessDate,
    /// Who pays: the holder of the account as the bank knows it.
    pub payer: &'a str,
    /// The account that is debited.
    pub account: &'a str,
    /// The bank that keeps it.
    pub bank: &'a str,
    /// The transfers.
    pub transfers: &'a [Transfer<'a>],
}

/// One transfer.
#[derive(Debug, Clone)]
pub struct Transfer<'a> {
    /// Our number of it: EndToEndId.
    pub number: &'a str,
    /// What the payee gets.
    pub amount: Money,
    /// The payee's bank.
    pub bank: &'a str,
    /// The payee.
    pub payee: &'a str,
    /// The payee's account.
    pub account: &'a str,
    /// What the payee reads.
    pub remark: &'a str,
}

/// Writes a batch.
///
/// # Errors
/// Nothing to pay, amounts that are none, of mixed currencies or out of range, or text the format
/// cannot carry.
pub fn write(batch: &Batch<'_>) -> Result<NamedFile, WriteError> {
    let currency = batch.transfers.first().map_or(Currency::Cny, |one| one.amount.currency());
    let sum = Money::sum(batch.transfers.iter().map(|one| one.amount), currency)?;
    if !sum.is_positive() {
        return Err(WriteError::unwritable("CtrlSum", sum.plain()));
    }
    let created = batch.created.replace_nanosecond(0).unwrap_or(batch.created);
    let created = created
        .format(&Rfc3339)
        .map_err(|error| WriteError::unwritable("CreDtTm", error.to_string()))?;
    let mut xml = Xml::document();
    xml.open("Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"");
    xml.open("CstmrCdtTrfInitn");
    xml.open("GrpHdr");
    xml.leaf("MsgId", within("MsgId", batch.number, ID_MAX)?)?;
    xml.leaf("CreDtTm", &created)?;
    xml.totals(batch, sum)?;
    xml.nested(&["InitgPty"], ("Nm", named("InitgPty/Nm", batch.payer)?))?;
    xml.close("GrpHdr");
    xml.group(batch, sum)?;
    xml.close("CstmrCdtTrfInitn");
    xml.close("Document");
    let name = format!("pain001-{}.xml", batch.number);
    Ok(NamedFile { name, bytes: xml.text.into_bytes() })
}

impl Xml {
    fn totals(&mut self, batch: &Batch<'_>, sum: Money) -> Result<(), WriteError> {
        self.leaf("NbOfTxs", &batch.transfers.len().to_string())?;
        self.leaf("CtrlSum", &sum.plain())
    }

    fn group(&mut self, batch: &Batch<'_>, sum: Money) -> Result<(), WriteError> {
        self.open("PmtInf");
        self.leaf("PmtInfId", batch.number)?;
        self.leaf("PmtMtd", "TRF")?;
        // One line on the statement for each transfer: the line is what completes a payout.
        self.leaf("BtchBookg", "false")?;
        self.totals(batch, sum)?;
        self.nested(&["PmtTpInf"], ("InstrPrty", "NORM"))?;
        self.nested(&["ReqdExctnDt"], ("Dt", &batch.execute_on.to_string()))?;
        self.nested(&["Dbtr"], ("Nm", named("Dbtr/Nm", batch.payer)?))?;
        self.account("DbtrAcct", batch.account)?;
        self.nested(&["DbtrAgt", "FinInstnId"], ("Nm", named("DbtrAgt/Nm", batch.bank)?))?;
        for transfer in batch.transfers {
            self.transfer(transfer)?;
        }
        self.close("PmtInf");
        Ok(())
    }

    fn transfer(&mut self, transfer: &Transfer<'_>) -> Result<(), WriteError> {
        if !transfer.amount.is_positive() {
            return Err(WriteError::unwritable("InstdAmt", transfer.amount.plain()));
        }
        self.open("CdtTrfTxInf");
        let number = within("EndToEndId", transfer.number, ID_MAX)?;
        self.nested(&["PmtId"], ("EndToEndId", number))?;
        let (currency, amount) = (transfer.amount.currency(), transfer.amount.plain());
        self.open("Amt");
        self.line(&format!("<InstdAmt Ccy=\"{currency}\">{}</InstdAmt>", escape(&amount)));
        self.close("Amt");
        self.nested(&["CdtrAgt", "FinInstnId"], ("Nm", named("CdtrAgt/Nm", transfer.bank)?))?;
        self.nested(&["Cdtr"], ("Nm", named("Cdtr/Nm", transfer.payee)?))?;
        self.account("CdtrAcct", transfer.account)?;
        self.nested(&["RmtInf"], ("Ustrd", named("RmtInf/Ustrd", transfer.remark)?))?;
        self.close("CdtTrfTxInf");
        Ok(())
    }

    fn account(&mut self, tag: &'static str, number: &str) -> Result<(), WriteError> {
        self.nested(&[tag, "Id", "Othr"], ("Id", within(tag, number, ACCOUNT_MAX)?))
    }
}

fn named<'v>(field: &'static str, value: &'v str) -> Result<&'v str, WriteError> {
    within(field, value, TEXT_MAX)
}

/// What a field can hold: something, and not too much of it.
fn within<'v>(field: &'static str, value: &'v str, most: usize) -> Result<&'v str, WriteError> {
    if value.is_empty() {
        return Err(WriteError::unwritable(field, value));
    }
    if value.chars().count() > most {
        return Err(WriteError::TooLong { field, value: value.to_owned(), bytes: most });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{self, Document};
    use proptest::prelude::*;
    use time::macros::datetime;

    fn transfer(number: &str, minor: i64) -> Transfer<'_> {
        Transfer {
            number,
            amount: Money::cny(minor),
            bank: "Bank of Tests",
            payee: "A & B <Trading>",
            account: "6222000012345678",
            remark: "settlement",
        }
    }

    fn batch<'a>(transfers: &'a [Transfer<'a>]) -> Batch<'a> {
        Batch {
            number: "BANK-20260331-0001",
            created: datetime!(2026-03-31 04:00:00.123 UTC),
            execute_on: "2026-03-31".parse().unwrap(),
            payer: "账房支付有限公司",
            account: "7701000000000001",
            bank: "Central bank",
            transfers,
        }
    }

    #[test]
    fn a_batch_is_written_as_the_format_says() {
        let transfers = [transfer("0123456789abcdef0123456789abcdef", 994_001), transfer("b", 5)];
        let file = write(&batch(&transfers)).unwrap();
        assert_eq!(file.name, "pain001-BANK-20260331-0001.xml");
        insta::assert_snapshot!("pain001_batch", String::from_utf8(file.bytes).unwrap());
    }

    #[test]
    fn what_the_format_cannot_carry_is_refused() {
        let long = "x".repeat(36);
        for bad in [
            vec![],
            vec![transfer("a", 0)],
            vec![transfer("a", 5), transfer("b", -5)],
            vec![transfer("a", i64::MAX), transfer("b", 1)],
            vec![transfer(&long, 1)],
            vec![transfer("", 1)],
            vec![Transfer { payee: "two\nlines", ..transfer("a", 1) }],
            vec![Transfer { account: " 62", ..transfer("a", 1) }],
            vec![Transfer { account: &long, ..transfer("a", 1) }],
        ] {
            assert!(write(&batch(&bad)).is_err(), "{bad:?}");
        }
    }

    proptest! {
        /// What is written is read back, with every count and sum it states.
        #[test]
        fn a_written_batch_is_read_back(minors in prop::collection::vec(1_i64..=99_999_999, 1..20)) {
            let numbers: Vec<String> = (0..minors.len()).map(|at| format!("P{at}")).collect();
            let transfers: Vec<_> = numbers
                .iter()
                .zip(&minors)
                .map(|(number, minor)| transfer(number, *minor))
                .collect();
            let file = write(&batch(&transfers)).unwrap();
            let Document::Instructions(read) = formats::read(&file).unwrap()
            else { return Err(TestCaseError::fail("not a batch of instructions")) };
            prop_assert!(read.problems.is_empty(), "{:?}", read.problems);
            prop_assert_eq!(read.checks.len(), 4);
            prop_assert!(read.checks.iter().all(|check| check.stated == check.computed));
            prop_assert_eq!(read.rows.len(), minors.len());
            for (row, written) in read.rows.iter().zip(&transfers) {
                prop_assert_eq!(&row.end_to_end_id, written.number);
                prop_assert_eq!(row.amount, written.amount);
                prop_assert_eq!(&row.payee, written.payee);
                prop_assert_eq!(&row.account, written.account);
            }
        }
    }
}
