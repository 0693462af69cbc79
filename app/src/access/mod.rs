//! Signing in, and one's own second factor.

pub mod api;
mod second_factor;
mod sign_in;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of signing in.
#[component(transparent)]
pub fn AccessRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/sign-in") view=sign_in::SignIn />
        <Route path=path!("/second-factor") view=second_factor::SecondFactorPage />
    }
    .into_inner()
    .into_any_nested_route()
}
