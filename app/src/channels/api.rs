//! Server functions of channels.

use crate::failure::Failure;
use domain::channel::{ChannelDetail, ChannelSummary};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// The channels.
#[server(prefix = "/api/fn", endpoint = "channels/list", input = Json)]
pub async fn list() -> Result<Vec<ChannelSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::list(&office, &actor).await?)
}

/// One channel.
#[server(prefix = "/api/fn", endpoint = "channels/find", input = Json)]
pub async fn find(code: String) -> Result<ChannelDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::find(&office, &actor, &code).await?)
}
