//! Routing: the rules in force, and where a payment would go.

pub mod api;
mod ask;
mod list;
mod propose;

use crate::i18n::t;
use crate::text;
use domain::routing::Choose;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of routing.
#[component(transparent)]
pub fn RoutingRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/routing") view=list::RuleList />
        <Route path=path!("/routing/ask") view=ask::RoutingAskPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn choose_name(choose: Choose) -> &'static str {
    t(match choose {
        Choose::Weight => text::ROUTING_CHOOSE_WEIGHT,
        Choose::Cost => text::ROUTING_CHOOSE_COST,
        Choose::SuccessRate => text::ROUTING_CHOOSE_SUCCESS,
    })
}
