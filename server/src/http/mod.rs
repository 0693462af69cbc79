//! The merchant API: what business systems send and are answered, as JSON over HTTP. It extracts,
//! authenticates and calls one use case; every rule stands behind it.

mod api;
mod callbacks;
mod events;
mod money;
mod openapi;
mod payer;
mod payments;
mod refunds;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use backoffice::office::Office;

/// Where the API lives.
pub const BASE: &str = "/api/v1";
/// Most bytes of a request.
const BODY_MAX: usize = 64 * 1024;

/// The routes of the merchant API and of the channels' callbacks, with their own authentication and
/// body limits.
pub fn api(office: Office) -> Router {
    let (routes, description) = openapi::describe().split_for_parts();
    let routes = routes
        .route("/openapi.json", openapi::serve(description))
        .fallback(api::no_such_route)
        .method_not_allowed_fallback(api::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(office.clone());
    Router::new().nest(BASE, routes).merge(callbacks::routes(office))
}
