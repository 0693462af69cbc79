//! Who did what.

pub mod api;
mod list;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of the audit record.
#[component(transparent)]
pub fn AuditRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/audit") view=list::AuditList /> }
        .into_inner()
        .into_any_nested_route()
}
