//! What fee schedules need to know of the month: how much a merchant or a channel has traded so
//! far. Only those whose schedule has tiers are counted.

mod store;

use crate::explain::Inconsistent;
use domain::date::BusinessDate;
use domain::fee::{FeeSchedule, FeeTerms, Measure, MonthVolume, Rate, Tier};
use domain::money::Money;
use domain::product::Product;
use sqlx::PgConnection;
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
