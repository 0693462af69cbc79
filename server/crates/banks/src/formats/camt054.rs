//! The debit and credit notification of ISO 20022 (借贷记通知), camt.054 in any of its versions.
//!
//! It has no balances: its summary (TxsSummry) and the counts and sums of its batches are checked
//! where they are, but a missing entry cannot be noticed without them.

use super::camt::{self, Reader, Sums, day_of};
use super::xml::{self, Element};
use super::{Document, Format, Sample};
use crate::bill::Problem;
use crate::front::NamedFile;
use crate::statement::{Notification, NotificationFile, StatementRow};
use domain::date::BusinessDate;
use domain::money::Currency;
use std::io::Read;

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
        read(self.name(), &mut file.bytes.as_slice())
    }

    fn flowing(&self, input: &mut dyn Read) -> Option<Result<Document, Problem>> {
        Some(read(self.name(), input))
    }
}

fn read(format: &str, input: &mut dyn Read) -> Result<Document, Problem> {
    let mut message = Message::default();
    let tree = camt::read(input, "BkToCstmrDbtCdtNtfctn", &mut |element| message.take(element))?;
    let mut reader = message.reader;
    if !message.any {
        reader.problems.push(Problem::of_file("the message has no notification (Ntfctn)"));
    }
    Ok(Document::Notification(NotificationFile {
        format: format.to_owned(),
        encoding: tree.encoding().to_owned(),
        notifications: message.notifications,
        checks: reader.checks,
        problems: reader.problems.finish(),
    }))
}

/// A message on its way in.
#[derive(Default)]
struct Message {
    reader: Reader,
    notifications: Vec<Notification>,
    any: bool,
    open: Entries,
}

/// The entries so far of the notification at hand.
#[derive(Default)]
struct Entries {
    number: u32,
    /// Of the account, else of the first entry.
    currency: Option<Currency>,
    sums: Sums,
    overflow: bool,
    rows: Vec<StatementRow>,
}

impl Message {
    /// Takes entries and notifications as they are complete.
    fn take(&mut self, element: Element<'_>) -> bool {
        let body = ["Document", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "Ntry"];
        match element.name() {
            "Ntry" if element.stands_at(&body) => {
                self.entry(element);
                true
            }
            "Ntfctn" if element.stands_at(&body[..3]) => {
                self.any = true;
                let entries = std::mem::take(&mut self.open);
                self.notifications.extend(notification(&mut self.reader, element, entries));
                true
            }
            _ => false,
        }
    }

    fn entry(&mut self, element: Element<'_>) {
        let open = &mut self.open;
        open.number = open.number.saturating_add(1);
        let Some(amount) = self.reader.money(element) else { return };
        open.currency = open.currency.or_else(|| currency(element.parent()?));
        let currency = *open.currency.get_or_insert(amount.currency());
        let Some(entry) = self.reader.entry(element, open.number, currency) else { return };
        open.overflow |= open.sums.add(entry.amount).is_none();
        if self.reader.booked(entry.element) {
            self.reader.rows_of(entry, &mut open.rows);
        }
    }
}

fn notification(
    reader: &mut Reader,
    element: Element<'_>,
    entries: Entries,
) -> Option<Notification> {
    let account = reader.account(element)?.to_owned();
    if entries.overflow {
        return reader.refuse(element, "Ntry", "the sum of the entries is out of range");
    }
    let currency = entries.currency.or_else(|| currency(element));
    if let Some(currency) = currency {
        reader.check_summary(element, &entries.sums, currency);
    }
    Some(Notification {
        number: element.text_at(&["Id"]).unwrap_or_default().to_owned(),
        account,
        currency,
        day: day(element, &entries.rows),
        rows: entries.rows,
    })
}

fn currency(element: Element<'_>) -> Option<Currency> {
    element.text_at(&["Acct", "Ccy"]).and_then(|code| code.parse().ok())
}

/// The end of the period, else the last booking.
fn day(element: Element<'_>, rows: &[StatementRow]) -> Option<BusinessDate> {
    let end =
        element.text_at(&["FrToDt", "ToDtTm"]).or_else(|| element.text_at(&["FrToDt", "ToDt"]));
    let end = end.and_then(|text| text.get(..10)).and_then(|day| day.parse().ok());
    let created = || element.find(&["CreDtTm"]).and_then(day_of);
    end.or_else(|| rows.iter().map(|row| row.booking_date).max()).or_else(created)
}
