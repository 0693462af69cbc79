use crate::approvals::ApprovalError;
use crate::channels::ChannelError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::limits::LimitError;
use crate::merchants::MerchantError;
use crate::notifications::NotificationError;
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
    /// The outcome is known.
    #[error("the outcome of this payment is known: there is nothing to ask or to close")]
    NothingToAsk,
    /// The channel may have it, or it succeeded.
    #[error("a payment that is {0} cannot be closed: the channel may have collected")]
    NotClosable(&'static str),
    /// The checker has to know why.
    #[error("say why the payment is to be closed")]
    ReasonMissing,
    /// Somebody else was quicker.
    #[error("the payment changed at the same moment: look at it again")]
    ChangedMeanwhile,
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
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The merchant could not be told.
    #[error(transparent)]
    Notification(#[from] NotificationError),
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
            Self::ReasonMissing => Kind::Invalid(Some("reason")),
            Self::State(_)
            | Self::NothingToAsk
            | Self::NotClosable(_)
            | Self::ChangedMeanwhile
            | Self::NumberTaken
            | Self::NoOpenDay => Kind::Conflict,
            Self::Approval(error) => error.kind(),
            Self::Notification(error) => error.kind(),
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
