//! Server functions of analytics.

use crate::failure::Failure;
use domain::analytics::{Funnel, FunnelPeriod};
use domain::date::BusinessDate;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The funnels of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunnelReport {
    /// The days counted.
    pub period: FunnelPeriod,
    /// Every definition with its counts.
    pub funnels: Vec<Funnel>,
}

/// Every funnel over the days between two, both included. Without a last day until today, without a
/// first one from thirty days before the last.
#[server(prefix = "/api/fn", endpoint = "analytics/funnels", input = Json)]
pub async fn funnels(
    from: Option<BusinessDate>,
    to: Option<BusinessDate>,
) -> Result<FunnelReport, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let to = to.unwrap_or_else(|| office.today());
    let month = time::Duration::days(29);
    let from = from.unwrap_or_else(|| BusinessDate(to.0.saturating_sub(month)));
    let period = FunnelPeriod { from, to };
    let funnels = backoffice::analytics::funnels(&office, &actor, period).await?;
    Ok(FunnelReport { period, funnels })
}
