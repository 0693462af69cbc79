//! Signing in.

mod sign_in;

use crate::i18n::t;
use crate::text;
use domain::access::Role;
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

/// What people call a role.
#[must_use]
pub fn role_name(role: Role) -> &'static str {
    t(match role {
        Role::Operations => text::ACCESS_ROLE_OPERATIONS,
        Role::FinanceMaker => text::ACCESS_ROLE_FINANCE_MAKER,
        Role::FinanceChecker => text::ACCESS_ROLE_FINANCE_CHECKER,
        Role::Manager => text::ACCESS_ROLE_MANAGER,
        Role::Admin => text::ACCESS_ROLE_ADMIN,
        Role::Auditor => text::ACCESS_ROLE_AUDITOR,
    })
}
