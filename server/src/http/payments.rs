//! Payments over the API.

use super::api::{
    ApiError, Asked, Body, Caller, ErrorBody, IdempotencyKey, again, answered, identifier,
};
use super::payer::NewPayer;
use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use backoffice::gateway::{self, Call, Came, GatewayError, Served};
use domain::gateway::{PaymentRequest, PaymentView, TopUpRequest, check_number};
use domain::ids::PaymentId;
use domain::payment::PaymentStatus;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How long a request waits for the outcome before it is answered with the state reached.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// Pause between two looks at the state.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// A payment to be collected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// Your own number of the order: 1 to 64 letters, digits, `-`, `_`, `.`; each used once.
    #[schema(example = "BOOKS-20260331-0001")]
    merchant_order_no: String,
    /// `quick_pay`, `wechat_pay` or `bank_transfer`.
    #[schema(example = "quick_pay")]
    product: String,
    /// Major units as text with at most two decimals.
    #[schema(example = "100.00")]
    amount: String,
    /// ISO 4217 code.
    #[schema(example = "CNY")]
    currency: String,
    /// What the payer pays for, 1 to 128 characters.
    #[schema(example = "Two books")]
    subject: String,
    /// For platforms: the number of the merchant on your platform who sells.
    #[schema(example = "M100004")]
    seller: Option<String>,
    /// Who pays, where you know.
    payer: Option<NewPayer>,
    /// Whose balance it raises, if it is a top-up and no sale.
    top_up: Option<NewTopUp>,
}

/// A top-up: the money raises a balance and is not settled. It comes from the user's own bank
/// account, or from your settlement account, and can go back there only.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTopUp {
    /// Your own reference of the user; your own available balance, if left out.
    #[schema(example = "u-20260331-0001")]
    user: Option<String>,
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentBody {
    /// Its id with us.
    id: Option<Uuid>,
    /// The id of its order with us.
    order_id: Uuid,
    /// Your own number of the order.
    merchant_order_no: String,
    /// The product.
    product: String,
    /// Major units as text.
    amount: String,
    /// ISO 4217 code.
    currency: String,
    /// `created`, `sending`, `unknown`, `succeeded` or `failed`. Only the last two are final.
    status: String,
    /// Why it failed or is not known.
    failure: Option<String>,
    /// When the payer paid.
    #[serde(with = "time::serde::rfc3339::option")]
    paid_at: Option<OffsetDateTime>,
    /// The day the channel clears it on.
    #[schema(example = "2026-03-31")]
    clearing_date: Option<String>,
    /// When the order was taken.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<PaymentView> for PaymentBody {
    fn from(view: PaymentView) -> Self {
        Self {
            id: view.id.map(Uuid::from),
            order_id: view.order.into(),
            merchant_order_no: view.merchant_order_no,
            product: view.product.name().to_owned(),
            amount: view.amount.plain(),
            currency: view.amount.currency().code().to_owned(),
            status: view.status.name().to_owned(),
            failure: view.failure,
            paid_at: view.paid_at,
            clearing_date: view.clearing_date.map(|day| day.to_string()),
            created_at: view.created_at,
        }
    }
}

/// Collect a payment
///
/// Waits up to two seconds for the outcome. 201: the payment succeeded or failed. 202: the outcome
/// is not known yet; ask with GET. Repeat a request with the same `Idempotency-Key` as often as
/// you like: it collects once and is answered the same.
#[utoipa::path(
    post,
    path = "/payments",
    operation_id = "create_payment",
    tag = "payments",
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    request_body = NewPayment,
    responses(
        (status = 201, description = "Succeeded or failed", body = PaymentBody),
        (status = 202, description = "Not known yet", body = PaymentBody),
        (status = 400, description = "The request could not be read", body = ErrorBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 409, description = "Order number used, or request in progress", body = ErrorBody),
        (status = 413, description = "More than 64 KiB", body = ErrorBody),
        (status = 422, description = "A field is wrong, the merchant may not take this payment, \
            or the key was used for another request", body = ErrorBody),
    )
)]
pub async fn create(
    mut caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewPayment>,
) -> Result<Response, ApiError> {
    let request = PaymentRequest {
        merchant_order_no: new.merchant_order_no,
        product: new.product,
        amount: new.amount,
        currency: new.currency,
        subject: new.subject,
        seller: new.seller,
        payer: new.payer.map(Into::into),
        top_up: new.top_up.map(|top_up| TopUpRequest { user: top_up.user }),
    };
    let call = Call::new("POST /payments", &key, &json!(request));
    let call = call.map_err(|error| caller.trouble(error))?;
    let Caller { office, client, counter, .. } = &caller;
    let came = counter.create_payment(office, client, (&call, &request)).await;
    let served = match came.map_err(|error| caller.trouble(error))? {
        Came::Before(answer) => return Ok(again(answer)),
        Came::New(served) => served,
    };
    caller.step_aside();
    let (status, body) = outcome(&caller, served).await.map_err(|error| caller.trouble(error))?;
    let kept = caller.counter.remember(&caller.client, &call, (status, &body)).await;
    kept.map_err(|error| caller.trouble(error))?;
    Ok(answered(status, &body))
}

/// Ask after a payment
#[utoipa::path(
    get,
    path = "/payments/{id}",
    operation_id = "get_payment",
    tag = "payments",
    params(("id" = String, Path, description = "The payment's id")),
    responses(
        (status = 200, description = "The payment as it stands", body = PaymentBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such payment of yours", body = ErrorBody),
    )
)]
pub async fn find(caller: Caller, Path(id): Path<String>) -> Result<Json<PaymentBody>, ApiError> {
    let id = PaymentId(identifier(&caller, &id, "payment")?);
    let view = gateway::find_payment(&caller.office, &caller.client, id).await;
    Ok(Json(view.map_err(|error| caller.trouble(error))?.into()))
}

/// Which payment is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NumberQuery {
    /// Your own number of the order.
    #[param(example = "BOOKS-20260331-0001")]
    merchant_order_no: Option<String>,
}

/// Ask after a payment by your own number of the order
///
/// For the case that the answer to your request was lost together with the payment's id.
#[utoipa::path(
    get,
    path = "/payments",
    operation_id = "find_payment_by_number",
    tag = "payments",
    params(NumberQuery),
    responses(
        (status = 200, description = "The payment as it stands", body = PaymentBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such order of yours", body = ErrorBody),
        (status = 422, description = "The number is missing or malformed", body = ErrorBody),
    )
)]
pub async fn find_by_number(
    caller: Caller,
    Asked(query): Asked<NumberQuery>,
) -> Result<Json<PaymentBody>, ApiError> {
    let number = query.merchant_order_no.unwrap_or_default();
    let checked = check_number("merchant_order_no", &number);
    checked.map_err(|error| caller.trouble(error))?;
    let view = gateway::find_by_number(&caller.office, &caller.client, &number).await;
    Ok(Json(view.map_err(|error| caller.trouble(error))?.into()))
}

/// Close a payment
///
/// Gives up a payment that was not sent to a channel yet, with its order. One that has failed is
/// answered as it is. One the channel may have, or that succeeded, cannot be closed
/// (`payment_not_closable`): ask after it, or refund it.
#[utoipa::path(
    post,
    path = "/payments/{id}/close",
    operation_id = "close_payment",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "Your own key of this request"),
    ),
    responses(
        (status = 200, description = "Closed", body = PaymentBody),
        (status = 400, description = "The key is missing", body = ErrorBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such payment of yours", body = ErrorBody),
        (status = 409, description = "It cannot be closed, or request in progress",
            body = ErrorBody),
        (status = 422, description = "The key was used for another request", body = ErrorBody),
    )
)]
pub async fn close(
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = PaymentId(identifier(&caller, &id, "payment")?);
    let call = Call::new("POST /payments/close", &key, &json!({ "id": id }));
    let call = call.map_err(|error| caller.trouble(error))?;
    let came = gateway::close_payment(&caller.office, &caller.client, &call, id).await;
    if let Came::Before(answer) = came.map_err(|error| caller.trouble(error))? {
        return Ok(again(answer));
    }
    let view = gateway::find_payment(&caller.office, &caller.client, id).await;
    let body = json!(PaymentBody::from(view.map_err(|error| caller.trouble(error))?));
    let kept = gateway::remember(&caller.office, &caller.client, &call, (200, &body)).await;
    kept.map_err(|error| caller.trouble(error))?;
    Ok(answered(200, &body))
}

/// The state reached after a short wait, or why CRM refused.
async fn outcome(caller: &Caller, served: Served) -> Result<(u16, Value), GatewayError> {
    let Served { taken, sent } = served;
    if let Some(refusal) = &taken.refusal {
        let request_id = &caller.office.request_id;
        let body = ErrorBody::new(refusal.code(), refusal.to_string(), request_id);
        return Ok((422, json!(body)));
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    if let Some(sent) = sent
        && let Ok(Ok(Some(view))) = tokio::time::timeout_at(deadline, sent).await
    {
        return Ok((201, json!(PaymentBody::from(view))));
    }
    loop {
        let view = gateway::standing(&caller.office, &caller.client, taken.order).await?;
        let status = match view.status {
            PaymentStatus::Succeeded | PaymentStatus::Failed => 201,
            _ if tokio::time::Instant::now() < deadline => {
                let id = view.id.map_or_else(|| taken.order.into(), Into::into);
                caller.office.bell.outcome(id, LOOK).await;
                continue;
            }
            _ => 202,
        };
        return Ok((status, json!(PaymentBody::from(view))));
    }
}
