//! Server functions of reserve accounts.

use crate::failure::Failure;
use domain::ids::ReserveAccountId;
use domain::page::PageRequest;
use domain::reserve::{ReserveAccount, ReserveAccountDetail, ReserveProof};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// The institution's bank accounts.
#[server(prefix = "/api/fn", endpoint = "reserve/accounts", input = Json)]
pub async fn accounts() -> Result<Vec<ReserveAccount>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::reserve::list(&office, &actor).await?)
}

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
