use crate::components::{Amount, Badge, CopyId, Fact, Facts, Moment, Panel, Tone};
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::session::channel_name;
use crate::wording::{payment_status, product_name};
use crate::{routes, text};
use domain::payment::{Payment, PaymentDetail, PaymentState, TopUp};
use leptos::prelude::*;

/// What is known about a payment itself.
#[component]
pub(super) fn PaymentFacts(detail: PaymentDetail) -> impl IntoView {
    let payment = detail.summary.payment.clone();
    let cut = detail.summary.structuring.as_ref().map(|cut| {
        let words = tf(
            text::MERCHANTS_CUT_WORDS,
            [
                ("count", &cut.payments.to_string()),
                ("hours", &cut.window_hours.to_string()),
                ("limit", &cut.threshold.to_string()),
            ],
        );
        view! {
            <Fact term=t(text::PAYMENTS_CUT)><Badge tone=Tone::Warn>{words}</Badge></Fact>
        }
    });
    view! {
        <Panel title=t(text::PAYMENTS_PAYMENT)>
            <Facts>{state(&payment)} {cut} {amounts(&payment)} {parties(detail)} {proof(&payment)}</Facts>
        </Panel>
    }
}

fn state(payment: &Payment) -> impl IntoView + use<> {
    let (status, tone) = payment_status(payment.state.status());
    let because = match &payment.state {
        PaymentState::Unknown { reason } | PaymentState::Failed { reason } => Some(phrase(reason)),
        _ => None,
    };
    view! { <Fact term=t(text::PAYMENTS_STATUS)><Badge tone>{status}</Badge> " " {because}</Fact> }
}

fn amounts(payment: &Payment) -> impl IntoView + use<> {
    let &Payment { amount, fee, cost, refunded, .. } = payment;
    let refunded = (!refunded.is_zero()).then(|| {
        view! { <Fact term=t(text::PAYMENTS_REFUNDED)><Amount money=refunded /></Fact> }
    });
    view! {
        <Fact term=t(text::PAYMENTS_AMOUNT)><Amount money=amount /></Fact>
        <Fact term=t(text::PAYMENTS_FEE)><Amount money=fee /></Fact>
        <Fact term=t(text::PAYMENTS_COST)><Amount money=cost /></Fact>
        {refunded}
    }
}

fn parties(detail: PaymentDetail) -> impl IntoView {
    let PaymentDetail { summary, order, seller_name, updated_at, .. } = detail;
    let payment = summary.payment;
    let seller = order.seller.zip(seller_name).map(|(id, name)| {
        view! {
            <Fact term=t(text::PAYMENTS_SELLER)>
                <a class="link" href=routes::merchant(id)>{name}</a>
            </Fact>
        }
    });
    let top_up = payment.top_up.map(|top_up| {
        let whose = match top_up {
            TopUp::Merchant => t(text::PAYMENTS_TOP_UP_MERCHANT).into_any(),
            TopUp::User(user) => {
                let href = routes::user(user);
                view! { <a class="link" href=href>{t(text::PAYMENTS_TOP_UP_USER)}</a> }.into_any()
            }
        };
        view! { <Fact term=t(text::PAYMENTS_TOP_UP)>{whose}</Fact> }
    });
    let channel = payment.channel.map(|code| {
        let href = routes::channel(&code);
        view! {
            <Fact term=t(text::PAYMENTS_CHANNEL)>
                <a class="link" href=href>{channel_name(&code)}</a>
                " "
                <code>{payment.method}</code>
            </Fact>
        }
    });
    view! {
        <Fact term=t(text::PAYMENTS_PRODUCT)>{product_name(payment.product)}</Fact>
        {channel}
        <Fact term=t(text::PAYMENTS_MERCHANT)>
            <a class="link" href=routes::merchant(payment.merchant)>{summary.merchant_name}</a>
        </Fact>
        {seller}
        {top_up}
        <Fact term=t(text::PAYMENTS_ORDER_NO)>
            <CopyId id=summary.merchant_order_no />
        </Fact>
        <Fact term=t(text::PAYMENTS_NUMBER)><CopyId id=payment.number /></Fact>
        <Fact term=t(text::PAYMENTS_ID)><CopyId id=payment.id.to_string() /></Fact>
        <Fact term=t(text::PAYMENTS_CREATED_AT)><Moment at=payment.created_at /></Fact>
        <Fact term=t(text::PAYMENTS_UPDATED_AT)><Moment at=updated_at /></Fact>
    }
}

/// The channel's word that it collected, with the three dates of the money.
fn proof(payment: &Payment) -> impl IntoView + use<> {
    payment.success().cloned().map(|success| {
        view! {
            <Fact term=t(text::PAYMENTS_CHANNEL_NO)><CopyId id=success.channel_no /></Fact>
            <Fact term=t(text::PAYMENTS_EVENT_TIME)><Moment at=success.event_time /></Fact>
            <Fact term=t(text::PAYMENTS_CLEARING_DATE)>{success.clearing_date.to_string()}</Fact>
            <Fact term=t(text::PAYMENTS_ACCOUNTING_DATE)>
                {success.accounting_date.to_string()}
            </Fact>
        }
    })
}
