//! Vouchers for the general ledger.

mod accounts;
pub mod api;
mod day;
mod detail;
mod list;

use crate::components::Tone;
use crate::i18n::t;
use crate::text;
use domain::voucher::VoucherState;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of vouchers.
#[component(transparent)]
pub fn VoucherRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/vouchers") view=list::VoucherDays />
        <Route path=path!("/vouchers/accounts") view=accounts::AccountsPage />
        <Route path=path!("/vouchers/days/:day") view=day::DayPage />
        <Route path=path!("/vouchers/:id") view=detail::VoucherPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// The word and the tone of how far vouchers are.
fn state_name(state: VoucherState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        VoucherState::Drafted => (text::VOUCHERS_STATE_DRAFTED, Tone::Warn),
        VoucherState::Balanced => (text::VOUCHERS_STATE_BALANCED, Tone::Info),
        VoucherState::Exported => (text::VOUCHERS_STATE_EXPORTED, Tone::Good),
    };
    (t(word), tone)
}
