use crate::approvals::ApprovalError;
use crate::channels::ChannelError;
use crate::error_items::ErrorItemError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::payouts::PayoutError;
use crate::reserve::ReserveError;
use banks::formats::Refusal;
use domain::access::Forbidden;
use domain::date::BusinessDate;
use domain::file_format::FormatInvalid;
use domain::ids::FileId;
use domain::matching::rules::RulesRefused;
use domain::money::MoneyError;
use ledger::LedgerError;

/// Why a file was refused or a reconciliation could not run. A refused file left nothing behind.
#[derive(Debug, thiserror::Error)]
pub enum ReconciliationError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such file or run.
    #[error("there is no such file or reconciliation run")]
    NotFound,
    /// The file cannot be read, or contradicts itself.
    #[error(transparent)]
    Unreadable(#[from] Refusal),
    /// The same bytes are here already.
    #[error("this very file was already imported as {name} on {at} by {by}: nothing was stored")]
    AlreadyImported {
        /// The earlier import.
        file: FileId,
        /// Its name.
        name: String,
        /// When, in the business zone.
        at: String,
        /// By whom.
        by: String,
    },
    /// Another file stands for this day.
    #[error(
        "{name} is already the {what} of {of} for {day}: nothing was stored; import this file as \
         its replacement if it is the right one"
    )]
    DayTaken {
        /// The earlier import.
        file: FileId,
        /// Its name.
        name: String,
        /// Stored name of the kind.
        what: &'static str,
        /// The channel, merchant or account.
        of: String,
        /// The day.
        day: BusinessDate,
    },
    /// Somebody imported at the same moment.
    #[error("the same file or day was imported at this very moment: look at the list of files")]
    ImportedMeanwhile,
    /// The file replaces something else.
    #[error("this file cannot replace {0}: a replacement is of the same kind, channel and day")]
    NotItsReplacement(String),
    /// What was done with the file cannot be taken back.
    #[error(
        "this file is not replaced: its lines were booked or became error items; adjust instead"
    )]
    StatementsStay,
    /// The file is of another kind.
    #[error("this is a {found}, not a {wanted}: choose the right kind")]
    WrongKind {
        /// What the file is.
        found: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// The neighbour's bill.
    #[error("line {line} is of merchant {found}, but channel {channel} knows us as {ours}")]
    NotOurBill {
        /// Line of the file.
        line: u32,
        /// The merchant number in it.
        found: String,
        /// The channel.
        channel: String,
        /// Our number there.
        ours: String,
    },
    /// Several accounts in one file.
    #[error("the statement holds several accounts or none: import one file for each account")]
    NotOneAccount,
    /// The file does not say its day.
    #[error("the file does not say which day it is for: give its clearing date")]
    DayMissing,
    /// The file says another day.
    #[error("the file is for {stated}, not for {given}")]
    DayDiffers {
        /// What the file says.
        stated: BusinessDate,
        /// What was given.
        given: BusinessDate,
    },
    /// A bill is of a channel.
    #[error("say which channel the file is of")]
    ChannelMissing,
    /// No such channel.
    #[error("there is no channel {0}")]
    UnknownChannel(String),
    /// An order list is of a merchant.
    #[error("say which merchant the list is of")]
    MerchantMissing,
    /// No such merchant.
    #[error("there is no such merchant")]
    UnknownMerchant,
    /// No such format.
    #[error("there is no format {0} in effect for this channel")]
    UnknownFormat(String),
    /// Nobody agreed to the version yet.
    #[error("this version of the format is not in effect: a second person has to agree first")]
    FormatNotInEffect,
    /// A format's code.
    #[error("a format's code has small letters, digits and underscores, and begins with a letter")]
    FormatCode,
    /// Files cannot be read by a format as set up.
    #[error(transparent)]
    Format(#[from] FormatInvalid),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The bytes were others the second time.
    #[error("the file had {expected} rows when it was looked at, and {found} when it was stored")]
    ChangedWhileRead {
        /// Rows at first.
        expected: i64,
        /// Rows then.
        found: i64,
    },
    /// Longer than any file may be.
    #[error("the file is longer than 2 GiB: ask for it in parts")]
    TooLong,
    /// Somebody put it aside meanwhile.
    #[error("the file was put aside, or somebody else is deciding about it: look at it again")]
    PutAside,
    /// There is nothing to compare with.
    #[error("there is no {what} of {of} for {day} yet: import it first")]
    InputMissing {
        /// What is missing.
        what: &'static str,
        /// Of whom.
        of: String,
        /// For which day.
        day: BusinessDate,
    },
    /// The rules make no sense.
    #[error(transparent)]
    Rules(#[from] RulesRefused),
    /// The rules are those that hold.
    #[error("these are the rules that hold already: nothing to propose")]
    NothingToChange,
    /// The two sides do not belong together.
    #[error(
        "nearly nothing agrees: {ours} of our records and {theirs} of theirs stand alone; look \
         whether the file is of this channel and day"
    )]
    NothingFits {
        /// Of ours.
        ours: usize,
        /// Of theirs.
        theirs: usize,
    },
    /// The run cannot be treated like this.
    #[error("a run that is {state} cannot be treated like this: look at it again")]
    NotThatState {
        /// Its state.
        state: &'static str,
    },
    /// There is a later one.
    #[error("a later run of the same day stands: take that one back first")]
    LaterRunStands,
    /// Whoever reads it later has to know why.
    #[error("say why")]
    ReasonMissing,
    /// A channel could not be read.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The channel hands out no files.
    #[error("channel {0} hands out no files: import them by hand")]
    NoFront(String),
    /// The file could not be fetched.
    #[error("the file could not be fetched: {0}")]
    Fetch(String),
    /// No accounting day is open.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The reader broke off.
    #[error("the file could not be read to its end")]
    Reader(#[source] tokio::task::JoinError),
    /// An error item could not be opened.
    #[error(transparent)]
    ErrorItem(#[from] ErrorItemError),
    /// A payout could not be completed.
    #[error(transparent)]
    Payout(#[from] PayoutError),
    /// The reserve refused.
    #[error(transparent)]
    Reserve(#[from] ReserveError),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A stored file or run is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the files and runs could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ReconciliationError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some(
                "source_files_imported_once"
                | "source_files_one_per_day"
                | "source_files_replaced_once",
            ) => Self::ImportedMeanwhile,
            _ => Self::Database(error),
        }
    }
}

impl Explain for ReconciliationError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::Unreadable(_)
            | Self::TooLong
            | Self::WrongKind { .. }
            | Self::NotOurBill { .. }
            | Self::NotOneAccount => Kind::Invalid(Some("file")),
            Self::UnknownFormat(_) => Kind::Invalid(Some("format")),
            Self::FormatCode => Kind::Invalid(Some("code")),
            Self::Format(_) => Kind::Invalid(Some("columns")),
            Self::DayMissing | Self::DayDiffers { .. } => Kind::Invalid(Some("clearing_date")),
            Self::ChannelMissing | Self::UnknownChannel(_) => Kind::Invalid(Some("channel")),
            Self::MerchantMissing | Self::UnknownMerchant => Kind::Invalid(Some("merchant")),
            Self::AlreadyImported { .. }
            | Self::DayTaken { .. }
            | Self::ImportedMeanwhile
            | Self::NotItsReplacement(_)
            | Self::StatementsStay
            | Self::InputMissing { .. }
            | Self::PutAside
            | Self::FormatNotInEffect
            | Self::NoFront(_)
            | Self::Fetch(_)
            | Self::NoOpenDay
            | Self::NothingToChange
            | Self::NothingFits { .. }
            | Self::NotThatState { .. }
            | Self::LaterRunStands => Kind::Conflict,
            Self::Rules(_) => Kind::Invalid(None),
            Self::ReasonMissing => Kind::Invalid(Some("reason")),
            Self::Approval(error) => error.kind(),
            Self::Channel(error) => error.kind(),
            Self::ErrorItem(error) => error.kind(),
            Self::Payout(error) => error.kind(),
            Self::Reserve(error) => error.kind(),
            Self::Reader(_)
            | Self::ChangedWhileRead { .. }
            | Self::Ledger(_)
            | Self::Money(_)
            | Self::Inconsistent(_)
            | Self::Database(_) => Kind::Unexpected,
        }
    }
}
