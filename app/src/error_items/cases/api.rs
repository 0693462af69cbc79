//! Server functions of cases, and of taking steps back.

use crate::failure::Failure;
use domain::error_item::{Advance, CaseDetail, CaseSummary};
use domain::ids::ErrorItemId;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The cases with at least two open members.
#[server(prefix = "/api/fn", endpoint = "error_items/cases", input = Json)]
pub async fn cases(channel: Option<String>) -> Result<Vec<CaseSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::cases(&office, &actor, channel.as_deref()).await?)
}

/// One case with those beside it.
#[server(prefix = "/api/fn", endpoint = "error_items/case", input = Json)]
pub async fn case(key: String) -> Result<CaseDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::case(&office, &actor, &key).await?)
}

/// Whether a member is set apart, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApartRequest {
    /// Which item.
    pub id: ErrorItemId,
    /// `yes`: apart; otherwise back into its case.
    #[serde(default)]
    pub apart: String,
}

/// Sets a member apart from its case, or puts it back.
#[server(prefix = "/api/fn", endpoint = "error_items/set_apart")]
pub async fn set_apart(request: ApartRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let wanted = (request.id, request.apart == "yes");
    Ok(backoffice::error_items::set_apart(&office, &actor, wanted).await?)
}

/// Takes the latest step of an item back.
#[server(prefix = "/api/fn", endpoint = "error_items/undo")]
pub async fn undo(id: ErrorItemId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::undo(&office, &actor, id).await?)
}

/// Payments that were settled although they do not match.
#[server(prefix = "/api/fn", endpoint = "error_items/advances", input = Json)]
pub async fn advances(open_only: bool) -> Result<Vec<Advance>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::error_items::advances(&office, &actor, open_only).await?)
}
