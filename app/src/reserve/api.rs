//! Server functions of reserve accounts.

use crate::failure::Failure;
use domain::ids::ReserveAccountId;
use domain::page::PageRequest;
use domain::reserve::{ReserveAccountDetail, ReserveProof};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// One bank account with what was promised out of it.
#[server(prefix = "/api/fn", endpoint = "reserve/find", input = Json)]
pub async fn find(
    id: ReserveAccountId,
    page: PageRequest,
) -> Result<ReserveAccountDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::find(&office, &actor, id, page).await?)
}

/// Whether the money held covers what customers are owed.
#[server(prefix = "/api/fn", endpoint = "reserve/proof", input = Json)]
pub async fn proof() -> Result<ReserveProof, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::show_proof(&office, &actor).await?)
}
