//! The tries to deliver a notification.

use super::courier::Courier;
use super::delivering::{self, Try};
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use domain::ids::NotificationId;
use serde::{Deserialize, Serialize};

/// Try to deliver a notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliverNotification {
    /// Which.
    pub notification: NotificationId,
    /// Which try this is, from 1; the pauses between them grow.
    pub attempt: u32,
    /// When it was taken up after it had been held, in seconds since 1970; 0 if it never was.
    pub taken_up: i64,
}

impl Message for DeliverNotification {
    const KIND: &'static str = "notifications.deliver";

    fn unique_key(&self) -> Option<String> {
        let Self { notification, attempt, taken_up } = self;
        Some(format!("{}:{notification}:{taken_up}:{attempt}", Self::KIND))
    }
}

impl Job for DeliverNotification {
    async fn run(&self, office: &Office, run: &Run) -> Result<Outcome, JobError> {
        self.run_with(office, run, None).await
    }
}

impl DeliverNotification {
    /// The try, written down by a courier where there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn run_with(
        &self,
        office: &Office,
        run: &Run,
        courier: Option<&Courier>,
    ) -> Result<Outcome, JobError> {
        let which = (self.notification, Try::Planned(self, run));
        Ok(delivering::deliver(office, which, courier).await?)
    }
}

/// Send a notification once more because a member of staff wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResendNotification {
    /// Which.
    pub notification: NotificationId,
    /// Who, by name.
    pub sent_by: String,
}

impl Message for ResendNotification {
    const KIND: &'static str = "notifications.resend";
}

impl Job for ResendNotification {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let which = (self.notification, Try::Wanted(&self.sent_by));
        Ok(delivering::deliver(office, which, None).await?)
    }
}

/// Take up what was held while the merchant had no address that works.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeUpHeld {
    /// Whose.
    pub merchant: domain::ids::MerchantId,
}

impl Message for TakeUpHeld {
    const KIND: &'static str = "notifications.take_up_held";
}

impl Job for TakeUpHeld {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        delivering::take_up_held(office, self.merchant).await?;
        Ok(Outcome::Done)
    }
}
