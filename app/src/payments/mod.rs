//! Payments, with their whole path through the systems.

pub mod api;
mod detail;
mod facts;
mod links;
mod list;
mod refund;

use crate::components::Tone;
use crate::i18n::t;
use crate::text;
use domain::payment::PaymentStatus;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of payments.
#[component(transparent)]
pub fn PaymentRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/payments") view=list::PaymentList />
        <Route path=path!("/payments/:id") view=detail::PaymentPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn status_name(status: PaymentStatus) -> (&'static str, Tone) {
    let (word, tone) = match status {
        PaymentStatus::Created => (text::PAYMENTS_STATUS_CREATED, Tone::Neutral),
        PaymentStatus::Sending => (text::PAYMENTS_STATUS_SENDING, Tone::Info),
        PaymentStatus::Unknown => (text::PAYMENTS_STATUS_UNKNOWN, Tone::Warn),
        PaymentStatus::Succeeded => (text::PAYMENTS_STATUS_SUCCEEDED, Tone::Good),
        PaymentStatus::Failed => (text::PAYMENTS_STATUS_FAILED, Tone::Bad),
    };
    (t(word), tone)
}
