use crate::access::AccessError;
use crate::explain::{Explain, Kind};
use crate::reserve::ReserveError;
use domain::access::Forbidden;
use domain::date::BusinessDate;
use ledger::LedgerError;

/// Why the day could not be shown or cut.
#[derive(Debug, thiserror::Error)]
pub enum TradingDayError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The books have no open day.
    #[error("no accounting day is open: open one first")]
    NoOpenDay,
    /// The day has not ended yet.
    #[error("{day} can be cut from {from}: the day has not ended")]
    TooEarly {
        /// The open day.
        day: BusinessDate,
        /// The earliest local time.
        from: String,
    },
    /// Somebody was quicker.
    #[error("{shown} is not open any more: the open day is {open}")]
    NotOpen {
        /// The day on the screen.
        shown: BusinessDate,
        /// The day the ledger has open.
        open: BusinessDate,
    },
    /// A gate does not hold.
    #[error("the day cannot be cut: {0}")]
    GateClosed(String),
    /// Only a demonstration moves its clock.
    #[error("the clock can be moved in a demonstration only")]
    NoDemonstration,
    /// The books refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The sessions could not be carried along.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The reserve could not be proved.
    #[error(transparent)]
    Reserve(#[from] ReserveError),
    /// The database failed.
    #[error("the trading day could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for TradingDayError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::TooEarly { .. } | Self::NotOpen { .. } | Self::GateClosed(_) => Kind::Conflict,
            Self::NoOpenDay | Self::NoDemonstration => Kind::Conflict,
            Self::Ledger(LedgerError::EarlierDayOpen { .. }) => Kind::Conflict,
            Self::Access(error) => error.kind(),
            Self::Reserve(error) => error.kind(),
            Self::Ledger(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
