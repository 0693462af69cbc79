//! Files by upload: plain multipart forms, so that they work without our program in the browser.

use crate::refusal;
use crate::router::Site;
use crate::signed_in::{Named, SignedIn};
use axum::Router;
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum_extra::extract::CookieJar;
use backoffice::explain::{Explain, Kind};
use backoffice::office::Office;
use backoffice::reconciliation::ReconciliationError;
use backoffice::reconciliation::arrivals::Receiving;
use backoffice::{adjustments, error_items, payments, vouchers};
use banks::front::NamedFile;
use domain::access::Actor;
use domain::arrival::Given;
use domain::date::{BusinessDate, Month};
use domain::ids::{AdjustmentId, ArrivalId, ErrorItemId};
use domain::source_file::FileKind;
use futures_util::Stream as _;
use futures_util::stream::poll_fn;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::Poll;

/// Most bytes of an order file, which is read whole.
const ORDERS_MAX: usize = 64 * 1024 * 1024;
/// Most bytes of an uploaded request: a file of 2 GiB and the form around it.
pub const FILE_MAX: usize = 2 * 1024 * 1024 * 1024 + 64 * 1024;
/// Most bytes of an upload of evidence, and the form around it.
const EVIDENCE_MAX: usize = 10 * 1024 * 1024 + 64 * 1024;
/// Most bytes of an upload of an edited workbook, and the form around it.
const SHEET_MAX: usize = 8 * 1024 * 1024 + 64 * 1024;
/// Most bytes of every other field.
const FIELD_MAX: usize = 256;

/// The routes that take files.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/upload/files", post(file).layer(DefaultBodyLimit::max(FILE_MAX)))
        .route("/upload/orders", post(orders).layer(DefaultBodyLimit::max(ORDERS_MAX)))
        .route("/upload/voucher-results/{day}", post(voucher_results))
        .route("/upload/erp-balance/{period}", post(erp_balance))
        .route(
            "/upload/error-item-sheets",
            post(error_item_sheet).layer(DefaultBodyLimit::max(SHEET_MAX)),
        )
        .route(
            "/upload/error-items/{id}",
            post(evidence).layer(DefaultBodyLimit::max(EVIDENCE_MAX)),
        )
        .route(
            "/upload/adjustments/{id}",
            post(adjustment_file).layer(DefaultBodyLimit::max(EVIDENCE_MAX)),
        )
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
    SignedIn { office, actor }: SignedIn,
    (jar, headers): (CookieJar, HeaderMap),
    request: Request,
) -> Response {
    // What says it is too long is refused before the first byte of it is kept.
    let told = headers.get(CONTENT_LENGTH).and_then(|told| told.to_str().ok()?.parse().ok());
    if told.is_some_and(|length: usize| length > FILE_MAX) {
        return answer(jar, app::routes::IMPORT_FILE, &ReconciliationError::TooLong);
    }
    let form = match Multipart::from_request(request.map(piecemeal), &()).await {
        Ok(form) => form,
        Err(rejection) => return rejection.into_response(),
    };
    match receive(&office, &actor, form).await {
        Ok(id) => Redirect::to(&app::routes::arrival(id)).into_response(),
        Err(Stopped::Form(error)) => refused(jar, app::routes::IMPORT_FILE, &error.to_string()),
        Err(Stopped::Receiving(error)) => answer(jar, app::routes::IMPORT_FILE, &error),
    }
}

/// A body that is given away one piece at a time. The form's reader takes in all that is ready before
/// it hands on anything: with a sender faster than the database that would be the whole file. After
/// each piece nothing is ready until the reader comes back for more.
fn piecemeal(body: Body) -> Body {
    let mut pieces = body.into_data_stream();
    let mut given = false;
    Body::from_stream(poll_fn(move |cx| {
        if std::mem::take(&mut given) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = Pin::new(&mut pieces).poll_next(cx);
        given = matches!(next, Poll::Ready(Some(Ok(_))));
        next
    }))
}

/// Why a file was not received.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    /// The form could not be used.
    #[error(transparent)]
    Form(#[from] UploadError),
    /// The file could not be kept.
    #[error(transparent)]
    Receiving(#[from] ReconciliationError),
}

/// Receives a file piece by piece. The form's other fields stand before it.
async fn receive(
    office: &Office,
    actor: &Actor,
    mut form: Multipart,
) -> Result<ArrivalId, Stopped> {
    let mut fields = BTreeMap::new();
    while let Some(mut field) = form.next_field().await.map_err(UploadError::from)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let text = field.text().await.map_err(UploadError::from)?;
            if text.len() <= FIELD_MAX && !text.is_empty() {
                fields.insert(name, text);
            }
            continue;
        }
        let file = last_part(field.file_name().unwrap_or_default());
        if file.is_empty() {
            return Err(UploadError::NoFile.into());
        }
        let mut receiving = Receiving::begin(office, actor, &file, given(fields)?).await?;
        loop {
            match field.chunk().await {
                Ok(Some(chunk)) => {
                    if let Err(error) = receiving.take(office, &chunk).await {
                        receiving.break_off(office, &error.to_string()).await?;
                        return Err(error.into());
                    }
                }
                Ok(None) => return Ok(receiving.finish(office).await?),
                Err(error) => {
                    receiving.break_off(office, "the upload broke off").await?;
                    return Err(UploadError::from(error).into());
                }
            }
        }
    }
    Err(UploadError::NoFile.into())
}

/// Only the last part of what the browser calls the file, and only to show it.
fn last_part(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

async fn orders(SignedIn { office, actor }: SignedIn, jar: CookieJar, form: Multipart) -> Response {
    let file = match read(form).await {
        Ok(file) => file,
        Err(error) => return refused(jar, &app::routes::order_imports(), &error.to_string()),
    };
    match payments::import_orders(&office, &actor, &file.name, &file.bytes).await {
        Ok(file) => Redirect::to(&app::routes::order_import(file.id)).into_response(),
        Err(error) => answer(jar, &app::routes::order_imports(), &error),
    }
}

async fn evidence(
    SignedIn { office, actor }: SignedIn,
    jar: CookieJar,
    Named(id): Named<ErrorItemId>,
    form: Multipart,
) -> Response {
    let page = app::routes::error_item(id);
    let file = match read(form).await {
        Ok(file) => file,
        Err(error) => return refused(jar, &page, &error.to_string()),
    };
    let bytes = (file.name.as_str(), file.bytes.as_slice());
    match error_items::add_evidence(&office, &actor, id, bytes).await {
        Ok(_) => Redirect::to(&page).into_response(),
        Err(error) => answer(jar, &page, &error),
    }
}

async fn adjustment_file(
    SignedIn { office, actor }: SignedIn,
    jar: CookieJar,
    Named(id): Named<AdjustmentId>,
    form: Multipart,
) -> Response {
    let page = app::routes::adjustment(id);
    let file = match read(form).await {
        Ok(file) => file,
        Err(error) => return refused(jar, &page, &error.to_string()),
    };
    let bytes = (file.name.as_str(), file.bytes.as_slice());
    match adjustments::add_file(&office, &actor, id, bytes).await {
        Ok(_) => Redirect::to(&page).into_response(),
        Err(error) => answer(jar, &page, &error),
    }
}

async fn error_item_sheet(
    SignedIn { office, actor }: SignedIn,
    jar: CookieJar,
    form: Multipart,
) -> Response {
    let page = app::routes::ERROR_ITEM_SHEETS;
    let file = match read(form).await {
        Ok(file) => file,
        Err(error) => return refused(jar, page, &error.to_string()),
    };
    let named = (file.name.as_str(), file.bytes.as_slice());
    match error_items::receive_sheet(&office, &actor, named).await {
        Ok(id) => Redirect::to(&app::routes::error_item_sheet(id)).into_response(),
        Err(error) => answer(jar, page, &error),
    }
}

async fn voucher_results(
    SignedIn { office, actor }: SignedIn,
    jar: CookieJar,
    Named(day): Named<BusinessDate>,
    form: Multipart,
) -> Response {
    let page = app::routes::voucher_day(day);
    let file = match read(form).await {
        Ok(file) => file,
        Err(error) => return refused(jar, &page, &error.to_string()),
    };
    match vouchers::read_results(&office, &actor, &file.bytes).await {
        Ok(_) => Redirect::to(&page).into_response(),
        Err(error) => answer(jar, &page, &error),
    }
}

async fn erp_balance(
    SignedIn { office, actor }: SignedIn,
    jar: CookieJar,
    Named(period): Named<Month>,
    form: Multipart,
) -> Response {
    let page = app::routes::voucher_comparison(period);
    let file = match read(form).await {
        Ok(file) => file,
        Err(error) => return refused(jar, &page, &error.to_string()),
    };
    let named = (file.name.as_str(), file.bytes.as_slice());
    match vouchers::upload_erp_balance(&office, &actor, period, named).await {
        Ok(()) => Redirect::to(&page).into_response(),
        Err(error) => answer(jar, &page, &error),
    }
}

/// The file of a form, whole.
async fn read(mut form: Multipart) -> Result<NamedFile, UploadError> {
    let mut file = None;
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let name = last_part(field.file_name().unwrap_or_default());
            let bytes = field.bytes().await?.to_vec();
            if !name.is_empty() {
                file = Some(NamedFile { name, bytes });
            }
        }
    }
    file.ok_or(UploadError::NoFile)
}

/// What the file is given as.
fn given(mut fields: BTreeMap<String, String>) -> Result<Given, UploadError> {
    let kind = fields.remove("kind").unwrap_or_default();
    let merchant = fields.remove("merchant").map(|id| id.parse()).transpose();
    let day = fields.remove("day").map(|day| day.parse()).transpose();
    Ok(Given {
        kind: FileKind::named(&kind).ok_or(UploadError::Field("kind"))?,
        channel: fields.remove("channel"),
        merchant: merchant.map_err(|_| UploadError::Field("merchant"))?,
        day: day.map_err(|_| UploadError::Field("day"))?,
        member: None,
        format: fields.remove("format"),
        no_trades: false,
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
