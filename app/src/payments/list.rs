use super::api::{self, PaymentQuery};
use crate::components::{
    Amount, Badge, Choice, Column, DateField, FilterForm, Loaded, Moment, Older, PageHead, Query,
    SelectField, Table, TextField, Tone, load, use_filter,
};
use crate::i18n::t;
use crate::session::channel_name;
use crate::wording::{named, payment_status, product_name};
use crate::{routes, text};
use domain::channel::ChannelSummary;
use domain::page::Window;
use domain::payment::{PaymentStatus, PaymentSummary};
use domain::product::Product;
use leptos::prelude::*;

/// The payments.
#[component]
pub fn PaymentList() -> impl IntoView {
    let filter = use_filter();
    let channels = load(|| (), |()| api::channels());
    let page = load(filter, |query| api::list(wanted(&query), query.value("after")));
    view! {
        <PageHead title=t(text::PAYMENTS_TITLE) lead=t(text::PAYMENTS_LEAD) />
        <Loaded from=channels show=move |channels| move || fields(&filter(), &channels) />
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> PaymentQuery {
    PaymentQuery {
        text: query.text("q"),
        status: query.text("status").and_then(|name| PaymentStatus::named(&name)),
        channel: query.text("channel"),
        product: query.value("product"),
        merchant: query.text("merchant"),
        clearing_date: query.value("day"),
    }
}

fn fields(query: &Query, channels: &[ChannelSummary]) -> impl IntoView + use<> {
    let wanted = wanted(query);
    let statuses = PaymentStatus::ALL.iter();
    let statuses = statuses.map(|one| Choice::new(one.name(), payment_status(*one).0)).collect();
    let channels = channels.iter();
    let channels = channels.map(|one| Choice::new(&one.code, named(&one.name_en, &one.name_zh)));
    let channels = channels.collect();
    let products = Product::ALL.map(|one| Choice::new(one.name(), product_name(one))).into();
    let any = t(text::PAYMENTS_ANY);
    view! {
        <FilterForm action=routes::PAYMENTS>
            <TextField
                name="q"
                label=t(text::PAYMENTS_SEARCH)
                value=wanted.text.unwrap_or_default()
                optional=true
            />
            <SelectField
                name="status"
                label=t(text::PAYMENTS_STATUS)
                choices=statuses
                value=wanted.status.map_or("", PaymentStatus::name)
                none=any
            />
            <SelectField
                name="channel"
                label=t(text::PAYMENTS_CHANNEL)
                choices=channels
                value=wanted.channel.unwrap_or_default()
                none=any
            />
            <SelectField
                name="product"
                label=t(text::PAYMENTS_PRODUCT)
                choices=products
                value=wanted.product.map_or("", Product::name)
                none=any
            />
            <TextField
                name="merchant"
                label=t(text::PAYMENTS_MERCHANT_CODE)
                value=wanted.merchant.unwrap_or_default()
                optional=true
            />
            <DateField
                name="day"
                label=t(text::PAYMENTS_CLEARING_DATE)
                value=wanted.clearing_date.map(|day| day.to_string()).unwrap_or_default()
                optional=true
            />
        </FilterForm>
    }
}

fn show(page: Window<PaymentSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYMENTS_ORDER_NO)),
        Column::text(t(text::PAYMENTS_MERCHANT)),
        Column::text(t(text::PAYMENTS_PRODUCT)),
        Column::text(t(text::PAYMENTS_CHANNEL)),
        Column::number(t(text::PAYMENTS_AMOUNT)),
        Column::number(t(text::PAYMENTS_FEE)),
        Column::text(t(text::PAYMENTS_STATUS)),
        Column::text(t(text::PAYMENTS_CLEARING_DATE)),
        Column::text(t(text::PAYMENTS_CREATED_AT)),
    ];
    view! {
        <Table caption=t(text::PAYMENTS_TITLE) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Older older=page.older />
    }
}

fn row(summary: PaymentSummary) -> impl IntoView {
    let PaymentSummary { payment, merchant_name, merchant_order_no, structuring } = summary;
    let cut = structuring.map(|_| {
        view! { " " <Badge tone=Tone::Warn>{t(text::PAYMENTS_CUT)}</Badge> }
    });
    let (status, tone) = payment_status(payment.state.status());
    let clearing = payment.success().map(|success| success.clearing_date.to_string());
    let channel = payment.channel.map(|code| {
        let href = routes::channel(&code);
        view! { <a class="link" href=href>{channel_name(&code)}</a> }
    });
    view! {
        <tr>
            <td>
                <a class="link" href=routes::payment(payment.id)>
                    <code class="id">{merchant_order_no}</code>
                </a>
            </td>
            <td>
                <a class="link" href=routes::merchant(payment.merchant)>{merchant_name}</a>
            </td>
            <td>{product_name(payment.product)}</td>
            <td>{channel}</td>
            <td class="number"><Amount money=payment.amount /></td>
            <td class="number"><Amount money=payment.fee /></td>
            <td><Badge tone>{status}</Badge>{cut}</td>
            <td>{clearing}</td>
            <td><Moment at=payment.created_at /></td>
        </tr>
    }
}
