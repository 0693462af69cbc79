//! Holds on merchants' balances.

pub mod api;
mod detail;
mod form;
mod list;

use crate::components::Tone;
use crate::i18n::t;
use crate::text;
use domain::hold::{HoldKind, HoldState};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of holds.
#[component(transparent)]
pub fn HoldRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/holds") view=list::HoldList />
        <Route path=path!("/holds/new") view=form::HoldForm />
        <Route path=path!("/holds/:id") view=detail::HoldPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn kind_name(kind: HoldKind) -> &'static str {
    t(match kind {
        HoldKind::Guarantee => text::HOLDS_KIND_GUARANTEE,
        HoldKind::Judicial => text::HOLDS_KIND_JUDICIAL,
        HoldKind::Risk => text::HOLDS_KIND_RISK,
        HoldKind::Dispute => text::HOLDS_KIND_DISPUTE,
    })
}

fn state_name(state: HoldState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        HoldState::Proposed => (text::HOLDS_STATE_PROPOSED, Tone::Warn),
        HoldState::Held => (text::HOLDS_STATE_HELD, Tone::Info),
        HoldState::Releasing => (text::HOLDS_STATE_RELEASING, Tone::Warn),
        HoldState::Released => (text::HOLDS_STATE_RELEASED, Tone::Good),
        HoldState::Refused => (text::HOLDS_STATE_REFUSED, Tone::Bad),
    };
    (t(word), tone)
}
