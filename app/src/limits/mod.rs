//! Limits of payers by the class of their account.

pub mod api;
mod list;
mod propose;

use crate::i18n::t;
use crate::text;
use domain::limits::AccountKind;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screen of limits.
#[component(transparent)]
pub fn LimitRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/limits") view=list::LimitTable /> }
        .into_inner()
        .into_any_nested_route()
}

fn account_name(account: AccountKind) -> &'static str {
    t(match account {
        AccountKind::Bank => text::LIMITS_ACCOUNT_BANK,
        AccountKind::Payment => text::LIMITS_ACCOUNT_PAYMENT,
    })
}
