use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::notifications::NotificationError;
use crate::orders::OrderError;
use crate::payments::PaymentError;
use domain::access::Forbidden;
use domain::money::{Money, MoneyError};
use domain::payout::PayeeRefused;
use domain::refund::{AmountRefused, InvalidTransition};
use ledger::LedgerError;

/// Why a refund was refused.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such refund or payment, or not theirs.
    #[error("there is no such refund or payment: {0}")]
    NotFound(String),
    /// The payment did not collect anything.
    #[error("this payment is {0}: only a succeeded payment can be refunded")]
    NotRefundable(String),
    /// A top-up raised a balance; nothing was sold.
    #[error("this payment is a top-up: give it back as a return of the top-up")]
    IsTopUp,
    /// The amount is wrong.
    #[error(transparent)]
    Amount(#[from] AmountRefused),
    /// By payout only where the way back is closed.
    #[error(
        "channel {0} still takes the money back: ask for a refund by the original route; only one \
         it refused is paid out"
    )]
    GoesBackByChannel(String),
    /// Nobody a bank could pay.
    #[error(transparent)]
    Payee(#[from] PayeeRefused),
    /// To the same holder only.
    #[error("the refund was approved for {0}: only another account of the same holder is paid")]
    OtherHolder(String),
    /// A refund number is missing or too long.
    #[error("the refund number must have 1 to 64 characters")]
    BadNumber,
    /// The merchant used the number for another amount.
    #[error("refund number {number} was already used for {amount}: use a new number")]
    NumberReused {
        /// The merchant's number.
        number: String,
        /// The amount of the refund that has it.
        amount: Money,
    },
    /// The state does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// Somebody else was quicker.
    #[error("the refund changed at the same moment: look at it again")]
    ChangedMeanwhile,
    /// No accounting day is open.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The payment does not allow it.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The order does not allow it.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The merchant could not be told.
    #[error(transparent)]
    Notification(#[from] NotificationError),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored refund is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the refunds could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for RefundError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound(_) => Kind::NotFound,
            Self::Amount(_) => Kind::Invalid(Some("amount")),
            Self::Payee(_) => Kind::Invalid(Some("account")),
            Self::OtherHolder(_) => Kind::Invalid(Some("name")),
            Self::BadNumber => Kind::Invalid(Some("merchant_refund_no")),
            Self::NotRefundable(_)
            | Self::IsTopUp
            | Self::GoesBackByChannel(_)
            | Self::NumberReused { .. }
            | Self::Transition(_)
            | Self::ChangedMeanwhile
            | Self::NoOpenDay
            | Self::Ledger(LedgerError::InsufficientBalance { .. }) => Kind::Conflict,
            Self::Payment(error) => error.kind(),
            Self::Order(error) => error.kind(),
            Self::Approval(error) => error.kind(),
            Self::Notification(error) => error.kind(),
            Self::Money(_) | Self::Ledger(_) | Self::Inconsistent(_) | Self::Database(_) => {
                Kind::Unexpected
            }
        }
    }
}
