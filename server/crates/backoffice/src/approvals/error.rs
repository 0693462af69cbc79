use crate::access::AccessError;
use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::approval::{DecisionRefused, RuleBookError};
use domain::money::MoneyError;

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
    Refused(DecisionRefused),
    /// Something else stands there now.
    #[error("the content has changed since it was shown to you ({0}): read it again, then decide")]
    Changed(String),
    /// The second factor was not proven.
    #[error(transparent)]
    SecondFactor(#[from] AccessError),
    /// The rules make no sense.
    #[error(transparent)]
    Rules(#[from] RuleBookError),
    /// The rules would stay as they are.
    #[error("these approval rules are in force already")]
    NothingToChange,
    /// Who decides nothing has nothing to lend.
    #[error("you decide nothing, so there is no right you could lend")]
    NothingToLend,
    /// The colleague cannot stand in.
    #[error("choose a colleague who decides requests too; nobody stands in for themselves")]
    NoStandIn,
    /// From, until, and not too long.
    #[error("a right is lent from an earlier to a later moment, for 31 days at most")]
    LendingTime,
    /// Others want to know why.
    #[error("say why somebody stands in for you")]
    LendingReason,
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The rules cannot be written down.
    #[error("the approval rules cannot be written down")]
    Unwritable(#[source] serde_json::Error),
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
            Some("approval_people_nobody_twice") => Self::Refused(DecisionRefused::TookPart),
            _ => Self::Database(error),
        }
    }
}

impl From<DecisionRefused> for ApprovalError {
    fn from(refused: DecisionRefused) -> Self {
        match refused {
            DecisionRefused::PermissionMissing(needed) => Self::Forbidden(Forbidden(needed)),
            refused => Self::Refused(refused),
        }
    }
}

impl Explain for ApprovalError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::Refused(DecisionRefused::ReasonMissing) => Kind::Invalid(Some("note")),
            Self::Refused(DecisionRefused::SecondFactorMissing) => Kind::Invalid(Some("code")),
            Self::SecondFactor(error) => error.kind(),
            Self::Rules(_) => Kind::Invalid(Some("name")),
            Self::NoStandIn => Kind::Invalid(Some("stand_in")),
            Self::LendingTime => Kind::Invalid(Some("until")),
            Self::LendingReason => Kind::Invalid(Some("reason")),
            Self::AlreadyOpen
            | Self::Refused(_)
            | Self::Changed(_)
            | Self::NothingToChange
            | Self::NothingToLend => Kind::Conflict,
            Self::Money(_) | Self::Unwritable(_) | Self::Inconsistent(_) | Self::Database(_) => {
                Kind::Unexpected
            }
        }
    }
}
