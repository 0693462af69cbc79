//! Limits of payers by the class of their account.

pub mod api;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screen of limits.
#[component(transparent)]
pub fn LimitRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/limits") view=list::LimitTable /> }
        .into_inner()
        .into_any_nested_route()
}
