use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::money::Currency;
use domain::voucher::VoucherRefused;
use ledger::LedgerError;

/// Why vouchers could not be written, shown or exported.
#[derive(Debug, thiserror::Error)]
pub enum VoucherError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such voucher.
    #[error("there is no such voucher")]
    NotFound,
    /// Nothing was drafted.
    #[error("there are no vouchers of {0} yet: draft them first")]
    NotDrafted(BusinessDate),
    /// Nothing was exported.
    #[error("the vouchers of {0} are not exported yet: export them first")]
    NotExported(BusinessDate),
    /// The day may still change.
    #[error("accounting day {0} is not closed: only closed days have vouchers")]
    DayNotClosed(BusinessDate),
    /// No account of the general ledger stands for ours.
    #[error("account code {0} has no account in the general ledger: map it first")]
    Unmapped(String),
    /// The owner of an account has no code for the general ledger.
    #[error("account {0} belongs to nobody the general ledger knows: its owner has no code")]
    OwnerUnknown(AccountRef),
    /// The general ledger is kept in CNY.
    #[error("the day has movements in {0}, but vouchers are written in CNY only")]
    ForeignCurrency(Currency),
    /// A text that the file's encoding cannot carry.
    #[error("the text {0} cannot be written in the file's encoding (GBK): change it")]
    NotInGbk(String),
    /// A text longer than its field.
    #[error("the text {text} is longer than its field ({limit} bytes)")]
    TooLong {
        /// The text.
        text: String,
        /// Bytes of the field.
        limit: usize,
    },
    /// The step is refused.
    #[error(transparent)]
    Refused(#[from] VoucherRefused),
    /// The books refuse.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored voucher is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the vouchers could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for VoucherError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound | Self::NotDrafted(_) | Self::NotExported(_) => Kind::NotFound,
            Self::DayNotClosed(_)
            | Self::Unmapped(_)
            | Self::OwnerUnknown(_)
            | Self::ForeignCurrency(_)
            | Self::NotInGbk(_)
            | Self::TooLong { .. }
            | Self::Refused(_) => Kind::Conflict,
            Self::Ledger(error) => error.kind(),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
