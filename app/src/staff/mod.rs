//! Members of staff and their roles.

pub mod api;
mod detail;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of staff.
#[component(transparent)]
pub fn StaffRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/staff") view=list::StaffList />
        <Route path=path!("/staff/:id") view=detail::StaffPage />
    }
    .into_inner()
    .into_any_nested_route()
}
