use crate::approvals::ApprovalError;
use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::date::BusinessDate;
use domain::ids::ReserveAccountId;
use domain::money::{Money, MoneyError};
use domain::reserve::TransferRefused;
use domain::reserve::document::DocumentRefused;
use domain::reserve::quota::QuotaRefused;
use domain::reserve::settings::ReserveChangeRefused;
use ledger::LedgerError;

/// Why the reserve refused, or could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such account.
    #[error("there is no reserve account {0}")]
    NotFound(ReserveAccountId),
    /// No account of ours has this number.
    #[error("none of our bank accounts has the number {0}: check the statement's account")]
    UnknownAccount(String),
    /// The account is switched off.
    #[error("the reserve account {0} is not in use: choose another one")]
    Inactive(String),
    /// The transfer matrix says no.
    #[error(transparent)]
    Transfer(#[from] TransferRefused),
    /// There is not enough on the account.
    #[error(
        "reserve account {account} has {available} free but {wanted} is wanted: {short} short; \
         wait for channel funds or pay fewer"
    )]
    Short {
        /// The account's code.
        account: String,
        /// What is neither paid nor promised.
        available: Money,
        /// What was asked for.
        wanted: Money,
        /// What is missing.
        short: Money,
    },
    /// An account with this code, number or ledger account is there already.
    #[error("a bank account with this {0} is already set up")]
    Taken(&'static str),
    /// The books have no open day.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The day has not come.
    #[error("{0} has not begun in the books: choose an earlier day")]
    DayAhead(BusinessDate),
    /// The month has not come.
    #[error("the month of {0} has not begun in the books: choose an earlier one")]
    MonthAhead(BusinessDate),
    /// A gap is not signed away.
    #[error("on {day} the reserve differs by {gap}: close the gap before the evening is signed")]
    NotCovered {
        /// The day.
        day: BusinessDate,
        /// M14.
        gap: Money,
    },
    /// No such incident.
    #[error("there is no such incident")]
    IncidentNotFound,
    /// Somebody was quicker.
    #[error("{0} has taken note of it already")]
    Acknowledged(String),
    /// A note says what is done about it.
    #[error("say what is done about it")]
    NoteMissing,
    /// No such document.
    #[error("there is no such document")]
    DocumentNotFound,
    /// The form was used for another document.
    #[error("this form was sent before with other contents: open the form anew")]
    DocumentTaken,
    /// The document may not do that.
    #[error(transparent)]
    Document(#[from] DocumentRefused),
    /// Nothing was ever earmarked there.
    #[error("nothing is earmarked at the clearing house \"{0}\": earmark quota first")]
    NoQuota(String),
    /// The quota does not cover it.
    #[error(transparent)]
    Quota(#[from] QuotaRefused),
    /// The change of the settings makes no sense.
    #[error(transparent)]
    Settings(#[from] ReserveChangeRefused),
    /// The decision could not be asked for or carried out.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The file could not be written.
    #[error("the file could not be written")]
    File(#[from] rust_xlsxwriter::XlsxError),
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored account is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the reserve could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ReserveError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("reserve_accounts_code_taken") => Self::Taken("code"),
            Some("reserve_accounts_account_taken") => Self::Taken("account number"),
            Some("reserve_accounts_one_per_ledger_account") => Self::Taken("ledger account"),
            _ => Self::Database(error),
        }
    }
}

impl Explain for ReserveError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound(_) => Kind::NotFound,
            Self::UnknownAccount(_)
            | Self::Inactive(_)
            | Self::Transfer(_)
            | Self::Short { .. }
            | Self::Taken(_) => Kind::Conflict,
            Self::IncidentNotFound | Self::DocumentNotFound => Kind::NotFound,
            Self::NoOpenDay
            | Self::DayAhead(_)
            | Self::MonthAhead(_)
            | Self::NotCovered { .. }
            | Self::Acknowledged(_)
            | Self::DocumentTaken
            | Self::Document(_)
            | Self::NoQuota(_)
            | Self::Quota(QuotaRefused::Short(_)) => Kind::Conflict,
            Self::NoteMissing => Kind::Invalid(Some("note")),
            Self::Settings(ReserveChangeRefused::HouseCode) => Kind::Invalid(Some("code")),
            Self::Settings(_) => Kind::Conflict,
            Self::Approval(error) => error.kind(),
            Self::Quota(QuotaRefused::Money(_))
            | Self::File(_)
            | Self::Money(_)
            | Self::Ledger(_)
            | Self::Inconsistent(_)
            | Self::Database(_) => Kind::Unexpected,
        }
    }
}
