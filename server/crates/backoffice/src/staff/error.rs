use crate::access::AccessError;
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
    /// One's own second factor is replaced, not reset.
    #[error(
        "your own second factor is reset by a colleague; while you have it, replace it yourself"
    )]
    OwnSecondFactor,
    /// There is nothing to forget.
    #[error("this colleague has no second factor")]
    NoSecondFactor,
    /// The second factor could not be read or forgotten.
    #[error(transparent)]
    Access(#[from] AccessError),
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
            Self::OwnRoles | Self::OwnSecondFactor | Self::NoSecondFactor => Kind::Conflict,
            Self::Access(error) => error.kind(),
            Self::Approval(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
