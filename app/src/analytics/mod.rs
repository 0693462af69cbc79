//! How payments go: the payment funnel.

pub mod api;
mod funnel;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of analytics.
#[component(transparent)]
pub fn AnalyticsRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/funnel") view=funnel::FunnelPage /> }
        .into_inner()
        .into_any_nested_route()
}
