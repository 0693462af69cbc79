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

/// The books as people read them: chart, statements, journal, trial balance.
pub mod accounts;

/// Manual adjustments of the books, proposed and decided by two people.
pub mod adjustments;

/// Vouchers for the general ledger, from closed days.
pub mod vouchers;

/// Which job is done by which system.
pub mod work;
