//! Where error items and the work on many of them are found.

use domain::error_item::CaseSummary;
use domain::ids::{ErrorItemBulkId, ErrorItemId, ErrorItemSheetId};

/// Error items.
pub const ERROR_ITEMS: &str = "/error-items";
/// Work on many error items at once.
pub const ERROR_ITEM_BULKS: &str = "/error-items/bulks";
/// How error items are handled.
pub const ERROR_ITEM_RULES: &str = "/error-items/rules";
/// The form to open an error item by hand.
pub const ERROR_ITEM_OPEN: &str = "/error-items/new";
/// Items of one cause as one case.
pub const ERROR_ITEM_CASES: &str = "/error-items/cases";
/// What the rules could learn from people.
pub const ERROR_ITEM_COACH: &str = "/error-items/coach";
/// Workbooks that were brought back.
pub const ERROR_ITEM_SHEETS: &str = "/error-items/sheets";
/// Payments that were settled although they do not match.
pub const ERROR_ITEM_ADVANCES: &str = "/error-items/advances";
/// Where an edited workbook is sent.
pub const UPLOAD_ERROR_ITEM_SHEET: &str = "/upload/error-item-sheets";
/// Where error items are saved from as a workbook; the filter follows.
const WORKBOOK: &str = "/download/error-items.xlsx";
/// Where evidence of error items is sent; the item's id follows.
const UPLOAD_EVIDENCE: &str = "/upload/error-items";
/// Where evidence of error items is saved from; the file's id follows.
const EVIDENCE: &str = "/download/error-items";

/// One error item.
#[must_use]
pub fn error_item(id: ErrorItemId) -> String {
    format!("{ERROR_ITEMS}/{id}")
}

/// Work on many error items at once.
#[must_use]
pub fn error_item_bulk(id: ErrorItemBulkId) -> String {
    format!("{ERROR_ITEM_BULKS}/{id}")
}

/// Where evidence of an error item is sent.
#[must_use]
pub fn upload_evidence(id: ErrorItemId) -> String {
    format!("{UPLOAD_EVIDENCE}/{id}")
}

/// A file of evidence.
#[must_use]
pub fn evidence(id: uuid::Uuid) -> String {
    format!("{EVIDENCE}/{id}")
}

/// One case.
#[must_use]
pub fn error_item_case(key: &str) -> String {
    format!("{ERROR_ITEM_CASES}/{key}")
}

/// One workbook that was brought back.
#[must_use]
pub fn error_item_sheet(id: ErrorItemSheetId) -> String {
    format!("{ERROR_ITEM_SHEETS}/{id}")
}

/// The open items of a case's leg, cause, channel and whole day.
#[must_use]
pub fn error_items_of_day(case: &CaseSummary) -> String {
    let (leg, cause, day) = (case.leg.name(), case.cause.name(), case.clearing_date);
    let channel = case.channel.as_deref().unwrap_or_default();
    format!("{ERROR_ITEMS}?leg={leg}&cause={cause}&day={day}&channel={channel}")
}

/// The items of a filter (as JSON) as a workbook.
#[must_use]
pub fn error_items_workbook(filter: &str) -> String {
    let mut address = format!("{WORKBOOK}?filter=");
    for byte in filter.bytes() {
        if byte.is_ascii_alphanumeric() {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}
