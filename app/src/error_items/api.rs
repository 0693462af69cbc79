//! Server functions of error items.

use crate::failure::Failure;
use domain::error_item::{Action, ErrorItemDetail, ErrorItemFilter, ErrorItemSummary};
use domain::ids::ErrorItemId;
use domain::page::{Cursor, Window};
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

/// The error items from a place of the list on.
#[server(prefix = "/api/fn", endpoint = "error_items/list", input = Json)]
pub async fn list(
    filter: ErrorItemFilter,
    after: Option<String>,
) -> Result<Window<ErrorItemSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let after = after.map(|after| after.parse::<Cursor>()).transpose();
    let after = after.map_err(|_| Failure::NotFound)?;
    Ok(backoffice::error_items::list(&office, &actor, &filter, after).await?)
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

/// Begins to look into an item one has.
#[server(prefix = "/api/fn", endpoint = "error_items/investigate")]
pub async fn investigate(id: ErrorItemId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::investigate(&office, &actor, id).await?)
}

/// Gives an item back to its queue.
#[server(prefix = "/api/fn", endpoint = "error_items/release")]
pub async fn release(id: ErrorItemId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::release(&office, &actor, id).await?)
}

/// To whom an item is given, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandOnRequest {
    /// Which item.
    pub id: ErrorItemId,
    /// Login of the colleague.
    #[serde(default)]
    pub to: String,
}

/// Gives an item to a colleague.
#[server(prefix = "/api/fn", endpoint = "error_items/hand_on")]
pub async fn hand_on(request: HandOnRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::assign(&office, &actor, request.id, &request.to).await?)
}

/// Until when an item is put off, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SnoozeRequest {
    /// Which item.
    pub id: ErrorItemId,
    /// Until the beginning of this day, like `2026-03-31`.
    #[serde(default)]
    pub until: String,
    /// Why.
    #[serde(default)]
    pub why: String,
}

/// Puts an item off.
#[server(prefix = "/api/fn", endpoint = "error_items/snooze")]
pub async fn snooze(request: SnoozeRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let wrong = |_| Failure::invalid("until", "a date must be written like 2026-03-31");
    let day = request.until.parse().map_err(wrong)?;
    let until = (office.settings.zone.start_of(day), request.why.as_str());
    Ok(backoffice::error_items::snooze(&office, &actor, request.id, until).await?)
}

/// Wakes an item before its date.
#[server(prefix = "/api/fn", endpoint = "error_items/wake")]
pub async fn wake(id: ErrorItemId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::wake(&office, &actor, id).await?)
}

/// Why a concluded item is opened again, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReopenRequest {
    /// Which item.
    pub id: ErrorItemId,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Opens a concluded item again.
#[server(prefix = "/api/fn", endpoint = "error_items/reopen")]
pub async fn reopen(request: ReopenRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::reopen(&office, &actor, request.id, &request.reason).await?)
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
