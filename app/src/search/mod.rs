//! One box for any identifier.

pub mod api;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screen of what was found.
#[component(transparent)]
pub fn SearchRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/search") view=list::SearchPage /> }
        .into_inner()
        .into_any_nested_route()
}
