//! The workbook of 73 columns that Yonyou's U8 imports; its columns mirror the table GL_accvouch.
//! Our own number of the voucher stands in 外部凭证业务号, by which U8 knows it again.

use crate::vouchers::VoucherError;
use domain::account::Side;
use domain::date::{BusinessDate, Month};
use domain::voucher::{Dimension, VoucherDetail, VoucherLine};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};
use time::OffsetDateTime;

/// The columns, as U8 names and orders them.
pub(super) const COLUMNS: [&str; 73] = [
    "会计期间",
    "凭证类别字",
    "凭证类别排序号",
    "凭证编号",
    "行号",
    "制单日期",
    "附单据数",
    "制单人",
    "审核人",
    "记账人",
    "记账标志",
    "出纳人",
    "凭证标志",
    "凭证头自定义项1",
    "凭证头自定义项2",
    "摘要",
    "科目编码",
    "币种",
    "借方金额",
    "贷方金额",
    "外币借方金额",
    "外币贷方金额",
    "汇率",
    "数量借方",
    "数量贷方",
    "结算方式编码",
    "票号",
    "票号发生日期",
    "部门编码",
    "职员编码",
    "客户编码",
    "供应商编码",
    "项目编码",
    "项目大类编码",
    "业务员",
    "对方科目编码",
    "银行帐两清标志",
    "往来帐两清标志",
    "是否核销",
    "外部凭证帐套号",
    "外部凭证会计年度",
    "外部凭证系统名称",
    "外部凭证系统版本号",
    "外部凭证制单日期",
    "外部凭证会计期间",
    "外部凭证业务类型",
    "外部凭证业务号",
    "日期",
    "标志",
    "外部凭证单据号",
    "凭证是否可修改",
    "凭证分录是否可增删",
    "凭证合计金额是否保值",
    "分录数值是否可修改",
    "分录科目是否可修改",
    "分录受控科目可用状态",
    "分录往来项是否可修改",
    "分录部门是否可修改",
    "分录项目是否可修改",
    "分录往来项是否必输",
    "自定义字段1",
    "自定义字段2",
    "自定义字段3",
    "自定义字段4",
    "自定义字段5",
    "自定义字段6",
    "自定义字段7",
    "自定义字段8",
    "自定义字段9",
    "自定义字段10",
    "现金项目编号",
    "现金借方",
    "现金贷方",
];

/// How the vouchers' origin is named there.
const SYSTEM: &str = "账房";

/// The whole workbook. It says when it was written, and nothing else that changes.
///
/// # Errors
/// The workbook could not be written.
pub(super) fn write(
    (day, at): (BusinessDate, OffsetDateTime),
    maker: &str,
    vouchers: &[VoucherDetail],
) -> Result<Vec<u8>, VoucherError> {
    let mut workbook = Workbook::new();
    let written = ExcelDateTime::from_timestamp(at.unix_timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    let sheet = workbook.add_worksheet();
    sheet.set_name("凭证")?;
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string(0, column, name)?;
    }
    let mut row = 1;
    for voucher in vouchers {
        for (number, line) in (1..).zip(&voucher.lines) {
            write_line(sheet, row, (day, maker), (voucher, number, line))?;
            row += 1;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn write_line(
    sheet: &mut Worksheet,
    row: u32,
    (day, maker): (BusinessDate, &str),
    (voucher, number, line): (&VoucherDetail, u32, &VoucherLine),
) -> Result<(), VoucherError> {
    let (date, month) = (day.to_string(), Month::of(day));
    let id = voucher.summary.id.to_string();
    let (period, year) = (month.number().to_string(), month.year().to_string());
    let (voucher_number, line_number) = (voucher.summary.number.to_string(), number.to_string());
    let of = |wanted| if line.dimension == wanted { line.dimension_code.as_str() } else { "" };
    for (column, text) in [
        (0, period.as_str()),
        (1, "记"),
        (2, "1"),
        (3, &voucher_number),
        (4, &line_number),
        (5, &date),
        (6, "0"),
        (7, maker),
        (10, "0"),
        (15, &line.memo),
        (16, &line.u8_code),
        (17, "人民币"),
        (28, &line.department),
        (30, of(Dimension::Customer)),
        (31, of(Dimension::Supplier)),
        (32, &line.project),
        (40, &year),
        (41, SYSTEM),
        (43, &date),
        (44, &period),
        (45, voucher.summary.entry.name()),
        (46, &id),
    ] {
        if !text.is_empty() {
            sheet.write_string(row, column, text)?;
        }
    }
    let column = match line.side {
        Side::Debit => 18,
        Side::Credit => 19,
    };
    // As text: a cell's number is a binary fraction, an amount is not.
    let text = Format::new().set_num_format("@");
    sheet.write_string_with_format(row, column, line.amount.plain(), &text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{day, voucher};
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use domain::money::{Currency, Money};
    use std::collections::BTreeSet;
    use std::io::Cursor;
    use time::macros::datetime;

    fn rows(bytes: Vec<u8>) -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("凭证").unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    #[test]
    fn the_columns_are_73_and_named_as_u8_names_them() {
        assert_eq!(COLUMNS.iter().collect::<BTreeSet<_>>().len(), 73);
        assert_eq!(
            (COLUMNS[16], COLUMNS[46], COLUMNS[72]),
            ("科目编码", "外部凭证业务号", "现金贷方")
        );
    }

    #[test]
    fn lines_stand_under_their_columns_and_balance() {
        let at = datetime!(2026-04-01 02:00 UTC);
        let bytes = write((day(), at), "王会计", &[voucher("计费")]).unwrap();
        assert_eq!(bytes, write((day(), at), "王会计", &[voucher("计费")]).unwrap());
        let rows = rows(bytes);
        let text = |row: usize, column: usize| rows[row][column].to_string();
        assert_eq!(rows.len(), 4);
        for (column, name) in COLUMNS.iter().enumerate() {
            assert_eq!(&text(0, column), name);
        }
        let sum = |column: usize| {
            let cells = (1..4).map(|row| text(row, column)).filter(|cell| !cell.is_empty());
            let amounts = cells.map(|cell| Money::parse(&cell, Currency::Cny).unwrap());
            Money::sum(amounts, Currency::Cny).unwrap()
        };
        assert_eq!((sum(18), sum(19)), (Money::cny(57_987), Money::cny(57_987)));
        assert_eq!((text(1, 0), text(1, 3), text(3, 4)), ("3".into(), "7".into(), "3".into()));
        assert_eq!((text(1, 30), text(3, 31)), ("M100001".into(), "unionpay".into()));
        assert_eq!((text(2, 28), text(2, 32)), ("D01".into(), "P-7".into()));
        assert_eq!(text(2, 46), voucher("").summary.id.to_string());
    }
}
