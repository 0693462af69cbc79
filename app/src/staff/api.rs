//! Server functions of staff.

use crate::failure::Failure;
use domain::access::Role;
use domain::ids::StaffId;
use domain::staff::StaffDetail;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Everybody.
#[server(prefix = "/api/fn", endpoint = "staff/list", input = Json)]
pub async fn list() -> Result<Vec<StaffDetail>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::staff::list(&office, &actor).await?)
}

/// One person.
#[server(prefix = "/api/fn", endpoint = "staff/find", input = Json)]
pub async fn find(id: StaffId) -> Result<StaffDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::staff::find(&office, &actor, id).await?)
}

/// A second factor to be forgotten, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResetRequest {
    /// Whose.
    pub id: StaffId,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Proposes to reset a colleague's second factor, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "staff/propose_reset")]
pub async fn propose_reset(request: ResetRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    if request.reason.trim().is_empty() {
        return Err(Failure::invalid("reason", "say why the second factor is reset"));
    }
    let reset = (request.id, request.reason.as_str());
    let id = backoffice::staff::propose_reset(&office, &actor, reset).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}

/// The roles a colleague should have, as the form sends them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RolesRequest {
    /// Who.
    pub id: StaffId,
    /// Their roles from then on.
    #[serde(default)]
    pub roles: Vec<Role>,
}

/// Proposes other roles for a colleague, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "staff/propose_roles")]
pub async fn propose_roles(request: RolesRequest) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let roles = request.roles.into_iter().collect();
    let id = backoffice::staff::propose_roles(&office, &actor, request.id, &roles).await?;
    crate::session::go_to(&crate::routes::approval(id));
    Ok(())
}
