//! All routes, and the layers around them: request id, panics, headers, origin, session.

use crate::{downloads, headers, origin, session, uploads};
use app::i18n::Language;
use app::session::Surroundings;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, LAST_MODIFIED};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use backoffice::office::Office;
use domain::access::Actor;
use http::request::Parts;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use std::path::Path;
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;
use tracing::Instrument;
use uuid::Uuid;

/// Most bytes that a form or a server function may send.
const FORM_MAX: usize = 256 * 1024;

/// What the routes share.
#[derive(Clone)]
pub struct Site {
    /// The office, before it works for a request.
    pub office: Office,
    /// Whether cookies travel over HTTPS only.
    pub secure: bool,
    /// The folder with the browser package, the stylesheet and the static files.
    pub files: Arc<Path>,
}

impl Site {
    /// The site whose files lie in `root`.
    #[must_use]
    pub fn new(office: Office, secure: bool, root: &Path) -> Self {
        // Screens are rendered on the runtime of the server. Whoever was first has done it.
        let _ = any_spawner::Executor::init_tokio();
        Self { office, secure, files: root.into() }
    }
}

/// The id of a request: ours, whatever the caller sent.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Everything the server answers. `machines` are the routes for other systems; they bring their own
/// authentication and body limits.
pub fn router(site: &Site, machines: Router) -> Router {
    let forms = Router::new()
        .route("/sign-in", post(session::sign_in).get(page))
        .route("/sign-out", post(session::sign_out))
        .route("/preferences", post(session::preferences))
        .route("/api/fn/{*name}", post(server_function).get(server_function));
    let pages = Router::new().fallback(page);
    let files = uploads::routes().merge(downloads::routes());
    let limited = |router: Router<Site>, most: usize| {
        router
            .layer(RequestBodyLimitLayer::new(most))
            .layer(middleware::from_fn_with_state(site.clone(), session::attach))
            .with_state(site.clone())
    };
    let staff = |router: Router<Site>| limited(router, FORM_MAX);
    let files = limited(files, uploads::FILE_MAX + FORM_MAX);
    let assets = ServeDir::new(site.files.as_ref())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(staff(pages));
    // What is not a page is kept by the browser, which asks each time whether it is still good.
    let assets = ServiceBuilder::new().layer(middleware::from_fn(revalidate)).service(assets);
    let compression = CompressionLayer::new().quality(CompressionLevel::Precise(4));
    staff(forms)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state(site.office.clone()))
        .merge(files)
        .merge(machines)
        .fallback_service(assets)
        .layer(middleware::from_fn(origin::check))
        .layer(compression)
        .layer(middleware::from_fn_with_state(site.secure, headers::add))
        .layer(middleware::from_fn(identify))
}

/// Files carry the time of their last change; pages do not.
async fn revalidate(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.headers().contains_key(LAST_MODIFIED) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    response
}

/// Gives the request an id, in its log lines and in its answer, and a task of its own: neither a
/// panic nor a caller who hangs up tears apart what was begun.
async fn identify(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let accepts = request.headers().clone();
    let span = tracing::info_span!("request", id, %method, path);
    let answer = async move {
        let response = next.run(request).await;
        tracing::info!(status = response.status().as_u16(), "answered");
        response
    };
    let mut response = match tokio::spawn(answer.instrument(span.clone())).await {
        Ok(response) => response,
        Err(error) => {
            span.in_scope(|| tracing::error!(%error, "the request panicked"));
            trouble(StatusCode::INTERNAL_SERVER_ERROR, &id, &accepts)
        }
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// What is left to say when nothing else works: that it did not, and the id for the log.
pub fn trouble(status: StatusCode, id: &str, headers: &HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let page = include_str!("trouble.html").replace("{id}", id);
        return (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    }
    let failure = app::failure::Failure::Unexpected { reference: id.to_owned() };
    (status, axum::Json(failure)).into_response()
}

/// A screen, whole, for whoever is signed in; everybody else is led to the sign-in page.
async fn page(actor: Option<Extension<Actor>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let signing_in = request.uri().path() == "/sign-in";
    match actor {
        None if !signing_in => {
            let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
            return Redirect::to(&app::routes::sign_in(wanted)).into_response();
        }
        Some(_) if signing_in => return Redirect::to(app::routes::HOME).into_response(),
        _ => {}
    }
    leptos_axum::render_app_async_with_context(provide, app::shell::document)(request).await
}

async fn server_function(request: Request<Body>) -> Response {
    let (path, method) = (request.uri().path(), request.method().clone());
    if leptos::server_fn::axum::get_server_fn_service(path, method).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    leptos_axum::handle_server_fns_with_context(provide, request).await.into_response()
}

/// Hands what the layers found out to the screens and server functions.
fn provide() {
    let Some(parts) = use_context::<Parts>() else { return };
    if let Some(language) = parts.extensions.get::<Language>() {
        provide_context(*language);
    }
    if let Some(surroundings) = parts.extensions.get::<Surroundings>() {
        provide_context(surroundings.clone());
    }
    if let Some(nonce) = parts.extensions.get::<Nonce>() {
        provide_context(nonce.clone());
    }
}

/// Whether requests can be answered: the database is there.
async fn ready(State(office): State<Office>) -> Response {
    match office.db.acquire().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}
