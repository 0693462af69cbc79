//! What merchants' systems were told, and where.

pub mod api;
mod detail;
mod endpoints;
mod list;

use crate::components::Tone;
use crate::i18n::t;
use crate::{routes, text};
use domain::ids::PayoutId;
use domain::notification::{NotificationEvent, NotificationState, NotificationSummary};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of notifications.
#[component(transparent)]
pub fn NotificationRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/notifications") view=list::NotificationList />
        <Route path=path!("/notifications/addresses") view=endpoints::EndpointList />
        <Route path=path!("/notifications/:id") view=detail::NotificationPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn state_name(state: NotificationState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        NotificationState::Pending => (text::NOTIFICATIONS_STATE_PENDING, Tone::Info),
        NotificationState::Delivered => (text::NOTIFICATIONS_STATE_DELIVERED, Tone::Good),
        NotificationState::Held => (text::NOTIFICATIONS_STATE_HELD, Tone::Warn),
        NotificationState::GivenUp => (text::NOTIFICATIONS_STATE_GIVEN_UP, Tone::Bad),
    };
    (t(word), tone)
}

fn event_name(event: NotificationEvent) -> &'static str {
    t(match event {
        NotificationEvent::PaymentSucceeded => text::NOTIFICATIONS_EVENT_PAYMENT_SUCCEEDED,
        NotificationEvent::PaymentFailed => text::NOTIFICATIONS_EVENT_PAYMENT_FAILED,
        NotificationEvent::RefundSucceeded => text::NOTIFICATIONS_EVENT_REFUND_SUCCEEDED,
        NotificationEvent::RefundFailed => text::NOTIFICATIONS_EVENT_REFUND_FAILED,
        NotificationEvent::PayoutPaid => text::NOTIFICATIONS_EVENT_PAYOUT_PAID,
        NotificationEvent::PayoutReturned => text::NOTIFICATIONS_EVENT_PAYOUT_RETURNED,
        NotificationEvent::PayoutRejected => text::NOTIFICATIONS_EVENT_PAYOUT_REJECTED,
    })
}

/// Where the order is shown that a notification belongs to; the payout, where it is about one.
fn belongs_to(one: &NotificationSummary) -> String {
    one.order.map_or_else(|| routes::payout(PayoutId(one.subject)), routes::order)
}
