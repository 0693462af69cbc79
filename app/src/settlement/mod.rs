//! Settlement batches and the run that makes them.

pub mod api;
mod detail;
mod list;
mod run;

use crate::i18n::t;
use crate::text;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of settlement.
#[component(transparent)]
pub fn SettlementRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/settlements") view=list::SettlementList />
        <Route path=path!("/settlements/:id") view=detail::SettlementPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// What people call a line: a word of ours, or the label of a split rule as it was agreed.
fn label_name(label: &str) -> String {
    let known = match label {
        "payment" => text::SETTLEMENT_LABEL_PAYMENT,
        "fee" => text::SETTLEMENT_LABEL_FEE,
        "fee_back" => text::SETTLEMENT_LABEL_FEE_BACK,
        "fee_borne" => text::SETTLEMENT_LABEL_FEE_BORNE,
        "refund" => text::SETTLEMENT_LABEL_REFUND,
        "seller" => text::SETTLEMENT_LABEL_SELLER,
        _ => return label.to_owned(),
    };
    t(known).to_owned()
}
