//! Checks of the books, 账务检查: run by schedule, kept with what they found.

use crate::ids::BooksCheckId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A check of the books, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BooksCheckSummary {
    /// Its id.
    pub id: BooksCheckId,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it was done.
    pub finished_at: OffsetDateTime,
    /// Rules asked.
    pub rules: i64,
    /// Rules that were broken.
    pub broken: i64,
}

/// A check of the books with what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BooksCheckDetail {
    /// The check.
    pub summary: BooksCheckSummary,
    /// Its rules, in the order they were asked.
    pub rules: Vec<CheckedRule>,
}

/// One rule as a check found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedRule {
    /// The rule's stable name.
    pub rule: String,
    /// What was found; empty where it holds.
    pub findings: Vec<String>,
}
