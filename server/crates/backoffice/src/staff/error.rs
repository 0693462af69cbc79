use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;

/// Why staff could not be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such person.
    #[error("there is no such member of staff")]
    NotFound,
    /// Nobody changes their own roles.
    #[error("your own roles have to be proposed by a colleague")]
    OwnRoles,
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// A stored person is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("staff could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for StaffError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::OwnRoles => Kind::Conflict,
            Self::Approval(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
