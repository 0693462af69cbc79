//! Vouchers for the general ledger.

mod accounts;
mod answers;
pub mod api;
mod comparison;
mod day;
mod detail;
mod files;
mod list;
mod rules;

use crate::components::Tone;
use crate::i18n::t;
use crate::text;
use domain::voucher::{VoucherLayout, VoucherState};
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
        <Route path=path!("/vouchers/rules") view=rules::RulesPage />
        <Route path=path!("/vouchers/comparison") view=comparison::ComparisonPage />
        <Route path=path!("/vouchers/days/:day") view=day::DayPage />
        <Route path=path!("/vouchers/:id") view=detail::VoucherPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// The word and the tone of how far a voucher is.
fn state_name(state: VoucherState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        VoucherState::Rejected => (text::VOUCHERS_STATE_REJECTED, Tone::Bad),
        VoucherState::Drafted => (text::VOUCHERS_STATE_DRAFTED, Tone::Warn),
        VoucherState::Balanced => (text::VOUCHERS_STATE_BALANCED, Tone::Info),
        VoucherState::Exported => (text::VOUCHERS_STATE_EXPORTED, Tone::Info),
        VoucherState::Acknowledged => (text::VOUCHERS_STATE_ACKNOWLEDGED, Tone::Good),
        VoucherState::Replaced => (text::VOUCHERS_STATE_REPLACED, Tone::Neutral),
        VoucherState::Reversed => (text::VOUCHERS_STATE_REVERSED, Tone::Neutral),
    };
    (t(word), tone)
}

/// The word and the tone of how far a day is.
fn day_state(state: Option<VoucherState>) -> (&'static str, Tone) {
    state.map_or_else(|| (t(text::VOUCHERS_STATE_EMPTY), Tone::Neutral), state_name)
}

/// The name of a layout.
fn layout_name(layout: VoucherLayout) -> &'static str {
    t(match layout {
        VoucherLayout::U8Text => text::VOUCHERS_LAYOUT_U8_TEXT,
        VoucherLayout::U8Workbook => text::VOUCHERS_LAYOUT_U8_WORKBOOK,
        VoucherLayout::NcXml => text::VOUCHERS_LAYOUT_NC_XML,
    })
}
