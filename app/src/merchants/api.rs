//! Server functions of merchants.

use crate::failure::Failure;
use crate::fee_form::FeeRequest;
use domain::hold::MerchantHolds;
use domain::ids::{MerchantId, OrderId};
use domain::limits::Structuring;
use domain::merchant::{MerchantDetail, MerchantFilter, MerchantSummary};
use domain::page::{Page, PageRequest};
use domain::product::Product;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The merchants.
#[server(prefix = "/api/fn", endpoint = "merchants/list", input = Json)]
pub async fn list(
    filter: MerchantFilter,
    page: PageRequest,
) -> Result<Page<MerchantSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::merchants::list(&office, &actor, &filter, page).await?)
}

/// One merchant.
#[server(prefix = "/api/fn", endpoint = "merchants/find", input = Json)]
pub async fn find(id: MerchantId) -> Result<MerchantDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::merchants::find(&office, &actor, id).await?)
}

/// What a merchant has, and what of it is held.
#[server(prefix = "/api/fn", endpoint = "merchants/holds", input = Json)]
pub async fn holds(id: MerchantId) -> Result<MerchantHolds, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::holds::of_merchant(&office, &actor, id).await?)
}

/// A product to be opened or closed, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProductRequest {
    /// Whose.
    pub id: MerchantId,
    /// Which.
    pub product: Product,
    /// Whether it is open afterwards.
    pub enabled: bool,
}

/// Proposes to open or close a product, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "merchants/propose_product")]
pub async fn propose_product(request: ProductRequest) -> Result<(), Failure> {
    let ProductRequest { id, product, enabled } = request;
    propose(id, domain::merchant::MerchantChange::Product { product, enabled }).await
}

/// Another settlement account, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountRequest {
    /// Of which merchant.
    pub id: MerchantId,
    /// Its number.
    pub account_no: String,
    /// Its holder.
    pub account_name: String,
    /// Its bank.
    pub bank: String,
}

/// Proposes another settlement account, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "merchants/propose_account")]
pub async fn propose_account(request: AccountRequest) -> Result<(), Failure> {
    let AccountRequest { id, account_no, account_name, bank } = request;
    let plain = |text: String| text.trim().to_owned();
    let account = domain::merchant::SettlementAccount {
        account_no: plain(account_no),
        account_name: plain(account_name),
        bank: plain(bank),
    };
    propose(id, domain::merchant::MerchantChange::Account { account }).await
}

/// A suspension, or its end, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SuspensionRequest {
    /// Of which merchant.
    pub id: MerchantId,
    /// Whether it is suspended afterwards.
    pub suspended: bool,
}

/// Proposes to suspend a merchant, or to work for it again, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "merchants/propose_suspension")]
pub async fn propose_suspension(request: SuspensionRequest) -> Result<(), Failure> {
    let SuspensionRequest { id, suspended } = request;
    propose(id, domain::merchant::MerchantChange::Suspension { suspended }).await
}

/// Proposes other fee terms for a product, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "merchants/propose_fee")]
pub async fn propose_fee(request: FeeRequest) -> Result<(), Failure> {
    let (card, schedule, valid_from) = request.read()?;
    let product = request.product;
    let id = request.id.parse().map_err(|_| Failure::NotFound)?;
    propose(id, domain::merchant::MerchantChange::Fee { product, card, schedule, valid_from }).await
}

/// A merchant's latest orders that look cut to stay below a limit.
#[server(prefix = "/api/fn", endpoint = "merchants/conspicuous", input = Json)]
pub async fn conspicuous(id: MerchantId) -> Result<Vec<(OrderId, Structuring)>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::limits::conspicuous(&office, &actor, id).await?)
}

#[cfg(feature = "ssr")]
async fn propose(id: MerchantId, change: domain::merchant::MerchantChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let approval = backoffice::merchants::propose_change(&office, &actor, id, &change).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}
