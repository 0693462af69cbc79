//! Reserve accounts and the proof that they cover what is owed.

pub mod api;
mod detail;
mod list;
mod proof;

use crate::components::Tone;
use crate::i18n::t;
use crate::text;
use crate::wording::named;
use domain::account::ChartBalance;
use domain::reserve::{InstructionState, Purpose};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;
use std::collections::BTreeMap;

/// The screens of reserve accounts.
#[component(transparent)]
pub fn ReserveRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/reserve") view=list::ReservePage />
        <Route path=path!("/reserve/:id") view=detail::ReserveAccountPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// What the lines of the chart are called in the language of the page, by code.
fn chart_names(chart: Vec<ChartBalance>) -> BTreeMap<String, String> {
    chart
        .into_iter()
        .map(|balance| {
            let name = named(&balance.line.name_en, &balance.line.name_zh).to_owned();
            (balance.line.code, name)
        })
        .collect()
}

fn purpose_name(purpose: Purpose) -> &'static str {
    t(match purpose {
        Purpose::Custody => text::RESERVE_PURPOSE_CUSTODY,
        Purpose::OwnFunds => text::RESERVE_PURPOSE_OWN_FUNDS,
    })
}

/// The word and the tone of where promised money stands.
fn instruction_state(state: InstructionState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        InstructionState::Promised => (text::RESERVE_STATE_PROMISED, Tone::Info),
        InstructionState::Paid => (text::RESERVE_STATE_PAID, Tone::Good),
        InstructionState::Released => (text::RESERVE_STATE_RELEASED, Tone::Neutral),
    };
    (t(word), tone)
}
