//! What visitors do on the pages of business systems, for the payment funnel.

use super::api::{ApiError, Body, Caller, ErrorBody, IdempotencyKey};
use axum::http::StatusCode;
use backoffice::gateway::{self, Call};
use domain::gateway::{FieldError, PageEvent};
use domain::order::FunnelStep;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Something a visitor reached.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// A mark of the visitor that says nothing about who they are.
    #[schema(example = "5f2c9d")]
    visitor: String,
    /// `order_confirm_page`, `cashier_page`, `confirm_pay`, `sms_code` or `pay_confirmed`.
    #[schema(example = "cashier_page")]
    step: String,
    /// The product, where it is known.
    product: Option<String>,
    /// Your own number of the order, where there is one.
    merchant_order_no: Option<String>,
}

/// Tell what a visitor did
#[utoipa::path(
    post,
    path = "/events",
    operation_id = "record_event",
    tag = "events",
    params(("Idempotency-Key" = String, Header, description = "Your own key of this event")),
    request_body = NewEvent,
    responses(
        (status = 204, description = "Noted"),
        (status = 400, description = "The request could not be read", body = ErrorBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = ErrorBody),
    )
)]
pub async fn create(
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewEvent>,
) -> Result<StatusCode, ApiError> {
    let call = Call::new("POST /events", &key, &json!(new));
    let call = call.map_err(|error| caller.trouble(error))?;
    let event = event(new).map_err(|error| caller.trouble(error))?;
    let noted = gateway::record_event(&caller.office, &caller.client, &call, &event).await;
    noted.map_err(|error| caller.trouble(error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Orders and their payment are our own to note; the rest only the business system sees.
fn event(new: NewEvent) -> Result<PageEvent, FieldError> {
    let step = FunnelStep::named(&new.step).filter(|step| {
        !matches!(step, FunnelStep::OrderRequested | FunnelStep::OrderCreated | FunnelStep::Paid)
    });
    let step = step.ok_or_else(|| {
        let known = "order_confirm_page, cashier_page, confirm_pay, sms_code or pay_confirmed";
        FieldError::new("step", format!("the step must be {known}"))
    })?;
    let product = new.product.map(|name| name.parse()).transpose();
    Ok(PageEvent {
        visitor: new.visitor,
        step,
        product: product.map_err(|error| FieldError::new("product", error))?,
        merchant_order_no: new.merchant_order_no,
    })
}
