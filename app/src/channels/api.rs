//! Server functions of channels.

use crate::failure::Failure;
use crate::fee_form::FeeRequest;
use domain::approval::ApprovalSummary;
use domain::channel::{ChannelDetail, ChannelStanding};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The channels.
#[server(prefix = "/api/fn", endpoint = "channels/list", input = Json)]
pub async fn list() -> Result<Vec<ChannelStanding>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::standings(&office, &actor).await?)
}

/// One channel.
#[server(prefix = "/api/fn", endpoint = "channels/find", input = Json)]
pub async fn find(code: String) -> Result<ChannelDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::find(&office, &actor, &code).await?)
}

/// A channel to be taken out, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutRequest {
    /// Which.
    pub code: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Takes a channel out at once.
#[server(prefix = "/api/fn", endpoint = "channels/take_out")]
pub async fn take_out(request: OutRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::take_out(&office, &actor, &request.code, &request.reason).await?)
}

/// Brings a channel back.
#[server(prefix = "/api/fn", endpoint = "channels/bring_back")]
pub async fn bring_back(code: String) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::bring_back(&office, &actor, &code).await?)
}

/// Proposes what a channel charges for a product, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "channels/propose_cost")]
pub async fn propose_cost(request: FeeRequest) -> Result<(), Failure> {
    let (card, schedule, valid_from) = request.read()?;
    let product = request.product;
    let change = domain::channel::ChannelChange::Cost { product, card, schedule, valid_from };
    propose(&request.id, change).await
}

/// Days of use, as the form sends them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ValidityRequest {
    /// Whose.
    pub code: String,
    /// The first; empty when it always was.
    #[serde(default)]
    pub valid_from: String,
    /// The last; empty when no end is planned.
    #[serde(default)]
    pub valid_until: String,
}

/// Proposes the days on which a channel may be used, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "channels/propose_validity")]
pub async fn propose_validity(request: ValidityRequest) -> Result<(), Failure> {
    let valid_from = day("valid_from", &request.valid_from)?;
    let valid_until = day("valid_until", &request.valid_until)?;
    let change = domain::channel::ChannelChange::Validity { valid_from, valid_until };
    propose(&request.code, change).await
}

/// Thresholds of health, as the form sends them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthRequest {
    /// Whose.
    pub code: String,
    /// How far back answers count.
    pub window_seconds: String,
    /// Fewer answers prove nothing.
    pub answers_min: String,
    /// In percent.
    pub faults: String,
    /// The first pause.
    pub pause_seconds: String,
    /// In percent.
    pub trial: String,
    /// So many bring it back.
    pub trial_answers: String,
}

/// Proposes when a channel is withdrawn and how it comes back, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "channels/propose_health")]
pub async fn propose_health(request: HealthRequest) -> Result<(), Failure> {
    let policy = super::policy::read(&request)?;
    propose(&request.code, domain::channel::ChannelChange::Health { policy }).await
}

/// The requests for a change of a channel.
#[server(prefix = "/api/fn", endpoint = "channels/changes", input = Json)]
pub async fn changes(code: String) -> Result<Vec<ApprovalSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::channels::changes(&office, &actor, &code).await?)
}

fn day(field: &str, text: &str) -> Result<Option<domain::date::BusinessDate>, Failure> {
    match text.trim() {
        "" => Ok(None),
        day => day.parse().map(Some).map_err(|error| Failure::invalid(field, error)),
    }
}

async fn propose(code: &str, change: domain::channel::ChannelChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let approval = backoffice::channels::propose_change(&office, &actor, code, &change).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}
