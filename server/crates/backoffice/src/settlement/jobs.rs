//! Settlement as background work, started by the day cut.

use super::{Listener, SettlementError, settle_due};
use crate::audit::Who;
use crate::explain::Inconsistent;
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use domain::date::BusinessDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Settles everything that is due on a day or before, and drafts the payouts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct RunSettlement {
    /// The day.
    pub due_date: BusinessDate,
    /// Tells runs that people asked for from the one that the day cut starts.
    #[serde(default)]
    pub asked: Option<Uuid>,
}

impl Message for RunSettlement {
    const KIND: &'static str = "settlement.run";

    fn unique_key(&self) -> Option<String> {
        let asked = self.asked.map(|asked| format!(":{asked}")).unwrap_or_default();
        Some(format!("{}:{}{asked}", Self::KIND, self.due_date))
    }
}

impl Job for RunSettlement {
    async fn run(&self, office: &Office, run: &Run) -> Result<Outcome, JobError> {
        settle_due(office, Who::System("settlement"), self.due_date, run).await?;
        Ok(Outcome::Done)
    }
}

impl Listener for Run {
    async fn progress(
        &self,
        office: &Office,
        done: i64,
        total: i64,
    ) -> Result<(), SettlementError> {
        let lost = |error: JobError| Inconsistent::new("jobs", self.job, error);
        Ok(Run::progress(self, office, done, total).await.map_err(lost)?)
    }
}
