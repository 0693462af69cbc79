//! The text layout that Yonyou's U8, T3 and T6 import, 总账工具: GBK, CRLF, a first line that names
//! the layout, then one line a voucher line with 48 fields between commas, nothing quoted.

use crate::vouchers::VoucherError;
use domain::account::Side;
use domain::date::BusinessDate;
use domain::voucher::{Dimension, VoucherDetail, VoucherLine};
use encoding_rs::GBK;

/// Names the layout.
const HEADER: &str = "填制凭证,V800";
/// Fields of a line.
const FIELDS: usize = 48;
/// Kind of voucher, 凭证类别字: the general one.
const KIND: &str = "记";
/// Bytes of 摘要.
const MEMO_BYTES: usize = 60;
/// Bytes of 科目编码.
const ACCOUNT_BYTES: usize = 15;
/// Bytes of codes and names.
const CODE_BYTES: usize = 20;
/// Fields that importers expect to be zero: quantities and flags that do not concern us.
const ZEROS: [usize; 13] = [3, 9, 10, 27, 29, 38, 39, 40, 41, 42, 44, 45, 46];

/// The whole file. The same vouchers always give the same bytes.
///
/// # Errors
/// A text is too long for its field, or GBK cannot carry it.
pub(super) fn write(
    day: BusinessDate,
    maker: &str,
    vouchers: &[VoucherDetail],
) -> Result<Vec<u8>, VoucherError> {
    let mut bytes = gbk(HEADER)?;
    bytes.extend_from_slice(b"\r\n");
    for voucher in vouchers {
        for line in &voucher.lines {
            let fields = fields(day, maker, (voucher.summary.number, line))?;
            for (position, field) in fields.iter().enumerate() {
                if position > 0 {
                    bytes.push(b',');
                }
                bytes.extend_from_slice(field);
            }
            bytes.extend_from_slice(b"\r\n");
        }
    }
    Ok(bytes)
}

fn fields(
    day: BusinessDate,
    maker: &str,
    (number, line): (i32, &VoucherLine),
) -> Result<Vec<Vec<u8>>, VoucherError> {
    let mut fields: Vec<Vec<u8>> = vec![Vec::new(); FIELDS];
    let amount = line.amount.plain();
    let (debit, credit) = match line.side {
        Side::Debit => (amount.as_str(), "0"),
        Side::Credit => ("0", amount.as_str()),
    };
    let of_dimension = |wanted| {
        if line.dimension == wanted { line.dimension_code.as_str() } else { "" }
    };
    for (position, text, limit) in [
        (0, day.to_string().as_str(), CODE_BYTES),
        (1, KIND, CODE_BYTES),
        (2, number.to_string().as_str(), CODE_BYTES),
        (4, line.memo.as_str(), MEMO_BYTES),
        (5, line.u8_code.as_str(), ACCOUNT_BYTES),
        (6, debit, CODE_BYTES),
        (7, credit, CODE_BYTES),
        (11, maker, CODE_BYTES),
        (15, line.department.as_str(), CODE_BYTES),
        (17, of_dimension(Dimension::Customer), CODE_BYTES),
        (18, of_dimension(Dimension::Supplier), CODE_BYTES),
        (20, line.project.as_str(), CODE_BYTES),
        (47, "0", CODE_BYTES),
    ] {
        if let Some(field) = fields.get_mut(position) {
            *field = fit(text, limit)?;
        }
    }
    for position in ZEROS {
        if let Some(field) = fields.get_mut(position) {
            *field = b"0".to_vec();
        }
    }
    Ok(fields)
}

/// A text without what would break the line, if it fits its field.
fn fit(text: &str, limit: usize) -> Result<Vec<u8>, VoucherError> {
    let plain: String = text.chars().filter(|c| *c != ',' && !c.is_control()).collect();
    let bytes = gbk(&plain)?;
    if bytes.len() > limit {
        return Err(VoucherError::TooLong { text: plain, limit });
    }
    Ok(bytes)
}

fn gbk(text: &str) -> Result<Vec<u8>, VoucherError> {
    let (bytes, _, lossy) = GBK.encode(text);
    if lossy { Err(VoucherError::NotInGbk(text.to_owned())) } else { Ok(bytes.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{day, voucher};
    use super::*;

    fn lines(memo: &str) -> Vec<String> {
        let bytes = write(day(), "王会计", &[voucher(memo)]).unwrap();
        let (text, _, malformed) = GBK.decode(&bytes);
        assert!(!malformed && text.ends_with("\r\n"));
        text.split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_line_has_48_fields_as_u8_expects_them() {
        let lines = lines("3月31日计费3笔");
        assert_eq!(lines[0], "填制凭证,V800");
        assert!(lines[1..].iter().all(|line| line.split(',').count() == 48));
        assert_eq!(
            lines[2],
            "2026-03-31,记,7,0,3月31日计费3笔,602101,0,566.04,,0,0,王会计,,,,D01,,,,,P-7,,,,,,,0,,0,,,,,,\
             ,,,0,0,0,0,0,,0,0,0,0"
        );
        let debit: Vec<_> = lines[1].split(',').collect();
        assert_eq!((debit[5], debit[6], debit[7]), ("224102", "579.87", "0"));
        assert_eq!((debit[17], debit[18]), ("M100001", ""));
        let supplier: Vec<_> = lines[3].split(',').collect();
        assert_eq!((supplier[17], supplier[18]), ("", "unionpay"));
    }

    #[test]
    fn commas_and_line_breaks_in_texts_cannot_break_a_line() {
        let lines = lines("a,b\r\nc");
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[1].split(',').nth(4), Some("abc"));
    }

    #[test]
    fn texts_that_do_not_fit_or_have_no_gbk_are_refused() {
        let long = write(day(), "系统", &[voucher(&"字".repeat(31))]);
        assert!(matches!(long, Err(VoucherError::TooLong { limit: 60, .. })));
        let emoji = write(day(), "😀", &[voucher("")]);
        assert!(matches!(emoji, Err(VoucherError::NotInGbk(_))));
    }
}
