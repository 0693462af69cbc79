//! Server functions of background work.

use crate::failure::Failure;
use domain::job::{JobState, JobSummary};
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// The latest jobs, of one state if asked.
#[server(prefix = "/api/fn", endpoint = "jobs/list", input = Json)]
pub async fn list(state: Option<JobState>, page: PageRequest) -> Result<Page<JobSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::jobs::list(&office, &actor, state, page).await?)
}
