//! UnionPay's all-channel trade file: 607 bytes of GBK per record, CRLF.

use super::{WriteError, plain};
use crate::bill::{BillRow, RowKind, RowStatus};
use crate::formats::unionpay_zm::{
    AMOUNT, CODE, FEE, Field, KIND, MERCHANT, NET, ORDER_NO, ORIGINAL_ORDER_NO, QUERY_NO, RECORD,
    SETTLED, TIME, TRACE,
};
use crate::front::NamedFile;
use domain::date::BusinessDate;
use domain::money::{Currency, MoneyError};
use encoding_rs::GBK;

/// Hundred-thousandths in one fen.
const E5_PER_FEN: i64 = 1_000;

/// Largest amount of twelve digits.
const FEN_MAX: u64 = 999_999_999_999;

/// Fields that are the same in every record: acquirer, sender, card, category, terminal kind,
/// ways of paying, business kind, sub-merchant and the amounts we do not use.
const FIXED: [(usize, &str); 15] = [
    (4, "48020000"),
    (16, "00040000"),
    (46, "622280*********0000"),
    (79, "4900"),
    (84, "07"),
    (109, "05"),
    (145, "01"),
    (194, "0201"),
    (221, "000201"),
    (311, "000000000000000"),
    (361, "000000000000"),
    (388, "01080209"),
    (431, "000000000000"),
    (445, "000000000000"),
    (459, "00000000000"),
];

/// Writes the bill of a clearing date of our number at UnionPay.
///
/// # Errors
/// A row that is not done, not of this merchant, without its time, not in yuan, with a fee in
/// parts of a fen, or with a value wider than its field.
pub fn write(
    clearing_date: BusinessDate,
    merchant_no: &str,
    rows: &[BillRow],
) -> Result<NamedFile, WriteError> {
    let mut bytes = Vec::with_capacity(rows.len() * (RECORD + 2));
    for row in rows {
        bytes.extend_from_slice(&record(merchant_no, row)?);
        bytes.extend_from_slice(b"\r\n");
    }
    let compact = clearing_date.compact();
    let day = compact.get(2..).unwrap_or_default();
    Ok(NamedFile { name: format!("INN{day}88ZM_{merchant_no}"), bytes })
}

fn record(merchant_no: &str, row: &BillRow) -> Result<Vec<u8>, WriteError> {
    if row.status != RowStatus::Success {
        return Err(WriteError::unwritable("status", row.status.name()));
    }
    if row.merchant_no != merchant_no {
        return Err(WriteError::unwritable("商户代码", &row.merchant_no));
    }
    if row.gross.currency() != Currency::Cny {
        return Err(WriteError::unwritable("交易金额", row.gross.to_string()));
    }
    let Some(at) = row.event_time else {
        return Err(WriteError::unwritable("交易传输时间", ""));
    };
    if row.fee_e5 % E5_PER_FEN != 0 {
        return Err(WriteError::unwritable("商户手续费", crate::bill::fee_text(row.fee_e5)));
    }
    let (month, day) = (u8::from(at.month()), at.day());
    let (hour, minute, second) = at.as_hms();
    let amount = row.gross.minor();
    let fee = -(row.fee_e5 / E5_PER_FEN);
    let (code, moved) = match row.kind {
        RowKind::Payment => ("01", Some(amount)),
        RowKind::Refund => ("04", amount.checked_neg()),
    };
    let settled = moved.and_then(|moved| moved.checked_add(fee)).ok_or(MoneyError::Overflow)?;
    let (number, original) = match &row.refund_no {
        Some(refund_no) if row.kind == RowKind::Refund => (refund_no.as_str(), &*row.order_no),
        _ => (row.order_no.as_str(), ""),
    };
    let mut record = vec![b' '; RECORD];
    for (place, value) in FIXED {
        record[place..place + value.len()].copy_from_slice(value.as_bytes());
    }
    put(&mut record, &CODE, "S22")?;
    put(&mut record, &TRACE, row.channel_no.get(14..20).unwrap_or_default())?;
    let time = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}");
    put(&mut record, &TIME, &time)?;
    if amount < 0 {
        return Err(WriteError::unwritable(AMOUNT.name, row.gross.plain()));
    }
    put(&mut record, &AMOUNT, &digits(&AMOUNT, amount)?)?;
    put(&mut record, &QUERY_NO, &row.channel_no)?;
    put(&mut record, &ORDER_NO, number)?;
    put(&mut record, &FEE, &signed(&FEE, fee, 'D')?)?;
    put(&mut record, &SETTLED, &signed(&SETTLED, settled, 'C')?)?;
    put(&mut record, &KIND, code)?;
    put(&mut record, &MERCHANT, merchant_no)?;
    put(&mut record, &NET, &signed(&NET, settled, 'C')?)?;
    put(&mut record, &ORIGINAL_ORDER_NO, original)?;
    Ok(record)
}

fn put(record: &mut [u8], field: &'static Field, value: &str) -> Result<(), WriteError> {
    let value = plain(field.name, value)?;
    let (bytes, _, unmappable) = GBK.encode(value);
    if unmappable || value.trim() != value {
        return Err(WriteError::unwritable(field.name, value));
    }
    let width = field.place.len();
    if bytes.len() > width {
        let value = value.to_owned();
        return Err(WriteError::TooLong { field: field.name, value, bytes: width });
    }
    let start = field.place.start;
    record[start..start + bytes.len()].copy_from_slice(&bytes);
    Ok(())
}

fn digits(field: &'static Field, fen: i64) -> Result<String, WriteError> {
    let magnitude = fen.unsigned_abs();
    if magnitude > FEN_MAX {
        let value = fen.to_string();
        return Err(WriteError::TooLong { field: field.name, value, bytes: 12 });
    }
    Ok(format!("{magnitude:012}"))
}

/// `C` to the merchant, `D` from it; zero is written with the letter usual for the field.
fn signed(field: &'static Field, fen: i64, of_zero: char) -> Result<String, WriteError> {
    let letter = match fen.signum() {
        1 => 'C',
        -1 => 'D',
        _ => of_zero,
    };
    Ok(format!("{letter}{}", digits(field, fen)?))
}
