//! The facts a routing decision is made on.

use super::{ChannelError, costs, health, store};
use crate::office::Office;
use domain::channel::ChannelStanding;
use domain::date::BusinessDate;
use domain::fee::FeeSchedule;
use domain::money::Money;
use domain::product::{CardType, Product};
use domain::routing::{Candidate, Route};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// What is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Asked {
    /// With which product.
    pub product: Product,
    /// With which kind of card, where that is known.
    pub card: Option<CardType>,
    /// On which day.
    pub day: BusinessDate,
    /// Whether it matters how often channels succeeded of late.
    pub success: bool,
}

/// Every route with what is known of its channel at a moment, for routing decisions.
#[derive(Debug, Clone)]
pub struct Candidates {
    asked: Asked,
    /// With the schedule the channel charges by, for routes of the product that is asked for.
    routes: Vec<(Candidate, Option<FeeSchedule>)>,
}

impl Candidates {
    /// Reads them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read(
        conn: &mut PgConnection,
        office: &Office,
        asked: Asked,
    ) -> Result<Self, ChannelError> {
        let channels = store::list(conn).await?;
        let standings = health::facts(conn, office, channels, asked.success).await?;
        let standings: BTreeMap<String, ChannelStanding> = standings
            .into_iter()
            .map(|standing| (standing.summary.code.clone(), standing))
            .collect();
        let agreed = costs::on_day(conn, (asked.product, asked.card), asked.day).await?;
        let mut routes = Vec::new();
        for route in store::routes(conn).await? {
            let Some(standing) = standings.get(&route.channel) else { continue };
            let listed = || domain::fee::FeeTerms::from(standing.summary.cost).into();
            let wanted = route.product == asked.product;
            let schedule =
                wanted.then(|| agreed.get(&route.channel).cloned().unwrap_or_else(listed));
            routes.push((candidate(office, standing, route), schedule));
        }
        Ok(Self { asked, routes })
    }

    /// The candidates for an amount, with what each would cost.
    ///
    /// # Errors
    /// The database failed.
    pub async fn at(
        &self,
        conn: &mut PgConnection,
        amount: Money,
    ) -> Result<Vec<Candidate>, ChannelError> {
        let Asked { product, day, .. } = self.asked;
        let mut candidates = Vec::with_capacity(self.routes.len());
        for (candidate, schedule) in &self.routes {
            let mut candidate = candidate.clone();
            if let Some(schedule) = schedule {
                let channel = &candidate.route.channel;
                let cost = costs::cost_on(conn, channel, (product, schedule), (amount, day)).await;
                // What cannot be computed is another currency, and that is said by the decision.
                candidate.cost = match cost {
                    Err(ChannelError::Money(_)) => None,
                    other => Some(other?),
                };
            }
            candidates.push(candidate);
        }
        Ok(candidates)
    }
}

/// Whether a channel is the only fit one for some product it carries.
pub(super) async fn needed(
    conn: &mut PgConnection,
    office: &Office,
    channel: &str,
) -> Result<bool, ChannelError> {
    let (today, channels) = (office.today(), store::list(conn).await?);
    let standings = health::facts(conn, office, channels, false).await?;
    let fit = |code: &str| {
        standings.iter().find(|standing| standing.summary.code == code).is_some_and(|standing| {
            standing.summary.active
                && connected(office, code)
                && standing.valid_from.is_none_or(|from| from <= today)
                && standing.valid_until.is_none_or(|until| today <= until)
                && standing.health == domain::channel::HealthState::Good
        })
    };
    let routes = store::routes(conn).await?;
    let own = routes.iter().filter(|route| route.channel == channel);
    let alone = |own: &Route| {
        !routes.iter().any(|other| {
            other.product == own.product && other.channel != channel && fit(&other.channel)
        })
    };
    Ok(own.into_iter().any(alone))
}

fn connected(office: &Office, channel: &str) -> bool {
    office.fronts.of(channel).is_some_and(|front| front.pay.is_some())
}

fn candidate(office: &Office, standing: &ChannelStanding, route: Route) -> Candidate {
    Candidate {
        active: standing.summary.active,
        connected: connected(office, &route.channel),
        valid_from: standing.valid_from,
        valid_until: standing.valid_until,
        fitness: standing.health.fitness(&standing.policy, office.now()),
        success: standing.success,
        cost: None,
        route,
    }
}
