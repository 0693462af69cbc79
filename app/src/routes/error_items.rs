//! Where error items and the work on many of them are found.

use domain::ids::{ErrorItemBulkId, ErrorItemId};

/// Error items.
pub const ERROR_ITEMS: &str = "/error-items";
/// Work on many error items at once.
pub const ERROR_ITEM_BULKS: &str = "/error-items/bulks";
/// How error items are handled.
pub const ERROR_ITEM_RULES: &str = "/error-items/rules";
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
