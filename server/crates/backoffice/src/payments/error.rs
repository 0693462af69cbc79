use crate::channels::ChannelError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::limits::LimitError;
use crate::merchants::MerchantError;
use crate::orders::OrderError;
use crate::routing::RoutingError;
use domain::access::Forbidden;
use domain::money::{Money, MoneyError};
use domain::payment::InvalidTransition;
use ledger::LedgerError;

/// Why a payment could not be opened, shown, changed or booked.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such payment.
    #[error("there is no such payment")]
    NotFound,
    /// The payment's state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidTransition),
    /// The proof is about another amount.
    #[error("the proof says {proven}, but this payment is about {amount}")]
    OtherAmount {
        /// What the payment is about.
        amount: Money,
        /// What the proof says.
        proven: Money,
    },
    /// More than is left would go back.
    #[error("only {left} of this payment is left to refund")]
    MoreThanLeft {
        /// What is left.
        left: Money,
    },
    /// Another payment has this number at the channel.
    #[error("another payment has this number at the channel already")]
    NumberTaken,
    /// No accounting day takes postings.
    #[error("no accounting day is open: open the day first")]
    NoOpenDay,
    /// An amount is out of range.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The order refused.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// CRM refused.
    #[error(transparent)]
    Merchant(#[from] MerchantError),
    /// The channels could not be read.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The payer's limits could not be counted.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// Routing could not decide.
    #[error(transparent)]
    Routing(#[from] RoutingError),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored payment is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("payments could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for PaymentError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("payments_number_taken") => Self::NumberTaken,
            _ => Self::Database(error),
        }
    }
}

impl Explain for PaymentError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::MoreThanLeft { .. } | Self::OtherAmount { .. } => Kind::Invalid(Some("amount")),
            Self::State(_) | Self::NumberTaken | Self::NoOpenDay => Kind::Conflict,
            Self::Order(error) => error.kind(),
            Self::Merchant(error) => error.kind(),
            Self::Channel(error) => error.kind(),
            Self::Routing(error) => error.kind(),
            Self::Limit(error) => error.kind(),
            Self::Money(_) | Self::Ledger(_) | Self::Inconsistent(_) | Self::Database(_) => {
                Kind::Unexpected
            }
        }
    }
}
