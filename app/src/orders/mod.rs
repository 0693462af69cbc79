//! Orders of merchants, and order books that are brought in by file.

pub mod api;
mod detail;
mod imports;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of orders.
#[component(transparent)]
pub fn OrderRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/orders") view=list::Orders />
        <Route path=path!("/orders/:id") view=detail::OrderPage />
    }
    .into_inner()
    .into_any_nested_route()
}
