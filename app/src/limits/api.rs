//! Server functions of limits.

use crate::failure::Failure;
use domain::limits::{LimitRow, StructuringRule};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The limits in force, and when payments look cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsInForce {
    /// By kind of account and class.
    pub rows: Vec<LimitRow>,
    /// When payments look cut.
    pub structuring: StructuringRule,
}

/// The limits.
#[server(prefix = "/api/fn", endpoint = "limits/table", input = Json)]
pub async fn table() -> Result<LimitsInForce, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let (rows, structuring) = backoffice::limits::table(&office, &actor).await?;
    Ok(LimitsInForce { rows, structuring })
}
