use crate::explain::{Explain, Inconsistent, Kind};
use crate::merchants::MerchantError;
use crate::payouts::PayoutError;
use domain::access::Forbidden;
use domain::date::BusinessDate;
use domain::ids::SettlementId;
use domain::money::MoneyError;
use domain::split::SplitRefused;
use ledger::LedgerError;

/// Why a settlement was refused, or could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such settlement.
    #[error("there is no settlement {0}")]
    NotFound(SettlementId),
    /// The day has not come.
    #[error("payments due on {due} cannot be settled yet: today is {today}")]
    NotDueYet {
        /// The day asked for.
        due: BusinessDate,
        /// The latest day that can be settled.
        today: BusinessDate,
    },
    /// No accounting day is open.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The split rules do not work out.
    #[error(transparent)]
    Split(#[from] SplitRefused),
    /// A merchant's terms could not be read.
    #[error(transparent)]
    Merchant(#[from] MerchantError),
    /// The payout could not be drafted.
    #[error(transparent)]
    Payout(#[from] PayoutError),
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored settlement is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the settlements could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for SettlementError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound(_) => Kind::NotFound,
            Self::NotDueYet { .. } => Kind::Invalid(Some("due_date")),
            Self::NoOpenDay
            | Self::Split(_)
            | Self::Ledger(LedgerError::InsufficientBalance { .. }) => Kind::Conflict,
            Self::Merchant(error) => error.kind(),
            Self::Payout(error) => error.kind(),
            Self::Money(_) | Self::Ledger(_) | Self::Inconsistent(_) | Self::Database(_) => {
                Kind::Unexpected
            }
        }
    }
}
