//! Orders of merchants, and order books that are brought in by file.

pub mod api;
mod detail;
mod imports;
mod list;

use crate::components::Tone;
use crate::i18n::t;
use crate::text;
use domain::order::OrderStatus;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of orders.
#[component(transparent)]
pub fn OrderRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/orders") view=list::Orders />
        <Route path=path!("/orders/:id") view=detail::OrderPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn status_name(status: OrderStatus) -> (&'static str, Tone) {
    let (word, tone) = match status {
        OrderStatus::Created => (text::ORDERS_STATUS_CREATED, Tone::Neutral),
        OrderStatus::Paying => (text::ORDERS_STATUS_PAYING, Tone::Info),
        OrderStatus::Paid => (text::ORDERS_STATUS_PAID, Tone::Good),
        OrderStatus::Failed => (text::ORDERS_STATUS_FAILED, Tone::Bad),
        OrderStatus::Closed => (text::ORDERS_STATUS_CLOSED, Tone::Neutral),
        OrderStatus::Refunded => (text::ORDERS_STATUS_REFUNDED, Tone::Neutral),
    };
    (t(word), tone)
}
