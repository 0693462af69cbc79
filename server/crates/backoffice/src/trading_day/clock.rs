//! The clock of a demonstration can be moved forward, to see the next morning without waiting.

use super::{TradingDayError, store};
use crate::access;
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use time::{Duration, OffsetDateTime};

/// When the institution starts its day.
const MORNING: Duration = Duration::hours(9);

/// Takes over how far the demonstration's clock was moved, as another process or an earlier start
/// left it.
///
/// # Errors
/// The database failed.
pub async fn load_clock(office: &Office) -> Result<(), TradingDayError> {
    if office.settings.demo {
        let mut conn = office.db.acquire().await?;
        let ahead = store::clock_ahead(&mut conn).await?;
        office.clock.set_ahead(ahead.unwrap_or_default());
    }
    Ok(())
}

/// Moves the demonstration's clock to nine o'clock of the next day.
///
/// # Errors
/// Not allowed, or not a demonstration.
pub async fn move_clock_to_morning(
    office: &Office,
    actor: &Actor,
) -> Result<OffsetDateTime, TradingDayError> {
    actor.require(Permission::MoveDemoClock)?;
    if !office.settings.demo {
        return Err(TradingDayError::NoDemonstration);
    }
    let morning = office.settings.zone.start_of(office.today().next()).saturating_add(MORNING);
    let step = morning - office.now();
    let ahead = office.clock.ahead().saturating_add(step);
    let mut tx = office.begin().await?;
    store::save_clock(&mut tx, ahead).await?;
    access::carry_sessions(&mut tx, step).await?;
    let event = Event {
        who: Who::Staff(actor),
        action: "trading_day.move_clock",
        subject_kind: "trading_day",
    };
    audit::record(&mut tx, office, event, "clock", &morning).await?;
    tx.commit().await?;
    office.clock.set_ahead(ahead);
    Ok(morning)
}

/// Starts a demonstration's clock at a moment that lies ahead.
///
/// # Errors
/// Not a demonstration, or the database failed.
pub async fn start_clock(office: &Office, at: OffsetDateTime) -> Result<(), TradingDayError> {
    if !office.settings.demo {
        return Err(TradingDayError::NoDemonstration);
    }
    let base = office.now().saturating_sub(office.clock.ahead());
    let ahead = at - base;
    let mut conn = office.db.acquire().await?;
    store::save_clock(&mut conn, ahead).await?;
    office.clock.set_ahead(ahead);
    Ok(())
}

/// Whether a demonstration's clock was started.
///
/// # Errors
/// The database failed.
pub async fn clock_started(office: &Office) -> Result<bool, TradingDayError> {
    let mut conn = office.db.acquire().await?;
    Ok(store::clock_ahead(&mut conn).await?.is_some())
}
