//! File formats set up by staff (自定义文件格式): how a bill that no built-in reader knows is laid out,
//! and which of its columns says what.

use crate::ids::StaffId;
use crate::merchant::named;
use crate::money::Currency;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a column of a bill says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillField {
    /// The channel's number of the trade; always needed.
    ChannelNo,
    /// Our number of the payment.
    OrderNo,
    /// Our number of the refund.
    RefundNo,
    /// Our number at the channel.
    MerchantNo,
    /// When the trade was.
    EventTime,
    /// What the payer paid or got back; always needed.
    Gross,
    /// What the channel charges.
    Fee,
    /// Payment or refund, by words.
    Kind,
    /// How it ended, by words.
    Status,
    /// The currency's code.
    Currency,
    /// The day it clears; the same in all rows.
    ClearingDate,
}
named!(BillField {
    ChannelNo = "channel_no",
    OrderNo = "order_no",
    RefundNo = "refund_no",
    MerchantNo = "merchant_no",
    EventTime = "event_time",
    Gross = "gross",
    Fee = "fee",
    Kind = "kind",
    Status = "status",
    Currency = "currency",
    ClearingDate = "clearing_date",
});

/// How the rows are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Values between commas.
    Csv,
    /// Values between tabs.
    Tsv,
    /// Values at fixed bytes of the line.
    FixedWidth,
    /// The first sheet of an Excel workbook.
    Xlsx,
}
named!(Layout { Csv = "csv", Tsv = "tsv", FixedWidth = "fixed_width", Xlsx = "xlsx" });

/// How the bytes are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextEncoding {
    /// UTF-8 where it is valid, else GB18030.
    Detect,
    /// UTF-8 only.
    Utf8,
    /// GBK (GB18030) only.
    Gbk,
}
named!(TextEncoding { Detect = "detect", Utf8 = "utf8", Gbk = "gbk" });

/// What amounts are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountUnit {
    /// Yuan, with decimals.
    Major,
    /// Fen, without.
    Minor,
}
named!(AmountUnit { Major = "major", Minor = "minor" });

/// What the sign of a fee means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeSign {
    /// A positive fee is charged to us.
    PositiveCharged,
    /// A negative fee is charged to us.
    NegativeCharged,
}
named!(FeeSign { PositiveCharged = "positive_charged", NegativeCharged = "negative_charged" });

/// Where the clearing date stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DaySource {
    /// In a column.
    Column,
    /// In the file's name, as eight digits or with separators.
    Name,
    /// Nowhere: whoever brings in the file names it.
    Given,
}
named!(DaySource { Column = "column", Name = "name", Given = "given" });

/// Where a value stands: a column's name, its number from 1, or bytes as `first-last` from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// What the value says.
    pub field: BillField,
    /// Where it stands.
    pub place: String,
}

/// The line of totals at the end of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsLine {
    /// What the line's first value begins with.
    pub begins: String,
    /// Where the number of rows stands.
    pub count: Option<String>,
    /// Where the sum of amounts stands: payments less refunds.
    pub gross: Option<String>,
    /// Where the sum of fees stands.
    pub fee: Option<String>,
}

/// How files of one format are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatSpec {
    /// How the rows are laid out.
    pub layout: Layout,
    /// How the bytes are text.
    pub encoding: TextEncoding,
    /// Lines before the header, or before the first row where there is none.
    pub skip: u32,
    /// Whether a line names the columns.
    pub header: bool,
    /// Where each value stands.
    pub columns: Vec<Mapping>,
    /// What amounts are counted in.
    pub unit: AmountUnit,
    /// What the sign of a fee means.
    pub fee_sign: FeeSign,
    /// The currency, where no column says it.
    pub currency: Currency,
    /// How a trade's time is written, with `YYYY MM DD hh mm ss`.
    pub time_pattern: String,
    /// How a clearing date is written.
    pub day_pattern: String,
    /// Where the clearing date stands.
    pub day_source: DaySource,
    /// Words for a payment; without any, the sign of the amount tells refunds.
    pub payment_words: Vec<String>,
    /// Words for a refund.
    pub refund_words: Vec<String>,
    /// Words for success; without any, every row is one.
    pub success_words: Vec<String>,
    /// Words for what is not finished.
    pub processing_words: Vec<String>,
    /// Words for failure.
    pub failure_words: Vec<String>,
    /// The line of totals, which then must be there.
    pub totals: Option<TotalsLine>,
}

/// What is wrong with a format as set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatInvalid {
    /// A needed column is missing.
    #[error("say where the channel's number and the amount stand")]
    NeedsColumns,
    /// A field has two places.
    #[error("each value stands in one place")]
    TwicePlaced,
    /// The clearing date stands in a column that is not named.
    #[error("say in which column the clearing date stands")]
    NeedsDay,
    /// Bytes are written in another way.
    #[error("in files of fixed width a place is written as first-last byte, from 1, like 67-78")]
    Bytes,
    /// A column without a header has a number.
    #[error("without a header line a place is the column's number, from 1")]
    Numbers,
    /// A time or date pattern.
    #[error("write how dates and times look with YYYY, MM, DD, hh, mm and ss")]
    Pattern,
    /// Kinds by words need both.
    #[error("a column of kinds needs the words for payments and for refunds")]
    KindWords,
    /// States by words need some.
    #[error("a column of states needs the words for success")]
    StatusWords,
}

impl FormatSpec {
    /// Where a field stands.
    #[must_use]
    pub fn place(&self, field: BillField) -> Option<&str> {
        let mapping = self.columns.iter().find(|mapping| mapping.field == field);
        mapping.map(|mapping| mapping.place.as_str())
    }

    /// Checks that files can be read by it.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), FormatInvalid> {
        if self.place(BillField::ChannelNo).is_none() || self.place(BillField::Gross).is_none() {
            return Err(FormatInvalid::NeedsColumns);
        }
        for (at, mapping) in self.columns.iter().enumerate() {
            if self.columns[..at].iter().any(|other| other.field == mapping.field) {
                return Err(FormatInvalid::TwicePlaced);
            }
        }
        let in_column = self.place(BillField::ClearingDate).is_some();
        if in_column != (self.day_source == DaySource::Column) {
            return Err(FormatInvalid::NeedsDay);
        }
        let totals = self.totals.iter().flat_map(|line| [&line.count, &line.gross, &line.fee]);
        let totals = totals.filter_map(Option::as_deref);
        let mut places = self.columns.iter().map(|mapping| mapping.place.as_str()).chain(totals);
        if self.layout == Layout::FixedWidth {
            if self.header || places.any(|place| byte_range(place).is_none()) {
                return Err(FormatInvalid::Bytes);
            }
        } else if !self.header && places.any(|place| column_number(place).is_none()) {
            return Err(FormatInvalid::Numbers);
        }
        let dated = |pattern: &str| ["YYYY", "MM", "DD"].iter().all(|part| pattern.contains(part));
        if (self.place(BillField::EventTime).is_some() && !dated(&self.time_pattern))
            || (in_column && !dated(&self.day_pattern))
        {
            return Err(FormatInvalid::Pattern);
        }
        let kinds = !self.payment_words.is_empty() && !self.refund_words.is_empty();
        if self.place(BillField::Kind).is_some() != kinds {
            return Err(FormatInvalid::KindWords);
        }
        if self.place(BillField::Status).is_some() == self.success_words.is_empty() {
            return Err(FormatInvalid::StatusWords);
        }
        Ok(())
    }
}

/// `67-78` as the bytes from 66 up to 78.
#[must_use]
pub fn byte_range(place: &str) -> Option<std::ops::Range<usize>> {
    let (first, last) = place.trim().split_once('-')?;
    let (first, last) = (column_number(first)?, column_number(last)?);
    (first <= last).then_some(first - 1..last)
}

/// A number counted from 1.
#[must_use]
pub fn column_number(place: &str) -> Option<usize> {
    place.trim().parse().ok().filter(|number| (1..=10_000).contains(number))
}

/// A version of a format, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatVersion {
    /// Its code, letters, digits and underscores.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The channel whose bills it reads.
    pub channel: String,
    /// Its version, from 1.
    pub version: i32,
    /// How files are read.
    pub spec: FormatSpec,
    /// Who set it up.
    pub made_by: StaffId,
    /// When it took effect; nothing while it waits for a second person, or was refused.
    pub effective_at: Option<OffsetDateTime>,
}
