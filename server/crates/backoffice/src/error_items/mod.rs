//! The error-handling system (差错处理系统): every difference a reconciliation finds becomes an item
//! with a typed cause. Somebody takes it, finds out, and proposes what to do; a second person
//! decides; the decision books the entry that was shown, and nothing else.

mod advances;
mod bulk;
mod by_hand;
mod cases;
mod chain;
mod coach;
mod error;
mod escalating;
mod evidence;
mod fresh;
mod listing;
mod opening;
mod options;
mod payout_reporting;
mod postings;
mod refund_reporting;
mod repair;
mod reporting;
mod resolving;
mod rules;
mod sheets;
mod steps;
mod store;
mod undo;
mod working;

pub use advances::advances;
pub use bulk::{WorkOnBulk, bulk, bulk_concluded, bulks, cancel_bulk, confirm_bulk, start_bulk};
pub use by_hand::open_by_hand;
pub use cases::{case, cases, set_apart};
pub use chain::{close_records, link, open_records, take_back};
pub use coach::{advice, propose_advice};
pub use error::ErrorItemError;
pub use escalating::{EscalateErrorItems, escalate, schedule_escalation};
pub use evidence::{add_evidence, evidence};
pub use listing::{count, find, list};
pub use opening::{close_vanished, open, open_alone};
pub use payout_reporting::{BankWord, may_come_back, report_payout};
pub use refund_reporting::report_refund;
pub use reporting::report;
pub use resolving::{approval_concluded, propose};
pub use rules::{propose_rules, rules, rules_concluded};
pub use sheets::{apply_sheet, export_sheet, receive_sheet, sheet, sheets};
pub use undo::undo;
pub use working::{
    assign, assign_to_me, colleague, comment, investigate, release, reopen, snooze, wake,
};

use crate::audit::{Event, Who};
use steps::{Moved, Step, note, take_step, take_steps};

const WORKER: Who<'static> = Who::System("reconciliation");

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "error_item" }
}
