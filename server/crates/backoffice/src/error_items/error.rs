use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use crate::payments::PaymentError;
use crate::refunds::RefundError;
use domain::access::Forbidden;
use domain::error_item::{
    BulkRefused, EvidenceRefused, HandRefused, InvalidTransition, ResolutionRefused, RulesRefused,
    SheetRefused, UndoRefused,
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
    /// A channel is one of ours.
    #[error("there is no channel {0}")]
    NoSuchChannel(String),
    /// What it belongs to has to be found.
    #[error("no order, payment, refund or payout has the number {0}")]
    NothingRelated(String),
    /// Merchants' numbers need not be different.
    #[error("more than one order has the number {0}: write the payment's number")]
    RelatedAmbiguous(String),
    /// What was seen is not whole.
    #[error(transparent)]
    ByHand(#[from] HandRefused),
    /// It is set apart, or in its case.
    #[error("that is so already: read the page again")]
    AlreadySo,
    /// The step stays.
    #[error(transparent)]
    Undo(#[from] UndoRefused),
    /// What was repeated is not repeated any more.
    #[error("the latest resolutions do not ask for this rule any more: read the list again")]
    NoAdvice,
    /// The workbook is refused.
    #[error(transparent)]
    Sheet(#[from] SheetRefused),
    /// The workbook could not be written.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
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
            Self::Bulk(_) | Self::AlreadySo | Self::Undo(_) | Self::NoAdvice => Kind::Conflict,
            Self::Sheet(_) => Kind::Invalid(Some("file")),
            Self::NoSuchChannel(_) => Kind::Invalid(Some("channel")),
            Self::NothingRelated(_) | Self::RelatedAmbiguous(_) => Kind::Invalid(Some("related")),
            Self::ByHand(refused) => by_hand(*refused),
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
            | Self::Workbook(_)
            | Self::Inconsistent(_)
            | Self::Database(_) => Kind::Unexpected,
        }
    }
}

/// The field of the form that is wrong.
const fn by_hand(refused: HandRefused) -> Kind {
    match refused {
        HandRefused::NoteMissing => Kind::Invalid(Some("note")),
        HandRefused::NumberMissing => Kind::Invalid(Some("number")),
        HandRefused::NotByHand => Kind::Invalid(Some("cause")),
        HandRefused::ChannelMissing => Kind::Invalid(Some("channel")),
        HandRefused::InTheFuture => Kind::Invalid(Some("day")),
        HandRefused::OursMissing | HandRefused::OursNotThere => Kind::Invalid(Some("ours")),
        HandRefused::TheirsMissing | HandRefused::TheirsNotThere | HandRefused::NothingDiffers => {
            Kind::Invalid(Some("theirs"))
        }
        HandRefused::Money(_) => Kind::Unexpected,
    }
}
