//! UnionPay's file of error trades (银联全渠道差错文件, `INN<YYMMDD>88ZME_<merchant>`): one record of
//! 339 bytes per line, GBK, no header and no trailer. Widths count bytes.
//!
//! The file states nothing about itself, so a missing record cannot be noticed. A file without a
//! record is refused: a day without error trades cannot be told from a failed download.

use super::decode::{GB_18030, decode_gb18030};
use super::problems::{Problems, line_number, quote};
use super::unionpay_zm::{Field, Reason, fen, field, named, signed};
use super::{Document, Format, Sample, fields};
use crate::bill::Problem;
use crate::dispute::{DisputeFile, DisputeRow};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::Money;

/// Bytes of one record, without the line end.
const RECORD: usize = 339;

/// What follows `INN<YYMMDD>` in the name.
const MARK: &str = "88ZME_";

const CODE: Field = field(0, 3, "交易代码");
const TRACE: Field = field(28, 6, "系统跟踪号");
const TIME: Field = field(35, 10, "交易传输时间");
const AMOUNT: Field = field(66, 12, "交易金额");
const ORIGINAL_TRACE: Field = field(90, 6, "原始交易系统跟踪号");
const ORIGINAL_TIME: Field = field(97, 10, "原始交易日期时间");
const REASON: Field = field(108, 4, "差错原因码");
const DISPUTED: Field = field(113, 12, "差错交易金额");
const FEE: Field = field(126, 13, "手续费");
const SETTLED: Field = field(140, 13, "结算金额");
const MERCHANT: Field = field(170, 15, "商户代码");

/// Where a blank separates two fields.
const SEPARATORS: [usize; 21] =
    [3, 15, 27, 34, 45, 65, 78, 83, 86, 89, 96, 107, 112, 125, 139, 153, 169, 185, 187, 200, 203];

/// The format.
pub(super) struct UnionPayZme;

impl Format for UnionPayZme {
    fn name(&self) -> &'static str {
        "unionpay_zme"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        let first = sample.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        let record = first.len() == RECORD && SEPARATORS.iter().all(|place| first[*place] == b' ');
        named(sample.name, MARK).is_some() || record
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let (clearing_date, _) = named(&file.name, MARK).ok_or_else(|| {
            Problem::of_file(
                "the clearing date stands only in the file's name, which must be like \
                 INN17071888ZME_898319849000018; give the file its original name",
            )
        })?;
        let mut problems = Problems::default();
        let mut rows = Vec::new();
        let body = file.bytes.strip_suffix(b"\n").unwrap_or(&file.bytes);
        if body.is_empty() {
            problems.push(Problem::of_file(
                "the file is empty: a day without error trades cannot be told from a failed \
                 download; make sure at the channel",
            ));
        } else {
            for (index, line) in body.split(|byte| *byte == b'\n').enumerate() {
                let record = line.strip_suffix(b"\r").unwrap_or(line);
                rows.extend(read_line(line_number(index), record, clearing_date, &mut problems));
            }
        }
        Ok(Document::Disputes(DisputeFile {
            format: self.name().to_owned(),
            encoding: GB_18030.to_owned(),
            clearing_date: Some(clearing_date),
            rows,
            checks: Vec::new(),
            problems: problems.finish(),
        }))
    }
}

fn read_line(
    line: u32,
    record: &[u8],
    clearing: BusinessDate,
    problems: &mut Problems,
) -> Option<DisputeRow> {
    if record.len() != RECORD {
        let reason = format!(
            "a record has {RECORD} bytes, this line has {}; is the file cut off or converted?",
            record.len()
        );
        problems.push(Problem::at_line(line, reason));
        return None;
    }
    let Ok(text) = decode_gb18030(record) else {
        problems.push(Problem::at_line(line, "bytes that are not valid GBK; download it again"));
        return None;
    };
    if text.contains('\0') {
        problems.push(Problem::at_line(line, "a NUL byte; download it again"));
        return None;
    }
    if let Some(place) = SEPARATORS.iter().find(|place| record[**place] != b' ') {
        let reason = format!("byte {place} must be the blank between two fields");
        problems.push(Problem::at_line(line, reason));
        return None;
    }
    match read_record(line, record, clearing) {
        Ok(row) => Some(row),
        Err((field, reason)) => {
            let found = quote(&String::from_utf8_lossy(&record[field.place.clone()]));
            let reason = format!("{reason}; found \"{found}\"");
            problems.push(Problem::at_field(line, field.name, reason));
            None
        }
    }
}

fn read_record(
    line: u32,
    record: &[u8],
    clearing: BusinessDate,
) -> Result<DisputeRow, (&'static Field, Reason)> {
    let text = |field: &'static Field| {
        String::from_utf8_lossy(record[field.place.clone()].trim_ascii()).into_owned()
    };
    let at = fields::moment_before(&text(&TIME), clearing)
        .map_err(|error| (&TIME, error.to_string().into()))?;
    let amount = fen(&record[AMOUNT.place.clone()]).map_err(|reason| (&AMOUNT, reason))?;
    let disputed = fen(&record[DISPUTED.place.clone()]).map_err(|reason| (&DISPUTED, reason))?;
    let fee = signed(&record[FEE.place.clone()]).map_err(|reason| (&FEE, reason))?;
    let settled = signed(&record[SETTLED.place.clone()]).map_err(|reason| (&SETTLED, reason))?;
    let merchant_no = text(&MERCHANT);
    if merchant_no.is_empty() {
        return Err((&MERCHANT, "the field is empty".into()));
    }
    Ok(DisputeRow {
        line,
        code: text(&CODE),
        trace_no: text(&TRACE),
        event_time: at,
        amount: Money::cny(amount),
        original_trace_no: text(&ORIGINAL_TRACE),
        original_time: text(&ORIGINAL_TIME),
        reason_code: text(&REASON),
        disputed: Money::cny(disputed),
        fee: Money::cny(fee),
        settled: Money::cny(settled),
        merchant_no,
    })
}
