//! Server functions of payouts and their batches.

use crate::failure::Failure;
use domain::ids::{PayoutBatchId, PayoutId, ReserveAccountId};
use domain::page::{Page, PageRequest};
use domain::payout::{BatchState, PayoutBatchDetail, PayoutBatchSummary, PayoutDetail};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// One payout with its path.
#[server(prefix = "/api/fn", endpoint = "payouts/find", input = Json)]
pub async fn find(id: PayoutId) -> Result<PayoutDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::find(&office, &actor, id).await?)
}

/// Batches.
#[server(prefix = "/api/fn", endpoint = "payouts/batches", input = Json)]
pub async fn batches(
    state: Option<BatchState>,
    page: PageRequest,
) -> Result<Page<PayoutBatchSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::list_batches(&office, &actor, state, page).await?)
}

/// One batch with its payouts.
#[server(prefix = "/api/fn", endpoint = "payouts/batch", input = Json)]
pub async fn find_batch(id: PayoutBatchId) -> Result<PayoutBatchDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::find_batch(&office, &actor, id).await?)
}

/// A batch, as the form puts it together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchRequest {
    /// The bank account it is paid from.
    pub account: ReserveAccountId,
    /// The chosen payouts.
    #[serde(default)]
    pub payouts: Vec<PayoutId>,
}

/// Puts drafted payouts into a batch, and leads to it.
#[server(prefix = "/api/fn", endpoint = "payouts/make_batch")]
pub async fn make_batch(request: BatchRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let BatchRequest { account, payouts } = request;
    let id = backoffice::payouts::make_batch(&office, &actor, account, &payouts).await?;
    crate::session::go_to(&crate::routes::payout_batch(id));
    Ok(())
}

/// A batch to be submitted, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubmitRequest {
    /// Which batch.
    pub id: PayoutBatchId,
    /// `yes` when the maker ticked that they checked the payouts.
    #[serde(default)]
    pub confirmed: String,
}

/// Submits a batch for a second person's decision, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "payouts/submit")]
pub async fn submit(request: SubmitRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have checked the payouts"));
    }
    let approval = backoffice::payouts::submit(&office, &actor, request.id).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}
