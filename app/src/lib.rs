//! What staff see. Compiled twice: into the server, which writes whole pages, and for the browser,
//! where the same screens wake up.

#![recursion_limit = "256"]

pub mod api;
pub mod books;
pub mod components;
pub mod failure;
pub mod i18n;
pub mod journey;
pub mod menu;
pub mod payout_table;
pub mod routes;
pub mod session;
pub mod shell;
pub mod wording;

/// The texts of the screens, generated from `locales/`.
pub mod text {
    use crate::i18n::{Template, Text};
    include!(concat!(env!("OUT_DIR"), "/text.rs"));
}

// The areas; each is named like the system it shows.
pub mod access;
pub mod accounts;
pub mod adjustments;
pub mod analytics;
pub mod approvals;
pub mod audit;
pub mod channels;
pub mod error_items;
pub mod jobs;
pub mod merchants;
pub mod orders;
pub mod payments;
pub mod payouts;
pub mod reconciliation;
pub mod refunds;
pub mod reserve;
pub mod settlement;
pub mod staff;
pub mod trading_day;
pub mod vouchers;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Router};

/// All screens in their shell.
#[component]
pub fn App() -> impl IntoView {
    leptos_meta::provide_meta_context();
    #[cfg(not(feature = "ssr"))]
    provide_context(session::read_from_page());
    provide_context(session::Changes::none());
    view! {
        <leptos_meta::Title formatter=|title: String| format!("{title} · Countinghouse") />
        <Router>
            <shell::Shell>
                <FlatRoutes fallback=shell::NoSuchPage>
                    <access::AccessRoutes />
                    <accounts::AccountRoutes />
                    <adjustments::AdjustmentRoutes />
                    <analytics::AnalyticsRoutes />
                    <approvals::ApprovalRoutes />
                    <audit::AuditRoutes />
                    <channels::ChannelRoutes />
                    <error_items::ErrorItemRoutes />
                    <jobs::JobRoutes />
                    <merchants::MerchantRoutes />
                    <orders::OrderRoutes />
                    <payments::PaymentRoutes />
                    <payouts::PayoutRoutes />
                    <reconciliation::ReconciliationRoutes />
                    <refunds::RefundRoutes />
                    <reserve::ReserveRoutes />
                    <settlement::SettlementRoutes />
                    <staff::StaffRoutes />
                    <trading_day::TradingDayRoutes />
                    <vouchers::VoucherRoutes />
                </FlatRoutes>
            </shell::Shell>
        </Router>
    }
}

/// Wakes up the page that the server wrote.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
