//! Rings within this process: workers hear at once that there is work, and whoever waits for an
//! outcome hears that it may be there. A missed ring costs a short pause, never work: the database
//! is looked at in any case.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use uuid::Uuid;

/// Waiters that share a ring look once too often; more rings make that rare.
const RINGS: usize = 64;

/// The bell of a process; its clones ring together.
#[derive(Debug, Clone)]
pub struct Bell {
    work: Arc<Notify>,
    outcomes: Arc<[Notify; RINGS]>,
    place: RandomState,
}

impl Default for Bell {
    fn default() -> Self {
        Self {
            work: Arc::default(),
            outcomes: Arc::new(std::array::from_fn(|_| Notify::new())),
            place: RandomState::new(),
        }
    }
}

impl Bell {
    /// Says that there is work, after the transaction that handed it on has taken effect.
    pub fn work_is_there(&self) {
        self.work.notify_one();
    }

    /// Until there may be work.
    pub fn work(&self) -> Notified<'_> {
        self.work.notified()
    }

    /// Says that a payment or a refund has got on.
    pub fn has_got_on(&self, id: Uuid) {
        if let Some(ring) = self.ring(id) {
            ring.notify_waiters();
        }
    }

    /// Until a payment or a refund may have got on, or the pause is over.
    pub async fn outcome(&self, id: Uuid, pause: std::time::Duration) {
        let Some(ring) = self.ring(id) else { return tokio::time::sleep(pause).await };
        let _ = tokio::time::timeout(pause, ring.notified()).await;
    }

    fn ring(&self, id: Uuid) -> Option<&Notify> {
        let place = self.place.hash_one(id) % u64::try_from(RINGS).ok()?;
        self.outcomes.get(usize::try_from(place).ok()?)
    }
}
