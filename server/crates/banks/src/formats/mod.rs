//! The file formats of channels and banks, one file each.
//!
//! [`read`] is the way in for everything that will be stored: it gives a document only when the
//! whole file could be read and everything it says about itself holds. [`parse`] gives what could
//! be read together with what is wrong, and [`inspect`] tells it to a person.

mod acquirer_detail;
mod alipay;
mod archive;
mod backtick;
mod bai2;
mod bank_csv;
mod camt;
mod camt053;
mod camt054;
mod chain;
mod chinaums;
pub mod custom;
mod decode;
mod delimited;
mod document;
mod fields;
mod guess;
mod inspect;
mod nacha_return;
mod pain001;
mod pain002;
mod problems;
pub mod stream;
mod swift;
pub(crate) mod unionpay_zm;
mod unionpay_zme;
mod wechat_fund;
mod wechat_trade;
pub mod workbook;
mod xml;

pub use document::Document;
pub use inspect::{Inspection, KindSum, Stated, extent, inspect, inspect_stream, sums};

use crate::bill::{BillSums, Check, Problem};
use crate::front::NamedFile;
use std::fmt;
use std::io::Read;
use stream::{LineReader, Source};

/// What a bill without a record is refused for: a day without trades looks like a failed download.
const NO_RECORD: &str = "the file is empty, it has not one record";

/// How many bytes of a file are looked at to tell its format.
const HEAD: usize = 4096;

/// What a format may look at to recognise its files.
pub struct Sample<'f> {
    /// The file's name.
    pub name: &'f str,
    /// Its first bytes, some tens of thousands of them or all.
    pub bytes: &'f [u8],
    /// Its beginning as text, without a byte order mark, possibly with replacement characters.
    pub head: String,
}

impl<'f> Sample<'f> {
    /// Of a file.
    #[must_use]
    pub fn of(file: &'f NamedFile) -> Self {
        Self::of_head(&file.name, &file.bytes)
    }

    /// Of the beginning of a file.
    #[must_use]
    pub fn of_head(name: &'f str, bytes: &'f [u8]) -> Self {
        let head = &bytes[..bytes.len().min(HEAD)];
        let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let head = if std::str::from_utf8(first_line).is_ok() {
            String::from_utf8_lossy(head).trim_start_matches('\u{feff}').to_owned()
        } else {
            encoding_rs::GB18030.decode_without_bom_handling(head).0.into_owned()
        };
        Self { name, bytes, head }
    }
}

/// One kind of file.
#[expect(private_interfaces, reason = "formats are implemented here only")]
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

    /// Reads such a file as it flows in, where that is possible and it is no file of lines.
    #[doc(hidden)]
    fn flowing(&self, _input: &mut dyn Read) -> Option<Result<Document, Problem>> {
        None
    }

    /// Reads such a file line by line, where that is possible.
    #[doc(hidden)]
    fn reader(&self, _name: &str) -> Option<Result<Box<dyn LineReader>, Problem>> {
        None
    }
}

/// All formats. No file is recognised by two of them.
pub const ALL: [&dyn Format; 19] = [
    &unionpay_zm::UnionPayZm,
    &unionpay_zme::UnionPayZme,
    &wechat_trade::WechatTrade,
    &wechat_fund::WechatFund,
    &alipay::AlipayTrade,
    &alipay::AlipaySummary,
    &alipay::AlipayAccount,
    &chinaums::ChinaUms,
    &acquirer_detail::AcquirerDetail,
    &camt053::Camt053,
    &camt054::Camt054,
    &pain001::Pain001,
    &pain002::Pain002,
    &swift::Mt940,
    &swift::Mt942,
    &bai2::Bai2,
    &nacha_return::NachaReturn,
    &bank_csv::Icbc,
    &bank_csv::Boc,
];

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

impl Refusal {
    fn of_file(format: Option<&str>, problem: Problem) -> Self {
        let format = format.map(str::to_owned);
        Self { format, problems: vec![problem], failed_checks: Vec::new() }
    }
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
    accepted(parse(file)?)
}

/// Whether the only thing wrong with a bill is that it has no record: then it is a day without
/// trades, or a failed download, and the file cannot tell which.
#[must_use]
pub fn has_no_record(document: &Document) -> bool {
    let Document::Bill(bill) = document else { return false };
    let [only] = &bill.problems[..] else { return false };
    bill.rows.is_empty() && only.line.is_none() && only.reason == NO_RECORD
}

/// Lets a document through that may be stored.
///
/// # Errors
/// It contradicts itself, or could not be read completely.
pub fn accepted(document: Document) -> Result<Document, Refusal> {
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
/// Of an archive, its one file is read; or a channel's bill together with the summary beside it,
/// which it must agree with.
///
/// # Errors
/// The file is of no known format or cannot be read at all.
pub fn parse(file: &NamedFile) -> Result<Document, Refusal> {
    if !archive::is_archive(&file.bytes) {
        return parse_plain(file);
    }
    let members = unpack(file)?;
    if let [only] = &members[..] {
        return parse_plain(only);
    }
    if let [first, second] = &members[..] {
        match (parse_plain(first), parse_plain(second)) {
            (Ok(Document::Bill(bill)), Ok(Document::Summary(summary)))
            | (Ok(Document::Summary(summary)), Ok(Document::Bill(bill))) => {
                let mut sums = BillSums::default();
                sums.add(&bill.rows);
                return Ok(Document::Bill(document::with_summary(bill, &sums, summary)));
            }
            _ => {}
        }
    }
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    Err(several(&names))
}

fn several(names: &[&str]) -> Refusal {
    let quoted: Vec<String> = names.iter().take(5).map(|name| problems::quote(name)).collect();
    let reason = format!(
        "the archive holds {} files: {}; choose one of them",
        names.len(),
        quoted.join(", ")
    );
    Refusal::of_file(None, Problem::of_file(reason))
}

/// The names of the files inside an archive; nothing for what is none.
///
/// # Errors
/// The archive is damaged, encrypted or unfit to be unpacked.
pub fn members(file: &mut dyn Source) -> Result<Vec<String>, Refusal> {
    let mut head = Vec::new();
    let read = file.take(4).read_to_end(&mut head);
    if read.is_err() || !archive::is_archive(&head) || archive::is_gzip(&head) {
        return Ok(Vec::new());
    }
    let members = archive::Members::of(file).map_err(|p| Refusal::of_file(None, p))?;
    Ok(members.names().into_iter().map(str::to_owned).collect())
}

/// The files inside an archive (zip or gzip), to choose one of them; a file that is no archive is
/// its own only one.
///
/// # Errors
/// The archive is damaged, encrypted or unfit to be unpacked.
pub fn unpack(file: &NamedFile) -> Result<Vec<NamedFile>, Refusal> {
    if archive::is_archive(&file.bytes) {
        archive::unpack(file).map_err(|problem| Refusal::of_file(None, problem))
    } else {
        Ok(vec![file.clone()])
    }
}

fn parse_plain(file: &NamedFile) -> Result<Document, Refusal> {
    let format = stream::known(&Sample::of(file))?;
    format.parse(file).map_err(|problem| Refusal::of_file(Some(format.name()), problem))
}
