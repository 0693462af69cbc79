use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::approval::DecisionRefused;

/// Why a proposal or a decision was refused.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such request, or not theirs to see.
    #[error("there is no such approval request")]
    NotFound,
    /// One open request per object.
    #[error("a request about this is already waiting for a decision or being carried out")]
    AlreadyOpen,
    /// The rule says no.
    #[error(transparent)]
    Refused(#[from] DecisionRefused),
    /// The content asks for somebody higher.
    #[error("this is decided at level {0}: somebody of that level has to decide it")]
    LevelNotHeld(&'static str),
    /// A stored request is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the approval could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ApprovalError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(|e| e.constraint());
        match constraint {
            Some("approvals_one_open_per_subject") => Self::AlreadyOpen,
            Some("approvals_maker_is_not_checker") => {
                Self::Refused(DecisionRefused::MakerIsChecker)
            }
            _ => Self::Database(error),
        }
    }
}

impl Explain for ApprovalError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::Refused(DecisionRefused::ReasonMissing) => Kind::Invalid(Some("note")),
            Self::AlreadyOpen | Self::LevelNotHeld(_) | Self::Refused(_) => Kind::Conflict,
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
