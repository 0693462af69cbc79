//! NACHA returns: payments of ours in the United States that came back. Records of 94 characters;
//! each entry (6) is followed by its addenda 99 with the reason. Batches (8) and the file (9) state
//! counts, an entry hash and sums of debits and credits, all of which must agree.

use super::decode::{decode_lines, lines};
use super::problems::{Problems, quote};
use super::{Document, Format, Sample, fields};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::statement::{Notification, NotificationFile, StatementRow};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};

/// Characters of one record.
const RECORD: usize = 94;

/// The format.
pub(super) struct NachaReturn;

impl Format for NachaReturn {
    fn name(&self) -> &'static str {
        "nacha_return"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        let mut lines = sample.head.lines();
        let first = lines.next().unwrap_or_default().len();
        sample.head.starts_with("101 ")
            && (RECORD - 10..=RECORD).contains(&first)
            && lines.next().is_none_or(|line| line.starts_with('5'))
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded = decode_lines(&file.bytes)?;
        if !decoded.text.is_ascii() {
            return Err(Problem::of_file("the file must be ASCII; download it again"));
        }
        let mut reader = Reader::default();
        for (number, line) in lines(&decoded.text) {
            // Blanks at the end of a record are often cut by what carried it.
            let record = format!("{line:<RECORD$}");
            if record.len() == RECORD {
                reader.record(number, &record);
            } else {
                let reason = format!("a record has {RECORD} characters, this one {}", record.len());
                reader.problems.push(Problem::at_line(number, reason));
            }
        }
        if !reader.ended {
            let reason = "the file control record (9) is missing: the file is incomplete";
            reader.problems.push(Problem::of_file(reason));
        }
        Ok(Document::Notification(NotificationFile {
            format: self.name().to_owned(),
            encoding: decoded.encoding.to_owned(),
            notifications: reader.batches,
            checks: reader.checks,
            problems: reader.problems.finish(),
        }))
    }
}

/// What a control record states.
#[derive(Debug, Default, Clone, Copy)]
struct Control {
    entries: i64,
    hash: i64,
    debits: i64,
    credits: i64,
}

impl Control {
    fn add(&mut self, other: Self) {
        self.entries = self.entries.saturating_add(other.entries);
        self.hash = self.hash.saturating_add(other.hash);
        self.debits = self.debits.saturating_add(other.debits);
        self.credits = self.credits.saturating_add(other.credits);
    }
}

#[derive(Default)]
struct Reader {
    day: Option<BusinessDate>,
    batches: Vec<Notification>,
    /// Whether a batch is open.
    open: bool,
    /// An entry whose addenda has not come yet.
    entry: Option<StatementRow>,
    batch: Control,
    file: Control,
    ended: bool,
    checks: Vec<Check>,
    problems: Problems,
}

impl Reader {
    fn refuse(&mut self, line: u32, record: &str, reason: &str) {
        let field = format!("record {}", record.get(..1).unwrap_or_default());
        self.problems.push(Problem::at_field(line, &field, reason));
    }

    fn record(&mut self, line: u32, record: &str) {
        let filler = record.bytes().all(|byte| byte == b'9');
        let code = &record[..1];
        if self.ended {
            if !filler && !record.trim().is_empty() {
                self.refuse(line, record, "nothing may follow the file control record");
            }
            return;
        }
        match code {
            "1" if line == 1 => {
                let text = &record[23..29];
                let day = fields::short_day(text);
                self.day = self.problems.keep(day, line, "file creation date", text);
            }
            "5" if !self.open => {
                self.open = true;
                self.batch = Control::default();
                self.batches.push(Notification {
                    number: record[87..94].trim().to_owned(),
                    account: record[40..50].trim().to_owned(),
                    currency: Some(Currency::Usd),
                    day: self.day,
                    rows: Vec::new(),
                });
            }
            "6" if self.open && self.entry.is_none() => self.entry(line, record),
            "7" if self.open => self.addenda(line, record),
            "8" if self.open && self.entry.is_none() => {
                self.open = false;
                self.control(line, record, 4, self.batch);
                self.file.add(self.batch);
            }
            "9" if !self.open => {
                self.ended = true;
                let text = &record[1..7];
                let batches = self.problems.keep(fields::count(text), line, "batch count", text);
                if let Some(stated) = batches {
                    let (stated, computed) = (stated.to_string(), self.batches.len().to_string());
                    self.checks.push(Check {
                        what: "record 9 batches".to_owned(),
                        stated,
                        computed,
                    });
                }
                self.control(line, record, 13, self.file);
            }
            _ => self.refuse(line, record, "this record is not expected here"),
        }
    }

    fn entry(&mut self, line: u32, record: &str) {
        let text = &record[29..39];
        let amount = fields::minor_units(text, Currency::Usd);
        let Some(amount) = self.problems.keep(amount, line, "amount", text) else { return };
        let bank = &record[3..11];
        let Some(hash) = self.problems.keep(fields::count(bank), line, "bank", bank) else {
            return;
        };
        // A credit of ours that comes back raises our balance, a debit lowers it again.
        let signed = match &record[1..3] {
            "21" | "31" | "41" | "51" => Ok(amount),
            "26" | "36" | "46" | "56" => Ok(Money::new(-amount.minor(), Currency::Usd)),
            _ => Err("only the transaction codes of returns are known (21, 26, 31, 36, ...)"),
        };
        let Some(signed) = self.problems.keep(signed, line, "transaction code", &record[1..3])
        else {
            return;
        };
        let Some(day) = self.day else { return };
        let debit = if signed.is_negative() { amount.minor() } else { 0 };
        let credits = amount.minor() - debit;
        self.batch.add(Control { entries: 1, hash, debits: debit, credits });
        let number = self.batches.last().map_or(0, |batch| batch.rows.len()) + 1;
        self.entry = Some(StatementRow {
            entry: u32::try_from(number).unwrap_or(u32::MAX),
            bank_ref: record[79..94].trim().to_owned(),
            end_to_end_id: Some(record[39..54].trim().to_owned()).filter(|held| !held.is_empty()),
            amount: signed,
            booking_date: day,
            value_date: None,
            counterparty: Some(record[54..76].trim().to_owned()).filter(|held| !held.is_empty()),
            remittance: String::new(),
            return_reason: None,
        });
        if &record[78..79] != "1" {
            self.refuse(line, record, "a return must be followed by its addenda record");
        }
    }

    fn addenda(&mut self, line: u32, record: &str) {
        let Some(mut row) = self.entry.take() else {
            return self.refuse(line, record, "an addenda record without its entry");
        };
        if &record[1..3] != "99" {
            let found = quote(&record[1..3]);
            let reason = format!("only addenda 99 (return) is read; found \"{found}\"");
            return self.refuse(line, record, &reason);
        }
        let information = record[35..79].trim();
        row.return_reason = Some(format!("{} {information}", &record[3..6]).trim().to_owned());
        row.remittance = format!("original trace {}", record[6..21].trim());
        self.batch.add(Control { entries: 1, ..Control::default() });
        if let Some(batch) = self.batches.last_mut() {
            batch.rows.push(row);
        }
    }

    /// Count, hash and sums from this place on: of a batch 6, 10, 12, 12 digits; of the file 8, 10,
    /// 12, 12.
    fn control(&mut self, line: u32, record: &str, from: usize, computed: Control) {
        let file = from == 13;
        let (width, name) = if file { (8, "record 9") } else { (6, "record 8") };
        let hash = from + width;
        let parts = [
            ("entries and addenda", from..hash, computed.entries),
            ("entry hash", hash..hash + 10, computed.hash % 10_000_000_000),
            ("debits", hash + 10..hash + 22, computed.debits),
            ("credits", hash + 22..hash + 34, computed.credits),
        ];
        for (what, place, computed) in parts {
            let text = &record[place];
            let stated = fields::minor_units(text, Currency::Usd).map(Money::minor);
            if let Some(stated) = self.problems.keep(stated, line, what, text) {
                let what = format!("{name} line {line} {what}");
                let (stated, computed) = (stated.to_string(), computed.to_string());
                self.checks.push(Check { what, stated, computed });
            }
        }
    }
}
