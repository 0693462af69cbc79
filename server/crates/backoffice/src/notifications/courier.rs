//! What was taken at once is written down in groups: many messages reach their merchants in the same
//! moment, and each is the same few rows.
//!
//! Nothing rests on this process living on: a message that was taken and not written down is sent
//! again when its job's lease ends, under the same id.

use super::{NotificationError, NotificationId, store};
use crate::jobs::{self, Run};
use crate::office::Office;
use domain::ids::MerchantId;
use domain::notification::AttemptRecord;
use ledger::{Group, GroupError, GroupSize, Write};
use sqlx::PgConnection;

/// Writes down what was delivered. Clones share the writer.
#[derive(Clone)]
pub struct Courier {
    delivered: Group<Receipts>,
}

impl Courier {
    /// A courier with a writer of its own.
    #[must_use]
    pub fn start(office: &Office) -> Self {
        Self { delivered: Group::start(&office.db, Receipts, GroupSize::default()) }
    }

    /// Writes down that a pending message was taken, with the end of its job. False: it was not
    /// pending any more, and nothing was written.
    pub(super) async fn delivered(&self, one: Delivered) -> Result<bool, NotificationError> {
        match self.delivered.submit(one).await {
            Ok(written) => Ok(written),
            Err(GroupError::Refused(error)) => Err(error),
            Err(error) => {
                tracing::warn!(%error, "a message was taken, and that was not written down");
                Err(NotificationError::NotWrittenDown)
            }
        }
    }
}

/// A message that was taken.
pub(super) struct Delivered {
    pub office: Office,
    pub id: NotificationId,
    pub merchant: MerchantId,
    pub attempt: AttemptRecord,
    pub run: Run,
}

struct Receipts;

impl Write for Receipts {
    type Item = Delivered;
    type Answer = bool;
    type Error = NotificationError;

    async fn write(
        &self,
        conn: &mut PgConnection,
        items: &[Delivered],
    ) -> Result<Vec<bool>, NotificationError> {
        let written = store::delivered(conn, items).await?;
        store::all_work(conn, items).await?;
        let answers: Vec<bool> = items.iter().map(|one| written.contains(&one.id)).collect();
        let ended = items.iter().zip(&answers).filter(|(_, written)| **written);
        let ended: Vec<Run> = ended.map(|(one, _)| one.run).collect();
        if let Some(first) = items.first() {
            jobs::done_all(conn, &first.office, &ended).await?;
        }
        Ok(answers)
    }
}
