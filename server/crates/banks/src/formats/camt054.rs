//! The debit and credit notification of ISO 20022 (借贷记通知), camt.054 in any of its versions.
//!
//! It has no balances: its summary (TxsSummry) and the counts and sums of its batches are checked
//! where they are, but a missing entry cannot be noticed without them.

use super::camt::{Reader, Sums, day_of};
use super::decode::decode;
use super::xml::{self, Element};
use super::{Document, Format, Sample};
use crate::bill::Problem;
use crate::front::NamedFile;
use crate::statement::{Notification, NotificationFile, StatementRow};
use domain::date::BusinessDate;
use domain::money::Currency;

/// The format.
pub(super) struct Camt054;

impl Format for Camt054 {
    fn name(&self) -> &'static str {
        "camt054"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        xml::is_message(sample, "camt.054.", "BkToCstmrDbtCdtNtfctn")
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded =
            decode(&file.bytes).map_err(|error| Problem::at_line(error.line, error.to_string()))?;
        let root = xml::parse(&decoded)?;
        let message = root
            .find(&["BkToCstmrDbtCdtNtfctn"])
            .filter(|_| root.name == "Document")
            .ok_or_else(|| Problem::of_file("there is no Document/BkToCstmrDbtCdtNtfctn"))?;
        let mut reader = Reader::default();
        let notifications: Vec<Notification> =
            message.all("Ntfctn").filter_map(|held| notification(&mut reader, held)).collect();
        if message.find(&["Ntfctn"]).is_none() {
            reader.problems.push(Problem::of_file("the message has no notification (Ntfctn)"));
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

fn notification(reader: &mut Reader, element: &Element) -> Option<Notification> {
    let account = reader.account(element)?.to_owned();
    let mut rows: Vec<StatementRow> = Vec::new();
    let mut sums = Sums::default();
    let mut currency = currency(element);
    for (index, entry) in element.all("Ntry").enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let Some(amount) = reader.money(entry) else { continue };
        let currency = *currency.get_or_insert(amount.currency());
        let Some(entry) = reader.entry(entry, number, currency) else { continue };
        if sums.add(entry.amount).is_none() {
            return reader.refuse(element, "Ntry", "the sum of the entries is out of range");
        }
        if reader.booked(entry.element) {
            reader.rows_of(entry, &mut rows);
        }
    }
    if let Some(currency) = currency {
        reader.check_summary(element, &sums, currency);
    }
    Some(Notification {
        number: element.text_at(&["Id"]).unwrap_or_default().to_owned(),
        account,
        currency,
        day: day(element, &rows),
        rows,
    })
}

fn currency(element: &Element) -> Option<Currency> {
    element.text_at(&["Acct", "Ccy"]).and_then(|code| code.parse().ok())
}

/// The end of the period, else the last booking.
fn day(element: &Element, rows: &[StatementRow]) -> Option<BusinessDate> {
    let end =
        element.text_at(&["FrToDt", "ToDtTm"]).or_else(|| element.text_at(&["FrToDt", "ToDt"]));
    let end = end.and_then(|text| text.get(..10)).and_then(|day| day.parse().ok());
    let created = || element.find(&["CreDtTm"]).and_then(day_of);
    end.or_else(|| rows.iter().map(|row| row.booking_date).max()).or_else(created)
}
