//! The systems of a payment institution, top to bottom: a module may use only modules above it.
//!
//! News travels upward by job, never by call.

pub mod explain;

/// Rings within this process, so that nobody waits longer than needed.
pub mod bell;

pub mod vault;

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

/// The books as people read them: chart, statements, journal, trial balance.
pub mod accounts;

/// Manual adjustments of the books, proposed and decided by two people.
pub mod adjustments;

/// Month volumes, which tiers of fee schedules ask for.
pub mod fees;

/// CRM: merchants, products, fees, settlement terms, split rules.
pub mod merchants;

/// Holds on merchants' balances, placed and released by two people.
pub mod holds;

/// Merchants' systems are told what became of their payments and refunds.
pub mod notifications;

/// The business system: orders and their path through the systems.
pub mod orders;

/// Limits of payers by the class of their account, and payments that look cut.
pub mod limits;
pub mod users;

/// Bank fronts: channels and the routes over which products go.
pub mod channels;

/// Which channel a payment goes over, and why.
pub mod routing;

/// Reserve accounts, leave to pay out of them, and the daily proof.
pub mod reserve;

/// The payment gateway: routing, attempts, results, booking.
pub mod payments;

/// Refunds by the original route.
pub mod refunds;

/// The finance platform: payout batches, sending, completion by statement.
pub mod payouts;

/// Clearing and settlement: what falls due, splits, payout drafts.
pub mod settlement;

/// Differences and their resolution under four eyes.
pub mod error_items;

/// Files in, the three kinds of run, the funds leg.
pub mod reconciliation;

/// Steps and gates of the day, and the day cut.
pub mod trading_day;

/// Vouchers for the general ledger.
pub mod vouchers;

/// The payment funnel: read-only questions.
pub mod analytics;

/// Any identifier, found at once.
pub mod search;

/// The one door for merchants' systems.
pub mod gateway;

/// Requests decided, with their content as it is at that moment.
pub mod decisions;

/// Which job is done by which system.
pub mod work;
