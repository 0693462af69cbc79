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
            Self::AccountNotFound | Self::JournalNotFound => Kind::NotFound,
            Self::NoOpenDay => Kind::Conflict,
            Self::Ledger(error) => error.kind(),
            Self::Database(_) => Kind::Unexpected,
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
            | Self::Money(_) => Kind::Invalid(None),
            Self::JournalNotFound(_) => Kind::NotFound,
            Self::KeyReused { .. }
            | Self::KeyRaced
            | Self::InsufficientBalance { .. }
            | Self::DayNotOpened(_)
            | Self::DayClosed(_)
            | Self::EarlierDayOpen { .. }
            | Self::LaterDayClosed { .. }
            | Self::AlreadyReversed { .. }
            | Self::ReversalRaced
            | Self::ReversalOfReversal(_)
            | Self::ReversalBeforeOriginal { .. } => Kind::Conflict,
            Self::KeyMissing
            | Self::ReversalWithoutOriginal
            | Self::Inconsistent { .. }
            | Self::Database(_) => Kind::Unexpected,
        }
    }
}
