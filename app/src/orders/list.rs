use super::api;
use super::api::OrderQuery;
use super::imports::OrderImports;
use crate::components::{
    Amount, Badge, Choice, Column, DateField, FilterForm, Loaded, Moment, PageHead, Pager, Place,
    Query, SelectField, Tab, Table, Tabs, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::wording::{order_status, product_name};
use crate::{routes, text};
use domain::order::{OrderStatus, OrderSummary};
use domain::page::Page;
use leptos::prelude::*;

/// The orders, or the imported order books.
#[component]
pub fn Orders() -> impl IntoView {
    let filter = use_filter();
    let imports = Memo::new(move |_| shows_imports(&filter()));
    view! {
        <PageHead title=t(text::ORDERS_TITLE) lead=t(text::ORDERS_LEAD) />
        <Tabs label=t(text::ORDERS_TITLE)>
            <Tab href=routes::ORDERS here=Signal::derive(move || !imports.get())>
                {t(text::ORDERS_TITLE)}
            </Tab>
            <Tab href=routes::order_imports() here=imports>
                {t(text::ORDERS_IMPORTS)}
            </Tab>
        </Tabs>
        {move || {
            if imports.get() {
                view! { <OrderImports /> }.into_any()
            } else {
                view! { <OrderList /> }.into_any()
            }
        }}
    }
}

/// An upload leads back here with what became of it.
fn shows_imports(query: &Query) -> bool {
    query.text("view").as_deref() == Some("imports") || query.text("imported").is_some()
}

#[component]
fn OrderList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> OrderQuery {
    OrderQuery {
        text: query.text("q"),
        status: query.text("status").and_then(|name| OrderStatus::named(&name)),
        merchant: query.text("merchant"),
        day: query.value("day"),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let OrderQuery { text: number, status, merchant, day } = wanted(query);
    let statuses = OrderStatus::ALL.iter().map(|one| Choice::new(one.name(), order_status(*one).0));
    view! {
        <FilterForm action=routes::ORDERS>
            <TextField
                name="q"
                label=t(text::ORDERS_NUMBER)
                value=number.unwrap_or_default()
                optional=true
            />
            <SelectField
                name="status"
                label=t(text::ORDERS_STATUS)
                choices=statuses.collect()
                value=status.map_or("", OrderStatus::name)
                none=t(text::ORDERS_ANY)
            />
            <TextField
                name="merchant"
                label=t(text::ORDERS_MERCHANT_CODE)
                value=merchant.unwrap_or_default()
                optional=true
            />
            <DateField
                name="day"
                label=t(text::ORDERS_DAY)
                value=day.map(|day| day.to_string()).unwrap_or_default()
                optional=true
            />
        </FilterForm>
    }
}

fn show(page: Page<OrderSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ORDERS_ORDER_NO)),
        Column::text(t(text::ORDERS_MERCHANT)),
        Column::text(t(text::ORDERS_PRODUCT)),
        Column::number(t(text::ORDERS_AMOUNT)),
        Column::text(t(text::ORDERS_STATUS)),
        Column::text(t(text::ORDERS_PAYMENT)),
        Column::text(t(text::ORDERS_CREATED_AT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table caption=t(text::ORDERS_TITLE) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(summary: OrderSummary) -> impl IntoView {
    let OrderSummary { order, merchant_name, seller_name, payment } = summary;
    let (status, tone) = order_status(order.state.status());
    let payment = payment.map(|id| {
        view! { <a class="link" href=routes::payment(id)>{t(text::ORDERS_TO_PAYMENT)}</a> }
    });
    let seller = seller_name.map(|seller| format!(" · {seller}"));
    view! {
        <tr>
            <td>
                <a class="link" href=routes::order(order.id)>
                    <code class="id">{order.merchant_order_no}</code>
                </a>
            </td>
            <td>
                <a class="link" href=routes::merchant(order.merchant)>{merchant_name}</a>
                {seller}
            </td>
            <td>{product_name(order.product)}</td>
            <td class="number"><Amount money=order.amount /></td>
            <td><Badge tone>{status}</Badge></td>
            <td>{payment}</td>
            <td><Moment at=order.created_at /></td>
        </tr>
    }
}
