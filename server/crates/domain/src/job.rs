//! Background jobs: work handed on inside a transaction, done later by a worker, exactly when the
//! transaction took effect.

use crate::ids::JobId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its time or for a worker.
    Queued,
    /// A worker holds its lease.
    Running,
    /// Finished well.
    Done,
    /// Gave up after its last try; a person has to look.
    Dead,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Dead];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// The state with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A job as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSummary {
    /// Its id.
    pub id: JobId,
    /// What it does, `system.verb`.
    pub kind: String,
    /// Where it stands.
    pub state: JobState,
    /// Tries so far.
    pub attempts: i32,
    /// Steps done of all steps, for jobs that count.
    pub progress: Option<(i64, i64)>,
    /// What went wrong at the last try.
    pub last_error: Option<String>,
    /// When it was handed over.
    pub created_at: OffsetDateTime,
    /// When it may run next.
    pub run_at: OffsetDateTime,
    /// The request that caused it.
    pub request_id: Option<String>,
}
