use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::merchants::MerchantError;
use domain::access::Forbidden;
use domain::hold::HoldRefused;
use domain::money::Money;
use ledger::LedgerError;

/// Why a hold could not be asked for, placed, released or shown.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such hold.
    #[error("there is no such hold")]
    NotFound,
    /// No such merchant.
    #[error("there is no merchant with this number: check it")]
    MerchantNotFound,
    /// More than there is.
    #[error("{wanted} cannot be held: the merchant has {available} available")]
    NotAvailable {
        /// What is available now.
        available: Money,
        /// What was to be held.
        wanted: Money,
    },
    /// The form was already sent, with another content.
    #[error("this form was already sent with another content: open a new one")]
    AlreadyProposed,
    /// Somebody else was quicker.
    #[error("the hold changed at the same moment: look at it again")]
    ChangedMeanwhile,
    /// No day to book on.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The hold is refused.
    #[error(transparent)]
    Refused(#[from] HoldRefused),
    /// The merchant could not be read.
    #[error(transparent)]
    Merchant(#[from] MerchantError),
    /// The books refuse.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// A stored hold is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the hold could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for HoldError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::MerchantNotFound => Kind::Invalid(Some("merchant")),
            Self::NotAvailable { .. } | Self::Refused(HoldRefused::AmountNotPositive) => {
                Kind::Invalid(Some("amount"))
            }
            Self::Refused(HoldRefused::NotNow(_))
            | Self::AlreadyProposed
            | Self::ChangedMeanwhile
            | Self::NoOpenDay => Kind::Conflict,
            Self::Refused(_) => Kind::Invalid(Some("reason")),
            Self::Merchant(error) => error.kind(),
            Self::Ledger(error) => error.kind(),
            Self::Approval(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
