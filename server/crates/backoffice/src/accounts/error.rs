use crate::approvals::ApprovalError;
use crate::explain::{Explain, Kind};
use domain::access::Forbidden;
use ledger::LedgerError;

/// Why the books could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such account.
    #[error("there is no such account")]
    AccountNotFound,
    /// No such journal.
    #[error("there is no such journal")]
    JournalNotFound,
    /// The books were never opened.
    #[error("no accounting day is open: open the first one")]
    NoOpenDay,
    /// No such line in the chart.
    #[error("there is no such account code")]
    CodeNotFound,
    /// The proposal would change nothing.
    #[error("this is how it is already: propose something else")]
    NothingToChange,
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// No such check.
    #[error("there is no such check of the books")]
    CheckNotFound,
    /// Too much for one file.
    #[error("{0} rows are too many for one file: choose fewer days")]
    TooManyRows(i64),
    /// A file could not be written.
    #[error("the file could not be written")]
    File(#[from] csv::Error),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The database failed.
    #[error("the books could not be reached")]
    Database(#[from] sqlx::Error),
}

impl Explain for AccountsError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::AccountNotFound
            | Self::JournalNotFound
            | Self::CodeNotFound
            | Self::CheckNotFound => Kind::NotFound,
            Self::NoOpenDay => Kind::Conflict,
            Self::NothingToChange | Self::TooManyRows(_) => Kind::Invalid(None),
            Self::Approval(error) => error.kind(),
            Self::Ledger(error) => error.kind(),
            Self::File(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}

impl Explain for LedgerError {
    fn kind(&self) -> Kind {
        match self {
            Self::UnknownCode(_)
            | Self::NotPostable(_)
            | Self::OwnerMismatch(_)
            | Self::LineCount(_)
            | Self::AmountNotPositive(_)
            | Self::SameAccount(_)
            | Self::NotAHeading(_)
            | Self::NotARule { .. }
            | Self::Chart(_)
            | Self::Money(_) => Kind::Invalid(None),
            Self::JournalNotFound(_) => Kind::NotFound,
            Self::KeyReused { .. }
            | Self::KeyRaced
            | Self::InsufficientBalance { .. }
            | Self::CodeTaken(_)
            | Self::BelowNewFloor(_)
            | Self::DayNotOpened(_)
            | Self::DayClosed(_)
            | Self::EarlierDayOpen { .. }
            | Self::LaterDayClosed { .. }
            | Self::AlreadyReversed { .. }
            | Self::ReversalRaced
            | Self::ReversalOfReversal(_)
            | Self::ReversalBeforeOriginal { .. } => Kind::Conflict,
            Self::KeyMissing
            | Self::NotApproved
            | Self::ReversalWithoutOriginal
            | Self::Inconsistent { .. }
            | Self::Database(_) => Kind::Unexpected,
        }
    }
}
