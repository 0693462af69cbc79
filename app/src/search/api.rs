//! Server functions of the search.

use crate::failure::Failure;
use domain::search::Found;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Everything that carries an identifier, or one that begins like it.
#[server(prefix = "/api/fn", endpoint = "search/find", input = Json)]
pub async fn find(text: String) -> Result<Vec<Found>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::search::find(&office, &actor, &text).await?)
}
