//! Files by upload: plain multipart forms, so that they work without our program in the browser.

use crate::refusal;
use crate::router::Site;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use axum_extra::extract::CookieJar;
use backoffice::explain::{Explain, Kind};
use backoffice::office::Office;
use backoffice::payments;
use backoffice::reconciliation::{self, NewFile};
use backoffice::vouchers;
use banks::front::NamedFile;
use domain::access::Actor;
use domain::source_file::FileKind;
use std::collections::BTreeMap;

/// Most bytes of an uploaded file.
pub const FILE_MAX: usize = 64 * 1024 * 1024;
/// Most bytes of every other field.
const FIELD_MAX: usize = 256;

/// The routes that take files.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/upload/files", post(file))
        .route("/upload/orders", post(orders))
        .route(app::routes::UPLOAD_VOUCHER_RESULTS, post(voucher_results))
        .route(app::routes::UPLOAD_ERP_BALANCE, post(erp_balance))
        .layer(DefaultBodyLimit::max(FILE_MAX))
}

/// What a form brought.
struct Upload {
    fields: BTreeMap<String, String>,
    file: NamedFile,
}

/// Why a form could not be used.
#[derive(Debug, thiserror::Error)]
enum UploadError {
    /// No file was chosen.
    #[error("choose a file first")]
    NoFile,
    /// A field is not what it should be.
    #[error("the field {0} is not understood")]
    Field(&'static str),
    /// The request is damaged or too large.
    #[error("the upload could not be read: {0}")]
    Unreadable(#[from] MultipartError),
}

async fn file(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    jar: CookieJar,
    form: Multipart,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let new = match read(form).await.and_then(new_file) {
        Ok(new) => new,
        Err(error) => return refused(jar, app::routes::FILES, &error.to_string()),
    };
    match reconciliation::import(&office, &actor, new).await {
        Ok(id) => Redirect::to(&app::routes::file(id)).into_response(),
        Err(error) => answer(jar, app::routes::FILES, &error),
    }
}

async fn orders(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    jar: CookieJar,
    form: Multipart,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let Upload { file, .. } = match read(form).await {
        Ok(upload) => upload,
        Err(error) => return refused(jar, &app::routes::order_imports(), &error.to_string()),
    };
    match payments::import_orders(&office, &actor, &file.name, &file.bytes).await {
        Ok(file) => Redirect::to(&app::routes::order_import(file.id)).into_response(),
        Err(error) => answer(jar, &app::routes::order_imports(), &error),
    }
}

async fn voucher_results(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    jar: CookieJar,
    form: Multipart,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let Upload { fields, file } = match read(form).await {
        Ok(upload) => upload,
        Err(error) => return refused(jar, app::routes::VOUCHERS, &error.to_string()),
    };
    let day = fields.get("day").and_then(|day| day.parse().ok());
    let page = day.map_or_else(|| app::routes::VOUCHERS.to_owned(), app::routes::voucher_day);
    match vouchers::read_results(&office, &actor, &file.bytes).await {
        Ok(_) => Redirect::to(&page).into_response(),
        Err(error) => answer(jar, &page, &error),
    }
}

async fn erp_balance(
    Extension(office): Extension<Office>,
    actor: Option<Extension<Actor>>,
    jar: CookieJar,
    form: Multipart,
) -> Response {
    let Some(Extension(actor)) = actor else { return StatusCode::UNAUTHORIZED.into_response() };
    let page = app::routes::VOUCHER_COMPARISON;
    let Upload { fields, file } = match read(form).await {
        Ok(upload) => upload,
        Err(error) => return refused(jar, page, &error.to_string()),
    };
    let Some(period) = fields.get("period").and_then(|period| period.parse().ok()) else {
        return refused(jar, page, &UploadError::Field("period").to_string());
    };
    let page = app::routes::voucher_comparison(period);
    let named = (file.name.as_str(), file.bytes.as_slice());
    match vouchers::upload_erp_balance(&office, &actor, period, named).await {
        Ok(()) => Redirect::to(&page).into_response(),
        Err(error) => answer(jar, &page, &error),
    }
}

async fn read(mut form: Multipart) -> Result<Upload, UploadError> {
    let mut fields = BTreeMap::new();
    let mut file = None;
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            // Only the last part of what the browser calls the file, and only to show it.
            let path = field.file_name().unwrap_or_default().to_owned();
            let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            let bytes = field.bytes().await?.to_vec();
            if !name.is_empty() {
                file = Some(NamedFile { name, bytes });
            }
        } else {
            let text = field.text().await?;
            if text.len() <= FIELD_MAX && !text.is_empty() {
                fields.insert(name, text);
            }
        }
    }
    Ok(Upload { fields, file: file.ok_or(UploadError::NoFile)? })
}

fn new_file(upload: Upload) -> Result<NewFile, UploadError> {
    let Upload { mut fields, file } = upload;
    let kind = fields.remove("kind").unwrap_or_default();
    let parsed = |name: &'static str, text: Option<String>| {
        text.map(|text| text.parse().map_err(|_| UploadError::Field(name))).transpose()
    };
    Ok(NewFile {
        kind: FileKind::named(&kind).ok_or(UploadError::Field("kind"))?,
        channel: fields.remove("channel"),
        merchant: parsed("merchant", fields.remove("merchant"))?,
        clearing_date: match fields.remove("day") {
            Some(day) => Some(day.parse().map_err(|_| UploadError::Field("day"))?),
            None => None,
        },
        replaces: match fields.remove("replaces") {
            Some(id) => Some(id.parse().map_err(|_| UploadError::Field("replaces"))?),
            None => None,
        },
        file,
    })
}

/// A refusal is shown on the page the upload came from; what is our fault only by its log line.
fn answer(jar: CookieJar, page: &str, error: &impl Explain) -> Response {
    match error.kind() {
        Kind::Forbidden(_) => StatusCode::FORBIDDEN.into_response(),
        Kind::Unexpected => {
            tracing::error!(%error, "an upload failed");
            refused(jar, page, "the file could not be stored; try again")
        }
        _ => refused(jar, page, &error.to_string()),
    }
}

fn refused(jar: CookieJar, page: &str, reasons: &str) -> Response {
    (jar.add(refusal::cookie(reasons)), Redirect::to(page)).into_response()
}
