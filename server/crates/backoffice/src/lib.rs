//! The systems of a payment institution, top to bottom: a module may use only modules above it.
//!
//! News travels upward by job, never by call.

pub mod explain;
pub mod office;

/// Staff, roles, sessions: who is asking.
pub mod access;
/// The books as people read them: chart, statements, journal, trial balance.
pub mod accounts;
/// Manual adjustments of the books, proposed and decided by two people.
pub mod adjustments;
/// Four eyes: proposals and decisions, for every system below.
pub mod approvals;
/// Who did what: the append-only audit record.
pub mod audit;
/// Bank fronts: channels and the routes over which products go.
pub mod channels;
/// Differences and their resolution under four eyes.
pub mod error_items;
/// Background work and the outbox.
pub mod jobs;
/// CRM: merchants, products, fees, settlement terms, split rules.
pub mod merchants;
/// The finance platform: payout batches, sending, completion by statement.
pub mod payouts;
/// Refunds by the original route.
pub mod refunds;
/// Reserve accounts, leave to pay out of them, and the daily proof.
pub mod reserve;
/// Clearing and settlement: what falls due, splits, payout drafts.
pub mod settlement;
/// Members of staff and the change of their roles.
pub mod staff;
/// Vouchers for the general ledger, from closed days.
pub mod vouchers;
/// Which job is done by which system.
pub mod work;
