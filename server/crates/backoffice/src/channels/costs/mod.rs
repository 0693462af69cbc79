//! What channels charge us (渠道成本): their schedules, by product, kind of card and day.

mod store;

pub(super) use store::{all, on_day, set};

use super::ChannelError;
use crate::fees;
use domain::channel::ChannelSummary;
use domain::date::BusinessDate;
use domain::fee::{FeeSchedule, FeeTerms};
use domain::money::Money;
use domain::product::{CardType, Product};
use sqlx::PgConnection;

/// The schedule by which a channel charges on a day: that for the card before that for any card,
/// then the latest; where none was agreed, the channel's own cost.
///
/// # Errors
/// The database failed.
pub async fn cost_schedule(
    conn: &mut PgConnection,
    channel: &ChannelSummary,
    (product, card): (Product, Option<CardType>),
    day: BusinessDate,
) -> Result<FeeSchedule, ChannelError> {
    let mut agreed = store::on_day(conn, (product, card), day).await?;
    Ok(agreed.remove(&channel.code).unwrap_or_else(|| FeeTerms::from(channel.cost).into()))
}

/// What a channel charges for a trade by a schedule, with what the month has brought it so far.
///
/// # Errors
/// Another currency, out of range, or the database failed.
pub async fn cost_on(
    conn: &mut PgConnection,
    channel: &str,
    (product, schedule): (Product, &FeeSchedule),
    (amount, day): (Money, BusinessDate),
) -> Result<Money, ChannelError> {
    let month = fees::month(conn, channel, (product, schedule), day).await?;
    Ok(schedule.fee_on(amount, month)?)
}
