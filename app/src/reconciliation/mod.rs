//! Files of the other sides, and what comparing them with our records finds.

pub mod api;
mod arrival;
mod arrival_list;
mod file;
mod file_list;
mod format;
mod home;
mod import;
mod rules;
mod run;
mod run_actions;
mod run_list;
mod run_shares;
mod start;
mod totals;

use crate::api::Owners;
use crate::books::owner_view;
use crate::components::Tone;
use crate::i18n::t;
use crate::session::channel_name;
use crate::{labels, routes, text};
use domain::error_item::Leg;
use domain::matching::{Direction, Verdict};
use domain::reconciliation::{Explanation, RunScope, RunState};
use domain::source_file::FileKind;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::path;

/// The screens of reconciliation.
#[component(transparent)]
pub fn ReconciliationRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/reconciliation") view=run_list::RunList />
        <Route path=path!("/reconciliation/home") view=home::HomePage />
        <Route path=path!("/reconciliation/rules") view=rules::RulesPage />
        <Route path=path!("/reconciliation/rules/try") view=rules::attempt::TryPage />
        <Route path=path!("/reconciliation/new") view=start::StartRun />
        <Route path=path!("/reconciliation/:id") view=run::RunPage />
        <Route path=path!("/files") view=file_list::FileList />
        <Route path=path!("/files/import") view=import::ImportFile />
        <Route path=path!("/files/formats") view=format::FormatPage />
        <Route path=path!("/files/arrivals") view=arrival_list::ArrivalList />
        <Route path=path!("/files/arrivals/:id") view=arrival::ArrivalPage />
        <Route path=path!("/files/lines/:id") view=file::LinePage />
        <Route path=path!("/files/:id") view=file::FilePage />
    }
    .into_inner()
    .into_any_nested_route()
}

/// Between whose records.
fn leg_name(leg: Leg) -> &'static str {
    t(match leg {
        Leg::GatewayBank => text::RECONCILIATION_LEG_GATEWAY_BANK,
        Leg::BusinessGateway => text::RECONCILIATION_LEG_BUSINESS_GATEWAY,
        Leg::BusinessMerchant => text::RECONCILIATION_LEG_BUSINESS_MERCHANT,
        Leg::Funds => text::RECONCILIATION_LEG_FUNDS,
        Leg::LedgerPayments => text::RECONCILIATION_LEG_LEDGER_PAYMENTS,
        Leg::StatementLedger => text::RECONCILIATION_LEG_STATEMENT_LEDGER,
    })
}

fn verdict_name(verdict: Verdict) -> (&'static str, Tone) {
    let (word, tone) = match verdict {
        Verdict::Matched => (text::RECONCILIATION_VERDICT_MATCHED, Tone::Good),
        Verdict::OnlyOurs => (text::RECONCILIATION_VERDICT_ONLY_OURS, Tone::Bad),
        Verdict::OnlyTheirs => (text::RECONCILIATION_VERDICT_ONLY_THEIRS, Tone::Bad),
        Verdict::Amount => (text::RECONCILIATION_VERDICT_AMOUNT, Tone::Bad),
        Verdict::Status => (text::RECONCILIATION_VERDICT_STATUS, Tone::Bad),
        Verdict::Date => (text::RECONCILIATION_VERDICT_DATE, Tone::Warn),
        Verdict::Fee => (text::RECONCILIATION_VERDICT_FEE, Tone::Warn),
        Verdict::DuplicateOurs => (text::RECONCILIATION_VERDICT_DUPLICATE_OURS, Tone::Bad),
        Verdict::DuplicateTheirs => (text::RECONCILIATION_VERDICT_DUPLICATE_THEIRS, Tone::Bad),
    };
    (t(word), tone)
}

fn run_state(state: RunState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        RunState::Running => (text::RECONCILIATION_STATE_RUNNING, Tone::Info),
        RunState::Completed => (text::RECONCILIATION_STATE_COMPLETED, Tone::Good),
        RunState::Failed => (text::RECONCILIATION_STATE_FAILED, Tone::Bad),
        RunState::Forced => (text::RECONCILIATION_STATE_FORCED, Tone::Warn),
        RunState::RolledBack => (text::RECONCILIATION_STATE_ROLLED_BACK, Tone::Neutral),
    };
    (t(word), tone)
}

fn explanation_name(explained: Explanation) -> &'static str {
    t(match explained {
        Explanation::CutOver => text::RECONCILIATION_EXPLAINED_CUT_OVER,
        Explanation::RefundInFlight => text::RECONCILIATION_EXPLAINED_REFUND_IN_FLIGHT,
        Explanation::Holiday => text::RECONCILIATION_EXPLAINED_HOLIDAY,
        Explanation::Fee => text::RECONCILIATION_EXPLAINED_FEE,
        Explanation::Tolerance => text::RECONCILIATION_EXPLAINED_TOLERANCE,
    })
}

fn file_kind_name(kind: FileKind) -> &'static str {
    t(match kind {
        FileKind::Bill => text::RECONCILIATION_KIND_BILL,
        FileKind::Statement => text::RECONCILIATION_KIND_STATEMENT,
        FileKind::FundBill => text::RECONCILIATION_KIND_FUND_BILL,
        FileKind::MerchantOrders => text::RECONCILIATION_KIND_MERCHANT_ORDERS,
        FileKind::Notification => text::RECONCILIATION_KIND_NOTIFICATION,
        FileKind::Disputes => text::RECONCILIATION_KIND_DISPUTES,
        FileKind::PaymentStatus => text::RECONCILIATION_KIND_PAYMENT_STATUS,
        FileKind::BillSummary => text::RECONCILIATION_KIND_BILL_SUMMARY,
    })
}

fn direction_name(direction: Direction) -> &'static str {
    t(match direction {
        Direction::In => text::RECONCILIATION_DIRECTION_IN,
        Direction::Out => text::RECONCILIATION_DIRECTION_OUT,
    })
}

/// What people call a format of files; one that staff set up is called by its code.
fn format_name(code: &str) -> String {
    labels::value("format", code).unwrap_or(code).to_owned()
}

/// Whose records were compared: a channel, a merchant, a bank account, or the whole business.
fn counterparty(scope: &RunScope, owners: &Owners) -> AnyView {
    let of = scope.of.clone();
    match scope.leg {
        Leg::GatewayBank => {
            view! { <a class="link" href=routes::channel(&of)>{channel_name(&of)}</a> }.into_any()
        }
        Leg::BusinessMerchant => owner_view(&of, owners),
        Leg::BusinessGateway | Leg::LedgerPayments => {
            t(text::RECONCILIATION_WHOLE_BUSINESS).into_any()
        }
        Leg::Funds | Leg::StatementLedger => view! { <code>{of}</code> }.into_any(),
    }
}
