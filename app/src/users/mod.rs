//! Users with a balance.

pub mod api;
mod detail;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of users.
#[component(transparent)]
pub fn UserRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/users") view=list::UserList />
        <Route path=path!("/users/:id") view=detail::UserPage />
    }
    .into_inner()
    .into_any_nested_route()
}
