//! The systems of a payment institution, top to bottom: a module may use only modules above it.
//!
//! News travels upward by job, never by call.

pub mod explain;
pub mod office;

/// Who did what: the append-only audit record.
pub mod audit;
/// Staff, roles, sessions: who is asking.
pub mod access;
/// Background work and the outbox.
pub mod jobs;
/// Four eyes: proposals and decisions, for every system below.
pub mod approvals;
/// Members of staff and the change of their roles.
pub mod staff;

/// Which job is done by which system.
pub mod work;
