//! Server functions of the audit record.

use crate::failure::Failure;
use domain::audit::{AuditFilter, AuditRecord};
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Who did what, newest first.
#[server(prefix = "/api/fn", endpoint = "audit/list", input = Json)]
pub async fn list(filter: AuditFilter, page: PageRequest) -> Result<Page<AuditRecord>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::audit::list(&office, &actor, &filter, page).await?)
}
