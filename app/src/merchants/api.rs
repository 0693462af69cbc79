//! Server functions of merchants.

use crate::failure::Failure;
use domain::ids::MerchantId;
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

/// Fee terms, as the form sends them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeeRequest {
    /// Whose.
    pub id: MerchantId,
    /// For which product.
    pub product: Product,
    /// Percent, `0.38`.
    pub rate: String,
    /// Fixed part in major units.
    pub fixed: String,
    /// Lowest fee in major units.
    pub min: String,
    /// Highest fee in major units; empty when there is none.
    #[serde(default)]
    pub max: String,
    /// First day they count.
    pub valid_from: String,
}

/// Proposes other fee terms for a product, and leads to the request.
#[server(prefix = "/api/fn", endpoint = "merchants/propose_fee")]
pub async fn propose_fee(request: FeeRequest) -> Result<(), Failure> {
    use domain::fee::FeeTerms;
    use domain::merchant::MerchantChange;

    let rate = request.rate.trim().trim_end_matches('%').trim_end();
    let max = request.max.trim();
    let terms = FeeTerms {
        rate: rate.parse().map_err(|error| Failure::invalid("rate", error))?,
        fixed: money("fixed", &request.fixed)?,
        min: money("min", &request.min)?,
        max: if max.is_empty() { None } else { Some(money("max", max)?) },
    };
    let day = request.valid_from.trim().parse();
    let valid_from = day.map_err(|error| Failure::invalid("valid_from", error))?;
    let change = MerchantChange::Fee { product: request.product, terms, valid_from };
    propose(request.id, change).await
}

#[cfg(feature = "ssr")]
fn money(field: &str, text: &str) -> Result<domain::money::Money, Failure> {
    use domain::money::{Currency, Money};
    Money::parse(text.trim(), Currency::Cny).map_err(|error| Failure::invalid(field, error))
}

#[cfg(feature = "ssr")]
async fn propose(id: MerchantId, change: domain::merchant::MerchantChange) -> Result<(), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let approval = backoffice::merchants::propose_change(&office, &actor, id, &change).await?;
    crate::session::go_to(&crate::routes::approval(approval));
    Ok(())
}
