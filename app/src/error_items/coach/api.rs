//! Server functions of the rule coach.

use crate::failure::Failure;
use domain::error_item::{Advice, Pattern};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// The rules that repeated resolutions ask for.
#[server(prefix = "/api/fn", endpoint = "error_items/advice", input = Json)]
pub async fn find_advice() -> Result<Vec<Advice>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::advice(&office, &actor).await?)
}

/// Proposes the rule for a pattern, and leads to the request. The pattern comes as JSON.
#[server(prefix = "/api/fn", endpoint = "error_items/propose_advice")]
pub async fn propose_advice(pattern: String) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let gone = |_| Failure::invalid("pattern", "this advice cannot be read: read the list again");
    let pattern: Pattern = serde_json::from_str(&pattern).map_err(gone)?;
    let id = backoffice::error_items::propose_advice(&office, &actor, &pattern).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}
