//! UnionPay's all-channel trade file (银联全渠道对账文件, `INN<YYMMDD>88ZM_<merchant>`): one record of
//! 607 bytes per line, GBK, no header and no trailer. Widths count bytes.
//!
//! The clearing date stands only in the file's name. A record tells its time without the year: a
//! month and day after the clearing day's belong to the year before. What the file says about
//! itself is one identity: amounts plus signed fees are the signed settlement amounts, per record
//! and in total.

use super::decode::{GB_18030, decode_gb18030};
use super::problems::{Problems, quote};
use super::stream::{Line, LineReader};
use super::{Document, Format, NO_RECORD, Sample, fields, stream};
use crate::bill::{Bill, BillRow, Check, Problem, RowKind, RowStatus};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::Money;
use std::borrow::Cow;
use std::ops::Range;
use time::PrimitiveDateTime;

/// Bytes of one record, without the line end.
pub(crate) const RECORD: usize = 607;

/// A field's place and Chinese name.
pub(crate) struct Field {
    /// Its bytes.
    pub place: Range<usize>,
    /// Its name in UnionPay's document.
    pub name: &'static str,
}

/// A field at a place.
pub(crate) const fn field(start: usize, length: usize, name: &'static str) -> Field {
    Field { place: start..start + length, name }
}

/// Transaction code.
pub(crate) const CODE: Field = field(0, 3, "交易代码");
/// System trace number.
pub(crate) const TRACE: Field = field(28, 6, "系统跟踪号");
/// MMDDhhmmss.
pub(crate) const TIME: Field = field(35, 10, "交易传输时间");
/// Amount in fen.
pub(crate) const AMOUNT: Field = field(66, 12, "交易金额");
/// UnionPay's number of the trade.
pub(crate) const QUERY_NO: Field = field(87, 21, "查询流水号");
/// Our number.
pub(crate) const ORDER_NO: Field = field(112, 32, "商户订单号");
/// Sign letter and fen: what the merchant is charged (D) or given back (C).
pub(crate) const FEE: Field = field(166, 13, "商户手续费");
/// Sign letter and fen: what the merchant gets (C) or gives (D).
pub(crate) const SETTLED: Field = field(180, 13, "结算金额");
/// The group's merchant number.
pub(crate) const GROUP: Field = field(199, 15, "集团商户代码");
/// 01 payment, 04 refund, 31 reversal.
pub(crate) const KIND: Field = field(215, 2, "交易类型");
/// Our number at UnionPay.
pub(crate) const MERCHANT: Field = field(293, 15, "商户代码");
/// The same as the settlement amount.
pub(crate) const NET: Field = field(374, 13, "清算净额");
/// First part of the reserved field; on refunds our number of the payment.
pub(crate) const ORIGINAL_ORDER_NO: Field = field(476, 32, "保留使用");

/// Where a blank separates two fields.
pub(crate) const SEPARATORS: [usize; 40] = [
    3, 15, 27, 34, 45, 65, 78, 83, 86, 108, 111, 144, 147, 154, 165, 179, 193, 198, 214, 217, 220,
    227, 230, 235, 268, 270, 292, 308, 310, 326, 359, 373, 387, 396, 429, 443, 457, 470, 473, 475,
];

/// The format.
pub(super) struct UnionPayZm;

impl Format for UnionPayZm {
    fn name(&self) -> &'static str {
        "unionpay_zm"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        Named::parse(sample.name).is_some() || looks_like_a_record(sample.bytes)
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        stream::whole_bill(reader(&file.name), file)
    }

    fn reader(&self, name: &str) -> Option<Result<Box<dyn LineReader>, Problem>> {
        Some(reader(name))
    }
}

fn reader(name: &str) -> Result<Box<dyn LineReader>, Problem> {
    let named = Named::parse(name).ok_or_else(|| {
        Problem::of_file(
            "the clearing date stands only in the file's name, which must be like \
             INN17071888ZM_898319849000018; give the file its original name",
        )
    })?;
    let (clearing_date, merchant) = (named.clearing_date, named.merchant.to_owned());
    Ok(Box::new(Reader::new(clearing_date, merchant)))
}

/// A first line of the right length, with its separators, also when it is the only line.
fn looks_like_a_record(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = first.strip_suffix(b"\r").unwrap_or(first);
    first.len() == RECORD && SEPARATORS.iter().all(|place| first[*place] == b' ')
}

/// What the file's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Named<'n> {
    clearing_date: BusinessDate,
    merchant: &'n str,
}

impl<'n> Named<'n> {
    fn parse(name: &'n str) -> Option<Self> {
        let (clearing_date, merchant) = named(name, "88ZM_")?;
        Some(Self { clearing_date, merchant })
    }
}

/// Clearing date and merchant in a name like `INN17071888ZM_898319849000018`, whose kind is told
/// by the mark after the date.
pub(super) fn named<'n>(name: &'n str, mark: &str) -> Option<(BusinessDate, &'n str)> {
    let (_, after) = name.split_once("INN")?;
    let (day, rest) = after.split_at_checked(6)?;
    let rest = rest.strip_prefix(mark)?;
    let end = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric());
    let merchant = &rest[..end.unwrap_or(rest.len())];
    Some((fields::short_day(day).ok()?, merchant))
}

struct Reader {
    clearing_date: BusinessDate,
    /// The merchant in the file's name.
    named: String,
    records: u64,
    problems: Problems,
    expected: i64,
    settled: i64,
}

/// Why a field cannot be read.
pub(super) type Reason = Cow<'static, str>;

impl LineReader for Reader {
    fn text(&self) -> bool {
        false
    }

    fn line(&mut self, line: &Line<'_>, rows: &mut Vec<BillRow>) {
        self.records += 1;
        rows.extend(self.read_line(line.number, line.bytes));
    }

    fn finish(mut self: Box<Self>, _: &'static str) -> Bill {
        if self.records == 0 {
            self.problems.push(Problem::of_file(NO_RECORD));
        }
        Bill {
            format: UnionPayZm.name().to_owned(),
            encoding: GB_18030.to_owned(),
            clearing_date: Some(self.clearing_date),
            rows: Vec::new(),
            checks: vec![Check {
                what: "Σ结算金额 = Σ交易金额 + Σ商户手续费".to_owned(),
                stated: Money::cny(self.settled).plain(),
                computed: Money::cny(self.expected).plain(),
            }],
            problems: self.problems.finish(),
        }
    }
}

impl Reader {
    fn new(clearing_date: BusinessDate, named: String) -> Self {
        let problems = Problems::default();
        Self { clearing_date, named, records: 0, problems, expected: 0, settled: 0 }
    }

    fn read_line(&mut self, line: u32, record: &[u8]) -> Option<BillRow> {
        if record.len() != RECORD {
            let reason = format!(
                "a record has {RECORD} bytes, this line has {}; is the file cut off or converted?",
                record.len()
            );
            self.problems.push(Problem::at_line(line, reason));
            return None;
        }
        if !record.is_ascii()
            && let Err(error) = decode_gb18030(record)
        {
            let offset = error.offset;
            let reason = format!("byte {offset} of the line is not valid GBK; download it again");
            self.problems.push(Problem::at_line(line, reason));
            return None;
        }
        if let Some(place) = SEPARATORS.iter().find(|place| record[**place] != b' ') {
            let reason = format!("byte {place} must be the blank between two fields");
            self.problems.push(Problem::at_line(line, reason));
            return None;
        }
        if record.contains(&0) {
            self.problems.push(Problem::at_line(line, "a NUL byte; download it again"));
            return None;
        }
        match self.read_record(line, record) {
            Ok(row) => Some(row),
            Err((field, reason)) => {
                let found = quote(&String::from_utf8_lossy(&record[field.place.clone()]));
                let reason = format!("{reason}; found \"{found}\"");
                self.problems.push(Problem::at_field(line, field.name, reason));
                None
            }
        }
    }

    fn read_record(
        &mut self,
        line: u32,
        record: &[u8],
    ) -> Result<BillRow, (&'static Field, Reason)> {
        let kind = kind_of(&record[KIND.place.clone()]).map_err(|reason| (&KIND, reason))?;
        let at = self.moment(&record[TIME.place.clone()]).map_err(|reason| (&TIME, reason))?;
        let amount = fen(&record[AMOUNT.place.clone()]).map_err(|reason| (&AMOUNT, reason))?;
        let fee = signed(&record[FEE.place.clone()]).map_err(|reason| (&FEE, reason))?;
        let settled =
            signed(&record[SETTLED.place.clone()]).map_err(|reason| (&SETTLED, reason))?;
        let moved = if kind == RowKind::Payment { amount } else { -amount };
        // All three have at most twelve digits: the sum fits.
        if moved + fee != settled {
            let reason = format!(
                "the settlement amount must be the amount and the fee, {}",
                Money::cny(moved + fee).plain()
            );
            return Err((&SETTLED, reason.into()));
        }
        self.expected = self.expected.saturating_add(moved + fee);
        self.settled = self.settled.saturating_add(settled);
        let merchant_no = self.merchant(record)?;
        let number = required(record, &ORDER_NO)?;
        let refund = kind == RowKind::Refund;
        let original = if refund { text(record, &ORIGINAL_ORDER_NO)? } else { String::new() };
        Ok(BillRow {
            line,
            kind,
            channel_no: required(record, &QUERY_NO)?,
            order_no: if refund { original } else { number.clone() },
            refund_no: refund.then_some(number),
            merchant_no,
            event_time: Some(at),
            gross: Money::cny(amount),
            fee_e5: -fee * 1_000,
            status: RowStatus::Success,
        })
    }

    /// The merchant must be the one in the file's name, or belong to that group.
    fn merchant(&self, record: &[u8]) -> Result<String, (&'static Field, Reason)> {
        let merchant = required(record, &MERCHANT)?;
        if self.named == merchant || self.named == text(record, &GROUP)? {
            return Ok(merchant);
        }
        let reason = format!("the file's name is for merchant {}", quote(&self.named));
        Err((&MERCHANT, reason.into()))
    }

    fn moment(&self, digits: &[u8]) -> Result<PrimitiveDateTime, Reason> {
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        fields::moment_before(digits, self.clearing_date).map_err(|error| error.to_string().into())
    }
}

fn kind_of(code: &[u8]) -> Result<RowKind, Reason> {
    match code {
        b"01" => Ok(RowKind::Payment),
        b"04" | b"31" => Ok(RowKind::Refund),
        _ => Err("only 01 (payment), 04 (refund) and 31 (reversal) are known".into()),
    }
}

/// Digits as fen.
pub(super) fn fen(digits: &[u8]) -> Result<i64, Reason> {
    digits.iter().try_fold(0_i64, |sum, byte| {
        if byte.is_ascii_digit() {
            Ok(sum * 10 + i64::from(byte - b'0'))
        } else {
            Err(Reason::Borrowed("an amount must be twelve digits, in fen"))
        }
    })
}

/// A sign letter and digits as fen.
pub(super) fn signed(letter_and_digits: &[u8]) -> Result<i64, Reason> {
    match letter_and_digits.split_first() {
        Some((b'C', digits)) => fen(digits),
        Some((b'D', digits)) => fen(digits).map(|amount| -amount),
        _ => Err("a signed amount must begin with C (to the merchant) or D (from it)".into()),
    }
}

fn text(record: &[u8], field: &'static Field) -> Result<String, (&'static Field, Reason)> {
    let bytes = record[field.place.clone()].trim_ascii();
    if bytes.is_ascii() {
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    decode_gb18030(bytes).map_err(|_| (field, "a character is cut by the field's width".into()))
}

fn required(record: &[u8], field: &'static Field) -> Result<String, (&'static Field, Reason)> {
    let text = text(record, field)?;
    if text.is_empty() { Err((field, "the field is empty".into())) } else { Ok(text) }
}
