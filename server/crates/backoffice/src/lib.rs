//! The systems of a payment institution, top to bottom: a module may use only modules above it.
//!
//! News travels upward by job, never by call.

pub mod explain;
pub mod office;

/// Staff, roles, sessions: who is asking.
pub mod access;
/// Four eyes: proposals and decisions, for every system below.
pub mod approvals;
/// Who did what: the append-only audit record.
pub mod audit;
/// Background work and the outbox.
pub mod jobs;
/// Members of staff and the change of their roles.
pub mod staff;

/// Channels and routes.
pub mod channels;
/// Differences, each explained and closed by two people.
pub mod error_items;
/// Merchants and their terms.
pub mod merchants;
/// Business orders.
pub mod orders;
/// Payouts to merchants and their batches.
pub mod payouts;
/// Files of channels, banks and merchants, compared with our records.
pub mod reconciliation;
/// Refunds to payers.
pub mod refunds;
/// The institution's bank accounts, leave to pay out of them, and the daily proof.
pub mod reserve;
/// Settlement of merchants.
pub mod settlement;

/// Which job is done by which system.
pub mod work;
