//! What every use case is given: the database, the clock, the bank fronts, the settings, and the
//! request it works for.

use crate::bell::Bell;
use crate::vault::Vault;
use banks::front::Fronts;
use banks::notify::Notify;
use domain::calendar::Calendar;
use domain::date::{BusinessDate, BusinessZone};
use sqlx::{PgPool, Postgres, Transaction};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Tells the time. Tests and the demonstration move it; nothing else reads the system's clock.
#[derive(Debug, Clone)]
pub struct Clock {
    fixed: Option<OffsetDateTime>,
    ahead_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self { fixed: None, ahead_seconds: Arc::default() }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn standing_at(at: OffsetDateTime) -> Self {
        Self { fixed: Some(at), ahead_seconds: Arc::default() }
    }

    /// The present moment.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> OffsetDateTime {
        let base = self.fixed.unwrap_or_else(OffsetDateTime::now_utc);
        base.saturating_add(Duration::seconds(self.ahead_seconds.load(Ordering::Relaxed)))
    }

    /// How far this clock was moved forward.
    #[must_use]
    pub fn ahead(&self) -> Duration {
        Duration::seconds(self.ahead_seconds.load(Ordering::Relaxed))
    }

    /// Sets how far this clock runs ahead. All clones follow.
    pub fn set_ahead(&self, ahead: Duration) {
        self.ahead_seconds.store(ahead.whole_seconds(), Ordering::Relaxed);
    }

    /// Moves this clock forward. All clones follow.
    pub fn forward(&self, by: Duration) {
        self.ahead_seconds.fetch_add(by.whole_seconds(), Ordering::Relaxed);
    }
}

/// What the institution decided once and for all.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The zone days are counted and times are shown in.
    pub zone: BusinessZone,
    /// The days banks settle on.
    pub calendar: Calendar,
    /// Whether this is a demonstration, whose clock may be moved.
    pub demo: bool,
    /// What secrets are sealed with; without one, none are kept.
    pub vault: Option<Vault>,
}

/// The surroundings of a use case.
#[derive(Clone)]
pub struct Office {
    /// The database, as the application's role.
    pub db: PgPool,
    /// The clock.
    pub clock: Clock,
    /// The bank fronts.
    pub fronts: Arc<Fronts>,
    /// The way out to merchants' systems.
    pub notify: Arc<dyn Notify>,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The bell of this process.
    pub bell: Bell,
    /// The request this work belongs to, through log, audit and bank call.
    pub request_id: String,
}

impl Office {
    /// The present moment.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Today in the business zone. Not the accounting date: that is the day the ledger has open.
    #[must_use]
    pub fn today(&self) -> BusinessDate {
        self.settings.zone.day_of(self.now())
    }

    /// A time-ordered id.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// The same office, working for another request.
    #[must_use]
    pub fn for_request(&self, request_id: impl Into<String>) -> Self {
        Self { request_id: request_id.into(), ..self.clone() }
    }

    /// Begins to read at one moment: whatever is written meanwhile stays out of sight, so that sums
    /// over several tables belong together. Nothing can be written in it.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn at_one_moment(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.db.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Begins a transaction. Whoever begins also commits.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.db.begin().await
    }
}
