use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::date::BusinessDate;
use domain::fee::FeeError;
use domain::merchant::IncompleteAccount;

/// Why a merchant could not be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum MerchantError {
    /// It is not worked for any more.
    #[error("the merchant is closed: it is neither suspended nor taken back")]
    Closed,
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such merchant.
    #[error("there is no such merchant")]
    NotFound,
    /// The proposal would change nothing.
    #[error("this is how it is already: propose something else")]
    NothingToChange,
    /// Terms cannot begin in the past.
    #[error("fee terms cannot begin on {0}, which is in the past: choose today or later")]
    BeginsInThePast(BusinessDate),
    /// The account is not whole.
    #[error(transparent)]
    Account(#[from] IncompleteAccount),
    /// The terms make no sense.
    #[error(transparent)]
    Fee(#[from] FeeError),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// A stored merchant is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("merchants could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for MerchantError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::NothingToChange | Self::Closed => Kind::Conflict,
            Self::BeginsInThePast(_) => Kind::Invalid(Some("valid_from")),
            Self::Account(_) => Kind::Invalid(Some("account_no")),
            Self::Fee(_) => Kind::Invalid(Some("terms")),
            Self::Approval(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
