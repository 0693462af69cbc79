use crate::explain::{Explain, Inconsistent, Kind};
use domain::access::Forbidden;

/// Why a question could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum AnalyticsError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The last day lies before the first.
    #[error("the period ends before it begins")]
    PeriodBackwards,
    /// A stored definition is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("the events could not be counted")]
    Database(#[from] sqlx::Error),
}

impl Explain for AnalyticsError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::PeriodBackwards => Kind::Invalid(Some("to")),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}
