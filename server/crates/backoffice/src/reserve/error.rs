use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;
use domain::ids::ReserveAccountId;
use domain::money::{Money, MoneyError};
use domain::reserve::TransferRefused;
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
            Self::Money(_) | Self::Ledger(_) | Self::Inconsistent(_) | Self::Database(_) => {
                Kind::Unexpected
            }
        }
    }
}
