//! The reconciliation system (对帐系统): imports what channels, banks and merchants say, compares it
//! with what we say, and turns every difference into an error item.
//!
//! A run compares totals and detail, always both, and is kept as a version with its inputs. The day
//! it is about is the counterparty's: the clearing date in the file, never our own calendar's.

pub mod arrivals;
mod error;
mod fetching;
mod files;
mod formats;
mod home;
pub mod jobs;
mod rules;
mod runs;

pub use error::ReconciliationError;
pub use fetching::{request_bill, request_statement};
pub use files::previewing::preview;
pub use files::{NewFile, checks, download, find_file, find_line, import, list_files};
pub use formats::{
    NewFormat, approval_concluded as format_concluded, check_may_set_up, formats_in_effect,
    list_formats, propose_format,
};
pub use home::{DAYS_MAX, home};
pub use rules::{list_rules, propose_rules, rules_concluded, set_rules, try_out};
pub use runs::{find_run, force_concluded, list_runs, propose_force, roll_back, run};
