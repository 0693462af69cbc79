//! What staff see. The server writes whole pages; what has to answer at once in the browser is an
//! island, and only islands are compiled for it. All else works by links and forms.

#![recursion_limit = "256"]

pub mod failure;
pub mod i18n;
pub mod islands;
#[cfg(feature = "hydrate")]
mod triage;

/// The texts of the screens, generated from `locales/`.
pub mod text {
    use crate::i18n::{Template, Text};
    include!(concat!(env!("OUT_DIR"), "/text.rs"));
}

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod books;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod decision;
#[cfg(feature = "ssr")]
pub mod fee_form;
#[cfg(feature = "ssr")]
pub mod journey;
#[cfg(feature = "ssr")]
pub mod labels;
#[cfg(feature = "ssr")]
pub mod menu;
#[cfg(feature = "ssr")]
pub mod payout_table;
#[cfg(feature = "ssr")]
pub mod phrases;
#[cfg(feature = "ssr")]
pub mod request_title;
#[cfg(feature = "ssr")]
pub mod requests;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod transitions;
#[cfg(feature = "ssr")]
pub mod wording;

// The areas; each is named like the system it shows.
#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod accounts;
#[cfg(feature = "ssr")]
pub mod adjustments;
#[cfg(feature = "ssr")]
pub mod analytics;
#[cfg(feature = "ssr")]
pub mod approvals;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod channels;
#[cfg(feature = "ssr")]
pub mod error_items;
#[cfg(feature = "ssr")]
pub mod holds;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod limits;
#[cfg(feature = "ssr")]
pub mod merchants;
#[cfg(feature = "ssr")]
pub mod notifications;
#[cfg(feature = "ssr")]
pub mod orders;
#[cfg(feature = "ssr")]
pub mod payments;
#[cfg(feature = "ssr")]
pub mod payouts;
#[cfg(feature = "ssr")]
pub mod reconciliation;
#[cfg(feature = "ssr")]
pub mod refunds;
#[cfg(feature = "ssr")]
pub mod reserve;
#[cfg(feature = "ssr")]
pub mod routing;
#[cfg(feature = "ssr")]
pub mod search;
#[cfg(feature = "ssr")]
pub mod settlement;
#[cfg(feature = "ssr")]
pub mod staff;
#[cfg(feature = "ssr")]
pub mod trading_day;
#[cfg(feature = "ssr")]
pub mod users;
#[cfg(feature = "ssr")]
pub mod vouchers;

/// All screens in their shell.
#[cfg(feature = "ssr")]
#[leptos::component]
pub fn App() -> impl leptos::IntoView {
    use leptos::prelude::*;
    use leptos_router::components::{FlatRoutes, Router};
    leptos_meta::provide_meta_context();
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
                    <holds::HoldRoutes />
                    <jobs::JobRoutes />
                    <limits::LimitRoutes />
                    <merchants::MerchantRoutes />
                    <notifications::NotificationRoutes />
                    <orders::OrderRoutes />
                    <payments::PaymentRoutes />
                    <payouts::PayoutRoutes />
                    <reconciliation::ReconciliationRoutes />
                    <refunds::RefundRoutes />
                    <reserve::ReserveRoutes />
                    <routing::RoutingRoutes />
                    <search::SearchRoutes />
                    <settlement::SettlementRoutes />
                    <staff::StaffRoutes />
                    <trading_day::TradingDayRoutes />
                    <users::UserRoutes />
                    <vouchers::VoucherRoutes />
                </FlatRoutes>
            </shell::Shell>
        </Router>
    }
}

/// Makes ready for the islands of the page, which its script then wakes up one by one.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
