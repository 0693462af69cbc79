//! Files that staff take away: imported files, untouched, and exported vouchers.

use crate::router::Site;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use backoffice::explain::{Explain, Kind, busy};
use backoffice::office::Office;
use backoffice::{reconciliation, vouchers};
use domain::access::Actor;

/// The routes that hand out files.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/download/files/{id}", get(file))
        .route("/download/vouchers/{day}", get(voucher_file))
}

async fn file(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<String>,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let Ok(id) = id.parse() else { return StatusCode::NOT_FOUND.into_response() };
    match reconciliation::download(&office, &actor, id).await {
        Ok(file) => attachment(&file.name, file.bytes),
        Err(error) => refused(&error),
    }
}

async fn voucher_file(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    Path(day): Path<String>,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let Ok(day) = day.parse() else { return StatusCode::NOT_FOUND.into_response() };
    match vouchers::file(&office, &actor, day).await {
        Ok((file, bytes)) => attachment(&file.name, bytes),
        Err(error) => refused(&error),
    }
}

/// Bytes to be saved, never shown: a file is hostile until somebody has looked at it.
fn attachment(name: &str, bytes: Vec<u8>) -> Response {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' })
        .collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/octet-stream");
    ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

fn refused(error: &impl Explain) -> Response {
    let status = match error.kind() {
        Kind::SignedOut => StatusCode::UNAUTHORIZED,
        Kind::Forbidden(_) => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unexpected if busy(error) => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Unexpected => {
            tracing::error!(%error, "a download failed");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    (status, error.to_string()).into_response()
}
