use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::adjustment::AdjustmentRefused;
use domain::error_item::EvidenceRefused;
use ledger::LedgerError;

/// Why an adjustment could not be proposed, shown or booked.
#[derive(Debug, thiserror::Error)]
pub enum AdjustmentError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such document.
    #[error("there is no such adjustment")]
    NotFound,
    /// The journal to be corrected does not exist.
    #[error("the journal to be corrected does not exist: check its id")]
    CorrectedNotFound,
    /// The form was already sent, with another content.
    #[error("this form was already sent with another content: open a new one")]
    AlreadyProposed,
    /// What it undoes is being undone by another document.
    #[error("a reversal of this adjustment was already proposed")]
    ReversalTaken,
    /// There is one document of a template and month.
    #[error("this month's adjustment was already made from the template")]
    MadeThisMonth,
    /// No such template in use.
    #[error("there is no such template, or it is not used any more")]
    TemplateNotFound,
    /// The name is used.
    #[error("a template of this name is in use already: choose another name")]
    TemplateTaken,
    /// The decision was taken.
    #[error("evidence is added while the request waits for its decision; this one was decided")]
    NotWaiting,
    /// Enough is enough.
    #[error("an adjustment keeps at most 20 files of evidence")]
    TooManyFiles,
    /// The file is not evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceRefused),
    /// No day to book on.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The document is refused.
    #[error(transparent)]
    Refused(#[from] AdjustmentRefused),
    /// The books refuse.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// A stored document is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the adjustment could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for AdjustmentError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(|e| e.constraint());
        match constraint {
            Some("adjustments_corrected_journal_exists") => Self::CorrectedNotFound,
            Some("adjustments_pkey") => Self::AlreadyProposed,
            Some("adjustments_reversed_once") => Self::ReversalTaken,
            Some("adjustments_once_a_month") => Self::MadeThisMonth,
            Some("adjustment_templates_name_taken") => Self::TemplateTaken,
            _ => Self::Database(error),
        }
    }
}

impl Explain for AdjustmentError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound | Self::TemplateNotFound => Kind::NotFound,
            Self::CorrectedNotFound => Kind::Invalid(Some("corrects")),
            Self::AlreadyProposed
            | Self::ReversalTaken
            | Self::MadeThisMonth
            | Self::NotWaiting
            | Self::NoOpenDay
            | Self::Refused(AdjustmentRefused::AlreadyConcluded(_)) => Kind::Conflict,
            Self::TemplateTaken | Self::Refused(AdjustmentRefused::NameMissing) => {
                Kind::Invalid(Some("name"))
            }
            Self::TooManyFiles | Self::Evidence(_) => Kind::Invalid(Some("file")),
            Self::Refused(AdjustmentRefused::EvidenceMissing) => Kind::Invalid(Some("evidence")),
            Self::Refused(AdjustmentRefused::MerchantMissing) => Kind::Invalid(Some("merchant")),
            Self::Refused(AdjustmentRefused::ChannelMissing) => Kind::Invalid(Some("channel")),
            Self::Refused(_) => Kind::Invalid(Some("lines")),
            Self::Ledger(error) => error.kind(),
            Self::Approval(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
