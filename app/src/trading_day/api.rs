//! Server functions of the trading day.

use crate::failure::Failure;
use domain::date::BusinessDate;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// What the header and the home page tell about today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// The business date.
    pub date: BusinessDate,
    /// Requests that wait for the signed-in person's decision.
    pub to_decide: i64,
}

/// Today, for whoever asks.
#[server(prefix = "/api/fn", endpoint = "trading_day/today", input = Json)]
pub async fn find_today() -> Result<Today, Failure> {
    use domain::approval::Inbox;
    use domain::page::PageRequest;
    let (office, actor) = crate::session::office_and_actor()?;
    let one = PageRequest { number: 1, size: 1 };
    let waiting = backoffice::approvals::list(&office, &actor, Inbox::ToDecide, one).await?;
    Ok(Today { date: office.today(), to_decide: waiting.total })
}
