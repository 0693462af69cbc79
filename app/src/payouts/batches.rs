use super::{Here, Views, api, batch_state};
use crate::components::{
    Amount, Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::page::Page;
use domain::payout::{BatchState, PayoutBatchSummary};
use leptos::prelude::*;

/// Payout batches, the latest first.
#[component]
pub fn BatchList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::batches(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::PAYOUTS_BATCHES) lead=t(text::PAYOUTS_BATCHES_LEAD) />
        <Views here=Here::Batches />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> Option<BatchState> {
    BatchState::named(&query.text("state")?)
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let choices =
        BatchState::ALL.map(|state| Choice::new(state.name(), batch_state(state).0)).into();
    let value = wanted(query).map_or("", BatchState::name);
    view! {
        <FilterForm action=routes::PAYOUT_BATCHES>
            <SelectField
                name="state"
                label=t(text::PAYOUTS_STATE)
                choices
                value
                none=t(text::PAYOUTS_ANY_STATE)
            />
        </FilterForm>
    }
}

fn show(page: Page<PayoutBatchSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_NUMBER)),
        Column::text(t(text::PAYOUTS_STATE)),
        Column::text(t(text::PAYOUTS_PAID_FROM)),
        Column::text(t(text::PAYOUTS_MAKER)),
        Column::text(t(text::PAYOUTS_MADE_AT)),
        Column::number(t(text::PAYOUTS_COUNT)),
        Column::number(t(text::PAYOUTS_TOTAL)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::PAYOUTS_BATCHES)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::PAYOUTS_NO_BATCHES)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(batch: PayoutBatchSummary) -> impl IntoView {
    let (state, tone) = batch_state(batch.state);
    view! {
        <tr>
            <td><a class="link" href=routes::payout_batch(batch.id)>{batch.number}</a></td>
            <td><Badge tone>{state}</Badge></td>
            <td>{batch.reserve_account}</td>
            <td>{batch.made_by_name}</td>
            <td><Moment at=batch.created_at /></td>
            <td class="number">{batch.count}</td>
            <td class="number"><Amount money=batch.total /></td>
        </tr>
    }
}
