//! Merchants and their terms.

pub mod api;
mod conspicuous;
mod detail;
mod holds;
mod list;
mod propose;
mod terms;

use crate::components::Tone;
use crate::i18n::t;
use crate::text;
use domain::merchant::{MerchantKind, MerchantStatus};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of merchants.
#[component(transparent)]
pub fn MerchantRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/merchants") view=list::MerchantList />
        <Route path=path!("/merchants/:id") view=detail::MerchantPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn kind_name(kind: MerchantKind) -> &'static str {
    t(match kind {
        MerchantKind::Direct => text::MERCHANTS_KIND_DIRECT,
        MerchantKind::Platform => text::MERCHANTS_KIND_PLATFORM,
        MerchantKind::Supplier => text::MERCHANTS_KIND_SUPPLIER,
        MerchantKind::Logistics => text::MERCHANTS_KIND_LOGISTICS,
    })
}

fn status_name(status: MerchantStatus) -> (&'static str, Tone) {
    let (word, tone) = match status {
        MerchantStatus::Active => (text::MERCHANTS_STATUS_ACTIVE, Tone::Good),
        MerchantStatus::Suspended => (text::MERCHANTS_STATUS_SUSPENDED, Tone::Warn),
        MerchantStatus::Closed => (text::MERCHANTS_STATUS_CLOSED, Tone::Neutral),
    };
    (t(word), tone)
}
