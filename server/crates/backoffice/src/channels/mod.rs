//! Channels (渠道) and the routes over which products go: the facts that payment routing decides
//! on.

mod costs;
mod store;

pub use costs::{cost_on, cost_schedule};

use crate::audit::{self, Event, Who};
use crate::explain::{Explain, Inconsistent, Kind};
use crate::office::Office;
use domain::access::{Actor, Forbidden, Permission};
use domain::channel::{ChannelDetail, ChannelSummary};
use domain::money::MoneyError;
use domain::routing::{Candidate, Route};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Why channels could not be shown or set up.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such channel.
    #[error("there is no such channel")]
    NotFound,
    /// An amount is out of range, or in another currency.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A stored channel is impossible.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The database failed.
    #[error("channels could not be read or written")]
    Database(#[from] sqlx::Error),
}

impl Explain for ChannelError {
    fn kind(&self) -> Kind {
        match self {
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::NotFound => Kind::NotFound,
            Self::Money(_) | Self::Inconsistent(_) | Self::Database(_) => Kind::Unexpected,
        }
    }
}

/// All channels, by code.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(office: &Office, actor: &Actor) -> Result<Vec<ChannelSummary>, ChannelError> {
    actor.require(Permission::ViewChannels)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}

/// One channel with its routes.
///
/// # Errors
/// Not allowed, or there is no such channel.
pub async fn find(
    office: &Office,
    actor: &Actor,
    code: &str,
) -> Result<ChannelDetail, ChannelError> {
    actor.require(Permission::ViewChannels)?;
    let mut conn = office.db.acquire().await?;
    let summary = store::find(&mut conn, code).await?.ok_or(ChannelError::NotFound)?;
    let mut routes = store::routes(&mut conn).await?;
    routes.retain(|route| route.channel == code);
    Ok(ChannelDetail { summary, routes })
}

/// One channel, for other systems.
///
/// # Errors
/// The database failed.
pub async fn by_code(
    conn: &mut PgConnection,
    code: &str,
) -> Result<Option<ChannelSummary>, ChannelError> {
    store::find(conn, code).await
}

/// Every route with what is known of its channel now, for the routing decision.
///
/// # Errors
/// The database failed.
pub async fn candidates(
    conn: &mut PgConnection,
    office: &Office,
) -> Result<Vec<Candidate>, ChannelError> {
    let channels: BTreeMap<String, ChannelSummary> = store::list(conn)
        .await?
        .into_iter()
        .map(|channel| (channel.code.clone(), channel))
        .collect();
    let routes = store::routes(conn).await?;
    let candidates = routes.into_iter().filter_map(|route| {
        let channel = channels.get(&route.channel)?;
        let front = office.fronts.of(&route.channel);
        let connected = front.is_some_and(|front| front.pay.is_some());
        Some(Candidate { active: channel.active, connected, cost: channel.cost, route })
    });
    Ok(candidates.collect())
}

/// Sets channels and their routes up, or to what is given: for the command line, the demonstration
/// and tests.
///
/// # Errors
/// The database refused them.
pub async fn set_up(
    conn: &mut PgConnection,
    office: &Office,
    channels: &[(ChannelSummary, Vec<Route>)],
) -> Result<(), ChannelError> {
    for (channel, routes) in channels {
        store::save(conn, channel).await?;
        store::replace_routes(conn, &channel.code, routes).await?;
        let event = Event {
            who: Who::System("set-up"),
            action: "channels.set_up",
            subject_kind: "channel",
        };
        audit::record(conn, office, event, &channel.code, channel).await?;
    }
    Ok(())
}
