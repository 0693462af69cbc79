//! What channels tell by themselves: taken in, kept, acknowledged; worked on later.

use crate::router::RequestId;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use backoffice::office::Office;
use backoffice::payments::callbacks::{self, CallbackError, Delivery, Received};
use banks::signing::{Headers, ID, SIGNATURE, TIMESTAMP};
use serde_json::json;

/// Most bytes of a callback.
const BODY_MAX: usize = 64 * 1024;

/// The route channels call; they prove who they are by their signature.
pub(super) fn routes(office: Office) -> Router {
    Router::new()
        .route("/api/channels/{code}/callback", post(receive))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(office)
}

async fn receive(
    State(office): State<Office>,
    Extension(request): Extension<RequestId>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let headers = Headers { id: text(ID), timestamp: text(TIMESTAMP), signature: text(SIGNATURE) };
    let delivery = Delivery { channel: &channel, headers, body: &body };
    let office = office.for_request(request.0);
    let (status, answer) = match callbacks::receive(&office, &delivery).await {
        Ok(Received::New) => (StatusCode::OK, json!({ "received": true })),
        Ok(Received::Known) => (StatusCode::OK, json!({ "received": true, "known": true })),
        Err(CallbackError::Refused(refused)) => {
            tracing::warn!(channel, id = headers.id, %refused, "a callback was refused");
            (StatusCode::UNAUTHORIZED, json!({ "error": refused.to_string() }))
        }
        Err(error) => {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::error!(channel, error, "a callback could not be kept");
            (StatusCode::SERVICE_UNAVAILABLE, json!({ "error": "send it again" }))
        }
    };
    (status, Json(answer)).into_response()
}
