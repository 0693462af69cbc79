use crate::explain::{Explain, Inconsistent, Kind};
use crate::limits::LimitError;
use crate::merchants::MerchantError;
use crate::orders::OrderError;
use crate::payments::PaymentError;
use crate::refunds::RefundError;
use domain::gateway::FieldError;

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
}

impl GatewayError {
    /// The stable code of the error, as the API carries it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAuthenticated => "not_authenticated",
            Self::KeyReused => "idempotency_key_reused",
            Self::InProgress => "request_in_progress",
            Self::Order(OrderError::NumberTaken) => "order_number_taken",
            Self::Refund(RefundError::NotRefundable(_)) => "payment_not_refundable",
            Self::Refund(RefundError::NumberReused { .. }) => "refund_number_taken",
            _ => match self.kind() {
                Kind::NotFound => "not_found",
                Kind::Invalid(_) => "invalid_field",
                Kind::Conflict => "conflict",
                Kind::SignedOut | Kind::Forbidden(_) => "not_allowed",
                Kind::Unexpected => "internal",
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
            Self::Limit(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
