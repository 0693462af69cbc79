//! Server functions of approvals.

use crate::failure::Failure;
use domain::approval::{ApprovalDetail, ApprovalSummary, Difference, Inbox, Verdict};
use domain::ids::ApprovalId;
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The requests of an inbox.
#[server(prefix = "/api/fn", endpoint = "approvals/list", input = Json)]
pub async fn list(inbox: Inbox, page: PageRequest) -> Result<Page<ApprovalSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::list(&office, &actor, inbox, page).await?)
}

/// One request.
#[server(prefix = "/api/fn", endpoint = "approvals/find", input = Json)]
pub async fn find(id: ApprovalId) -> Result<ApprovalDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::find(&office, &actor, id).await?)
}

/// In what a request that was not carried out differs from what it met.
#[server(prefix = "/api/fn", endpoint = "approvals/differences", input = Json)]
pub async fn differences(id: ApprovalId) -> Result<Vec<Difference>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::differences::of(&office, &actor, id).await?)
}

/// A decision, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecisionRequest {
    /// Which request.
    pub id: ApprovalId,
    /// The hash of what the checker was shown.
    pub shown_hash: String,
    /// What the checker says.
    pub verdict: Verdict,
    /// Why; needed to reject.
    #[serde(default)]
    pub note: String,
    /// `yes` when the checker ticked that they read the content.
    #[serde(default)]
    pub confirmed: String,
}

/// Decides a request.
#[server(prefix = "/api/fn", endpoint = "approvals/decide")]
pub async fn decide(request: DecisionRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have read the content"));
    }
    let decision = (request.shown_hash.as_str(), request.verdict, request.note.as_str());
    Ok(backoffice::approvals::decide(&office, &actor, request.id, decision).await?)
}

/// Takes back one's own request.
#[server(prefix = "/api/fn", endpoint = "approvals/withdraw")]
pub async fn withdraw(id: ApprovalId) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::approvals::withdraw(&office, &actor, id).await?)
}
