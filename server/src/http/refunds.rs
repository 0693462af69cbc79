//! Refunds over the API.

use super::api::{ApiError, Body, Caller, ErrorBody, IdempotencyKey, again, answered, identifier};
use super::payments::{LOOK, PATIENCE};
use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use backoffice::gateway::{self, Call, Came, GatewayError, RefundCall};
use domain::gateway::FieldError;
use domain::ids::RefundId;
use domain::refund::{RefundState, RefundSummary};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A refund to be made, by the original route.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    /// The payment's id.
    payment_id: String,
    /// Your own number of the refund; the same number again is the same refund.
    #[schema(example = "BOOKS-R-0001")]
    merchant_refund_no: String,
    /// Major units as text; at most what is left of the payment.
    #[schema(example = "100.00")]
    amount: String,
    /// ISO 4217 code.
    #[schema(example = "CNY")]
    currency: String,
    /// Why.
    #[schema(example = "Sent back")]
    reason: String,
}

/// A refund.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefundBody {
    /// Its id with us.
    id: Uuid,
    /// The payment's id.
    payment_id: Uuid,
    /// Your own number.
    merchant_refund_no: String,
    /// Major units as text.
    amount: String,
    /// ISO 4217 code.
    currency: String,
    /// `waiting_funds`, `requested`, `sending`, `unknown`, `succeeded`, `failed` or `rejected`.
    /// Only the last three are final; `waiting_funds` goes on once your balance covers it.
    status: String,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<RefundSummary> for RefundBody {
    fn from(refund: RefundSummary) -> Self {
        Self {
            id: refund.id.into(),
            payment_id: refund.payment.into(),
            merchant_refund_no: refund.merchant_refund_no,
            amount: refund.amount.plain(),
            currency: refund.amount.currency().code().to_owned(),
            status: refund.state.name().to_owned(),
            created_at: refund.created_at,
        }
    }
}

/// Refund a payment
///
/// Waits up to two seconds for the outcome. 201: succeeded, failed or rejected. 202: not decided
/// yet; ask with GET.
#[utoipa::path(
    post,
    path = "/refunds",
    operation_id = "create_refund",
    tag = "refunds",
    params(("Idempotency-Key" = String, Header, description = "Your own key of this request")),
    request_body = NewRefund,
    responses(
        (status = 201, description = "Decided", body = RefundBody),
        (status = 202, description = "Not decided yet", body = RefundBody),
        (status = 400, description = "The request could not be read", body = ErrorBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such payment of yours", body = ErrorBody),
        (status = 409, description = "Not refundable, or request in progress", body = ErrorBody),
        (status = 422, description = "A field is wrong, or more than is left", body = ErrorBody),
    )
)]
pub async fn create(
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(new): Body<NewRefund>,
) -> Result<Response, ApiError> {
    let call = Call::new("POST /refunds", &key, &json!(new));
    let call = call.map_err(|error| caller.trouble(error))?;
    let payment = new.payment_id.parse().map_err(|_| {
        caller.trouble(FieldError::new("payment_id", "this is not the id of a payment"))
    })?;
    let refund = RefundCall {
        payment,
        merchant_refund_no: new.merchant_refund_no,
        amount: new.amount,
        currency: new.currency,
        reason: new.reason,
    };
    let came = gateway::create_refund(&caller.office, &caller.client, &call, &refund).await;
    let id = match came.map_err(|error| caller.trouble(error))? {
        Came::Before(answer) => return Ok(again(answer)),
        Came::New(id) => id,
    };
    let (status, body) = outcome(&caller, id).await.map_err(|error| caller.trouble(error))?;
    let kept = gateway::remember(&caller.office, &caller.client, &call, (status, &body)).await;
    kept.map_err(|error| caller.trouble(error))?;
    Ok(answered(status, &body))
}

/// Ask after a refund
#[utoipa::path(
    get,
    path = "/refunds/{id}",
    operation_id = "get_refund",
    tag = "refunds",
    params(("id" = String, Path, description = "The refund's id")),
    responses(
        (status = 200, description = "The refund as it stands", body = RefundBody),
        (status = 401, description = "The API key is not valid", body = ErrorBody),
        (status = 404, description = "No such refund of yours", body = ErrorBody),
    )
)]
pub async fn find(caller: Caller, Path(id): Path<String>) -> Result<Json<RefundBody>, ApiError> {
    let id = RefundId(identifier(&caller, &id, "refund")?);
    let refund = gateway::find_refund(&caller.office, &caller.client, id).await;
    Ok(Json(refund.map_err(|error| caller.trouble(error))?.into()))
}

/// The state reached after a short wait.
async fn outcome(caller: &Caller, id: RefundId) -> Result<(u16, Value), GatewayError> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let refund = gateway::find_refund(&caller.office, &caller.client, id).await?;
        let status = match refund.state {
            RefundState::Succeeded { .. }
            | RefundState::Failed { .. }
            | RefundState::Rejected { .. } => 201,
            RefundState::WaitingFunds => 202,
            _ if tokio::time::Instant::now() < deadline => {
                caller.office.bell.outcome(id.into(), LOOK).await;
                continue;
            }
            _ => 202,
        };
        return Ok((status, json!(RefundBody::from(refund))));
    }
}
