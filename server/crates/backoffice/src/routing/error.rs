use crate::approvals::ApprovalError;
use crate::channels::ChannelError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::merchants::MerchantError;
use domain::access::Forbidden;
use domain::routing::RuleRefused;

/// Why routing could not decide, or rules could not be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The rules make no sense.
    #[error(transparent)]
    Rules(#[from] RuleRefused),
    /// Somebody asked about a merchant nobody knows.
    #[error("there is no merchant {0}")]
    UnknownMerchant(String),
    /// A rule is named that is not there.
    #[error("there is no routing rule {0:?}")]
    NoSuchRule(String),
    /// The proposal would change nothing.
    #[error("these are the rules in force already: propose something else")]
    NothingToChange,
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The channels could not be read.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// CRM failed.
    #[error(transparent)]
    Merchant(#[from] MerchantError),
    /// Stored rules are impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("routing rules could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for RoutingError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::Rules(_) => Kind::Invalid(Some("rules")),
            Self::UnknownMerchant(_) => Kind::Invalid(Some("merchant")),
            Self::NoSuchRule(_) => Kind::Invalid(Some("name")),
            Self::NothingToChange => Kind::Conflict,
            Self::Approval(error) => error.kind(),
            Self::Channel(error) => error.kind(),
            Self::Merchant(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
