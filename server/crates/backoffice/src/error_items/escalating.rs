//! What happens to items by the clock: those that slept wake up, those that are overdue are
//! escalated, and money that stands in suspense too long is taken up again.

use super::{ErrorItemError, Step, note, rules, store, take_step};
use crate::audit::Who;
use crate::jobs::{self, Message};
use crate::office::Office;
use domain::error_item::ErrorItem;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How often the clock is asked.
const EVERY: Duration = Duration::minutes(15);
/// Items of one kind that are handled in one transaction.
const AT_ONCE: i64 = 500;

const CLOCK: Who<'static> = Who::System("clock");

/// Look after the items whose time has come, at a moment of the schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EscalateErrorItems {
    /// The moment, in seconds since 1970.
    pub due: i64,
}

impl Message for EscalateErrorItems {
    const KIND: &'static str = "error_items.escalate";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.due))
    }
}

/// Hands on the next look of the schedule, once, however often it is asked for.
///
/// # Errors
/// The database failed.
pub async fn schedule_escalation(office: &Office) -> Result<(), ErrorItemError> {
    let every = EVERY.whole_seconds();
    let due = (office.now().unix_timestamp() / every + 1) * every;
    let at = OffsetDateTime::from_unix_timestamp(due).unwrap_or_else(|_| office.now());
    let mut conn = office.db.acquire().await?;
    jobs::enqueue_at(&mut conn, office, &EscalateErrorItems { due }, at).await?;
    Ok(())
}

/// Looks after the items whose time has come, and says how many.
///
/// # Errors
/// The database failed; what was done stays done.
pub async fn escalate(office: &Office) -> Result<usize, ErrorItemError> {
    let mut handled = 0;
    loop {
        let batch = wake(office).await? + overdue(office).await? + too_long(office).await?;
        handled += batch;
        if batch == 0 {
            return Ok(handled);
        }
    }
}

async fn wake(office: &Office) -> Result<usize, ErrorItemError> {
    let mut tx = office.begin().await?;
    let asleep = store::asleep(&mut tx, office.now(), AT_ONCE).await?;
    for stored in &asleep {
        let from = stored.item.state.status();
        let step = Step { who: CLOCK, event: "woken", text: "" };
        take_step(&mut tx, office, (from, &stored.item.clone().wake()?), step).await?;
    }
    tx.commit().await?;
    Ok(asleep.len())
}

/// Overdue items stand out in every list; nothing else changes.
async fn overdue(office: &Office) -> Result<usize, ErrorItemError> {
    let mut tx = office.begin().await?;
    let late = store::escalate(&mut tx, office.now(), AT_ONCE).await?;
    for id in &late {
        let text = "it was not done by its time";
        note(&mut tx, office, *id, Step { who: CLOCK, event: "escalated", text }).await?;
    }
    tx.commit().await?;
    Ok(late.len())
}

/// Money in suspense has to be settled within the time of the rules (挂账超期).
async fn too_long(office: &Office) -> Result<usize, ErrorItemError> {
    let mut tx = office.begin().await?;
    let days = rules::current(&mut tx).await?.rules.suspense_days;
    let before = office.now().saturating_sub(Duration::days(i64::from(days)));
    let stale = store::in_suspense_since(&mut tx, before, AT_ONCE).await?;
    let count = stale.len();
    for stored in stale {
        let from = stored.item.state.status();
        let text = "its money stands in suspense longer than the rules allow";
        let again: ErrorItem = stored.item.reopen()?;
        take_step(&mut tx, office, (from, &again), Step { who: CLOCK, event: "reopened", text })
            .await?;
    }
    tx.commit().await?;
    Ok(count)
}
