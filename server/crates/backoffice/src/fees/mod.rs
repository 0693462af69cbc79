//! What fee schedules need to know of the month: how much a merchant or a channel has traded so
//! far. Only those whose schedule has tiers are counted.

mod store;

use crate::explain::Inconsistent;
use domain::date::BusinessDate;
use domain::fee::{FeeRow, FeeSchedule, FeeTerms, Measure, MonthVolume, Rate, Tier};
use domain::money::Money;
use domain::product::{CardType, Product};
use sqlx::PgConnection;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use time::Date;
use uuid::Uuid;

/// A trade that succeeded.
#[derive(Debug, Clone)]
pub struct Trade {
    /// Whose volume it is: the merchant by id, the channel by code.
    pub owners: [String; 2],
    /// With which product.
    pub product: Product,
    /// For how much.
    pub amount: Money,
    /// On which day of the business zone.
    pub day: BusinessDate,
    /// Its own id: spreads concurrent trades over several rows.
    pub id: Uuid,
}

/// Counts trades for those of their owners whose schedule has tiers.
///
/// # Errors
/// The database failed.
pub async fn count(conn: &mut PgConnection, trades: &[Trade]) -> Result<(), sqlx::Error> {
    store::count(conn, trades).await
}

/// Counts an owner's trades with a product from now on.
///
/// # Errors
/// The database failed.
pub async fn begin_counting(
    conn: &mut PgConnection,
    owner: &str,
    product: Product,
) -> Result<(), sqlx::Error> {
    store::begin_counting(conn, owner, product).await
}

/// What the month of a day has brought an owner so far; nothing when no tiers ask for it.
///
/// # Errors
/// The database failed.
pub async fn month(
    conn: &mut PgConnection,
    owner: &str,
    (product, schedule): (Product, &FeeSchedule),
    day: BusinessDate,
) -> Result<MonthVolume, sqlx::Error> {
    if schedule.is_tiered() { store::month(conn, owner, product, day).await } else { Ok(NONE) }
}

const NONE: MonthVolume = MonthVolume { minor: 0, trades: 0 };

/// One stored tier of a schedule.
#[derive(Debug)]
pub(crate) struct TierRow {
    pub measure: String,
    pub tier_from: i64,
    pub rate_ppm: i64,
    pub fixed_minor: i64,
    pub min_minor: i64,
    pub max_minor: Option<i64>,
}

/// The schedule of its stored tiers, lowest first; none when there are none.
pub(crate) fn schedule(
    table: &'static str,
    id: &str,
    rows: Vec<TierRow>,
) -> Result<Option<FeeSchedule>, Inconsistent> {
    let Some(first) = rows.first() else { return Ok(None) };
    let wrong = |what: String| Inconsistent::new(table, id, what);
    let measure = Measure::named(&first.measure)
        .ok_or_else(|| wrong(format!("unknown measure {}", first.measure)))?;
    let mut tiers = Vec::with_capacity(rows.len());
    for row in rows {
        let rate = Rate::from_ppm(row.rate_ppm).map_err(|error| wrong(error.to_string()))?;
        let terms = FeeTerms {
            rate,
            fixed: Money::cny(row.fixed_minor),
            min: Money::cny(row.min_minor),
            max: row.max_minor.map(Money::cny),
        };
        tiers.push(Tier { from: row.tier_from, terms });
    }
    let schedule = FeeSchedule::tiered(measure, tiers);
    schedule.map(Some).map_err(|error| wrong(error.to_string()))
}

/// One stored tier, with the schedule it belongs to.
#[derive(Debug)]
pub(crate) struct AgreedRow {
    pub product: String,
    pub card_type: String,
    pub valid_from: Date,
    pub measure: String,
    pub tier_from: i64,
    pub rate_ppm: i64,
    pub fixed_minor: i64,
    pub min_minor: i64,
    pub max_minor: Option<i64>,
}

/// The stored name of every card.
const ANY: &str = "any";

/// The stored name of a kind of card, or of every card.
pub(crate) fn card_name(card: Option<CardType>) -> &'static str {
    card.map_or(ANY, CardType::name)
}

/// All schedules of their stored tiers, newest first within a product and kind of card.
pub(crate) fn agreed(
    table: &'static str,
    id: &str,
    rows: Vec<AgreedRow>,
) -> Result<Vec<FeeRow>, Inconsistent> {
    let mut schedules: BTreeMap<_, Vec<TierRow>> = BTreeMap::new();
    for row in rows {
        let key = (row.product, row.card_type, Reverse(row.valid_from));
        schedules.entry(key).or_default().push(TierRow {
            measure: row.measure,
            tier_from: row.tier_from,
            rate_ppm: row.rate_ppm,
            fixed_minor: row.fixed_minor,
            min_minor: row.min_minor,
            max_minor: row.max_minor,
        });
    }
    let mut found = Vec::with_capacity(schedules.len());
    for ((product, card, Reverse(valid_from)), tiers) in schedules {
        let wrong = |what: &dyn std::fmt::Display| Inconsistent::new(table, id, what);
        let Some(schedule) = schedule(table, id, tiers)? else { continue };
        let card = if card == ANY { None } else { Some(card.parse().map_err(|e| wrong(&e))?) };
        let product = product.parse().map_err(|e| wrong(&e))?;
        found.push(FeeRow { product, card, schedule, valid_from: BusinessDate(valid_from) });
    }
    Ok(found)
}
