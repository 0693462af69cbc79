//! What a row of the workbook says of an item, and the workbook itself.

use super::super::ErrorItemError;
use super::super::store::Stored;
use domain::error_item::{Action, RecordView};
use domain::ids::StaffId;
use rust_xlsxwriter::{DataValidation, Format, FormatAlign, Workbook, Worksheet};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Cells that are locked, in their order; the last names the owner as they were.
pub(super) const LOCKED: [&str; 12] = [
    "number",
    "cause",
    "status",
    "clearing_date",
    "channel",
    "record",
    "ours",
    "theirs",
    "difference",
    "currency",
    "owner_was",
    "version",
];
/// The cells that are edited.
const EDITED: [&str; 3] = ["owner", "action", "comment"];
/// Where the version stands.
pub(super) const VERSION: usize = 11;
/// Where the seal stands, after the locked cells.
pub(super) const SEAL: usize = 12;
/// Where the edited cells begin.
pub(super) const OWNER: usize = 13;
/// All columns.
pub(super) const COLUMNS: usize = 16;

/// What the columns are called, in both languages: the name of the field first.
pub(super) fn headings() -> Vec<String> {
    let chinese = [
        "编号",
        "差错类型",
        "状态",
        "清算日期",
        "渠道",
        "记录编号",
        "我方金额",
        "对方金额",
        "差额",
        "币种",
        "导出时处理人",
        "版本",
        "校验码",
        "处理人（可改）",
        "处理动作（可改）",
        "说明（可改）",
    ];
    let names = LOCKED.iter().chain(["seal"].iter()).chain(&EDITED);
    names.zip(chinese).map(|(name, chinese)| format!("{name} {chinese}")).collect()
}

/// The locked cells of an item as it stands.
pub(super) fn of(stored: &Stored, logins: &HashMap<StaffId, String>) -> [String; 12] {
    let found = &stored.item.difference;
    let record = found.theirs.as_ref().or(found.ours.as_ref());
    let number = |record: &RecordView| {
        let number = &record.number;
        if number.is_empty() { record.channel_no.clone() } else { number.clone() }
    };
    let amount = |side: &Option<RecordView>| {
        side.as_ref().map(|record| record.amount.plain()).unwrap_or_default()
    };
    let owner = stored.item.assignee.and_then(|id| logins.get(&id).cloned());
    [
        stored.item.number.clone(),
        found.cause.name().to_owned(),
        stored.item.state.status().name().to_owned(),
        found.clearing_date.to_string(),
        found.channel.clone().unwrap_or_default(),
        record.map(number).unwrap_or_default(),
        amount(&found.ours),
        amount(&found.theirs),
        found.difference.plain(),
        found.difference.currency().code().to_owned(),
        owner.unwrap_or_default(),
        stored.item.version.to_string(),
    ]
}

/// SHA-256 of the locked cells: a row whose cells no longer have their seal was tampered with.
pub(super) fn seal(locked: &[String]) -> String {
    hex::encode(Sha256::digest(locked.join("\u{1f}").as_bytes()))
}

/// The workbook: every cell is locked but the three that are edited.
pub(super) fn workbook(rows: &[[String; 12]]) -> Result<Vec<u8>, ErrorItemError> {
    let mut workbook = Workbook::new();
    sheet(workbook.add_worksheet(), rows)?;
    Ok(workbook.save_to_buffer()?)
}

fn sheet(sheet: &mut Worksheet, rows: &[[String; 12]]) -> Result<(), ErrorItemError> {
    let bold = Format::new().set_bold();
    let right = Format::new().set_align(FormatAlign::Right);
    let open = Format::new().set_unlocked().set_background_color("#FFF9DB");
    sheet.set_name("error items")?;
    for (column, heading) in (0..).zip(headings()) {
        sheet.write_with_format(0, column, heading, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, (cell, name)) in (0..).zip(row.iter().zip(LOCKED)) {
            if matches!(name, "ours" | "theirs" | "difference") {
                sheet.write_string_with_format(line, column, cell, &right)?;
            } else {
                sheet.write_string(line, column, cell)?;
            }
        }
        sheet.write_string(line, 12, seal(row))?;
        sheet.write_string_with_format(line, 13, row.get(10).map_or("", String::as_str), &open)?;
        sheet.write_blank(line, 14, &open)?;
        sheet.write_blank(line, 15, &open)?;
    }
    let last = u32::try_from(rows.len().max(1)).unwrap_or(u32::MAX);
    let actions: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
    let choice = DataValidation::new().allow_list_strings(&actions)?;
    sheet.add_data_validation(1, 14, last, 14, &choice)?;
    sheet.set_column_width(0, 20)?;
    sheet.set_column_width(5, 34)?;
    sheet.set_column_width(12, 10)?;
    sheet.set_column_width(14, 20)?;
    sheet.set_column_width(15, 48)?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.protect();
    Ok(())
}
