use crate::explain::{Explain, Inconsistent, Kind};
use crate::limits::LimitError;
use domain::access::Forbidden;
use domain::gateway::FieldError;
use domain::money::MoneyError;
use ledger::LedgerError;

/// Why a user could not be registered, shown or topped up.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// No such user, or not theirs.
    #[error("there is no such user: {0}")]
    NotFound(String),
    /// The merchant used the reference for somebody else.
    #[error("this reference names another user already: use a new one")]
    ReferenceTaken,
    /// The limits could not be read.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// Amounts that cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The books could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored user is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the users could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for UserError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::Field(error) => Kind::Invalid(Some(error.field)),
            Self::NotFound(_) => Kind::NotFound,
            Self::ReferenceTaken => Kind::Conflict,
            Self::Limit(error) => error.kind(),
            Self::Money(_) | Self::Ledger(_) | Self::Inconsistent(_) | Self::Database(_) => {
                Kind::Unexpected
            }
        }
    }
}
