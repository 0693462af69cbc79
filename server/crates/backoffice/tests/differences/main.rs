//! Stories about differences: files imported, days reconciled, error items resolved.

#![expect(clippy::unwrap_used, reason = "a story stops where it is surprised")]

mod arrivals;
mod bill_rows;
mod carry;
mod chain;
mod desk;
mod error_items;
mod item_bulk;
mod item_cases;
mod item_life;
mod item_rules;
mod item_sheets;
mod item_size;
mod files;
mod funds;
mod kinds;
mod modes;
mod real_day;
mod reconciliation;
