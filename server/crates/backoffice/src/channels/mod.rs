//! Channels (渠道) and the routes over which products go: the facts that payment routing decides
//! on.

mod candidates;
mod changes;
mod costs;
mod error;
mod health;
mod store;

pub use candidates::{Asked, Candidates};
pub use changes::{agree_cost, approval_concluded, propose_change, requests as changes};
pub use costs::{cost_on, cost_schedule};
pub use error::ChannelError;
pub use health::{Word, bring_back, heard, set_policy, take_out};

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::channel::{ChannelDetail, ChannelStanding, ChannelSummary};
use domain::routing::Route;
use sqlx::PgConnection;

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
    let costs = costs::all(&mut conn, code).await?;
    let mut standings = health::standings(&mut conn, office, vec![summary]).await?;
    let standing = standings.pop().ok_or(ChannelError::NotFound)?;
    Ok(ChannelDetail { standing, routes, costs })
}

/// All channels, by code, with their health and how often they succeeded of late.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn standings(
    office: &Office,
    actor: &Actor,
) -> Result<Vec<ChannelStanding>, ChannelError> {
    actor.require(Permission::ViewChannels)?;
    let mut conn = office.db.acquire().await?;
    let summaries = store::list(&mut conn).await?;
    health::standings(&mut conn, office, summaries).await
}

/// The codes of all channels.
///
/// # Errors
/// The database failed.
pub async fn codes(conn: &mut PgConnection) -> Result<Vec<String>, ChannelError> {
    Ok(store::list(conn).await?.into_iter().map(|channel| channel.code).collect())
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
        health::begin(conn, &channel.code).await?;
        let event = Event {
            who: Who::System("set-up"),
            action: "channels.set_up",
            subject_kind: "channel",
        };
        audit::record(conn, office, event, &channel.code, channel).await?;
    }
    Ok(())
}
