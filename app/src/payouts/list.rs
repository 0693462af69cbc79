use super::{Here, Views, api, named_state, payout_state};
use crate::components::{
    Amount, Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Panel, Place,
    Query, SelectField, Table, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::ids::SettlementId;
use domain::page::{PAGE_SIZE_MAX, Page, PageRequest};
use domain::payout::{PAYOUT_STATES, PayoutFilter, PayoutSummary};
use leptos::prelude::*;

/// Payouts, the latest first.
#[component]
pub fn PayoutList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::PAYOUTS_TITLE) lead=t(text::PAYOUTS_LEAD) />
        <Views here=Here::Payouts />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> PayoutFilter {
    PayoutFilter {
        state: query.text("state").filter(|state| PAYOUT_STATES.contains(&state.as_str())),
        merchant: query.value("merchant"),
        batch: None,
        source: query.value("source"),
        number: query.text("number"),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let PayoutFilter { state, merchant, source, number, .. } = wanted(query);
    let choices =
        PAYOUT_STATES.map(|state| Choice::new(state, named_state(state).0)).into_iter().collect();
    let kept = [("merchant", merchant.map(uuid::Uuid::from)), ("source", source)];
    let kept = kept.map(|(name, id)| {
        id.map(|id| view! { <input type="hidden" name=name value=id.to_string() /> })
    });
    view! {
        <FilterForm action=routes::PAYOUTS>
            <SelectField
                name="state"
                label=t(text::PAYOUTS_STATE)
                choices
                value=state.unwrap_or_default()
                none=t(text::PAYOUTS_ANY_STATE)
            />
            <TextField
                name="number"
                label=t(text::PAYOUTS_NUMBER_BEGINS)
                value=number.unwrap_or_default()
                optional=true
            />
            {kept}
        </FilterForm>
    }
}

fn show(page: Page<PayoutSummary>) -> impl IntoView {
    let place = Place::of(&page);
    view! {
        {table(page.rows)}
        <Pager place />
    }
}

fn rows(page: Page<PayoutSummary>) -> impl IntoView {
    table(page.rows)
}

/// Payouts as a table.
pub(super) fn table(payouts: Vec<PayoutSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::PAYOUTS_NUMBER)),
        Column::text(t(text::PAYOUTS_MERCHANT)),
        Column::text(t(text::PAYOUTS_STATE)),
        Column::text(t(text::PAYOUTS_BATCH)),
        Column::text(t(text::PAYOUTS_CREATED_AT)),
        Column::number(t(text::PAYOUTS_AMOUNT)),
    ];
    view! {
        <Table
            caption=t(text::PAYOUTS_TITLE)
            columns
            empty=payouts.is_empty()
            nothing=t(text::PAYOUTS_NONE)
        >
            {payouts.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(payout: PayoutSummary) -> impl IntoView {
    let (state, tone) = payout_state(&payout.state);
    let batch = payout.batch.map(|batch| {
        view! { <a class="link" href=routes::payout_batch(batch)>{t(text::PAYOUTS_BATCH)}</a> }
    });
    view! {
        <tr>
            <td><a class="link" href=routes::payout(payout.id)>{payout.number}</a></td>
            <td>
                <a class="link" href=routes::merchant(payout.merchant)>
                    {payout.merchant_name} " (" {payout.merchant_code} ")"
                </a>
            </td>
            <td><Badge tone>{state}</Badge></td>
            <td>{batch}</td>
            <td><Moment at=payout.created_at /></td>
            <td class="number"><Amount money=payout.amount /></td>
        </tr>
    }
}

/// The payouts drafted from one settlement batch, as a part of its screen; nothing for those who
/// may not see payouts.
#[component]
pub fn PayoutsOf(
    /// The settlement batch.
    settlement: SettlementId,
) -> impl IntoView {
    session::may(Permission::ViewPayouts).then(|| {
        let filter = PayoutFilter { source: Some(settlement.into()), ..PayoutFilter::default() };
        let most = PageRequest { number: 1, size: PAGE_SIZE_MAX };
        let page = load(move || filter.clone(), move |filter| api::list(filter, most));
        let all = routes::payouts_of(settlement);
        let actions = move || view! { <a class="link" href=all.clone()>{t(text::PAYOUTS_ALL)}</a> };
        view! {
            <Panel title=t(text::PAYOUTS_TITLE) actions>
                <Loaded from=page show=rows />
            </Panel>
        }
    })
}
