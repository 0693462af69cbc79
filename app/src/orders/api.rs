//! Server functions of orders.

use crate::failure::Failure;
use domain::date::BusinessDate;
use domain::ids::OrderId;
use domain::order::{OrderDetail, OrderFile, OrderStatus, OrderSummary};
use domain::page::{Page, PageRequest};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Which orders are wanted, as people ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderQuery {
    /// An order's number, ours or the merchant's.
    pub text: Option<String>,
    /// In this state only.
    pub status: Option<OrderStatus>,
    /// Of the merchant with this number only.
    pub merchant: Option<String>,
    /// Of this day only.
    pub day: Option<BusinessDate>,
}

/// The orders.
#[server(prefix = "/api/fn", endpoint = "orders/list", input = Json)]
pub async fn list(query: OrderQuery, page: PageRequest) -> Result<Page<OrderSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let merchant = match query.merchant {
        Some(code) => match backoffice::merchants::numbered(&office, &actor, &code).await? {
            Some(merchant) => Some(merchant),
            None => return Ok(Page { rows: Vec::new(), total: 0, request: page }),
        },
        None => None,
    };
    let filter = domain::order::OrderFilter {
        text: query.text,
        status: query.status,
        merchant,
        business_date: query.day,
    };
    Ok(backoffice::orders::list(&office, &actor, &filter, page).await?)
}

/// One order.
#[server(prefix = "/api/fn", endpoint = "orders/find", input = Json)]
pub async fn find(id: OrderId) -> Result<OrderDetail, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::orders::find(&office, &actor, id).await?)
}

/// The imported order books.
#[server(prefix = "/api/fn", endpoint = "orders/imports", input = Json)]
pub async fn imports(page: PageRequest) -> Result<Page<OrderFile>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    Ok(backoffice::orders::import::list(&office, &actor, page).await?)
}
