use super::api;
use crate::components::{
    Amount, Badge, CopyId, Fact, Facts, Loaded, Moment, PageHead, Panel, Timeline, load,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::journey::HopStep;
use crate::phrases::phrase;
use crate::transitions::Transitions;
use crate::wording::{order_status, product_name};
use crate::{routes, text};
use domain::order::{OrderDetail, OrderSource, OrderState, OrderSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One order, and its way through the systems.
#[component]
pub fn OrderPage() -> impl IntoView {
    let params = use_params_map();
    let order = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    view! { <Loaded from=order show=show /> }
}

fn show(detail: OrderDetail) -> impl IntoView {
    let OrderDetail { summary, hops, transitions, origin } = detail;
    let title =
        tf(text::ORDERS_ORDER_TITLE, [("number", summary.order.merchant_order_no.as_str())]);
    let payment = summary.payment.map(|id| {
        view! { <a class="link" href=routes::payment(id)>{t(text::ORDERS_TO_PAYMENT)}</a> }
    });
    let history = routes::audit_of(&summary.order.id.to_string());
    let line = origin.map(|(_, line)| line);
    view! {
        <PageHead title lead=summary.order.subject.clone()>
            {payment}
            <a class="link" href=history>{t(text::ORDERS_HISTORY)}</a>
        </PageHead>
        {facts(summary, line)}
        <Panel title=t(text::ORDERS_JOURNEY)>
            <Timeline>
                {hops.into_iter().map(|hop| view! { <HopStep hop more=None /> }).collect_view()}
            </Timeline>
        </Panel>
        <Panel title=t(text::ORDERS_TRANSITIONS)><Transitions of=transitions /></Panel>
    }
}

fn facts(summary: OrderSummary, line: Option<i64>) -> impl IntoView {
    let OrderSummary { order, merchant_name, seller_name, .. } = summary;
    let (status, tone) = order_status(order.state.status());
    let because = match order.state {
        OrderState::Failed { reason } => Some(phrase(&reason)),
        _ => None,
    };
    let seller = order.seller.zip(seller_name).map(|(id, name)| {
        view! {
            <Fact term=t(text::ORDERS_SELLER)>
                <a class="link" href=routes::merchant(id)>{name}</a>
            </Fact>
        }
    });
    let source = t(match order.source {
        OrderSource::Api => text::ORDERS_SOURCE_API,
        OrderSource::Import => text::ORDERS_SOURCE_IMPORT,
    });
    let line = line.map(|line| {
        let words = tf(text::ORDERS_LINE, [("line", &line.to_string())]);
        view! { ", " <a class="link" href=routes::order_imports()>{words}</a> }
    });
    view! {
        <Panel title=t(text::ORDERS_ORDER)>
            <Facts>
                <Fact term=t(text::ORDERS_STATUS)><Badge tone>{status}</Badge> " " {because}</Fact>
                <Fact term=t(text::ORDERS_AMOUNT)><Amount money=order.amount /></Fact>
                <Fact term=t(text::ORDERS_PRODUCT)>{product_name(order.product)}</Fact>
                <Fact term=t(text::ORDERS_MERCHANT)>
                    <a class="link" href=routes::merchant(order.merchant)>{merchant_name}</a>
                </Fact>
                {seller}
                <Fact term=t(text::ORDERS_ORDER_NO)><CopyId id=order.merchant_order_no /></Fact>
                <Fact term=t(text::ORDERS_ID)><CopyId id=order.id.to_string() /></Fact>
                <Fact term=t(text::ORDERS_SOURCE)>{source} {line}</Fact>
                <Fact term=t(text::ORDERS_DAY)>{order.business_date.to_string()}</Fact>
                <Fact term=t(text::ORDERS_CREATED_AT)><Moment at=order.created_at /></Fact>
            </Facts>
        </Panel>
    }
}
