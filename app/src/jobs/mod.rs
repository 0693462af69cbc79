//! Background work.

pub mod api;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of background work.
#[component(transparent)]
pub fn JobRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/jobs") view=list::JobList /> }.into_inner().into_any_nested_route()
}
