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
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use backoffice::gateway::Counter;
use backoffice::office::Office;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Where the API lives.
pub const BASE: &str = "/api/v1";
/// Most bytes of a request.
const BODY_MAX: usize = 64 * 1024;

/// How much is served at a time.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// Requests that are worked on at the same time. Who waits for a bank is not worked on.
    pub requests: usize,
    /// How long a request waits to be let in before it is told that we are too busy.
    pub patience: Duration,
    /// How long a request is worked on before it is told that we are too busy. What it began goes
    /// on; the same key finds its outcome.
    pub deadline: Duration,
    /// Payments sent by this process as soon as they are taken; what is more is left to the
    /// workers.
    pub payments: usize,
}

impl Default for Admission {
    fn default() -> Self {
        let (patience, deadline) = (Duration::from_secs(1), Duration::from_secs(15));
        Self { requests: 128, patience, deadline, payments: 256 }
    }
}

/// Where business systems are let in and served.
#[derive(Clone)]
pub struct Desk {
    office: Office,
    counter: Counter,
    places: Arc<Semaphore>,
    patience: Duration,
    deadline: Duration,
}

impl Desk {
    /// Opens the desk.
    #[must_use]
    pub fn open(office: &Office, admission: Admission) -> Self {
        Self {
            office: office.clone(),
            counter: Counter::open(office, admission.payments),
            places: Arc::new(Semaphore::new(admission.requests)),
            patience: admission.patience,
            deadline: admission.deadline,
        }
    }
}

/// The routes of the merchant API and of the channels' callbacks, with their own authentication and
/// body limits.
pub fn api(desk: Desk) -> Router {
    let office = desk.office.clone();
    let (routes, description) = openapi::describe().split_for_parts();
    let routes = routes
        .route("/openapi.json", openapi::serve(description))
        .fallback(api::no_such_route)
        .method_not_allowed_fallback(api::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(desk.clone(), api::within_deadline))
        .with_state(desk);
    Router::new().nest(BASE, routes).merge(callbacks::routes(office))
}
