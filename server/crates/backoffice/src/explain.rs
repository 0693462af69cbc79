//! What an error means for whoever asked: every system's error says its kind, and the edge turns
//! that into a status, a screen message and a log level.

use domain::access::{Forbidden, Permission};
use std::sync::Arc;

/// The kinds of failure a caller can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nobody is signed in.
    SignedOut,
    /// The roles do not allow it.
    Forbidden(Permission),
    /// There is no such thing, or it is not theirs to see.
    NotFound,
    /// The state of things does not allow it now.
    Conflict,
    /// Something given is wrong; the field, where one is to blame.
    Invalid(Option<&'static str>),
    /// Our fault; the text stays in the log.
    Unexpected,
}

/// Whether an unexpected error only says that the database has no time or is not there: nothing was
/// done, or it cannot be told, and the same request may be sent again.
#[must_use]
pub fn busy(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let shared = error.downcast_ref::<Arc<sqlx::Error>>().map(AsRef::as_ref);
        if error.downcast_ref::<sqlx::Error>().or(shared).is_some_and(passing) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Trouble that passes: connections, crowds, locks held too long, deadlocks.
fn passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            let class = code.get(..2).unwrap_or_default();
            ["08", "40", "53", "57"].contains(&class) || code == "55P03"
        }),
        _ => false,
    }
}

/// An error that knows its kind.
pub trait Explain: std::error::Error + Send + Sync + 'static {
    /// What it means for the caller.
    fn kind(&self) -> Kind;

    /// The field that is to blame, when it is only known at run time.
    fn field(&self) -> Option<String> {
        None
    }
}

impl Explain for Forbidden {
    fn kind(&self) -> Kind {
        Kind::Forbidden(self.0)
    }
}

/// A row that our own rules make impossible.
#[derive(Debug, thiserror::Error)]
#[error("the stored {table} {id} is inconsistent: {what}")]
pub struct Inconsistent {
    /// Where.
    pub table: &'static str,
    /// Which.
    pub id: String,
    /// What is impossible about it.
    pub what: String,
}

impl Inconsistent {
    /// Reports an impossible row.
    pub fn new(table: &'static str, id: impl ToString, what: impl ToString) -> Self {
        Self { table, id: id.to_string(), what: what.to_string() }
    }

    /// For use inside `sqlx` row conversions.
    #[must_use]
    pub fn into_sqlx(self) -> sqlx::Error {
        sqlx::Error::Decode(Box::new(self))
    }
}

#[cfg(test)]
mod tests {
    use super::busy;

    #[derive(Debug, thiserror::Error)]
    #[error("the payments could not be read")]
    struct Outer(#[source] sqlx::Error);

    #[test]
    fn a_crowd_passes_and_a_missing_row_does_not() {
        assert!(busy(&Outer(sqlx::Error::PoolTimedOut)));
        assert!(busy(&sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into())));
        assert!(!busy(&Outer(sqlx::Error::RowNotFound)));
    }
}
