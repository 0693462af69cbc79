//! Work on many error items at once (批量处理): a selection is frozen, tried first, then done row by
//! row, each with its own result.

use super::{ErrorItemFilter, Resolution};
use crate::ids::{ApprovalId, ErrorItemBulkId, ErrorItemId, StaffId};
use crate::journal::Entry;
use crate::merchant::named;
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Most items of one bulk.
pub const BULK_ROWS_MAX: i64 = 200_000;

/// Which items are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These.
    Ids(Vec<ErrorItemId>),
    /// Everything the filter matches at the moment of asking.
    Matching(Box<ErrorItemFilter>),
}

/// What is done with each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkCommand {
    /// Given to a colleague.
    Assign {
        /// Who.
        to: StaffId,
        /// Their name.
        name: String,
    },
    /// Put off.
    Snooze {
        /// Until then.
        until: OffsetDateTime,
        /// Why.
        why: String,
    },
    /// A comment.
    Comment {
        /// What.
        text: String,
    },
    /// A resolution, the same for all.
    Propose(Resolution),
    /// Of each item the resolution that is suggested for it.
    ProposeSuggested {
        /// Why.
        reason: String,
    },
    /// What a colleague wrote into an exported workbook: of each row its own edit.
    Workbook {
        /// Name of the file.
        name: String,
        /// Whether a row of it proposes a resolution.
        proposes: bool,
    },
    /// One row of such a workbook.
    Edited(Box<Edit>),
}

/// What a row of a workbook changes, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Who is to have it, with their name.
    pub owner: Option<(StaffId, String)>,
    /// What somebody found out.
    pub comment: Option<String>,
    /// What is proposed.
    pub resolution: Option<Resolution>,
}

impl BulkCommand {
    /// Whether a second person decides before anything is carried out.
    #[must_use]
    pub const fn proposes(&self) -> bool {
        match self {
            Self::Propose(_) | Self::ProposeSuggested { .. } => true,
            Self::Workbook { proposes, .. } => *proposes,
            Self::Edited(edit) => edit.resolution.is_some(),
            Self::Assign { .. } | Self::Snooze { .. } | Self::Comment { .. } => false,
        }
    }
}

/// How far a bulk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkPhase {
    /// Each row is tried; nothing changes.
    Checking,
    /// Tried; waits for its maker to go on.
    Checked,
    /// Each row is done, or proposed.
    Running,
    /// Waits for a second person.
    Proposed,
    /// Approved: each row is carried out.
    Executing,
    /// Refused or taken back: each row goes back.
    Returning,
    /// Finished.
    Done,
    /// Stopped; what was done stays done.
    Cancelled,
}
named!(BulkPhase {
    Checking = "checking",
    Checked = "checked",
    Running = "running",
    Proposed = "proposed",
    Executing = "executing",
    Returning = "returning",
    Done = "done",
    Cancelled = "cancelled",
});

impl BulkPhase {
    /// Whether a worker has something to do.
    #[must_use]
    pub const fn works(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Executing | Self::Returning)
    }

    /// Whether it can be stopped.
    #[must_use]
    pub const fn may_be_cancelled(self) -> bool {
        !matches!(self, Self::Returning | Self::Done | Self::Cancelled)
    }
}

/// How far a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Selected, not tried yet.
    Frozen,
    /// Tried: it would work.
    Ready,
    /// Waits for the decision about all.
    Proposed,
    /// Done.
    Done,
    /// Not done; the note says why.
    Skipped,
}
named!(RowState {
    Frozen = "frozen",
    Ready = "ready",
    Proposed = "proposed",
    Done = "done",
    Skipped = "skipped",
});

/// A bulk as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkSummary {
    /// Its id.
    pub id: ErrorItemBulkId,
    /// What is done.
    pub command: BulkCommand,
    /// How far it is.
    pub phase: BulkPhase,
    /// Rows.
    pub total: i64,
    /// Who made it.
    pub maker: StaffId,
    /// Their name.
    pub maker_name: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// The request for approval, once there is one.
    pub approval: Option<ApprovalId>,
    /// How it ended, in words.
    pub conclusion: String,
}

/// How many rows are in a state, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowTally {
    /// The state.
    pub state: RowState,
    /// Why they were skipped.
    pub note: String,
    /// How many.
    pub count: i64,
}

/// What all rows together book from one account to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedTotal {
    /// Which of the journal entries.
    pub entry: Entry,
    /// Chart code debited.
    pub debit: String,
    /// Chart code credited.
    pub credit: String,
    /// How much in all.
    pub amount: Money,
    /// In how many lines.
    pub lines: i64,
}

/// A row as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRow {
    /// The item.
    pub item: ErrorItemId,
    /// Its number.
    pub number: String,
    /// How far it is.
    pub state: RowState,
    /// Why it was skipped.
    pub note: String,
}

/// A bulk, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDetail {
    /// What the list shows.
    pub summary: BulkSummary,
    /// How many rows are where.
    pub tallies: Vec<RowTally>,
    /// What the rows that would work book in all.
    pub totals: Vec<BookedTotal>,
    /// The first rows that were skipped.
    pub skipped: Vec<BulkRow>,
}

impl BulkDetail {
    /// Rows in a state.
    #[must_use]
    pub fn count(&self, state: RowState) -> i64 {
        self.tallies.iter().filter(|one| one.state == state).map(|one| one.count).sum()
    }
}

/// Why a bulk is not made, or not gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BulkRefused {
    /// Nothing is meant.
    #[error("nothing is selected: tick items, or choose everything that matches")]
    NothingSelected,
    /// Too much is meant.
    #[error("more than 200,000 items are selected: narrow the filter")]
    TooMany,
    /// It is elsewhere by now.
    #[error("this bulk is {0}, so that cannot be done now")]
    NotNow(&'static str),
    /// No row would work.
    #[error("none of the rows would be done: read why, and select others")]
    NothingReady,
}
