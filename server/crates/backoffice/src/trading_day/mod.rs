//! The trading day (交易日): where each step stands, the gates of the day cut (日切), and the cut.
//!
//! The ledger has exactly one day open. Cutting it closes that day for good, opens the next
//! calendar day, and hands on what the morning needs: the channels' bills, the comparison of the
//! day's orders, payments and books, and the settlement of what falls due.

mod clock;
mod error;
mod gates;
mod store;

pub use clock::{clock_started, load_clock, move_clock_to_morning, start_clock};
pub use error::TradingDayError;
pub use gates::{check as check_gates, check_standing as check_standing_gates};

use crate::audit::{self, Event, Who};
use crate::jobs;
use crate::office::Office;
use crate::reconciliation::jobs::{FetchBill, compare_day};
use crate::reserve;
use crate::settlement::jobs::RunSettlement;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::reserve::incident::CheckKind;
use domain::trading_day::DayOverview;
use sqlx::PgConnection;

/// Where a day stands; the open day when none is asked for.
///
/// # Errors
/// Not allowed, or a system could not answer.
pub async fn overview(
    office: &Office,
    actor: &Actor,
    day: Option<BusinessDate>,
) -> Result<DayOverview, TradingDayError> {
    actor.require(Permission::ViewTradingDay)?;
    let zone = office.settings.zone;
    let mut conn = office.at_one_moment().await?;
    let open_date = current(&mut conn).await?;
    let date = day.unwrap_or(open_date);
    let steps = store::steps(&mut conn, office, date).await?;
    let gates = if date == open_date { gates::check(&mut conn).await? } else { Vec::new() };
    let cut_at = store::cut_at(&mut conn, date).await?.map(|at| zone.show(at));
    let ends = zone.start_of(date.next());
    let cut_from = (date == open_date && office.now() < ends).then(|| zone.show(ends));
    Ok(DayOverview { date, open_date, steps, gates, cut_from, cut_at })
}

/// The day the ledger has open.
///
/// # Errors
/// The database failed.
pub async fn open_day(office: &Office) -> Result<BusinessDate, TradingDayError> {
    let mut conn = office.db.acquire().await?;
    current(&mut conn).await
}

/// Cuts the day that was shown.
///
/// # Errors
/// Not allowed, too early, no longer the open day, or a gate does not hold; nothing changes then.
pub async fn cut(
    office: &Office,
    actor: &Actor,
    shown: BusinessDate,
) -> Result<BusinessDate, TradingDayError> {
    let staff = actor.require(Permission::CutDay)?;
    reserve::check_cover(office, CheckKind::DayCut).await?;
    let mut tx = office.begin().await?;
    store::take_turn(&mut tx).await?;
    let open = current(&mut tx).await?;
    if open != shown {
        return Err(TradingDayError::NotOpen { shown, open });
    }
    let ends = office.settings.zone.start_of(open.next());
    if office.now() < ends {
        let from = office.settings.zone.show(ends);
        return Err(TradingDayError::TooEarly { day: open, from });
    }
    // At one moment: payments go on, and sums that were read one after the other would differ.
    let gates = gates::check(&mut *office.at_one_moment().await?).await?;
    if let Some(gate) = gates.iter().find(|gate| !gate.holds) {
        return Err(TradingDayError::GateClosed(gate.finding.clone()));
    }
    let next = open.next();
    ledger::days::close(&mut tx, open, office.now()).await?;
    ledger::days::open(&mut tx, next, office.now()).await?;
    store::record_cut(&mut tx, (open, staff, office.now()), &gates).await?;
    let event =
        Event { who: Who::Staff(actor), action: "trading_day.cut", subject_kind: "trading_day" };
    audit::record(&mut tx, office, event, &open.to_string(), &gates).await?;
    for channel in store::channels_with_bills(&mut tx, office).await? {
        jobs::enqueue(&mut tx, office, &FetchBill { channel, day: open }).await?;
    }
    compare_day(&mut tx, office, open).await?;
    jobs::enqueue(&mut tx, office, &RunSettlement { due_date: next, asked: None }).await?;
    tx.commit().await?;
    Ok(next)
}

async fn current(conn: &mut PgConnection) -> Result<BusinessDate, TradingDayError> {
    let open = ledger::days::current(conn).await?;
    open.ok_or(TradingDayError::NoOpenDay)
}
