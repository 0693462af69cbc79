//! Reading a file as it flows in, so that memory does not grow with it.
//!
//! Bills are files of lines: their readers take one line after the other and give their rows away
//! in batches. Messages in XML are turned into movements entry by entry. Of an archive the directory
//! is read, then the one member that is wanted as it is unpacked. What remains is small and is read
//! whole, up to a limit: statements in lines, and workbooks, whose reader jumps about in them.

use super::decode::{GB_18030, UTF_8, Undecodable, decode_gb18030};
use super::{ALL, Document, Format, Refusal, Sample, archive, custom, document, guess, problems};
use crate::bill::{Bill, BillRow, BillSums, Problem};
use crate::front::NamedFile;
use memchr::memchr;
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};

/// Rows of a bill that are given away at a time.
pub const BATCH: usize = 10_000;

/// Most bytes of a file that is read whole.
pub const WHOLE_MAX: usize = 64 << 20;

/// Most bytes of one line: a file without line ends must not fill the memory.
const LINE_MAX: usize = 1 << 20;

/// How much of a file is at hand at a time.
const WINDOW: usize = 256 << 10;

/// How much is looked at to tell what a file is.
const HEAD: usize = 64 << 10;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The bytes of a file: an archive's directory stands at its end.
pub trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

/// What to read, and as what.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The file's name: some formats keep their day there.
    pub name: String,
    /// Of an archive with several files, the one to be read.
    pub member: Option<String>,
    /// A format set up by staff, in place of the known ones.
    pub custom: Option<custom::CustomFormat>,
}

/// Takes the rows of a bill; false stops the reading.
pub type Sink<'s> = dyn FnMut(Vec<BillRow>) -> bool + 's;

/// One line of a file.
pub(super) struct Line<'l> {
    /// Counted from 1.
    pub number: u32,
    /// Its bytes, without the line end.
    pub bytes: &'l [u8],
    /// The same as text; empty for readers of bytes.
    pub text: &'l str,
}

/// Reads a bill line by line.
pub(super) trait LineReader: Send {
    /// Whether lines are wanted as text; else as bytes, whatever they are.
    fn text(&self) -> bool {
        true
    }

    /// The encoding, where it is settled beforehand.
    fn encoding(&self) -> Option<&'static str> {
        None
    }

    /// Takes the next line; rows that are complete are added.
    fn line(&mut self, line: &Line<'_>, rows: &mut Vec<BillRow>);

    /// What the file was, with its rows left out.
    fn finish(self: Box<Self>, encoding: &'static str) -> Bill;
}

/// Reads what can be read of a file and gives its rows away, where it is a bill; the document that
/// remains then has no rows. It may be unacceptable.
///
/// # Errors
/// The file is of no known format, cannot be read at all, or the sink wanted no more.
pub fn read_stream(
    wanted: &Wanted,
    input: &mut dyn Source,
    sink: &mut Sink<'_>,
) -> Result<Document, Refusal> {
    let head = head(&mut *input)?;
    if archive::is_gzip(&head) {
        let name = wanted.name.strip_suffix(".gz").unwrap_or(&wanted.name).to_owned();
        let mut inner = archive::gunzip_stream(Cursor::new(head).chain(input));
        return unpacked(&Wanted { name, ..wanted.clone() }, &mut inner, sink);
    }
    let book = wanted.custom.as_ref().is_some_and(custom::CustomFormat::is_book);
    if archive::is_archive(&head) && !book {
        return of_archive(wanted, input, sink);
    }
    plain(wanted, head, input, sink)
}

/// The beginning of what flows in.
fn head(mut input: impl Read) -> Result<Vec<u8>, Refusal> {
    let mut head = Vec::new();
    input.by_ref().take(size(HEAD)).read_to_end(&mut head).map_err(unreadable)?;
    Ok(head)
}

/// What flows out of an archive, to its end: what follows the part that was read counts for the
/// checksum too.
fn unpacked(
    wanted: &Wanted,
    input: &mut dyn Read,
    sink: &mut Sink<'_>,
) -> Result<Document, Refusal> {
    let head = head(&mut *input)?;
    let book = wanted.custom.as_ref().is_some_and(custom::CustomFormat::is_book);
    if archive::is_archive(&head) && !book {
        return Err(Refusal::of_file(None, archive::nested(&wanted.name)));
    }
    let document = plain(wanted, head, input, sink)?;
    io::copy(input, &mut io::sink()).map_err(unreadable)?;
    Ok(document)
}

/// Of an archive the chosen file, its only one, or a bill with the summary beside it.
fn of_archive(
    wanted: &Wanted,
    input: &mut dyn Source,
    sink: &mut Sink<'_>,
) -> Result<Document, Refusal> {
    let members = archive::Members::of(input).map_err(|p| Refusal::of_file(None, p))?;
    let names = members.names();
    let chosen = match (&wanted.member, &names[..]) {
        (Some(name), _) if names.contains(&name.as_str()) => name.clone(),
        (Some(name), _) => {
            let reason = format!("the archive holds no \"{}\"", problems::quote(name));
            return Err(Refusal::of_file(None, Problem::of_file(reason)));
        }
        (None, [only]) => (*only).to_owned(),
        (None, [first, second]) if wanted.custom.is_none() => {
            return match with_its_summary(&members, [first, second], (input, sink))? {
                Some(bill) => Ok(Document::Bill(bill)),
                None => Err(super::several(&names)),
            };
        }
        (None, _) => return Err(super::several(&names)),
    };
    let mut member = members.open(input, &chosen).map_err(|p| Refusal::of_file(None, p))?;
    let inner = Wanted { name: chosen, member: None, custom: wanted.custom.clone() };
    unpacked(&inner, &mut member, sink)
}

/// A bill flows; the summary beside it, which it must agree with, is small and is read first. None
/// when the two are something else.
fn with_its_summary(
    members: &archive::Members,
    names: [&str; 2],
    (input, sink): (&mut dyn Source, &mut Sink<'_>),
) -> Result<Option<Bill>, Refusal> {
    let of_file = |problem| Refusal::of_file(None, problem);
    let mut beside = None;
    for name in names {
        let head = head(members.open(input, name).map_err(of_file)?)?;
        if archive::is_archive(&head) {
            return Err(of_file(archive::nested(name)));
        }
        if known(&Sample::of_head(name, &head)).is_ok_and(|format| format.reader(name).is_some()) {
            continue;
        }
        let wanted = Wanted { name: name.to_owned(), ..Wanted::default() };
        let mut member = members.open(input, name).map_err(of_file)?;
        match unpacked(&wanted, &mut member, &mut |_| true) {
            Ok(Document::Summary(summary)) if beside.is_none() => beside = Some((name, summary)),
            _ => return Ok(None),
        }
    }
    let Some((summary_name, summary)) = beside else { return Ok(None) };
    let Some(name) = names.into_iter().find(|name| *name != summary_name) else { return Ok(None) };
    let wanted = Wanted { name: name.to_owned(), ..Wanted::default() };
    let mut sums = BillSums::default();
    let mut member = members.open(input, name).map_err(of_file)?;
    let read = unpacked(&wanted, &mut member, &mut |rows| {
        sums.add(&rows);
        sink(rows)
    });
    match read? {
        Document::Bill(bill) => Ok(Some(document::with_summary(bill, &sums, summary))),
        _ => Ok(None),
    }
}

fn plain(
    wanted: &Wanted,
    head: Vec<u8>,
    input: &mut dyn Read,
    sink: &mut Sink<'_>,
) -> Result<Document, Refusal> {
    if let Some(custom) = &wanted.custom {
        let refused = |problem| Refusal::of_file(Some(&custom.name), problem);
        return match custom.reader(&wanted.name) {
            Some(reader) => {
                let input = Cursor::new(head).chain(input);
                lines(reader, input, sink).map(Document::Bill).map_err(refused)
            }
            None => {
                let bytes = whole(head, input, Some(&custom.name))?;
                give(custom.read_book(&wanted.name, &bytes).map_err(refused)?, sink)
            }
        };
    }
    let (format, reader) = {
        let sample = Sample::of_head(&wanted.name, &head);
        let format = known(&sample)?;
        (format, format.reader(&wanted.name))
    };
    let refused = |problem| Refusal::of_file(Some(format.name()), problem);
    if let Some(reader) = reader {
        let input = Cursor::new(head).chain(input);
        return lines(reader.map_err(refused)?, input, sink).map(Document::Bill).map_err(refused);
    }
    let mut input = Cursor::new(head).chain(input);
    if let Some(document) = format.flowing(&mut input) {
        let document = document.map_err(refused)?;
        return match document {
            Document::Bill(bill) => give(bill, sink),
            other => Ok(other),
        };
    }
    let bytes = whole(Vec::new(), &mut input, Some(format.name()))?;
    let file = NamedFile { name: wanted.name.clone(), bytes };
    match format.parse(&file).map_err(refused)? {
        Document::Bill(bill) => give(bill, sink),
        other => Ok(other),
    }
}

/// The one format that recognises a file.
pub(super) fn known(sample: &Sample<'_>) -> Result<&'static dyn Format, Refusal> {
    let format = ALL.iter().find(|format| format.recognises(sample)).copied();
    format.ok_or_else(|| Refusal::of_file(None, Problem::of_file(guess::unknown(sample))))
}

/// Gives away the rows of a bill that was read whole.
fn give(mut bill: Bill, sink: &mut Sink<'_>) -> Result<Document, Refusal> {
    let mut rows = std::mem::take(&mut bill.rows).into_iter();
    loop {
        let batch: Vec<BillRow> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(Document::Bill(bill));
        }
        if !sink(batch) {
            return Err(Refusal::of_file(Some(&bill.format), stopped()));
        }
    }
}

/// Reads a bill that is at hand, with its rows.
pub(super) fn whole_bill(
    reader: Result<Box<dyn LineReader>, Problem>,
    file: &NamedFile,
) -> Result<Document, Problem> {
    let mut rows = Vec::new();
    let mut bill = lines(reader?, file.bytes.as_slice(), &mut |batch| {
        rows.extend(batch);
        true
    })?;
    bill.rows = rows;
    Ok(Document::Bill(bill))
}

/// The rest of a file that has to be read whole.
fn whole(
    mut head: Vec<u8>,
    input: &mut dyn Read,
    format: Option<&str>,
) -> Result<Vec<u8>, Refusal> {
    let left = WHOLE_MAX.saturating_sub(head.len()) + 1;
    input.take(size(left)).read_to_end(&mut head).map_err(unreadable)?;
    if head.len() > WHOLE_MAX {
        let reason = format!(
            "a file of this kind is read whole, up to {} MiB: ask for it in parts",
            WHOLE_MAX >> 20
        );
        return Err(Refusal::of_file(format, Problem::of_file(reason)));
    }
    Ok(head)
}

fn size(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn unreadable(error: io::Error) -> Refusal {
    Refusal::of_file(None, broken(&error))
}

fn broken(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::InvalidData => Problem::of_file(error.to_string()),
        _ => Problem::of_file(format!("the file could not be read to its end: {error}")),
    }
}

fn stopped() -> Problem {
    Problem::of_file("the reading was stopped")
}

/// Leads a reader through the lines.
fn lines(
    mut reader: Box<dyn LineReader>,
    input: impl Read,
    sink: &mut Sink<'_>,
) -> Result<Bill, Problem> {
    let mut input = BufReader::with_capacity(WINDOW, input);
    let mut decoder = Decoder { encoding: reader.encoding(), offset: 0, line: 0 };
    let mut rows = Vec::new();
    let mut carried: Vec<u8> = Vec::new();
    loop {
        let window = input.fill_buf().map_err(|error| broken(&error))?;
        if window.is_empty() {
            break;
        }
        let mut used = 0;
        while let Some(end) = memchr(b'\n', &window[used..]) {
            let line = &window[used..used + end];
            used += end + 1;
            if carried.is_empty() {
                decoder.take(line, true, (reader.as_mut(), &mut rows))?;
            } else {
                carried.extend_from_slice(line);
                decoder.take(&carried, true, (reader.as_mut(), &mut rows))?;
                carried.clear();
            }
        }
        carried.extend_from_slice(&window[used..]);
        if carried.len() > LINE_MAX {
            let reason = format!("a line is longer than {} KiB", LINE_MAX >> 10);
            return Err(Problem::at_line(decoder.line.saturating_add(1), reason));
        }
        let used = window.len();
        input.consume(used);
        if rows.len() >= BATCH && !sink(std::mem::take(&mut rows)) {
            return Err(stopped());
        }
    }
    if !carried.is_empty() {
        decoder.take(&carried, false, (reader.as_mut(), &mut rows))?;
    }
    if !rows.is_empty() && !sink(rows) {
        return Err(stopped());
    }
    Ok(reader.finish(decoder.encoding.unwrap_or(UTF_8)))
}

/// Turns lines of bytes into text, strictly. The first line that is not plain ASCII decides: what
/// is valid UTF-8 is UTF-8, else GB18030, and the whole file must be the same.
struct Decoder {
    encoding: Option<&'static str>,
    /// Of the line at hand, from the beginning of the file.
    offset: usize,
    line: u32,
}

impl Decoder {
    fn take(
        &mut self,
        bytes: &[u8],
        ended: bool,
        (reader, rows): (&mut dyn LineReader, &mut Vec<BillRow>),
    ) -> Result<(), Problem> {
        self.line = self.line.saturating_add(1);
        let length = bytes.len() + usize::from(ended);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let number = self.line;
        if !reader.text() {
            reader.line(&Line { number, bytes, text: "" }, rows);
            self.offset += length;
            return Ok(());
        }
        let body = if number == 1 { bytes.strip_prefix(BOM) } else { None };
        if body.is_some() {
            self.encoding = Some(UTF_8);
        }
        let bytes = body.unwrap_or(bytes);
        let text = self.decode(bytes, body.map_or(0, |_| BOM.len()))?;
        odd(&text, number)?;
        reader.line(&Line { number, bytes, text: &text }, rows);
        self.offset += length;
        Ok(())
    }

    fn decode<'l>(&mut self, bytes: &'l [u8], before: usize) -> Result<Cow<'l, str>, Problem> {
        if self.encoding != Some(GB_18030) || bytes.is_ascii() {
            match std::str::from_utf8(bytes) {
                Ok(text) => {
                    if self.encoding.is_none() && !text.is_ascii() {
                        self.encoding = Some(UTF_8);
                    }
                    return Ok(Cow::Borrowed(text));
                }
                Err(error) if self.encoding == Some(UTF_8) => {
                    return Err(self.undecodable(UTF_8, before + error.valid_up_to()));
                }
                Err(_) => self.encoding = Some(GB_18030),
            }
        }
        match decode_gb18030(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => Err(self.undecodable(GB_18030, before + error.offset)),
        }
    }

    fn undecodable(&self, encoding: &'static str, within: usize) -> Problem {
        let offset = self.offset + within;
        let error = Undecodable { encoding, offset, line: self.line };
        Problem::at_line(self.line, error.to_string())
    }
}

/// What no exported text has.
fn odd(text: &str, line: u32) -> Result<(), Problem> {
    let Some(at) = memchr::memchr2(0, b'\r', text.as_bytes()) else { return Ok(()) };
    Err(super::decode::odd_byte(text.as_bytes()[at], line))
}
