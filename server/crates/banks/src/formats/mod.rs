//! The file formats of channels and banks, one file each.
//!
//! [`read`] is the way in for everything that will be stored: it gives a document only when the
//! whole file could be read and everything it says about itself holds. [`parse`] gives what could
//! be read together with what is wrong, and [`inspect`] tells it to a person.

mod backtick;
mod camt053;
mod decode;
mod fields;
mod inspect;
mod problems;
pub(crate) mod unionpay_zm;
mod wechat_fund;
mod wechat_trade;
mod xml;

pub use inspect::{Inspection, KindSum, Stated, inspect};

use crate::bill::{Bill, Check, Problem};
use crate::front::NamedFile;
use crate::fund::FundBill;
use crate::statement::StatementFile;
use std::fmt;

/// How many bytes of a file are looked at to tell its format.
const HEAD: usize = 4096;

/// What a format may look at to recognise its files.
pub struct Sample<'f> {
    /// The file's name.
    pub name: &'f str,
    /// All its bytes.
    pub bytes: &'f [u8],
    /// Its beginning as text, without a byte order mark, possibly with replacement characters.
    pub head: String,
}

impl<'f> Sample<'f> {
    /// Of a file.
    #[must_use]
    pub fn of(file: &'f NamedFile) -> Self {
        let head = &file.bytes[..file.bytes.len().min(HEAD)];
        let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let head = if std::str::from_utf8(first_line).is_ok() {
            String::from_utf8_lossy(head).trim_start_matches('\u{feff}').to_owned()
        } else {
            encoding_rs::GB18030.decode_without_bom_handling(head).0.into_owned()
        };
        Self { name: &file.name, bytes: &file.bytes, head }
    }
}

/// One kind of file.
pub trait Format: Sync {
    /// Its name in documents, logs and the database.
    fn name(&self) -> &'static str;

    /// Whether a file is of this kind, by its name or its beginning.
    fn recognises(&self, sample: &Sample<'_>) -> bool;

    /// Reads a file with all its problems.
    ///
    /// # Errors
    /// What keeps the file from being read at all.
    fn parse(&self, file: &NamedFile) -> Result<Document, Problem>;
}

/// All formats. No file is recognised by two of them.
pub const ALL: [&dyn Format; 4] = [
    &unionpay_zm::UnionPayZm,
    &wechat_trade::WechatTrade,
    &wechat_fund::WechatFund,
    &camt053::Camt053,
];

/// A file as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// A channel's bill (对账单).
    Bill(Bill),
    /// The movements of our balance at a channel (资金账单).
    Fund(FundBill),
    /// Statements of bank accounts.
    Statement(StatementFile),
}

impl Document {
    /// The format's name.
    #[must_use]
    pub fn format(&self) -> &str {
        match self {
            Self::Bill(bill) => &bill.format,
            Self::Fund(bill) => &bill.format,
            Self::Statement(file) => &file.format,
        }
    }

    /// The encoding it was read in.
    #[must_use]
    pub fn encoding(&self) -> &str {
        match self {
            Self::Bill(bill) => &bill.encoding,
            Self::Fund(bill) => &bill.encoding,
            Self::Statement(file) => &file.encoding,
        }
    }

    /// What it says about itself.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        match self {
            Self::Bill(bill) => &bill.checks,
            Self::Fund(bill) => &bill.checks,
            Self::Statement(file) => &file.checks,
        }
    }

    /// What could not be read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Bill(bill) => &bill.problems,
            Self::Fund(bill) => &bill.problems,
            Self::Statement(file) => &file.problems,
        }
    }

    /// Whether the file may be stored.
    #[must_use]
    pub fn acceptable(&self) -> bool {
        self.problems().is_empty() && self.checks().iter().all(Check::holds)
    }
}

/// A file that must not be stored, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The format, where one was recognised.
    pub format: Option<String>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What the file says about itself and does not hold.
    pub failed_checks: Vec<Check>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the file was refused and nothing was stored: ")?;
        let problems = self.problems.iter().map(Problem::to_string);
        let checks = self.failed_checks.iter().map(|check| {
            format!("{} is stated as {}, but it is {}", check.what, check.stated, check.computed)
        });
        let mut reasons: Vec<String> = problems.chain(checks).collect();
        let more = reasons.len().saturating_sub(3);
        reasons.truncate(3);
        f.write_str(&reasons.join("; "))?;
        if more > 0 { write!(f, "; and {more} more") } else { Ok(()) }
    }
}

/// Reads a file that may be stored.
///
/// # Errors
/// The file is of no known format, cannot be read completely, or contradicts itself.
pub fn read(file: &NamedFile) -> Result<Document, Refusal> {
    let document = parse(file)?;
    if document.acceptable() {
        return Ok(document);
    }
    let failed = document.checks().iter().filter(|check| !check.holds());
    Err(Refusal {
        format: Some(document.format().to_owned()),
        problems: document.problems().to_vec(),
        failed_checks: failed.cloned().collect(),
    })
}

/// Reads what can be read of a file. The document may be unacceptable: only a person's approved
/// decision may store it then.
///
/// # Errors
/// The file is of no known format or cannot be read at all.
pub fn parse(file: &NamedFile) -> Result<Document, Refusal> {
    let sample = Sample::of(file);
    let Some(format) = ALL.iter().find(|format| format.recognises(&sample)) else {
        let problems = vec![Problem::of_file(unknown(&sample))];
        return Err(Refusal { format: None, problems, failed_checks: Vec::new() });
    };
    format.parse(file).map_err(|problem| Refusal {
        format: Some(format.name().to_owned()),
        problems: vec![problem],
        failed_checks: Vec::new(),
    })
}

/// What an unknown file seems to be, and what would be read.
fn unknown(sample: &Sample<'_>) -> String {
    let guess = guess(sample);
    format!(
        "{guess}; known are the UnionPay trade file (INN...ZM_...), the WeChat Pay trade bill and \
         fund bill, and the bank statement camt.053"
    )
}

fn guess(sample: &Sample<'_>) -> &'static str {
    let head = sample.head.trim_start();
    let has = |text: &str| head.contains(text);
    if sample.bytes.is_empty() {
        "the file is empty"
    } else if sample.bytes.starts_with(b"PK\x03\x04") {
        "this is a zip archive: unpack it and give the file inside"
    } else if sample.bytes.starts_with(b"\x1F\x8B") {
        "this is a gzip archive: unpack it and give the file inside"
    } else if sample.name.contains("88ZME_") {
        "this is UnionPay's file of errors (ZME), not its trade file (ZM)"
    } else if has("#支付宝") {
        "this looks like a file of Alipay, which is not read yet"
    } else if has("BkToCstmrDbtCdtNtfctn") || has("BkToCstmrAcctRpt") {
        "this is a camt.052 or camt.054 message; only the statement camt.053 has balances to check"
    } else if head.starts_with(":20:") || head.starts_with("{1:") {
        "this looks like a SWIFT MT940 or MT942 statement, which is not read"
    } else if head.starts_with("<!DOCTYPE html") || head.starts_with("<html") {
        "this is a web page, perhaps of an expired session; download the file again"
    } else {
        "the format of this file is not known"
    }
}
