//! The stable codes of the API's errors: programs rely on them, so none is ever renamed.

use crate::merchant::named;
use serde::{Deserialize, Serialize};

/// Why a request was not done, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Unknown key or wrong secret.
    NotAuthenticated,
    /// Not allowed.
    NotAllowed,
    /// Nothing there, or not theirs.
    NotFound,
    /// No such route.
    NoSuchRoute,
    /// The route does not know the method.
    NoSuchMethod,
    /// The idempotency key is missing.
    IdempotencyKeyMissing,
    /// The key was used for another request.
    IdempotencyKeyReused,
    /// The same request is being worked on.
    RequestInProgress,
    /// The body is no JSON.
    NotJson,
    /// The body could not be read.
    UnreadableBody,
    /// The body lacks a field, or has one too many, or of another kind.
    InvalidBody,
    /// The body is too large.
    BodyTooLarge,
    /// A field is wrong.
    InvalidField,
    /// The order number was used.
    OrderNumberTaken,
    /// The refund number was used for another amount.
    RefundNumberTaken,
    /// The payment did not collect anything.
    PaymentNotRefundable,
    /// More than what is left of the payment.
    AmountExceedsRemaining,
    /// The channel may have the payment, or it succeeded.
    PaymentNotClosable,
    /// The state does not allow it.
    Conflict,
    /// No such merchant.
    UnknownMerchant,
    /// The merchant is suspended or closed.
    MerchantNotActive,
    /// The product is not opened for the merchant.
    ProductNotEnabled,
    /// No fee is agreed.
    NoFeeTerms,
    /// The fee would be more than the amount.
    FeeExceedsAmount,
    /// No fee is agreed in this currency.
    CurrencyNotAgreed,
    /// We are busy: send it again.
    Busy,
    /// Our fault: send it again with the same key.
    Internal,
}
named!(ErrorCode {
    NotAuthenticated = "not_authenticated",
    NotAllowed = "not_allowed",
    NotFound = "not_found",
    NoSuchRoute = "no_such_route",
    NoSuchMethod = "no_such_method",
    IdempotencyKeyMissing = "idempotency_key_missing",
    IdempotencyKeyReused = "idempotency_key_reused",
    RequestInProgress = "request_in_progress",
    NotJson = "not_json",
    UnreadableBody = "unreadable_body",
    InvalidBody = "invalid_body",
    BodyTooLarge = "body_too_large",
    InvalidField = "invalid_field",
    OrderNumberTaken = "order_number_taken",
    RefundNumberTaken = "refund_number_taken",
    PaymentNotRefundable = "payment_not_refundable",
    AmountExceedsRemaining = "amount_exceeds_remaining",
    PaymentNotClosable = "payment_not_closable",
    Conflict = "conflict",
    UnknownMerchant = "unknown_merchant",
    MerchantNotActive = "merchant_not_active",
    ProductNotEnabled = "product_not_enabled",
    NoFeeTerms = "no_fee_terms",
    FeeExceedsAmount = "fee_exceeds_amount",
    CurrencyNotAgreed = "currency_not_agreed",
    Busy = "busy",
    Internal = "internal",
});
