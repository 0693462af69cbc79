//! Reads a trial balance of the general ledger (发生额及余额表): a workbook, or CSV in UTF-8 or GBK.
//! Columns are found by their names, in one row of headings or in two.

use crate::vouchers::VoucherError;
use calamine::{Data, Reader, Xlsx};
use domain::money::{Currency, Money};
use domain::voucher::PeriodBalance;
use encoding_rs::{GBK, UTF_8};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Most bytes of such a file.
const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most rows and columns that are looked at.
const ROWS_MAX: usize = 20_000;
const COLUMNS_MAX: usize = 40;

/// Where the columns are.
struct Columns {
    code: usize,
    debits: usize,
    credits: usize,
    closing_debit: usize,
    closing_credit: usize,
}

/// The accounts that are booked on, by code: what moved, and the closing balance. Accounts that
/// only add up others are left out.
///
/// # Errors
/// It is not such a file, or an amount cannot be read.
pub(super) fn balances(bytes: &[u8]) -> Result<BTreeMap<String, PeriodBalance>, VoucherError> {
    if bytes.len() > BYTES_MAX {
        return Err(VoucherError::NotReadable("it is larger than 8 MB".to_owned()));
    }
    let rows = if bytes.starts_with(b"PK") { workbook(bytes)? } else { delimited(bytes)? };
    let (columns, first) = columns(&rows)?;
    let mut found: BTreeMap<String, PeriodBalance> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate().skip(first) {
        let code = cell(row, columns.code);
        if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let amount = |column| amount(index, cell(row, column));
        let closing =
            amount(columns.closing_debit)?.checked_sub(amount(columns.closing_credit)?)?;
        let balance = PeriodBalance {
            debits: amount(columns.debits)?,
            credits: amount(columns.credits)?,
            closing,
        };
        if found.insert(code.to_owned(), balance).is_some() {
            return Err(VoucherError::Unreadable {
                line: index.saturating_add(1),
                reason: format!("account {code} stands twice"),
            });
        }
    }
    let leaves = leaves(&found);
    found.retain(|code, _| leaves.contains(code));
    if found.is_empty() {
        return Err(VoucherError::NotReadable("it lists no accounts".to_owned()));
    }
    Ok(found)
}

/// Codes that no other code goes on from.
fn leaves(found: &BTreeMap<String, PeriodBalance>) -> Vec<String> {
    let codes: Vec<&String> = found.keys().collect();
    let after = codes.iter().skip(1).map(Some).chain([None]);
    codes
        .iter()
        .zip(after)
        .filter(|(code, next)| !next.is_some_and(|next| next.starts_with(code.as_str())))
        .map(|(code, _)| (*code).clone())
        .collect()
}

fn columns(rows: &[Vec<String>]) -> Result<(Columns, usize), VoucherError> {
    let missing = |what: &str| VoucherError::NotReadable(format!("it has no column {what}"));
    let is_code = |text: &String| text == "科目编码" || text == "科目代码";
    let at = rows.iter().position(|row| row.iter().any(is_code));
    let at = at.ok_or_else(|| missing("科目编码"))?;
    let top = rows.get(at).cloned().unwrap_or_default();
    let below = rows.get(at.saturating_add(1)).cloned().unwrap_or_default();
    let two = below.iter().any(|text| text == "借方" || text == "贷方");
    let mut group = String::new();
    let mut names = Vec::new();
    for column in 0..top.len().max(below.len()) {
        let name = cell(&top, column);
        if !name.is_empty() {
            name.clone_into(&mut group);
        }
        names.push(if two { format!("{group}{}", cell(&below, column)) } else { name.to_owned() });
    }
    let find = |of: &str, side: &str| {
        let found = names.iter().position(|name| name.contains(of) && name.contains(side));
        found.ok_or_else(|| missing(&format!("{of}{side}方")))
    };
    let columns = Columns {
        code: top.iter().position(is_code).unwrap_or(0),
        debits: find("本期", "借")?,
        credits: find("本期", "贷")?,
        closing_debit: find("期末", "借")?,
        closing_credit: find("期末", "贷")?,
    };
    Ok((columns, at.saturating_add(if two { 2 } else { 1 })))
}

fn amount(index: usize, text: &str) -> Result<Money, VoucherError> {
    let plain: String = text.chars().filter(|letter| *letter != ',').collect();
    if plain.is_empty() {
        return Ok(Money::cny(0));
    }
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.as_str()),
    };
    let read = Money::parse(digits, Currency::Cny).map_err(|error| VoucherError::Unreadable {
        line: index.saturating_add(1),
        reason: format!("{text}: {error}"),
    })?;
    Ok(if negative { read.checked_neg()? } else { read })
}

fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

fn workbook(bytes: &[u8]) -> Result<Vec<Vec<String>>, VoucherError> {
    let unreadable = |error: calamine::XlsxError| VoucherError::NotReadable(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let range = book
        .worksheet_range_at(0)
        .ok_or_else(|| VoucherError::NotReadable("it has no sheet".to_owned()))?
        .map_err(unreadable)?;
    let text = |data: &Data| match data {
        // A cell's number is a binary fraction: written with two decimals it is the amount again.
        Data::Float(number) => format!("{number:.2}").trim_end_matches(".00").to_owned(),
        other => other.to_string().trim().to_owned(),
    };
    let rows = range.rows().take(ROWS_MAX);
    Ok(rows.map(|row| row.iter().take(COLUMNS_MAX).map(text).collect()).collect())
}

fn delimited(bytes: &[u8]) -> Result<Vec<Vec<String>>, VoucherError> {
    let (text, malformed) = UTF_8.decode_with_bom_removal(bytes);
    let text = if malformed {
        let (text, malformed) = GBK.decode_without_bom_handling(bytes);
        if malformed {
            return Err(VoucherError::NotReadable("it is neither UTF-8 nor GBK".to_owned()));
        }
        text
    } else {
        text
    };
    let tabs = text.lines().take(5).any(|line| line.contains('\t'));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records().take(ROWS_MAX) {
        let record = record.map_err(|error| VoucherError::NotReadable(error.to_string()))?;
        rows.push(record.iter().take(COLUMNS_MAX).map(|text| text.trim().to_owned()).collect());
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_ROWS: &str = "发生额及余额表,,,,,,,\n\
        科目编码,科目名称,期初余额,,本期发生,,期末余额,\n\
        ,,借方,贷方,借方,贷方,借方,贷方\n\
        1012,其他货币资金,,,\"1,000.50\",200,\"800.50\",\n\
        101201,备付金,,,\"1,000.50\",200,800.50,\n\
        2241,其他应付款,,,0,800.50,,800.50\n\
        合计,,,,,,,\n";

    #[test]
    fn accounts_are_read_and_those_that_add_up_others_are_left_out() {
        let found = balances(TWO_ROWS.as_bytes()).unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), ["101201", "2241"]);
        let reserve = found["101201"];
        assert_eq!(reserve.debits, Money::cny(100_050));
        assert_eq!(
            (reserve.closing, found["2241"].closing),
            (Money::cny(80_050), Money::cny(-80_050))
        );
        let gbk = GBK.encode(TWO_ROWS).0.into_owned();
        assert_eq!(balances(&gbk).unwrap(), found);
    }

    #[test]
    fn one_row_of_headings_does_as_well() {
        let text = "科目代码\t本期借方\t本期贷方\t期末借方\t期末贷方\n6021\t0\t-5.00\t\t-5.00\n";
        assert_eq!(balances(text.as_bytes()).unwrap()["6021"].closing, Money::cny(500));
    }

    #[test]
    fn bad_files_are_refused_with_their_reason() {
        let twice = "科目编码,本期借方,本期贷方,期末借方,期末贷方\n1,1,1,1,1\n1,1,1,1,1\n";
        assert!(matches!(
            balances(twice.as_bytes()),
            Err(VoucherError::Unreadable { line: 3, .. })
        ));
        let odd = "科目编码,本期借方,本期贷方,期末借方,期末贷方\n1,1e3,1,1,1\n";
        assert!(matches!(balances(odd.as_bytes()), Err(VoucherError::Unreadable { line: 2, .. })));
        for bad in ["", "hello", "科目编码,本期借方\n1,2\n", "PK\u{3}\u{4}"] {
            assert!(matches!(balances(bad.as_bytes()), Err(VoucherError::NotReadable(_))), "{bad}");
        }
    }
}
