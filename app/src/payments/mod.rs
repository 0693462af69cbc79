//! Payments, with their whole path through the systems.

pub mod api;
mod detail;
mod facts;
mod links;
mod list;
mod refund;
mod repair;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of payments.
#[component(transparent)]
pub fn PaymentRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/payments") view=list::PaymentList />
        <Route path=path!("/payments/:id") view=detail::PaymentPage />
    }
    .into_inner()
    .into_any_nested_route()
}
