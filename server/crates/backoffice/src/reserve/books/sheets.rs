//! The month's tables as a spreadsheet file (XLSX): the values of the screens, one sheet per table.

use super::tables;
use crate::accounts::Export;
use crate::office::Office;
use crate::reserve::ReserveError;
use domain::access::Actor;
use domain::date::BusinessDate;
use domain::reserve::tables::{Row, Table, money};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// Columns before the days: code, Chinese heading, English heading.
const HEADINGS: u16 = 3;

/// All tables of a month as one file.
///
/// # Errors
/// Not allowed, the month has not begun, or the file could not be written.
pub async fn tables_file(
    office: &Office,
    actor: &Actor,
    month: Option<BusinessDate>,
) -> Result<Export, ReserveError> {
    let tables = tables(office, actor, month).await?;
    let first = tables.first().and_then(|table| table.days.first()).copied();
    let month = first.map(|day| day.compact().chars().take(6).collect::<String>());
    let name = format!("reserve-tables-{}.xlsx", month.unwrap_or_default());
    Ok(Export { name, bytes: workbook(&tables)? })
}

fn workbook(tables: &[Table]) -> Result<Vec<u8>, ReserveError> {
    let mut workbook = Workbook::new();
    for table in tables {
        sheet(workbook.add_worksheet(), table)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn sheet(sheet: &mut Worksheet, table: &Table) -> Result<(), ReserveError> {
    let (number, zh, en) = table.kind.heading();
    let bold = Format::new().set_bold();
    let head = Format::new().set_bold().set_align(FormatAlign::Right);
    sheet.set_name(number)?;
    sheet.write_with_format(0, 0, format!("表{number} {zh} {en}"), &bold)?;
    for (column, title) in (0..HEADINGS).zip(["代码 Code", "项目", "Item"]) {
        sheet.write_with_format(1, column, title, &bold)?;
    }
    let days = table.days.iter().map(ToString::to_string).chain(["合计 Total".to_owned()]);
    for (column, day) in (HEADINGS..).zip(days) {
        sheet.write_with_format(1, column, day, &head)?;
    }
    for (at, row) in (2..).zip(&table.rows) {
        values(sheet, at, row)?;
    }
    sheet.set_column_width(0, 8)?;
    sheet.set_column_width(1, 42)?;
    sheet.set_column_width(2, 36)?;
    sheet.set_freeze_panes(2, HEADINGS)?;
    Ok(())
}

fn values(sheet: &mut Worksheet, at: u32, row: &Row) -> Result<(), ReserveError> {
    let amount = Format::new().set_num_format("#,##0.00");
    let count = Format::new().set_num_format("0");
    for (column, text) in (0..HEADINGS).zip([&row.code, &row.zh, &row.en]) {
        sheet.write(at, column, text)?;
    }
    for (column, value) in (HEADINGS..).zip(row.values.iter().copied().chain(row.total)) {
        let (text, format) =
            if row.counts { (value.to_string(), &count) } else { (money(value).plain(), &amount) };
        // The file holds numbers as decimal text; this is the same text.
        let number: f64 = text.parse().map_err(|_| XlsxError::ParameterError(text))?;
        sheet.write_with_format(at, column, number, format)?;
    }
    Ok(())
}
