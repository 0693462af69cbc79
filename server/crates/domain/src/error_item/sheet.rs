//! Error items taken away as a workbook, edited, and brought back (表格往返).

use super::{BulkRefused, Cause, Edit, InvalidTransition, ResolutionRefused};
use crate::ids::{
    ErrorItemBulkId, ErrorItemId, ErrorItemSheetId, PaymentId, SettlementId, StaffId,
};
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Most items of a workbook.
pub const SHEET_ROWS_MAX: usize = 10_000;
/// Most bytes of a workbook that is brought back.
pub const SHEET_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most characters of a comment in a workbook.
pub const SHEET_COMMENT_MAX: usize = 2_000;

/// Why a workbook, or a row of it, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetRefused {
    /// The filter wants more than fits.
    #[error("more than 10,000 items match: narrow the filter before exporting")]
    TooManyRows,
    /// A workbook of ours is small.
    #[error("the workbook is larger than 8 MB or unpacks to more than one of ours can")]
    TooLarge,
    /// It is no workbook.
    #[error("the workbook cannot be read: {0}")]
    Unreadable(String),
    /// It is another one.
    #[error("this is not a workbook exported here: its columns are others")]
    NotOurs,
    /// A formula may say one thing and be another.
    #[error("the workbook contains formulas: write values only")]
    Formulas,
    /// Nothing was found that would change anything.
    #[error("no row of the workbook changes anything")]
    NothingToApply,
    /// It is done.
    #[error("this workbook was applied already")]
    AppliedAlready,
    /// Whoever edited it answers for it.
    #[error("only the colleague who brought the workbook applies it")]
    NotYours,
    /// The number is unknown.
    #[error("there is no such error item")]
    NoSuchItem,
    /// It stands twice.
    #[error("the item stands twice in the workbook")]
    Twice,
    /// A cell that is locked was edited.
    #[error("a locked cell of this row was changed")]
    SealBroken,
    /// The item went on.
    #[error("it was {was} when exported and is {is} now")]
    Changed {
        /// In the workbook.
        was: String,
        /// Now.
        is: String,
    },
    /// The item went on, in something the workbook does not show.
    #[error("the item changed since it was exported")]
    ChangedOtherwise,
    /// Nobody has this login.
    #[error("there is no colleague {0} who may handle error items")]
    NoSuchColleague(String),
    /// Giving back has its own button.
    #[error("an owner cannot be emptied here: give the item back on its page")]
    OwnerEmptied,
    /// The action is unknown.
    #[error("there is no action {0}: write one of the names on the export page")]
    NoSuchAction(String),
    /// The checker has to know why.
    #[error("an action needs its reason in the comment")]
    ReasonMissing,
    /// A comment is a comment.
    #[error("the comment is longer than 2,000 characters")]
    CommentTooLong,
    /// The state does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// The action does not answer it.
    #[error(transparent)]
    Resolution(#[from] ResolutionRefused),
    /// The bulk is not made.
    #[error(transparent)]
    Bulk(#[from] BulkRefused),
}

/// A workbook that was brought back, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetSummary {
    /// Its id.
    pub id: ErrorItemSheetId,
    /// What the file is called.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Who brought it.
    pub maker: StaffId,
    /// Their name.
    pub maker_name: String,
    /// When.
    pub at: OffsetDateTime,
    /// Rows that change nothing.
    pub unchanged: i64,
    /// Rows that change something.
    pub edited: i64,
    /// Rows that are refused.
    pub refused: i64,
    /// The bulk that applies it, once there is one.
    pub bulk: Option<ErrorItemBulkId>,
}

/// A row that changes something or is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRow {
    /// Its line in the workbook.
    pub line: i64,
    /// The number of the item.
    pub number: String,
    /// The item, where there is one.
    pub item: Option<ErrorItemId>,
    /// What it changes; or the field and the reason why it is refused.
    pub change: Result<Edit, (String, String)>,
}

/// A workbook that was brought back, with its first rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetDetail {
    /// What the list shows.
    pub summary: SheetSummary,
    /// Rows that change something or are refused, in the order of the workbook.
    pub rows: Vec<SheetRow>,
}

/// A payment that was settled although it is known not to match, 垫付.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// The payment.
    pub payment: PaymentId,
    /// Its number.
    pub number: String,
    /// Name of the merchant who got the money.
    pub merchant: String,
    /// The channel that has not confirmed it.
    pub channel: Option<String>,
    /// How much was advanced.
    pub amount: Money,
    /// The settlement that did.
    pub settlement: SettlementId,
    /// When.
    pub at: OffsetDateTime,
    /// The open item about the payment.
    pub item: Option<(ErrorItemId, String, Cause)>,
    /// Whether its record waits for a file.
    pub waits: bool,
}

impl Advance {
    /// Whether it is still open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.item.is_some() || self.waits
    }
}
