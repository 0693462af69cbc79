use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::channel::PolicyRefused;
use domain::date::BusinessDate;
use domain::fee::FeeError;
use domain::money::MoneyError;

/// Why channels could not be shown, changed or set up.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such channel.
    #[error("there is no such channel")]
    NotFound,
    /// The proposal would change nothing.
    #[error("this is how it is already: propose something else")]
    NothingToChange,
    /// Costs cannot begin in the past.
    #[error("costs cannot begin on {0}, which is in the past: choose today or later")]
    BeginsInThePast(BusinessDate),
    /// The last day lies before the first.
    #[error("the last day of use must not lie before the first")]
    EndsBeforeItBegins,
    /// Taking a channel out needs a reason.
    #[error("say why the channel is taken out")]
    NoReason,
    /// It is out already.
    #[error("the channel is out already")]
    AlreadyOut,
    /// It is in use.
    #[error("the channel is in use already")]
    AlreadyIn,
    /// Thresholds of health that cannot be kept.
    #[error(transparent)]
    Policy(#[from] PolicyRefused),
    /// The terms make no sense.
    #[error(transparent)]
    Fee(#[from] FeeError),
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// An amount is out of range, or in another currency.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A stored channel is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("channels could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for ChannelError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::NothingToChange | Self::AlreadyOut | Self::AlreadyIn => Kind::Conflict,
            Self::BeginsInThePast(_) => Kind::Invalid(Some("valid_from")),
            Self::EndsBeforeItBegins => Kind::Invalid(Some("valid_until")),
            Self::NoReason => Kind::Invalid(Some("reason")),
            Self::Policy(refused) => Kind::Invalid(Some(refused.field())),
            Self::Fee(_) => Kind::Invalid(Some("terms")),
            Self::Approval(error) => error.kind(),
            Self::Money(_) | Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
