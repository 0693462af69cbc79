//! Server functions of holds.

use crate::failure::Failure;
use domain::hold::{Hold, HoldFilter, HoldKind, MerchantHolds};
use domain::ids::HoldId;
use domain::page::Page;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Holds.
#[server(prefix = "/api/fn", endpoint = "holds/list", input = Json)]
pub async fn list(filter: HoldFilter) -> Result<Page<Hold>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::holds::list(&office, &actor, &filter).await?)
}

/// One hold.
#[server(prefix = "/api/fn", endpoint = "holds/find", input = Json)]
pub async fn find(id: HoldId) -> Result<Hold, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::holds::find(&office, &actor, id).await?)
}

/// What the form for a new hold starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlankForm {
    /// The id the hold will have.
    pub id: HoldId,
    /// What the merchant has, when one was named.
    pub merchant: Option<MerchantHolds>,
}

/// An empty form, with what the merchant of this number has.
#[server(prefix = "/api/fn", endpoint = "holds/blank", input = Json)]
pub async fn blank(merchant: Option<String>) -> Result<BlankForm, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    actor.require(domain::access::Permission::MakeHold)?;
    let id = HoldId(office.new_id());
    let merchant = match merchant {
        Some(code) => match backoffice::merchants::numbered(&office, &actor, &code).await? {
            Some(id) => Some(backoffice::holds::of_merchant(&office, &actor, id).await?),
            None => None,
        },
        None => None,
    };
    Ok(BlankForm { id, merchant })
}

/// A hold, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewHold {
    /// The id it will have.
    pub id: HoldId,
    /// Number of the merchant.
    pub merchant: String,
    /// What for.
    pub kind: HoldKind,
    /// How much, in major units.
    pub amount: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Asks for a hold, and leads to it.
#[server(prefix = "/api/fn", endpoint = "holds/propose")]
pub async fn propose(request: NewHold) -> Result<(), Failure> {
    use backoffice::holds::HoldError;
    use domain::money::{Currency, Money};

    let (office, actor) = crate::session::office_and_actor()?;
    actor.require(domain::access::Permission::MakeHold)?;
    let NewHold { id, merchant, kind, amount, reason } = request;
    let amount = Money::parse(amount.trim(), Currency::Cny)
        .map_err(|error| Failure::invalid("amount", error))?;
    let code = merchant.trim();
    let merchant = backoffice::merchants::numbered(&office, &actor, code).await?;
    let merchant = merchant.ok_or(HoldError::MerchantNotFound)?;
    let reason = reason.trim().to_owned();
    let request = domain::hold::HoldRequest { id, merchant, kind, amount, reason };
    let id = backoffice::holds::propose(&office, &actor, &request).await?;
    crate::session::go_to(&crate::routes::hold(id));
    Ok(())
}

/// A release, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewRelease {
    /// Of which hold.
    pub id: HoldId,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Asks for the release of a hold.
#[server(prefix = "/api/fn", endpoint = "holds/propose_release")]
pub async fn propose_release(request: NewRelease) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    backoffice::holds::propose_release(&office, &actor, request.id, &request.reason).await?;
    crate::session::go_to(&crate::routes::hold(request.id));
    Ok(())
}
