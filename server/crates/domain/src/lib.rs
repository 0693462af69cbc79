//! The vocabulary and the rules of a payment institution's back office.
//!
//! Pure values and decisions: no clock, no database, no network. The server and the browser both
//! compile this crate, so a button and the endpoint behind it ask the same rule.

pub mod access;
pub mod account;
pub mod adjustment;
pub mod analytics;
pub mod approval;
pub mod arrival;
pub mod audit;
pub mod calendar;
pub mod channel;
pub mod date;
pub mod error_item;
pub mod fee;
pub mod file_format;
pub mod gateway;
pub mod hold;
pub mod ids;
pub mod job;
pub mod journal;
pub mod limits;
pub mod matching;
pub mod merchant;
pub mod money;
pub mod notification;
pub mod order;
pub mod page;
pub mod payment;
pub mod payout;
pub mod product;
pub mod reconciliation;
pub mod refund;
pub mod reserve;
pub mod routing;
pub mod search;
pub mod settlement;
pub mod source_file;
pub mod split;
pub mod staff;
pub mod trading_day;
pub mod user;
pub mod voucher;
