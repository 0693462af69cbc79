//! Files and reconciliation.

use super::ERROR_ITEMS;
use super::TRY_MATCHING_RULES;
use domain::date::BusinessDate;
use domain::ids::{ArrivalId, BillLineId, FileId, ReconciliationId, StatementLineId};

/// Reconciliation runs.
pub const RECONCILIATION: &str = "/reconciliation";
/// The matrix of day, channel and kind.
pub const RECONCILIATION_HOME: &str = "/reconciliation/home";
/// The rules of matching.
pub const MATCHING_RULES: &str = "/reconciliation/rules";
/// Imported files.
pub const FILES: &str = "/files";
/// Files as they came in.
pub const ARRIVALS: &str = "/files/arrivals";
/// Formats of bills set up by staff.
pub const FILE_FORMATS: &str = "/files/formats";

/// One reconciliation run.
#[must_use]
pub fn reconciliation(id: ReconciliationId) -> String {
    format!("{RECONCILIATION}/{id}")
}

/// One reconciliation run with one part of its differences.
#[must_use]
pub fn reconciliation_shown(id: ReconciliationId, shown: &str) -> String {
    format!("{RECONCILIATION}/{id}?shown={shown}")
}

/// Other rules of matching for a channel.
#[must_use]
pub fn try_matching_rules(channel: &str) -> String {
    format!("{TRY_MATCHING_RULES}?channel={channel}")
}

/// The open error items of a kind and day.
#[must_use]
pub fn error_items_of(leg: &str, day: BusinessDate) -> String {
    format!("{ERROR_ITEMS}?leg={leg}&day={day}")
}

/// One imported file.
#[must_use]
pub fn file(id: FileId) -> String {
    format!("{FILES}/{id}")
}

/// A file as it came in.
#[must_use]
pub fn arrival(id: ArrivalId) -> String {
    format!("{ARRIVALS}/{id}")
}

/// A row of a channel's bill, in its file.
#[must_use]
pub fn bill_line(id: BillLineId) -> String {
    format!("{FILES}/lines/{id}")
}

/// A line of a bank statement, in its file.
#[must_use]
pub fn statement_line(id: StatementLineId) -> String {
    format!("{FILES}/lines/{id}")
}

/// The reconciliation runs of a channel's clearing date.
#[must_use]
pub fn reconciliation_of(channel: &str, clearing_date: BusinessDate) -> String {
    format!("{RECONCILIATION}?leg=gateway_bank&of={channel}&day={clearing_date}")
}
