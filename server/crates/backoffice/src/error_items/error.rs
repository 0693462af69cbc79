use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::payments::PaymentError;
use crate::refunds::RefundError;
use domain::access::Forbidden;
use domain::error_item::{
    BulkRefused, EvidenceRefused, InvalidTransition, ResolutionRefused, RulesRefused,
};
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
    /// Sleeping ends in the future, and not for ever.
    #[error("an item is put off until a later day, at most 90 days")]
    SnoozeOutOfRange,
    /// Nobody knows why otherwise.
    #[error("say why the item is opened again")]
    ReopenReasonMissing,
    /// Only a person who handles error items can be given one.
    #[error("there is no colleague {0} who may handle error items")]
    NoSuchColleague(String),
    /// One record never has two open items.
    #[error("another item about the same record is open: handle that one")]
    OpenElsewhere,
    /// The rules cannot be as proposed.
    #[error(transparent)]
    Rules(#[from] RulesRefused),
    /// The bulk is not made, or not gone on with.
    #[error(transparent)]
    Bulk(#[from] BulkRefused),
    /// The file is no evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceRefused),
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
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ErrorItemError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("error_items_one_open_per_record") => Self::OpenElsewhere,
            _ => Self::Database(error),
        }
    }
}

impl Explain for ErrorItemError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::CommentEmpty => Kind::Invalid(Some("text")),
            Self::Refused(ResolutionRefused::ReasonMissing) => Kind::Invalid(Some("reason")),
            Self::Refused(ResolutionRefused::NotForThis { .. }) => Kind::Invalid(Some("action")),
            Self::SnoozeOutOfRange => Kind::Invalid(Some("until")),
            Self::ReopenReasonMissing => Kind::Invalid(Some("reason")),
            Self::NoSuchColleague(_) => Kind::Invalid(Some("to")),
            Self::Bulk(_) => Kind::Conflict,
            Self::Rules(_) => Kind::Invalid(None),
            Self::Evidence(_) => Kind::Invalid(Some("file")),
            Self::Transition(_) | Self::NotProven | Self::NoOpenDay | Self::OpenElsewhere => {
                Kind::Conflict
            }
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
