use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::money::MoneyError;

/// Why limits could not be counted or shown.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Amounts that cannot be compared with the limits.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A stored limit is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("limits of payers could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for LimitError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::Money(_) => Kind::Invalid(Some("currency")),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
