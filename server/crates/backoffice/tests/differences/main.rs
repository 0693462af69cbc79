//! Stories about differences: files imported, days reconciled, error items resolved.

mod desk;
mod error_items;
mod reconciliation;
