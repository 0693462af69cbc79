//! Where the day stands.

pub mod api;
mod cut;
mod home;
mod steps;
mod waiting;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of the trading day.
#[component(transparent)]
pub fn TradingDayRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/") view=home::Home /> }.into_inner().into_any_nested_route()
}
