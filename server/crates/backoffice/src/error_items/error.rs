use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::payments::PaymentError;
use crate::refunds::RefundError;
use domain::access::Forbidden;
use domain::error_item::{InvalidTransition, ResolutionRefused};
use domain::money::MoneyError;
use ledger::LedgerError;

/// Why an error item could not be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum ErrorItemError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such item.
    #[error("there is no such error item")]
    NotFound,
    /// A comment says something.
    #[error("write what you found out before adding the comment")]
    CommentEmpty,
    /// The state does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// The resolution does not fit.
    #[error(transparent)]
    Refused(#[from] ResolutionRefused),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// There is no record that proves anything.
    #[error("the bill has no row that proves a payment or refund of ours: choose another action")]
    NotProven,
    /// The payment could not be repaired.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The refund could not be repaired.
    #[error(transparent)]
    Refund(#[from] RefundError),
    /// No accounting day is open.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored item is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the error items could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for ErrorItemError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::CommentEmpty => Kind::Invalid(Some("text")),
            Self::Refused(ResolutionRefused::ReasonMissing) => Kind::Invalid(Some("reason")),
            Self::Refused(ResolutionRefused::NotForThis { .. }) => Kind::Invalid(Some("action")),
            Self::Transition(_) | Self::NotProven | Self::NoOpenDay => Kind::Conflict,
            Self::Approval(error) => error.kind(),
            Self::Payment(error) => error.kind(),
            Self::Refund(error) => error.kind(),
            Self::Refused(ResolutionRefused::Money(_))
            | Self::Money(_)
            | Self::Ledger(_)
            | Self::Inconsistent(_)
            | Self::Database(_) => Kind::Unexpected,
        }
    }
}
