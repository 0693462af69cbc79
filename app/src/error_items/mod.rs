//! Differences that a person has to explain, and how they are resolved.

mod advances;
pub mod api;
mod booking;
pub mod bulk;
pub mod cases;
pub mod coach;
mod detail;
mod evidence;
mod list;
mod names;
pub mod opening;
mod records;
mod rules;
mod select;
pub mod sheets;
mod work;

use crate::components::Badge;
use domain::error_item::CashEffect;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;
use names::cash_effect_name;

/// The screens of error items.
#[component(transparent)]
pub fn ErrorItemRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/error-items") view=list::ErrorItemList />
        <Route path=path!("/error-items/rules") view=rules::RulesPage />
        <Route path=path!("/error-items/new") view=opening::OpenPage />
        <Route path=path!("/error-items/cases") view=cases::CaseList />
        <Route path=path!("/error-items/cases/:key") view=cases::CasePage />
        <Route path=path!("/error-items/coach") view=coach::CoachPage />
        <Route path=path!("/error-items/sheets") view=sheets::SheetList />
        <Route path=path!("/error-items/sheets/:id") view=sheets::SheetPage />
        <Route path=path!("/error-items/advances") view=advances::AdvanceList />
        <Route path=path!("/error-items/bulks") view=bulk::BulkList />
        <Route path=path!("/error-items/bulks/:id") view=bulk::BulkPage />
        <Route path=path!("/error-items/:id") view=detail::ErrorItemPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// 长款 or 短款, as a label that says what it means here.
fn cash_effect(effect: CashEffect) -> Option<impl IntoView> {
    cash_effect_name(effect).map(|(word, hint, tone)| {
        view! { " " <abbr title=hint><Badge tone>{word}</Badge></abbr> }
    })
}
