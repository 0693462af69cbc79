//! Signing in.

mod sign_in;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of signing in.
#[component(transparent)]
pub fn AccessRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/sign-in") view=sign_in::SignIn /> }
        .into_inner()
        .into_any_nested_route()
}
