//! Requests that wait for a second person, and their decision.

pub mod api;
mod detail;
mod differences;
mod list;
mod propose;
mod rules;
mod stand_ins;
mod steps;
mod together;

use crate::i18n::t;
use crate::request_title::title;
use crate::requests::state_name;
use crate::text;
use domain::approval::ApprovalKind;
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of approvals.
#[component(transparent)]
pub fn ApprovalRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/approvals") view=list::ApprovalList />
        <Route path=path!("/approvals/together") view=together::TogetherPage />
        <Route path=path!("/approvals/rules") view=rules::RulesPage />
        <Route path=path!("/approvals/stand-ins") view=stand_ins::StandInsPage />
        <Route path=path!("/approvals/:id") view=detail::ApprovalPage />
    }
    .into_inner()
    .into_any_nested_route()
}

fn kind_name(kind: ApprovalKind) -> &'static str {
    t(match kind {
        ApprovalKind::Adjustment => text::APPROVALS_KIND_ADJUSTMENT,
        ApprovalKind::AdjustmentTemplate => text::APPROVALS_KIND_ADJUSTMENT_TEMPLATE,
        ApprovalKind::ApprovalRules => text::APPROVALS_KIND_APPROVAL_RULES,
        ApprovalKind::ChannelChange => text::APPROVALS_KIND_CHANNEL_CHANGE,
        ApprovalKind::ChartChange => text::APPROVALS_KIND_CHART_CHANGE,
        ApprovalKind::ErrorItemBulk => text::APPROVALS_KIND_ERROR_ITEM_BULK,
        ApprovalKind::ErrorItemRules => text::APPROVALS_KIND_ERROR_ITEM_RULES,
        ApprovalKind::ErrorResolution => text::APPROVALS_KIND_ERROR_RESOLUTION,
        ApprovalKind::FileFormat => text::APPROVALS_KIND_FILE_FORMAT,
        ApprovalKind::Hold => text::APPROVALS_KIND_HOLD,
        ApprovalKind::MerchantChange => text::APPROVALS_KIND_MERCHANT_CHANGE,
        ApprovalKind::NotificationEndpoint => text::APPROVALS_KIND_NOTIFICATION_ENDPOINT,
        ApprovalKind::PayerLimits => text::APPROVALS_KIND_PAYER_LIMITS,
        ApprovalKind::PaymentClosing => text::APPROVALS_KIND_PAYMENT_CLOSING,
        ApprovalKind::PayoutBatch => text::APPROVALS_KIND_PAYOUT_BATCH,
        ApprovalKind::PayoutWay => text::APPROVALS_KIND_PAYOUT_WAY,
        ApprovalKind::Refund => text::APPROVALS_KIND_REFUND,
        ApprovalKind::ReserveDocument => text::APPROVALS_KIND_RESERVE_DOCUMENT,
        ApprovalKind::ReserveProof => text::APPROVALS_KIND_RESERVE_PROOF,
        ApprovalKind::ReserveSettings => text::APPROVALS_KIND_RESERVE_SETTINGS,
        ApprovalKind::ForcedClose => text::APPROVALS_KIND_FORCED_CLOSE,
        ApprovalKind::MatchingRules => text::APPROVALS_KIND_MATCHING_RULES,
        ApprovalKind::RoutingRules => text::APPROVALS_KIND_ROUTING_RULES,
        ApprovalKind::SecondFactorReset => text::APPROVALS_KIND_SECOND_FACTOR_RESET,
        ApprovalKind::StaffRoles => text::APPROVALS_KIND_STAFF_ROLES,
        ApprovalKind::VoucherChange => text::APPROVALS_KIND_VOUCHER_CHANGE,
    })
}
