//! The first sheet of a workbook, cell by cell: what the sheet claims about its own extent is not
//! believed, so that one far cell does not fill the memory.

use super::super::archive::Members;
use crate::bill::Problem;
use calamine::{DataRef, Reader, Xlsx, open_workbook_from_rs};
use std::borrow::Cow;
use std::io::Cursor;

/// Most columns of a row.
const COLUMNS_MAX: u32 = 256;

/// Most bytes all members unpack to.
const UNPACKED_MAX: u64 = 512 << 20;

/// Takes the rows, each with its number from 1; cells that are left out are empty.
pub(in crate::formats) fn read(
    bytes: &[u8],
    mut each: impl FnMut(u32, &[Cow<'_, str>]),
) -> Result<(), Problem> {
    if Members::of(&mut Cursor::new(bytes))?.unpacked() > UNPACKED_MAX {
        return Err(Problem::of_file("the workbook unpacks to more than a bill can hold"));
    }
    let broken = |error: &dyn std::fmt::Display| {
        Problem::of_file(format!("the workbook cannot be read: {error}"))
    };
    let mut book: Xlsx<_> =
        open_workbook_from_rs(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let names = book.sheet_names();
    let first = names.first().ok_or_else(|| broken(&"it has no sheet"))?;
    let mut cells = book.worksheet_cells_reader(first).map_err(|error| broken(&error))?;
    let mut row: Vec<Cow<'_, str>> = Vec::new();
    let mut at = 0;
    while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
        let (line, column) = cell.get_position();
        if column >= COLUMNS_MAX {
            let reason = format!("a value stands in column {}, too far right", column + 1);
            return Err(Problem::at_line(line.saturating_add(1), reason));
        }
        if line < at {
            return Err(Problem::at_line(line + 1, "the sheet's rows are not in order"));
        }
        if line > at && !row.is_empty() {
            each(at.saturating_add(1), &row);
            row.clear();
        }
        at = line;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if row.len() > column {
            return Err(Problem::at_line(line + 1, "the row's values are not in order"));
        }
        row.resize(column, Cow::Borrowed(""));
        row.push(text(cell.get_value()));
    }
    if !row.is_empty() {
        each(at.saturating_add(1), &row);
    }
    Ok(())
}

/// A value as people would write it. Numbers are written by their shortest digits and read again
/// as decimals; never calculated with.
fn text(value: &DataRef<'_>) -> Cow<'static, str> {
    match value {
        DataRef::Empty => Cow::Borrowed(""),
        DataRef::Int(number) => number.to_string().into(),
        DataRef::Float(number) => number.to_string().into(),
        DataRef::String(text) => text.clone().into(),
        DataRef::SharedString(text) => (*text).to_owned().into(),
        DataRef::Bool(held) => held.to_string().into(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}").into()
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone().into(),
        DataRef::Error(error) => format!("#{error:?}").into(),
    }
}
