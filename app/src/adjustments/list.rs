use super::{api, named_state};
use crate::books::amounts;
use crate::components::{
    Badge, Choice, Column, DateField, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, load, use_filter,
};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::adjustment::{AdjustmentFilter, AdjustmentState, AdjustmentSummary};
use domain::page::Page;
use leptos::prelude::*;

/// Manual adjustments, the latest first.
#[component]
pub fn AdjustmentList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query)));
    let new = session::may(Permission::ProposeAdjustment).then(|| {
        view! {
            <a class="button" href=routes::ADJUSTMENT_NEW>{t(text::ADJUSTMENTS_NEW)}</a>
        }
    });
    view! {
        <PageHead title=t(text::ADJUSTMENTS_TITLE) lead=t(text::ADJUSTMENTS_LEAD)>{new}</PageHead>
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> AdjustmentFilter {
    AdjustmentFilter {
        state: query.text("state").filter(|state| AdjustmentState::NAMES.contains(&state.as_str())),
        from: query.value("from"),
        page: query.page(),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let AdjustmentFilter { state, from, .. } = wanted(query);
    let choices = AdjustmentState::NAMES.map(|state| Choice::new(state, named_state(state).0));
    view! {
        <FilterForm action=routes::ADJUSTMENTS>
            <SelectField
                name="state"
                label=t(text::ADJUSTMENTS_STATE)
                choices=choices.into()
                value=state.unwrap_or_default()
                none=t(text::ADJUSTMENTS_ANY_STATE)
            />
            <DateField
                name="from"
                label=t(text::ADJUSTMENTS_FROM)
                value=from.map(|day| day.to_string()).unwrap_or_default()
                optional=true
            />
        </FilterForm>
    }
}

fn show(page: Page<AdjustmentSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ADJUSTMENTS_NUMBER)),
        Column::text(t(text::ADJUSTMENTS_REASON)),
        Column::text(t(text::ADJUSTMENTS_BASELINE)),
        Column::text(t(text::ADJUSTMENTS_STATE)),
        Column::text(t(text::ADJUSTMENTS_MAKER)),
        Column::text(t(text::ADJUSTMENTS_MADE_AT)),
        Column::number(t(text::ADJUSTMENTS_AMOUNT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::ADJUSTMENTS_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::ADJUSTMENTS_NONE)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(one: AdjustmentSummary) -> impl IntoView {
    let (state, tone) = named_state(one.state.name());
    view! {
        <tr>
            <td><a class="link" href=routes::adjustment(one.id)>{one.number}</a></td>
            <td>{named(one.reason.english(), one.reason.chinese())}</td>
            <td>{named(one.baseline.english(), one.baseline.chinese())}</td>
            <td><Badge tone>{state}</Badge></td>
            <td>{one.maker_name}</td>
            <td><Moment at=one.created_at /></td>
            <td class="number">{amounts(one.totals)}</td>
        </tr>
    }
}
