//! Server functions of payouts and their batches.

use crate::failure::Failure;
use domain::ids::{PayoutBatchId, PayoutFileId, PayoutId, ReserveAccountId};
use domain::page::{Page, PageRequest};
use domain::payout::{
    AccountWay, BatchState, PayoutBatchDetail, PayoutBatchSummary, PayoutDetail, PayoutFileDetail,
    PayoutFileSummary, PayoutStop, PayoutWay, StopScope, WaySetting,
};
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

/// A payout to be paid once more, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RepayRequest {
    /// The payout that came back.
    pub id: PayoutId,
    /// Of a refund, another account of the same holder; empty for the account it has.
    #[serde(default)]
    pub account: String,
    /// The bank that keeps it.
    #[serde(default)]
    pub bank: String,
}

/// Drafts the payout that replaces a returned one, and leads to it.
#[server(prefix = "/api/fn", endpoint = "payouts/repay")]
pub async fn repay(request: RepayRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let RepayRequest { id, account, bank } = request;
    let other = match (account.trim().is_empty(), bank.trim().is_empty()) {
        (true, true) => None,
        (false, false) => Some(backoffice::payouts::OtherAccount { account, bank }),
        _ => {
            let why = "give the account and the bank, or neither";
            return Err(Failure::invalid("account", why));
        }
    };
    let new = backoffice::payouts::repay(&office, &actor, (id, other.as_ref())).await?;
    crate::session::go_to(&crate::routes::payout(new));
    Ok(())
}

/// Payout files; of one batch if it is named.
#[server(prefix = "/api/fn", endpoint = "payouts/files", input = Json)]
pub async fn files(
    batch: Option<PayoutBatchId>,
    page: PageRequest,
) -> Result<Page<PayoutFileSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::list_files(&office, &actor, (batch, page)).await?)
}

/// One payout file.
#[server(prefix = "/api/fn", endpoint = "payouts/file", input = Json)]
pub async fn find_file(id: PayoutFileId) -> Result<PayoutFileDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::find_file(&office, &actor, id).await?)
}

/// How payouts leave each account.
#[server(prefix = "/api/fn", endpoint = "payouts/ways", input = Json)]
pub async fn ways() -> Result<Vec<AccountWay>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::ways(&office, &actor).await?)
}

/// Another way for an account, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WayRequest {
    /// Which account.
    pub account: ReserveAccountId,
    /// How its payouts are to leave it.
    pub way: PayoutWay,
    /// Who holds it, as the bank knows them.
    #[serde(default)]
    pub holder: String,
}

/// Proposes another way to a second person, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "payouts/propose_way")]
pub async fn propose_way(request: WayRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let setting = WaySetting { way: request.way, holder: Some(request.holder) };
    let change = (request.account, setting);
    let approval = backoffice::payouts::propose_way(&office, &actor, change).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}

/// The stop switches.
#[server(prefix = "/api/fn", endpoint = "payouts/stops", input = Json)]
pub async fn stops() -> Result<Vec<PayoutStop>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::payouts::list_stops(&office, &actor).await?)
}

/// A stop, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StopRequest {
    /// What is stopped: everything, a bank, a merchant, an account.
    pub scope: String,
    /// Which; empty for everything.
    #[serde(default)]
    pub subject: String,
    /// Why.
    pub reason: String,
}

/// Stops sending.
#[server(prefix = "/api/fn", endpoint = "payouts/pull_stop")]
pub async fn pull_stop(request: StopRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let scope = StopScope::new(&request.scope, &request.subject)
        .map_err(|error| Failure::invalid("subject", error))?;
    backoffice::payouts::pull(&office, &actor, (&scope, &request.reason)).await?;
    Ok(())
}

/// A stop to be lifted, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LiftRequest {
    /// Which.
    pub id: PayoutId,
    /// `yes` when the person ticked that payouts may go out again.
    #[serde(default)]
    pub confirmed: String,
}

/// Agrees to lift a stop; the second person's word lifts it.
#[server(prefix = "/api/fn", endpoint = "payouts/lift_stop")]
pub async fn lift_stop(request: LiftRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that you have checked the payouts"));
    }
    backoffice::payouts::lift(&office, &actor, request.id.into()).await?;
    Ok(())
}

/// A withdrawal or top-up return to be refused, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefusalRequest {
    /// Its payout.
    pub id: PayoutId,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Refuses a withdrawal or a top-up return that waits for a batch: the money is back at once.
#[server(prefix = "/api/fn", endpoint = "payouts/refuse")]
pub async fn refuse(request: RefusalRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let refused = (request.id, request.reason.as_str());
    backoffice::payouts::refuse(&office, &actor, refused).await?;
    crate::session::go_to(&crate::routes::payout(request.id));
    Ok(())
}
