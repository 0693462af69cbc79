//! Bills in formats set up by staff (自定义格式): separated values, fixed width by bytes, and Excel
//! workbooks, read by the same rules as every other bill. What cannot be read refuses the file.

pub(super) mod sheet;
mod values;

use super::decode::{GB_18030, UTF_8, decode_gb18030};
use super::delimited::{Header, bare, split};
use super::problems::{Problems, quote};
use super::stream::{Line, LineReader};
use super::{NO_RECORD, fields};
use crate::bill::{Bill, BillRow, Check, Problem, RowKind, RowStatus, fee_text};
use domain::date::BusinessDate;
use domain::file_format::{
    BillField, DaySource, FormatSpec, Layout, TextEncoding, TotalsLine, byte_range, column_number,
};
use domain::money::{Currency, Money};
use std::borrow::Cow;
use std::ops::Range;
use values::{Values, day};

/// A format set up by staff, in the version that counts.
#[derive(Debug, Clone)]
pub struct CustomFormat {
    /// Its code and version.
    pub name: String,
    /// Our number at the channel, where no column says it.
    pub merchant_no: String,
    /// How files are read.
    pub spec: FormatSpec,
}

impl CustomFormat {
    /// A reader of lines; none for workbooks.
    pub(super) fn reader(&self, file: &str) -> Option<Box<dyn LineReader>> {
        (self.spec.layout != Layout::Xlsx).then(|| {
            let reader: Box<dyn LineReader> = Box::new(Reader::new(self, file));
            reader
        })
    }

    /// Whether it reads workbooks, which are archives themselves.
    pub(super) fn is_book(&self) -> bool {
        self.spec.layout == Layout::Xlsx
    }

    /// Reads a workbook.
    pub(super) fn read_book(&self, file: &str, bytes: &[u8]) -> Result<Bill, Problem> {
        let mut reader = Reader::new(self, file);
        let mut rows = Vec::new();
        sheet::read(bytes, |number, cells| {
            rows.extend(reader.cells(number, cells));
        })?;
        let mut bill = Box::new(reader).finish("XLSX");
        bill.rows = rows;
        Ok(bill)
    }
}

/// Where a value stands.
#[derive(Debug, Clone)]
enum Place {
    Column(usize),
    Bytes(Range<usize>),
}

/// Where all values stand.
struct Places {
    fields: Vec<(BillField, Place)>,
    width: usize,
}

impl Places {
    /// A field's value: nothing inside when it stands nowhere; what cannot be read is a problem.
    fn text<'v>(
        &self,
        field: BillField,
        (line, values): (u32, &Values<'v>),
        problems: &mut Problems,
    ) -> Option<Option<Cow<'v, str>>> {
        let Some((_, place)) = self.fields.iter().find(|(held, _)| *held == field) else {
            return Some(None);
        };
        match values.at(place) {
            Ok(text) => Some(Some(text)),
            Err(reason) => {
                problems.push(Problem::at_field(line, field.name(), reason));
                None
            }
        }
    }
}

/// What the rows add up to.
struct Sums {
    count: i64,
    /// Payments less refunds.
    gross: Option<Money>,
    fee_e5: Option<i64>,
}

struct Reader {
    format: String,
    merchant_no: String,
    spec: FormatSpec,
    places: Option<Places>,
    day: Option<BusinessDate>,
    sums: Sums,
    totals: bool,
    checks: Vec<Check>,
    problems: Problems,
}

impl LineReader for Reader {
    fn text(&self) -> bool {
        self.spec.layout != Layout::FixedWidth
    }

    fn encoding(&self) -> Option<&'static str> {
        match self.spec.encoding {
            TextEncoding::Detect => None,
            TextEncoding::Utf8 => Some(UTF_8),
            TextEncoding::Gbk => Some(GB_18030),
        }
    }

    fn line(&mut self, line: &Line<'_>, rows: &mut Vec<BillRow>) {
        if self.spec.layout == Layout::FixedWidth {
            rows.extend(self.record(line.number, line.bytes));
            return;
        }
        let delimiter = if self.spec.layout == Layout::Tsv { '\t' } else { ',' };
        let mut cells = Vec::with_capacity(self.places.as_ref().map_or(0, |held| held.width));
        match split(line.text, delimiter, &mut cells) {
            Ok(()) => rows.extend(self.cells(line.number, &cells)),
            Err(reason) => self.problems.push(Problem::at_line(line.number, reason)),
        }
    }

    fn finish(mut self: Box<Self>, encoding: &'static str) -> Bill {
        if self.sums.count == 0 && self.spec.totals.is_none() {
            self.problems.push(Problem::of_file(NO_RECORD));
        }
        if self.spec.totals.is_some() && !self.totals {
            let reason = "the line of totals is missing: the file is incomplete";
            self.problems.push(Problem::of_file(reason));
        }
        let encoding = if self.spec.layout == Layout::FixedWidth {
            self.encoding().unwrap_or(GB_18030)
        } else {
            encoding
        };
        Bill {
            format: self.format,
            encoding: encoding.to_owned(),
            clearing_date: self.day,
            rows: Vec::new(),
            checks: self.checks,
            problems: self.problems.finish(),
        }
    }
}

impl Reader {
    fn new(format: &CustomFormat, file: &str) -> Self {
        let spec = format.spec.clone();
        let named = (spec.day_source == DaySource::Name).then(|| fields::day_in_name(file));
        let mut problems = Problems::default();
        if named == Some(None) {
            problems
                .push(Problem::of_file("the file's name tells no clearing date, like 20260331"));
        }
        let places = if spec.header { None } else { places(&spec, None, &mut problems) };
        Self {
            format: format.name.clone(),
            merchant_no: format.merchant_no.clone(),
            places,
            day: named.flatten(),
            sums: Sums { count: 0, gross: Some(Money::zero(spec.currency)), fee_e5: Some(0) },
            totals: false,
            checks: Vec::new(),
            problems,
            spec,
        }
    }

    /// A line of separated values, or a row of a sheet.
    fn cells(&mut self, number: u32, cells: &[Cow<'_, str>]) -> Option<BillRow> {
        let blank = cells.iter().all(|cell| bare(cell).is_empty());
        if number <= self.spec.skip || blank {
            return None;
        }
        let first = bare(cells.first()?);
        if self.ends(number, first) {
            self.check_totals(number, &Values::Cells(cells));
            return None;
        }
        if self.spec.header && self.places.is_none() {
            let header = Header::of(number, cells, &mut self.problems);
            self.places = places(&self.spec, Some(&header), &mut self.problems);
            // Without its columns nothing of the file can be read: say so once.
            self.totals |= self.places.is_none();
            return None;
        }
        let width = self.places.as_ref()?.width;
        if cells.len() < width {
            let reason = format!("{} values, but the format needs {width}", cells.len());
            self.problems.push(Problem::at_line(number, reason));
            return None;
        }
        self.row(number, &Values::Cells(cells))
    }

    /// A record of fixed width.
    fn record(&mut self, number: u32, record: &[u8]) -> Option<BillRow> {
        if number <= self.spec.skip || record.trim_ascii().is_empty() {
            return None;
        }
        let utf_8 = self.spec.encoding == TextEncoding::Utf8;
        let whole = if utf_8 {
            std::str::from_utf8(record).ok().map(Cow::Borrowed)
        } else {
            decode_gb18030(record).ok().map(Cow::Owned)
        };
        let Some(text) = whole.filter(|text| !text.contains('\0')) else {
            let reason = "the line is not valid in the format's encoding";
            self.problems.push(Problem::at_line(number, reason));
            return None;
        };
        if self.ends(number, text.trim_start()) {
            self.check_totals(number, &Values::Bytes(record, utf_8));
            return None;
        }
        let places = self.places.as_mut()?;
        let needed = places.width;
        // All records are as long as the first.
        if record.len() < needed || (self.sums.count > 0 && record.len() != needed) {
            let reason = format!("the record has {} bytes, not {needed}", record.len());
            self.problems.push(Problem::at_line(number, reason));
            return None;
        }
        places.width = record.len();
        self.row(number, &Values::Bytes(record, utf_8))
    }

    /// Whether this line is the totals; what follows them is a problem.
    fn ends(&mut self, number: u32, first: &str) -> bool {
        if self.totals {
            let reason = "nothing may follow the line of totals";
            self.problems.push(Problem::at_line(number, reason));
            return false;
        }
        let totals = self.spec.totals.as_ref();
        self.totals = totals.is_some_and(|line| first.starts_with(line.begins.as_str()));
        self.totals
    }

    fn row(&mut self, line: u32, values: &Values<'_>) -> Option<BillRow> {
        self.sums.count += 1;
        let places = self.places.take()?;
        let row = self.read(line, values, &places);
        self.places = Some(places);
        let row = row?;
        let moved = if row.kind == RowKind::Payment {
            Some(row.gross)
        } else {
            row.gross.checked_neg().ok()
        };
        let sums = &mut self.sums;
        sums.gross = sums.gross.zip(moved).and_then(|(sum, one)| sum.checked_add(one).ok());
        sums.fee_e5 = sums.fee_e5.and_then(|sum| sum.checked_add(row.fee_e5));
        Some(row)
    }

    fn read(&mut self, line: u32, values: &Values<'_>, places: &Places) -> Option<BillRow> {
        let Self { problems, spec, .. } = self;
        let text = |field: BillField, problems: &mut Problems| {
            places.text(field, (line, values), problems)
        };
        let code = text(BillField::Currency, problems)?;
        let currency: Currency = match &code {
            Some(code) => problems.keep(code.parse(), line, BillField::Currency.name(), code)?,
            None => spec.currency,
        };
        let found = text(BillField::Gross, problems)?.unwrap_or_default();
        let gross = values::amount(&found, spec.unit, currency);
        let gross = problems.keep(gross, line, BillField::Gross.name(), &found)?;
        let fee_e5 = match text(BillField::Fee, problems)?.filter(|fee| !fee.is_empty()) {
            Some(found) => {
                let fee = values::fee(&found, spec.unit, spec.fee_sign);
                problems.keep(fee, line, BillField::Fee.name(), &found)?
            }
            None => 0,
        };
        let word = text(BillField::Kind, problems)?;
        let kind = values::kind(spec, word.as_deref(), gross);
        let kind =
            problems.keep(kind, line, BillField::Kind.name(), word.as_deref().unwrap_or(&found))?;
        let word = text(BillField::Status, problems)?;
        let status = values::status(spec, word.as_deref());
        let status =
            problems.keep(status, line, BillField::Status.name(), &word.unwrap_or_default())?;
        let event_time = match text(BillField::EventTime, problems)? {
            Some(found) => {
                let at = values::moment(&spec.time_pattern, &found);
                Some(problems.keep(at, line, BillField::EventTime.name(), &found)?)
            }
            None => None,
        };
        let stated = text(BillField::ClearingDate, problems)?;
        if let Some(found) = stated {
            let stated = day(&spec.day_pattern, &found);
            let stated = problems.keep(stated, line, BillField::ClearingDate.name(), &found)?;
            same_day(&mut self.day, stated, (line, &found), problems)?;
        }
        let mut string = |field| text(field, problems);
        let channel_no = string(BillField::ChannelNo)?.unwrap_or_default().into_owned();
        let order_no = string(BillField::OrderNo)?.unwrap_or_default().into_owned();
        let refund_no = string(BillField::RefundNo)?.map(Cow::into_owned);
        let merchant_no = string(BillField::MerchantNo)?.map(Cow::into_owned);
        if channel_no.is_empty() {
            let reason = "a trade without a number";
            problems.push(Problem::at_field(line, BillField::ChannelNo.name(), reason));
            return None;
        }
        Some(BillRow {
            line,
            kind,
            channel_no,
            order_no,
            refund_no: refund_no.filter(|no| kind == RowKind::Refund && !no.is_empty()),
            merchant_no: merchant_no.unwrap_or_else(|| self.merchant_no.clone()),
            event_time,
            gross: Money::new(gross.minor().saturating_abs(), currency),
            fee_e5,
            status,
        })
    }

    fn check_totals(&mut self, line: u32, values: &Values<'_>) {
        let Some(TotalsLine { count, gross, fee, .. }) = self.spec.totals.clone() else { return };
        let sum = self.sums.gross.map(Money::plain);
        let fees = self.sums.fee_e5.map(fee_text);
        let expected = [
            ("count", count, Some(self.sums.count.to_string())),
            ("gross", gross, sum),
            ("fee", fee, fees),
        ];
        for (what, place, computed) in expected {
            let Some(place) = place.and_then(|place| self.placed(&place)) else { continue };
            let Some(computed) = computed else {
                self.problems.push(Problem::of_file("the sum of the rows is out of range"));
                continue;
            };
            let stated = values.at(&place).map_err(str::to_owned).and_then(|text| {
                let (unit, currency) = (self.spec.unit, self.spec.currency);
                match what {
                    "count" => {
                        fields::count(&text).map(|n| n.to_string()).map_err(|e| e.to_string())
                    }
                    "gross" => values::amount(&text, unit, currency).map(Money::plain),
                    _ => values::fee(&text, unit, self.spec.fee_sign).map(fee_text),
                }
            });
            if let Some(stated) = self.problems.keep(stated, line, what, "") {
                self.checks.push(Check { what: what.to_owned(), stated, computed });
            }
        }
    }

    /// A place of the line of totals: its columns have no names.
    fn placed(&self, place: &str) -> Option<Place> {
        if self.spec.layout == Layout::FixedWidth {
            return byte_range(place).map(Place::Bytes);
        }
        column_number(place).map(|number| Place::Column(number - 1))
    }
}

/// All rows of a bill clear on one day.
fn same_day(
    day: &mut Option<BusinessDate>,
    stated: BusinessDate,
    (line, found): (u32, &str),
    problems: &mut Problems,
) -> Option<()> {
    if *day.get_or_insert(stated) == stated {
        return Some(());
    }
    let reason = format!("not the day of the first row; found \"{}\"", quote(found));
    problems.push(Problem::at_field(line, BillField::ClearingDate.name(), reason));
    None
}

/// Finds where the fields stand. A missing column is a problem, and gives nothing.
fn places(spec: &FormatSpec, header: Option<&Header>, problems: &mut Problems) -> Option<Places> {
    let mut fields = Vec::new();
    for mapping in &spec.columns {
        let place = match (spec.layout, header) {
            (Layout::FixedWidth, _) => byte_range(&mapping.place).map(Place::Bytes),
            (_, Some(header)) => {
                let name = mapping.place.trim().replace('（', "(").replace('）', ")");
                header.required(&[&name], problems).map(Place::Column)
            }
            (_, None) => column_number(&mapping.place).map(|number| Place::Column(number - 1)),
        };
        fields.push((mapping.field, place?));
    }
    let end = |place: &Place| match place {
        Place::Column(at) => at + 1,
        Place::Bytes(range) => range.end,
    };
    let width = fields.iter().map(|(_, place)| end(place)).max().unwrap_or(0);
    let width = header.map_or(width, Header::width);
    Some(Places { fields, width })
}

/// How a trade ended, as a word of the file.
fn stands(spec: &FormatSpec, word: &str) -> Option<RowStatus> {
    let among = |words: &[String]| words.iter().any(|held| held == word);
    if among(&spec.success_words) {
        Some(RowStatus::Success)
    } else if among(&spec.processing_words) {
        Some(RowStatus::Processing)
    } else {
        among(&spec.failure_words).then_some(RowStatus::Failed)
    }
}
