use crate::explain::{Explain, Inconsistent, Kind};
use banks::bill::Problem;
use domain::access::Forbidden;
use domain::order::InvalidTransition;

/// Why an order could not be taken, shown, changed or imported.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such order.
    #[error("there is no such order")]
    NotFound,
    /// Order numbers are used once.
    #[error("this merchant has an order with this number already: give each order its own number")]
    NumberTaken,
    /// The order's state does not allow it.
    #[error(transparent)]
    State(#[from] InvalidTransition),
    /// Somebody else was quicker.
    #[error("the order changed at the same moment: look at it again")]
    ChangedMeanwhile,
    /// The very same file came before.
    #[error("this file was imported before, as {name}: nothing was stored")]
    FileKnown {
        /// The name it came under.
        name: String,
    },
    /// Rows of the file are wrong.
    #[error("the file was refused and nothing was stored: {}", summary(.0))]
    FileRefused(Vec<Problem>),
    /// A stored order is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("orders could not be read or written")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for OrderError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("orders_number_taken") => Self::NumberTaken,
            _ => Self::Database(error),
        }
    }
}

impl Explain for OrderError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::NumberTaken
            | Self::State(_)
            | Self::ChangedMeanwhile
            | Self::FileKnown { .. } => Kind::Conflict,
            Self::FileRefused(_) => Kind::Invalid(Some("file")),
            Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}

/// The first problems in words, and how many more there are.
fn summary(problems: &[Problem]) -> String {
    let shown: Vec<String> = problems.iter().take(5).map(sentence).collect();
    let more = problems.len().saturating_sub(shown.len());
    let rest = if more == 0 { String::new() } else { format!("; and {more} more") };
    format!("{}{rest}", shown.join("; "))
}

fn sentence(problem: &Problem) -> String {
    let line = problem.line.map(|line| format!("line {line}, ")).unwrap_or_default();
    let field = problem.field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
    format!("{line}{field}{}", problem.reason)
}
