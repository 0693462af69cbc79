use crate::explain::{Explain, Inconsistent, Kind};
use crate::limits::LimitError;
use crate::merchants::MerchantError;
use crate::notifications::NotificationError;
use crate::orders::OrderError;
use crate::payments::PaymentError;
use crate::payouts::PayoutError;
use crate::refunds::RefundError;
use crate::users::UserError;
use domain::gateway::{ErrorCode, FieldError};
use domain::money::MoneyError;
use domain::refund::AmountRefused;
use ledger::LedgerError;
use std::sync::Arc;

/// Why a business system's request was not done.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Unknown key or wrong secret: which one is not told.
    #[error("the API key is not valid: send `Authorization: Bearer <key_id>.<secret>`")]
    NotAuthenticated,
    /// A field is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The key was used for a request that said something else.
    #[error("this idempotency key was used for a different request: use a new key")]
    KeyReused,
    /// The same request is being worked on right now.
    #[error("a request with this idempotency key is being worked on: ask again in a moment")]
    InProgress,
    /// No such object, or not theirs to see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The order was refused.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The payment was refused.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The refund was refused.
    #[error(transparent)]
    Refund(#[from] RefundError),
    /// The address was refused.
    #[error(transparent)]
    Notification(#[from] NotificationError),
    /// The books could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The user was refused.
    #[error(transparent)]
    User(#[from] UserError),
    /// The withdrawal was refused.
    #[error(transparent)]
    Payout(#[from] PayoutError),
    /// Amounts that cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// CRM failed.
    #[error(transparent)]
    Merchant(#[from] MerchantError),
    /// The payer's limits could not be counted.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// A stored request is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("requests could not be read or written")]
    Database(#[from] sqlx::Error),
    /// The database was out of reach for all who waited.
    #[error("requests could not be read or written")]
    Unreachable(#[source] Arc<sqlx::Error>),
}

impl GatewayError {
    /// The stable code of the error, as the API carries it.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotAuthenticated => ErrorCode::NotAuthenticated,
            Self::KeyReused => ErrorCode::IdempotencyKeyReused,
            Self::InProgress => ErrorCode::RequestInProgress,
            Self::Order(OrderError::NumberTaken) => ErrorCode::OrderNumberTaken,
            Self::Payment(PaymentError::NotClosable(_)) => ErrorCode::PaymentNotClosable,
            Self::Refund(RefundError::NotRefundable(_) | RefundError::IsTopUp) => {
                ErrorCode::PaymentNotRefundable
            }
            Self::Refund(RefundError::NumberReused { .. }) => ErrorCode::RefundNumberTaken,
            Self::Refund(RefundError::Amount(AmountRefused::ExceedsRemaining { .. })) => {
                ErrorCode::AmountExceedsRemaining
            }
            _ => match self.kind() {
                Kind::NotFound => ErrorCode::NotFound,
                Kind::Invalid(_) => ErrorCode::InvalidField,
                Kind::Conflict => ErrorCode::Conflict,
                Kind::SignedOut | Kind::Forbidden(_) => ErrorCode::NotAllowed,
                Kind::Unexpected => ErrorCode::Internal,
            },
        }
    }
}

impl Explain for GatewayError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotAuthenticated => Kind::SignedOut,
            Self::Field(error) => Kind::Invalid(Some(error.field)),
            Self::KeyReused => Kind::Invalid(Some("Idempotency-Key")),
            Self::InProgress => Kind::Conflict,
            Self::NotFound(_) => Kind::NotFound,
            Self::Order(error) => error.kind(),
            Self::Payment(error) => error.kind(),
            Self::Refund(error) => error.kind(),
            Self::Merchant(error) => error.kind(),
            Self::Notification(error) => error.kind(),
            Self::Limit(error) => error.kind(),
            Self::User(error) => error.kind(),
            Self::Payout(error) => error.kind(),
            Self::Money(_) => Kind::Unexpected,
            Self::Ledger(_) | Self::Inconsistent(_) | Self::Database(_) | Self::Unreachable(_) => {
                Kind::Unexpected
            }
        }
    }
}
