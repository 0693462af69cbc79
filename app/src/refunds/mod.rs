//! Refunds by the original route.

pub mod api;
mod detail;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of refunds.
#[component(transparent)]
pub fn RefundRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/refunds") view=list::RefundList />
        <Route path=path!("/refunds/:id") view=detail::RefundPage />
    }
    .into_inner()
    .into_any_nested_route()
}
