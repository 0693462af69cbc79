//! Files that staff take away: imported files, untouched, exported vouchers, and parts of the books.

use crate::router::Site;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use backoffice::accounts::{self, AccountsError, Export};
use backoffice::explain::{Explain, Kind, busy};
use backoffice::office::Office;
use backoffice::{reconciliation, vouchers};
use domain::access::Actor;
use domain::date::BusinessDate;
use domain::journal::{Entry, JournalFilter, Source};
use serde::Deserialize;

/// The routes that hand out files.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/download/files/{id}", get(file))
        .route("/download/vouchers/{day}/{version}", get(voucher_file))
        .route("/download/books/trial-balance.csv", get(trial_balance))
        .route("/download/books/journals.csv", get(journals))
        .route("/download/books/statements/{account}", get(statement))
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
    Path((day, version)): Path<(String, i32)>,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let Ok(day) = day.parse() else { return StatusCode::NOT_FOUND.into_response() };
    match vouchers::file(&office, &actor, day, Some(version)).await {
        Ok((file, bytes)) => attachment(&file.name, bytes),
        Err(error) => refused(&error),
    }
}

/// What a part of the books may be filtered by, as the screens filter it.
#[derive(Debug, Deserialize)]
struct Part {
    date: Option<BusinessDate>,
    from: Option<BusinessDate>,
    to: Option<BusinessDate>,
    entry: Option<String>,
    kind: Option<String>,
    id: Option<String>,
}

async fn trial_balance(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    Query(part): Query<Part>,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    exported(accounts::trial_balance_file(&office, &actor, part.date).await)
}

async fn journals(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    Query(part): Query<Part>,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let filter = JournalFilter {
        entry: part.entry.as_deref().and_then(Entry::named),
        from: part.from,
        to: part.to,
        source: part.kind.zip(part.id).map(|(kind, id)| Source { kind, id }),
        ..JournalFilter::default()
    };
    exported(accounts::journals_file(&office, &actor, filter).await)
}

async fn statement(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    Path(account): Path<String>,
    Query(part): Query<Part>,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let Ok(id) = account.trim_end_matches(".csv").parse() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    exported(accounts::statement_file(&office, &actor, id, (part.from, part.to)).await)
}

fn exported(file: Result<Export, AccountsError>) -> Response {
    match file {
        Ok(file) => attachment(&file.name, file.bytes),
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
