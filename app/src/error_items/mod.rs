//! Differences that a person has to explain, and how they are resolved.

pub mod api;
mod booking;
mod detail;
mod list;
mod records;
mod work;

use crate::components::Tone;
use crate::i18n::{Text, t};
use crate::text;
use domain::error_item::{Action, CashEffect, Cause, ErrorItemStatus, Leg};
use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of error items.
#[component(transparent)]
pub fn ErrorItemRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/error-items") view=list::ErrorItemList />
        <Route path=path!("/error-items/:id") view=detail::ErrorItemPage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// Between whose records.
fn leg_name(leg: Leg) -> &'static str {
    t(match leg {
        Leg::GatewayBank => text::ERROR_ITEMS_LEG_GATEWAY_BANK,
        Leg::BusinessGateway => text::ERROR_ITEMS_LEG_BUSINESS_GATEWAY,
        Leg::BusinessMerchant => text::ERROR_ITEMS_LEG_BUSINESS_MERCHANT,
        Leg::Funds => text::ERROR_ITEMS_LEG_FUNDS,
        Leg::LedgerPayments => text::ERROR_ITEMS_LEG_LEDGER_PAYMENTS,
        Leg::StatementLedger => text::ERROR_ITEMS_LEG_STATEMENT_LEDGER,
    })
}

fn cause_name(cause: Cause) -> &'static str {
    t(cause_text(cause))
}

const fn cause_text(cause: Cause) -> Text {
    match cause {
        Cause::OnlyInChannel => text::ERROR_ITEMS_CAUSE_ONLY_IN_CHANNEL,
        Cause::OnlyInPlatform => text::ERROR_ITEMS_CAUSE_ONLY_IN_PLATFORM,
        Cause::OnlyInBusiness => text::ERROR_ITEMS_CAUSE_ONLY_IN_BUSINESS,
        Cause::OnlyInMerchant => text::ERROR_ITEMS_CAUSE_ONLY_IN_MERCHANT,
        Cause::Amount => text::ERROR_ITEMS_CAUSE_AMOUNT,
        Cause::Status => text::ERROR_ITEMS_CAUSE_STATUS,
        Cause::Date => text::ERROR_ITEMS_CAUSE_DATE,
        Cause::Fee => text::ERROR_ITEMS_CAUSE_FEE,
        Cause::DuplicateInChannel => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_CHANNEL,
        Cause::DuplicateInPlatform => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_PLATFORM,
        Cause::DuplicateInBusiness => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_BUSINESS,
        Cause::DuplicateInMerchant => text::ERROR_ITEMS_CAUSE_DUPLICATE_IN_MERCHANT,
        Cause::FundsAmount => text::ERROR_ITEMS_CAUSE_FUNDS_AMOUNT,
        Cause::LedgerBreak => text::ERROR_ITEMS_CAUSE_LEDGER_BREAK,
        Cause::UnknownBankLine => text::ERROR_ITEMS_CAUSE_UNKNOWN_BANK_LINE,
    }
}

fn status_name(status: ErrorItemStatus) -> (&'static str, Tone) {
    let (word, tone) = match status {
        ErrorItemStatus::Open => (text::ERROR_ITEMS_STATUS_OPEN, Tone::Bad),
        ErrorItemStatus::Assigned => (text::ERROR_ITEMS_STATUS_ASSIGNED, Tone::Info),
        ErrorItemStatus::Proposed => (text::ERROR_ITEMS_STATUS_PROPOSED, Tone::Warn),
        ErrorItemStatus::Resolved => (text::ERROR_ITEMS_STATUS_RESOLVED, Tone::Good),
        ErrorItemStatus::Closed => (text::ERROR_ITEMS_STATUS_CLOSED, Tone::Neutral),
    };
    (t(word), tone)
}

/// 长款 or 短款; nothing where no money is concerned.
fn cash_effect_name(effect: CashEffect) -> Option<(&'static str, Tone)> {
    match effect {
        CashEffect::Long => Some((t(text::ERROR_ITEMS_LONG), Tone::Info)),
        CashEffect::Short => Some((t(text::ERROR_ITEMS_SHORT), Tone::Bad)),
        CashEffect::None => None,
    }
}

fn action_name(action: Action) -> &'static str {
    t(match action {
        Action::RepairToSuccess => text::ERROR_ITEMS_ACTION_REPAIR_TO_SUCCESS,
        Action::SuspendLong => text::ERROR_ITEMS_ACTION_SUSPEND_LONG,
        Action::SuspendShort => text::ERROR_ITEMS_ACTION_SUSPEND_SHORT,
        Action::PostDifference => text::ERROR_ITEMS_ACTION_POST_DIFFERENCE,
        Action::AcceptFee => text::ERROR_ITEMS_ACTION_ACCEPT_FEE,
        Action::Ignore => text::ERROR_ITEMS_ACTION_IGNORE,
    })
}
