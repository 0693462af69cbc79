use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::limits::LimitRefused;
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
    /// Limits that make no sense.
    #[error(transparent)]
    Refused(#[from] LimitRefused),
    /// The proposal would change nothing.
    #[error("these are the limits that count already: propose others")]
    NothingToChange,
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
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
            Self::Refused(refused) => Kind::Invalid(Some(refused.field())),
            Self::NothingToChange => Kind::Conflict,
            Self::Approval(error) => error.kind(),
            Self::Money(_) => Kind::Invalid(Some("currency")),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
