//! Questions about how payments go (支付转化): read-only, and nothing else reads from here.

mod error;
mod store;

pub use error::AnalyticsError;

use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::analytics::{Funnel, FunnelPeriod};

/// Every funnel definition with its counts over a period of business days.
///
/// # Errors
/// Not allowed, a period that ends before it begins, or the database failed.
pub async fn funnels(
    office: &Office,
    actor: &Actor,
    period: FunnelPeriod,
) -> Result<Vec<Funnel>, AnalyticsError> {
    actor.require(Permission::ViewFunnel)?;
    if period.to < period.from {
        return Err(AnalyticsError::PeriodBackwards);
    }
    let zone = office.settings.zone;
    let span = (zone.start_of(period.from), zone.start_of(period.to.next()));
    let mut conn = office.db.acquire().await?;
    let mut funnels = store::definitions(&mut conn).await?;
    for funnel in &mut funnels {
        store::count(&mut conn, funnel, span).await?;
    }
    Ok(funnels)
}
