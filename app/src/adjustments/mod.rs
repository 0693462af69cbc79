//! Manual adjustments of the books.

pub mod api;
mod detail;
mod effects;
mod evidence;
mod fields;
mod form;
mod list;
mod print;
#[cfg(feature = "ssr")]
mod sketch;
mod templates;

use crate::api::Owners;
use crate::books::AccountName;
use crate::components::{Amount, Column, Table, Tone};
use crate::i18n::t;
use crate::text;
use domain::adjustment::AdjustmentLine;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of adjustments.
#[component(transparent)]
pub fn AdjustmentRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/adjustments") view=list::AdjustmentList />
        <Route path=path!("/adjustments/new") view=form::AdjustmentForm />
        <Route path=path!("/adjustments/templates") view=templates::TemplateList />
        <Route path=path!("/adjustments/:id") view=detail::AdjustmentPage />
        <Route path=path!("/adjustments/:id/print") view=print::AdjustmentPrint />
    }
    .into_inner()
    .into_any_nested_route()
}

/// The word and the tone of a state's stored name.
fn named_state(state: &str) -> (&'static str, Tone) {
    let (word, tone) = match state {
        "proposed" => (text::ADJUSTMENTS_STATE_PROPOSED, Tone::Warn),
        "executed" => (text::ADJUSTMENTS_STATE_EXECUTED, Tone::Good),
        "rejected" => (text::ADJUSTMENTS_STATE_REJECTED, Tone::Bad),
        "stale" => (text::ADJUSTMENTS_STATE_STALE, Tone::Bad),
        _ => (text::ADJUSTMENTS_STATE_WITHDRAWN, Tone::Neutral),
    };
    (t(word), tone)
}

/// The lines of a document.
fn lines(lines: Vec<AdjustmentLine>, owners: &Owners) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::ADJUSTMENTS_DEBIT)),
        Column::text(t(text::ADJUSTMENTS_CREDIT)),
        Column::text(t(text::ADJUSTMENTS_MEMO)),
        Column::number(t(text::ADJUSTMENTS_AMOUNT)),
    ];
    let rows = lines
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <td><AccountName account=line.debit owners=owners.clone() /></td>
                    <td><AccountName account=line.credit owners=owners.clone() /></td>
                    <td class="wrap">{line.memo}</td>
                    <td class="number"><Amount money=line.amount /></td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table caption=t(text::ADJUSTMENTS_LINES) columns>{rows}</Table> }
}
