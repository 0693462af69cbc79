use super::api::{self, RefundQuery};
use crate::components::{
    Amount, Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::wording::refund_state;
use crate::{routes, text};
use domain::page::Page;
use domain::refund::{REFUND_STATES, RefundSummary};
use leptos::prelude::*;

/// The refunds.
#[component]
pub fn RefundList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::REFUNDS_TITLE) lead=t(text::REFUNDS_LEAD) />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> RefundQuery {
    RefundQuery {
        number: query.text("q"),
        state: query.text("state").filter(|state| REFUND_STATES.contains(&state.as_str())),
        merchant: query.text("merchant"),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let RefundQuery { number, state, merchant } = wanted(query);
    let choices = REFUND_STATES.map(|state| Choice::new(state, refund_state(state).0)).into();
    view! {
        <FilterForm action=routes::REFUNDS>
            <TextField
                name="q"
                label=t(text::REFUNDS_NUMBER_BEGINS)
                value=number.unwrap_or_default()
                optional=true
            />
            <SelectField
                name="state"
                label=t(text::REFUNDS_STATE)
                choices
                value=state.unwrap_or_default()
                none=t(text::REFUNDS_ANY)
            />
            <TextField
                name="merchant"
                label=t(text::REFUNDS_MERCHANT_CODE)
                value=merchant.unwrap_or_default()
                optional=true
            />
        </FilterForm>
    }
}

fn show(page: Page<RefundSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::REFUNDS_MERCHANT_REFUND_NO)),
        Column::text(t(text::REFUNDS_MERCHANT)),
        Column::text(t(text::REFUNDS_CHANNEL)),
        Column::number(t(text::REFUNDS_AMOUNT)),
        Column::text(t(text::REFUNDS_STATE)),
        Column::text(t(text::REFUNDS_PAYMENT)),
        Column::text(t(text::REFUNDS_CREATED_AT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table caption=t(text::REFUNDS_TITLE) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(refund: RefundSummary) -> impl IntoView {
    let (state, tone) = refund_state(refund.state.name());
    view! {
        <tr>
            <td>
                <a class="link" href=routes::refund(refund.id)>
                    <code class="id">{refund.merchant_refund_no}</code>
                </a>
            </td>
            <td>
                <a class="link" href=routes::merchant(refund.merchant)>{refund.merchant_name}</a>
            </td>
            <td><code>{refund.channel}</code></td>
            <td class="number"><Amount money=refund.amount /></td>
            <td><Badge tone>{state}</Badge></td>
            <td>
                <a class="link" href=routes::payment(refund.payment)>
                    {t(text::REFUNDS_TO_PAYMENT)}
                </a>
            </td>
            <td><Moment at=refund.created_at /></td>
        </tr>
    }
}
