//! A small workbook that a colleague brings: its first sheet as text, read as carefully as a bill.

use super::archive::Members;
use super::custom::sheet;
use crate::bill::Problem;
use calamine::{Reader, Xlsx, open_workbook_from_rs};
use std::io::Cursor;

/// Most bytes all members of a small workbook unpack to.
const UNPACKED_MAX: u64 = 64 << 20;

/// A row: its line from 1, and its cells as text.
pub type Row = (u32, Vec<String>);

/// The rows of the first sheet, and whether any of its cells holds a formula.
///
/// # Errors
/// It is no workbook, it is damaged, or it unpacks to more than a small one can.
pub fn first_sheet(bytes: &[u8]) -> Result<(Vec<Row>, bool), Problem> {
    if Members::of(&mut Cursor::new(bytes))?.unpacked() > UNPACKED_MAX {
        return Err(Problem::of_file("the workbook unpacks to more than it can hold"));
    }
    let mut rows = Vec::new();
    sheet::read(bytes, |line, cells| {
        rows.push((line, cells.iter().map(|cell| cell.trim().to_owned()).collect()));
    })?;
    Ok((rows, has_formulas(bytes)?))
}

fn has_formulas(bytes: &[u8]) -> Result<bool, Problem> {
    let broken = |error: calamine::XlsxError| {
        Problem::of_file(format!("the workbook cannot be read: {error}"))
    };
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let Some(first) = book.sheet_names().first().cloned() else { return Ok(false) };
    let mut cells = book.worksheet_cells_reader(&first).map_err(broken)?;
    while let Some(cell) = cells.next_formula().map_err(broken)? {
        if !cell.get_value().is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
