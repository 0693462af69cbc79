//! What can go wrong in the books.

use domain::account::AccountRef;
use domain::account::chart::ChartError;
use domain::date::BusinessDate;
use domain::ids::JournalId;
use domain::journal::Entry;
use domain::money::{Money, MoneyError};

/// PostgreSQL's codes for a serialization failure and for a deadlock.
const ACCIDENTS: [&str; 2] = ["40001", "40P01"];

/// Why the books refused. Nothing was booked; the caller's transaction can go on, except after
/// [`LedgerError::Database`], [`LedgerError::KeyRaced`] and [`LedgerError::ReversalRaced`].
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The posting has no key.
    #[error("the posting has no key: give every business event a key of its own")]
    KeyMissing,
    /// The key was used for another event.
    #[error("the key {key} was already used for a different posting: use a new key")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// Somebody else used the key at the same moment; the transaction has to be rolled back.
    #[error("the posting's key was used by someone else at the same moment: try again")]
    KeyRaced,
    /// No chart line has this code.
    #[error("there is no account code {0} in the chart of accounts")]
    UnknownCode(String),
    /// The chart line is a heading or a memorandum.
    #[error("account code {0} takes no postings: choose an account below it")]
    NotPostable(String),
    /// A code is used once.
    #[error("account code {0} is there already: choose another")]
    CodeTaken(String),
    /// Only headings have lines below them.
    #[error("account code {0} takes postings, so nothing can stand below it: choose a heading")]
    NotAHeading(String),
    /// A floor that is not kept already.
    #[error("account {0} lies below this floor: choose a lower one, or bring it up first")]
    BelowNewFloor(AccountRef),
    /// The change of the chart makes no sense.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The account has an owner and must not, or has none and must.
    #[error("account {0} does not fit the chart: its kind decides whether it names an owner")]
    OwnerMismatch(AccountRef),
    /// There are no lines, or lines where none may be.
    #[error("the posting has {0} lines, which does not fit its kind of journal entry")]
    LineCount(usize),
    /// Nothing, or less, would be moved.
    #[error("the amount {0} of a posting line must be greater than zero")]
    AmountNotPositive(Money),
    /// Debit and credit are the same account.
    #[error("account {0} stands on both sides of a posting line")]
    SameAccount(AccountRef),
    /// The posting rules do not know this line.
    #[error(
        "entry {entry} has no line from {debit} to {credit}: propose an adjustment, which two \
         people agree on"
    )]
    NotARule {
        /// The entry.
        entry: Entry,
        /// The debited account.
        debit: String,
        /// The credited account.
        credit: String,
    },
    /// Lines of one's own without a second person.
    #[error("an adjustment is booked only with the approval of a second person: propose it")]
    NotApproved,
    /// The account would fall below its floor.
    #[error("account {account} has {available} available, but {wanted} is wanted")]
    InsufficientBalance {
        /// The account.
        account: AccountRef,
        /// What it can give.
        available: Money,
        /// What the posting takes from it.
        wanted: Money,
    },
    /// The accounting day was never opened.
    #[error("accounting day {0} is not open yet: open it first")]
    DayNotOpened(BusinessDate),
    /// The accounting day is closed.
    #[error("accounting day {0} is closed: book on an open day")]
    DayClosed(BusinessDate),
    /// Days close in their order.
    #[error("accounting day {earlier} is still open: close it before {day}")]
    EarlierDayOpen {
        /// The day to be closed.
        day: BusinessDate,
        /// The day in the way.
        earlier: BusinessDate,
    },
    /// Days open in their order.
    #[error("accounting day {day} cannot be opened: day {closed} is already closed")]
    LaterDayClosed {
        /// The day to be opened.
        day: BusinessDate,
        /// The day in the way.
        closed: BusinessDate,
    },
    /// No such journal.
    #[error("there is no journal {0}")]
    JournalNotFound(JournalId),
    /// A journal is undone once.
    #[error("journal {journal} was already reversed by journal {by}")]
    AlreadyReversed {
        /// The original.
        journal: JournalId,
        /// Its reversal.
        by: JournalId,
    },
    /// Somebody else reversed it at the same moment; the transaction has to be rolled back.
    #[error("the journal was reversed by someone else at the same moment: read it again")]
    ReversalRaced,
    /// A reversal is not undone; the event is booked anew.
    #[error("journal {0} is itself a reversal: book the event anew instead")]
    ReversalOfReversal(JournalId),
    /// A reversal is dated on or after what it undoes.
    #[error(
        "a reversal on {wanted} would stand before the journal it undoes, booked on {original}"
    )]
    ReversalBeforeOriginal {
        /// The original's accounting date.
        original: BusinessDate,
        /// The reversal's.
        wanted: BusinessDate,
    },
    /// Journal entry 15 without the journal it undoes.
    #[error("a reversal has to name the journal it undoes: reverse that journal")]
    ReversalWithoutOriginal,
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A row that cannot be.
    #[error("table {table} holds an impossible row {id}: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// Which row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// The database did not answer as expected; the transaction has to be rolled back.
    #[error("the books could not be reached")]
    Database(#[source] sqlx::Error),
}

impl LedgerError {
    /// Whether the caller's transaction can only be rolled back.
    #[must_use]
    pub const fn breaks_transaction(&self) -> bool {
        matches!(self, Self::Database(_) | Self::KeyRaced | Self::ReversalRaced)
    }

    /// Whether somebody else was in the way at the same moment: a repetition finds them gone.
    #[must_use]
    pub fn is_accident(&self) -> bool {
        match self {
            Self::KeyRaced | Self::ReversalRaced => true,
            Self::Database(error) => error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .is_some_and(|code| ACCIDENTS.contains(&code.as_ref())),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for LedgerError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(|e| e.constraint());
        match constraint {
            Some("ledger_journals_key_once") => Self::KeyRaced,
            Some("ledger_journals_reversed_once") => Self::ReversalRaced,
            _ => Self::Database(error),
        }
    }
}
