//! The books, 账户系统: double entry on PostgreSQL.
//!
//! Every business event is booked as one journal whose lines each move one amount from a credited
//! to a debited account, so a journal cannot be out of balance. Journals are written once and never
//! changed; what was wrong is reversed. Accounts are opened by rule when they are first posted to,
//! accounts with a floor never fall below it, and a closed accounting day stays as it is.
//!
//! All functions take the caller's connection, so that the money moves in the same transaction as
//! what it is about.

mod accounts;
mod balances;
mod booking;
mod books;
mod chart;
mod chart_change;
pub mod days;
pub mod entries;
mod error;
mod group;
pub mod invariants;
mod journals;
mod plan;
mod post;
mod posting;
mod preview;
mod reverse;
mod row;
mod statement;
mod summary;
mod trial_balance;

pub use accounts::{check_account, find_account, list_accounts};
pub use balances::{
    balance, balance_at, balance_on, code_balance, code_balance_on, merchant_balances, open_items,
};
pub use books::{BookKeeper, Books, NotBooked};
pub use chart::{chart, chart_balances, find_chart_line};
pub use chart_change::change_chart;
pub use domain::account::AccountRef;
pub use domain::journal::{Entry, Source};
pub use error::LedgerError;
pub use group::{Group, GroupError, GroupSize, Write};
pub use journals::{find_journal, list_journals};
pub use post::{Posted, post, post_all};
pub use posting::{Dates, Line, Posting};
pub use preview::{preview, preview_adjustment};
pub use reverse::{Reversal, reverse};
pub use statement::statement;
pub use summary::{DaySummaryLine, day_summary};
pub use trial_balance::{period_trial_balance, trial_balance};
