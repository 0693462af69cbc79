//! Server functions of settlement.

use crate::failure::Failure;
use domain::ids::SettlementId;
use domain::page::{Page, PageRequest};
use domain::settlement::{SettlementDetail, SettlementFilter, SettlementRun, SettlementSummary};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Settlements.
#[server(prefix = "/api/fn", endpoint = "settlement/list", input = Json)]
pub async fn list(
    filter: SettlementFilter,
    page: PageRequest,
) -> Result<Page<SettlementSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::settlement::list(&office, &actor, &filter, page).await?)
}

/// One settlement with a page of its lines.
#[server(prefix = "/api/fn", endpoint = "settlement/find", input = Json)]
pub async fn find(id: SettlementId, page: PageRequest) -> Result<SettlementDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::settlement::find(&office, &actor, id, page).await?)
}

/// The latest run, and when it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// What it did and what it had to leave.
    pub run: SettlementRun,
    /// When it ended.
    pub at: OffsetDateTime,
}

/// What the latest run did, and what it had to leave.
#[server(prefix = "/api/fn", endpoint = "settlement/last_run", input = Json)]
pub async fn last_run() -> Result<Option<RunReport>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let last = backoffice::settlement::last_run(&office, &actor).await?;
    Ok(last.map(|(run, at)| RunReport { run, at }))
}

/// A run, as the form asks for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRequest {
    /// Everything due on this day or before is settled.
    #[serde(default)]
    pub due_date: String,
}

/// Asks for a settlement run in the background, and leads to the jobs.
#[server(prefix = "/api/fn", endpoint = "settlement/ask_for_run")]
pub async fn ask_for_run(request: RunRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let due = request.due_date.parse().map_err(|error| Failure::invalid("due_date", error))?;
    backoffice::settlement::ask_for_run(&office, &actor, due).await?;
    crate::session::go_to(crate::routes::JOBS);
    Ok(())
}
