//! Files as they come in (收件): kept byte for byte, looked at, and only then imported.

use crate::date::BusinessDate;
use crate::ids::{ArrivalId, FileId, MerchantId};
use crate::merchant::named;
use crate::source_file::{FileKind, Preview};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How a file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalWay {
    /// A person uploaded it.
    Upload,
    /// It was put into the watched folder.
    Folder,
    /// It was fetched from a channel or bank.
    Fetch,
    /// By the command line.
    Command,
}
named!(ArrivalWay { Upload = "upload", Folder = "folder", Fetch = "fetch", Command = "command" });

/// Where a file that came in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalState {
    /// Its bytes are coming in.
    Arriving,
    /// It is being looked at.
    Reading,
    /// It was looked at and waits for a decision.
    Waiting,
    /// It could not be read, 无法读取: nothing of it can be used as it is.
    Unreadable,
    /// Its rows are being stored.
    Importing,
    /// It is a source file.
    Imported,
    /// It was put aside.
    Dropped,
}
named!(ArrivalState {
    Arriving = "arriving",
    Reading = "reading",
    Waiting = "waiting",
    Unreadable = "unreadable",
    Importing = "importing",
    Imported = "imported",
    Dropped = "dropped",
});

impl ArrivalState {
    /// Whether somebody has to do something about it.
    #[must_use]
    pub const fn needs_a_decision(self) -> bool {
        matches!(self, Self::Waiting | Self::Unreadable)
    }

    /// Whether something is going on with it right now.
    #[must_use]
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::Arriving | Self::Reading | Self::Importing)
    }
}

/// What a file is given as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// What kind of file.
    pub kind: FileKind,
    /// The channel, where the kind has one.
    pub channel: Option<String>,
    /// The merchant, of order lists.
    pub merchant: Option<MerchantId>,
    /// Its day, where the file does not say it.
    pub day: Option<BusinessDate>,
    /// Of an archive with several files, the one that is meant.
    pub member: Option<String>,
    /// The format set up by staff it is in; none for the known ones.
    pub format: Option<String>,
    /// A file without a record stands for a day without trades.
    pub no_trades: bool,
}

/// A file that came in, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Its id.
    pub id: ArrivalId,
    /// How it came.
    pub way: ArrivalWay,
    /// Where it stands.
    pub state: ArrivalState,
    /// Its name.
    pub name: String,
    /// What it is given as.
    pub given: Given,
    /// Bytes received so far.
    pub length: i64,
    /// SHA-256 of its bytes, once all are here.
    pub sha256: Option<String>,
    /// Bytes looked at, or stored, so far.
    pub read_bytes: i64,
    /// Who or what brought it.
    pub received_by: String,
    /// When.
    pub received_at: OffsetDateTime,
    /// Why it does not go on by itself, or was put aside.
    pub obstacle: Option<String>,
    /// The source file it became.
    pub file: Option<FileId>,
}

/// Which arrivals are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalFilter {
    /// In this state only.
    pub state: Option<ArrivalState>,
    /// That came this way only.
    pub way: Option<ArrivalWay>,
}

/// How a bill differs from the one it would take the place of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillDifference {
    /// Rows only the new one has.
    pub added: i64,
    /// Rows only the old one has.
    pub removed: i64,
    /// Rows that are in both and say something else.
    pub changed: i64,
    /// The first of them.
    pub rows: Vec<DifferentRow>,
}

/// A row that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferentRow {
    /// The channel's number, with our number of the refund for refunds.
    pub number: String,
    /// Line and what the old bill says.
    pub old: Option<(i64, String)>,
    /// Line and what the new one says.
    pub new: Option<(i64, String)>,
}

/// A file that came in, with what was found in it and what stands in its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalDetail {
    /// What the list shows.
    pub arrival: Arrival,
    /// What was found in it.
    pub preview: Option<Preview>,
    /// Why it cannot be imported as it is.
    pub refused: Option<String>,
    /// The file that stands for its day, which it may replace.
    pub stands: Option<(FileId, String)>,
    /// How it differs from that.
    pub difference: Option<BillDifference>,
}

/// What is decided about a file that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum ArrivalDecision {
    /// Import it.
    Import {
        /// In the place of this file.
        replaces: Option<FileId>,
    },
    /// Look at it again, given as something else.
    ReadAs {
        /// As what.
        given: Given,
    },
    /// Put it aside.
    Drop,
}
