//! One place where a content is not what it was.

use serde::{Deserialize, Serialize};

/// One place where what was approved is not what it met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The names on the way to the place.
    pub place: Vec<String>,
    /// What was approved, as JSON text; none when there was nothing.
    pub approved: Option<String>,
    /// What it met, as JSON text; none when there was nothing.
    pub now: Option<String>,
}
