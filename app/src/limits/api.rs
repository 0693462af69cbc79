//! Server functions of limits.

use crate::failure::Failure;
use domain::approval::ApprovalSummary;
use domain::limits::{LimitRow, StructuringRule};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The limits in force, and when payments look cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsInForce {
    /// By kind of account and class.
    pub rows: Vec<LimitRow>,
    /// Those that begin later.
    pub to_come: Vec<LimitRow>,
    /// When payments look cut.
    pub structuring: StructuringRule,
    /// The latest requests for a change, newest first.
    pub changes: Vec<ApprovalSummary>,
    /// The first day a change may begin.
    pub today: domain::date::BusinessDate,
}

/// The limits.
#[server(prefix = "/api/fn", endpoint = "limits/table", input = Json)]
pub async fn table() -> Result<LimitsInForce, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let (rows, to_come, structuring) = backoffice::limits::table(&office, &actor).await?;
    let changes = backoffice::limits::changes(&office, &actor).await?;
    Ok(LimitsInForce { rows, to_come, structuring, changes, today: office.today() })
}

/// Limits of a class, as the form sends them. What is empty is not limited.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitRequest {
    /// Kind of account.
    pub account: String,
    /// Its class.
    pub class: String,
    /// In major units.
    pub per_payment: String,
    /// In major units.
    pub per_day: String,
    /// In major units.
    pub per_year: String,
    /// In major units.
    pub in_total: String,
    /// First day they count.
    pub valid_from: String,
    /// Where they come from.
    pub source: String,
}

/// Proposes what accounts of a class may pay, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "limits/propose_class")]
pub async fn propose_class(request: LimitRequest) -> Result<(), Failure> {
    propose(super::propose::class(&request)?).await
}

/// When payments look cut, as the form sends it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StructuringRequest {
    /// Percent of a threshold.
    pub share: String,
    /// So many payments.
    pub payments_min: String,
    /// Within so many hours.
    pub window_hours: String,
    /// Thresholds in major units, with semicolons.
    pub watched: String,
}

/// Proposes when payments look cut, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "limits/propose_structuring")]
pub async fn propose_structuring(request: StructuringRequest) -> Result<(), Failure> {
    propose(super::propose::structuring(&request)?).await
}

async fn propose(change: domain::limits::LimitChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let approval = backoffice::limits::propose_change(&office, &actor, &change).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}
