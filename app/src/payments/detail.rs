use super::api::{self, PaymentPath};
use super::facts::PaymentFacts;
use super::links::{Bill, Booked, Differences, Onward, Refunds};
use super::refund::{PayRefundOut, RequestRefund, ReturnTopUp};
use super::repair::Repair;
use crate::components::{Loaded, PageHead, Panel, Timeline, load};
use crate::decision::Decision;
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::journey::HopStep;
use crate::transitions::Transitions;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::money::Money;
use domain::order::{HopRecord, Station};
use domain::payment::{Payment, PaymentDetail, PaymentState};
use domain::routing::RoutingDecision;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One payment, with its whole path.
#[component]
pub fn PaymentPage() -> impl IntoView {
    let params = use_params_map();
    let payment = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=payment show=show /> }
}

fn show(path: PaymentPath) -> impl IntoView {
    let PaymentPath { detail, booked, way_back_closed: closed } = path;
    let payment = detail.summary.payment.clone();
    let number = detail.summary.merchant_order_no.as_str();
    let title = tf(text::PAYMENTS_PAYMENT_TITLE, [("number", number)]);
    let history = routes::audit_of(&payment.id.to_string());
    let facts = view! { <PaymentFacts detail=detail.clone() /> };
    let refund = refundable(&payment).map(|left| {
        let number = refund_no(&payment, detail.refunds.len() + 1);
        view! {
            <RequestRefund payment=payment.clone() left number=number.clone() />
            <PayRefundOut payment=payment.clone() left number closed />
        }
    });
    let back = (payment.top_up.is_some() && payment.success().is_some())
        .then(|| view! { <ReturnTopUp payment=payment.clone() /> });
    let repair = repairable(&payment).then(|| view! { <Repair payment=payment.clone() /> });
    let told = routes::notifications_of(&payment.id.to_string());
    let PaymentDetail {
        routing, hops, transitions, journals, bill_lines, settlement, payouts, ..
    } = detail;
    view! {
        <PageHead title lead=detail.order.subject>
            <a class="link" href=routes::order(payment.order)>{t(text::PAYMENTS_ORDER)}</a>
            <a class="link" href=told>{t(text::PAYMENTS_NOTIFICATIONS)}</a>
            <a class="link" href=history>{t(text::PAYMENTS_HISTORY)}</a>
        </PageHead>
        {facts}
        {repair}
        {journey(hops, routing)}
        <Panel title=t(text::ORDERS_TRANSITIONS)><Transitions of=transitions /></Panel>
        <Panel title=t(text::PAYMENTS_JOURNALS)><Booked journals booked /></Panel>
        <Panel title=t(text::PAYMENTS_BILL)>
            <Bill lines=bill_lines channel=payment.channel />
        </Panel>
        <Panel title=t(text::PAYMENTS_ONWARD)><Onward settlement payouts /></Panel>
        <Refunds refunds=detail.refunds />
        <Differences items=detail.error_items />
        {back}
        {refund}
    }
}

/// The hops in order; the reasons of the routing decision stand at the hop that took it.
fn journey(hops: Vec<HopRecord>, routing: RoutingDecision) -> impl IntoView {
    let mut decision = (!routing.considered.is_empty()).then_some(routing);
    let steps = hops
        .into_iter()
        .map(|hop| {
            let routes = hop.station == Station::Payments && hop.step == "route";
            let decision = if routes { decision.take() } else { None };
            let more = decision.map(|decision| view! { <Decision decision /> }.into_any());
            view! { <HopStep hop more /> }
        })
        .collect_view();
    let rest = decision.map(|decision| {
        view! { <Panel title=t(text::PAYMENTS_ROUTING)><Decision decision /></Panel> }
    });
    view! {
        <Panel title=t(text::PAYMENTS_JOURNEY)><Timeline>{steps}</Timeline></Panel>
        {rest}
    }
}

/// Whether the channel may have what we do not count, and this person may do something about it.
fn repairable(payment: &Payment) -> bool {
    let open = matches!(payment.state, PaymentState::Unknown { .. } | PaymentState::Failed { .. });
    open && payment.channel.is_some() && session::may(Permission::MakeErrorResolution)
}

/// What a colleague could still ask back, where they may and something is left.
fn refundable(payment: &Payment) -> Option<Money> {
    payment.success()?;
    if payment.top_up.is_some() {
        return None;
    }
    let left = payment.refundable().ok().filter(|left| left.is_positive())?;
    session::may(Permission::RequestRefund).then_some(left)
}

/// A number for the next refund of the payment: sent twice, it is still one refund.
fn refund_no(payment: &Payment, next: usize) -> String {
    format!("RF{}-{next}", payment.id.0.simple())
}
