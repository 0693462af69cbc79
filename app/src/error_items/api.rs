//! Server functions of error items.

use crate::failure::Failure;
use domain::error_item::{Action, ErrorItemDetail, ErrorItemFilter, ErrorItemSummary};
use domain::ids::ErrorItemId;
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// What somebody found out, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CommentRequest {
    /// About which item.
    pub id: ErrorItemId,
    /// What.
    #[serde(default)]
    pub text: String,
}

/// A proposal, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProposalRequest {
    /// For which item.
    pub id: ErrorItemId,
    /// What is to be done.
    pub action: Option<Action>,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// `yes` when the maker ticked that they read what will be booked.
    #[serde(default)]
    pub confirmed: String,
}

/// The error items.
#[server(prefix = "/api/fn", endpoint = "error_items/list", input = Json)]
pub async fn list(
    filter: ErrorItemFilter,
    page: PageRequest,
) -> Result<Page<ErrorItemSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::list(&office, &actor, &filter, page).await?)
}

/// The codes of the channels, to filter by.
#[server(prefix = "/api/fn", endpoint = "error_items/channels", input = Json)]
pub async fn channels() -> Result<Vec<String>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let channels = backoffice::channels::list(&office, &actor).await?;
    Ok(channels.into_iter().map(|channel| channel.code).collect())
}

/// One error item.
#[server(prefix = "/api/fn", endpoint = "error_items/find", input = Json)]
pub async fn find(id: ErrorItemId) -> Result<ErrorItemDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::find(&office, &actor, id).await?)
}

/// Takes an item.
#[server(prefix = "/api/fn", endpoint = "error_items/assign")]
pub async fn assign(id: ErrorItemId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::assign_to_me(&office, &actor, id).await?)
}

/// Adds what somebody found out.
#[server(prefix = "/api/fn", endpoint = "error_items/comment")]
pub async fn comment(request: CommentRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::comment(&office, &actor, request.id, &request.text).await?)
}

/// Proposes a resolution, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "error_items/propose")]
pub async fn propose(request: ProposalRequest) -> Result<(), Failure> {
    use domain::error_item::Resolution;
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read what will be booked"));
    }
    let Some(action) = request.action else {
        return Err(Failure::invalid("action", "choose what is to be done"));
    };
    let resolution = Resolution { action, reason: request.reason };
    let id = backoffice::error_items::propose(&office, &actor, request.id, &resolution).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}
