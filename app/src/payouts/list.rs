use super::{Here, Views};
use crate::api;
use crate::components::{
    Choice, FilterForm, Loaded, PageHead, Pager, Place, Query, SelectField, TextField, load,
    use_filter,
};
use crate::i18n::t;
use crate::payout_table::{named_state, payout_table};
use crate::{routes, text};
use domain::page::Page;
use domain::payout::{PAYOUT_STATES, PayoutFilter, PayoutSummary};
use leptos::prelude::*;

/// Payouts, the latest first.
#[component]
pub fn PayoutList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::payouts(wanted(&query), query.page()));
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
        user: None,
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
        {payout_table(page.rows)}
        <Pager place />
    }
}
