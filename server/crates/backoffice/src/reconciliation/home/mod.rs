//! The reconciliation home (对账首页): the matrix of day, channel and kind; what waits; and what will
//! probably break at the cut-over.

mod store;

use super::ReconciliationError;
use super::rules;
use super::runs::carry;
use crate::channels;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::channel::ChannelSummary;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::money::{Currency, Money};
use domain::reconciliation::{Cell, CellState, Forecast, Home, RunState};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::{Items, Key, LastRun};
use time::{Duration, OffsetDateTime};

/// Days shown, at most.
pub const DAYS_MAX: u16 = 365;
/// Records named in a list beside the matrix, at most.
const NAMED: i64 = 100;

/// The matrix of the days up to one, with the lists beside it.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn home(
    office: &Office,
    actor: &Actor,
    (last, days): (Option<BusinessDate>, u16),
) -> Result<Home, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let mut tx = office.at_one_moment().await?;
    let last = last.unwrap_or_else(|| office.today());
    let days = days.clamp(1, DAYS_MAX);
    let first = BusinessDate(last.0.saturating_sub(Duration::days(i64::from(days) - 1)));
    let known = Known::read(&mut tx, (first, last)).await?;
    let today = office.today();
    let mut cells: Vec<Cell> =
        known.keys().into_iter().filter_map(|key| known.cell(key, (today, office.now()))).collect();
    cells.sort_by(|a, b| (b.day, a.leg, &a.of).cmp(&(a.day, b.leg, &b.of)));
    let columns: BTreeSet<(Leg, String)> =
        cells.iter().map(|cell| (cell.leg, cell.of.clone())).collect();
    let mut shown = Vec::new();
    let mut day = last;
    for _ in 0..days {
        shown.push(day);
        day = day.previous();
    }
    Ok(Home {
        days: shown,
        columns: columns.into_iter().collect(),
        cells,
        waiting: carry::waiting(&mut tx, (today, NAMED)).await?,
        forecast: forecast(&mut tx, office).await?,
    })
}

/// What is known of the cells, by cell.
struct Known {
    runs: BTreeMap<Key, LastRun>,
    items: BTreeMap<Key, Items>,
    waiting: BTreeMap<Key, i64>,
    /// Cells whose own file is here; of the books, those that had trades.
    ready: BTreeSet<Key>,
    /// Cells that need a file.
    due: BTreeSet<Key>,
}

impl Known {
    async fn read(
        conn: &mut PgConnection,
        days: (BusinessDate, BusinessDate),
    ) -> Result<Self, ReconciliationError> {
        Ok(Self {
            runs: store::last_runs(conn, days).await?,
            items: store::items(conn, days).await?,
            waiting: store::waiting(conn, days).await?,
            ready: store::ready(conn, days).await?,
            due: store::due(conn, days).await?,
        })
    }

    fn keys(&self) -> BTreeSet<Key> {
        let keys = self.runs.keys().chain(self.items.keys()).chain(self.waiting.keys());
        keys.chain(&self.ready).chain(&self.due).cloned().collect()
    }

    /// A cell; none for a day whose file is not due yet.
    fn cell(&self, key: Key, (today, now): (BusinessDate, OffsetDateTime)) -> Option<Cell> {
        let run = self.runs.get(&key);
        let items = self.items.get(&key);
        let waiting = self.waiting.get(&key).copied().unwrap_or_default();
        let open = items.map_or(0, |items| items.open);
        let state = match run.map(|run| run.state) {
            Some(RunState::Failed) => CellState::Failed,
            Some(RunState::Forced) => CellState::Forced,
            _ if open > 0 => CellState::Open,
            Some(RunState::Completed) if waiting > 0 => CellState::Waiting,
            Some(RunState::Completed) => CellState::Flat,
            _ if self.ready.contains(&key) => CellState::NotRun,
            _ if key.day < today => CellState::FileMissing,
            _ => return None,
        };
        Some(Cell {
            state,
            run: run.map(|run| (run.id, run.state)),
            match_rate_ppm: run.and_then(|run| run.match_rate_ppm),
            open_items: open,
            at_risk: items.map_or(Money::zero(Currency::Cny), |items| items.at_risk),
            oldest_days: items
                .and_then(|items| items.oldest)
                .map(|oldest| (now - oldest).whole_days()),
            waiting,
            day: key.day,
            leg: key.leg,
            of: key.of,
        })
    }
}

/// What will probably break: outcomes nobody knows, refunds under way, and successes near the cut.
async fn forecast(
    conn: &mut PgConnection,
    office: &Office,
) -> Result<Vec<Forecast>, ReconciliationError> {
    let mut forecast = store::unknown(conn, NAMED).await?;
    forecast.extend(store::refunds_under_way(conn, NAMED).await?);
    for code in channels::codes(conn).await? {
        if let Some(channel) = channels::by_code(conn, &code).await? {
            forecast.extend(near_cut(conn, office, &channel).await?);
        }
    }
    forecast.sort_by_key(|one| (one.kind, one.at));
    Ok(forecast)
}

/// Successes near the last cut of a channel and near the one to come, whose file is not here.
async fn near_cut(
    conn: &mut PgConnection,
    office: &Office,
    channel: &ChannelSummary,
) -> Result<Vec<Forecast>, ReconciliationError> {
    let rules = rules::in_force(conn, (&channel.code, office.today())).await?.rules;
    let window = Duration::minutes(rules.cut_window.into());
    let zone = office.settings.zone;
    let mut found = Vec::new();
    for day in [office.today().previous(), office.today()] {
        let cut = day.0.with_time(channel.cut_time).assume_offset(zone.0);
        let between = (cut.saturating_sub(window), cut.saturating_add(window));
        found.extend(store::succeeded(conn, (&channel.code, day), between, NAMED).await?);
    }
    Ok(found)
}
