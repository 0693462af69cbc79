use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use banks::notify::AddressRefused;
use banks::signing::NotASecret;
use domain::access::Forbidden;

/// Why a notification or an address could not be shown, sent or set.
#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such notification.
    #[error("there is no such notification")]
    NotFound,
    /// No such merchant.
    #[error("there is no such merchant")]
    NoMerchant,
    /// Nothing can be sent.
    #[error("the merchant has no address that works: set one first")]
    NoAddress,
    /// The address is none to send to.
    #[error(transparent)]
    Address(#[from] AddressRefused),
    /// It is set already.
    #[error("the merchant is notified there already: nothing would change")]
    NothingToChange,
    /// The approval was refused.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// Whether a try was written down is not known.
    #[error("what came of the try was perhaps not written down: it is tried again")]
    NotWrittenDown,
    /// The clock shows a time that cannot be written.
    #[error("the clock shows a time that cannot be written")]
    Clock,
    /// A stored secret is none.
    #[error(transparent)]
    Secret(#[from] NotASecret),
    /// A stored notification is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("notifications could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for NotificationError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::NoMerchant => Kind::Invalid(Some("merchant")),
            Self::Address(_) => Kind::Invalid(Some("url")),
            Self::NoAddress | Self::NothingToChange => Kind::Conflict,
            Self::Approval(error) => error.kind(),
            Self::NotWrittenDown
            | Self::Clock
            | Self::Secret(_)
            | Self::Inconsistent(_)
            | Self::Database(_) => Kind::Unexpected,
        }
    }
}
