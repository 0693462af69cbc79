use super::{api, named_state};
use crate::books::amounts;
use crate::components::{
    Badge, Choice, Column, DateField, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::adjustment::{AdjustmentFilter, AdjustmentState, AdjustmentSummary, Baseline, Reason};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
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
        <PageHead title=t(text::ADJUSTMENTS_TITLE) lead=t(text::ADJUSTMENTS_LEAD)>
            <a class="button" href=routes::ADJUSTMENT_TEMPLATES>{t(text::ADJUSTMENTS_TEMPLATES)}</a>
            {new}
        </PageHead>
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> AdjustmentFilter {
    AdjustmentFilter {
        state: query.text("state").filter(|state| AdjustmentState::NAMES.contains(&state.as_str())),
        reason: query.text("reason").and_then(|name| Reason::named(&name)),
        baseline: query.text("baseline").and_then(|name| Baseline::named(&name)),
        text: query.text("text"),
        maker: query.text("maker"),
        least: query
            .text("least")
            .and_then(|text| Money::parse_positive(&text, Currency::Cny).ok()),
        from: query.value("from"),
        until: query.value("until"),
        page: query.page(),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let AdjustmentFilter { state, reason, baseline, text: words, maker, from, until, .. } =
        wanted(query);
    let states = AdjustmentState::NAMES.map(|state| Choice::new(state, named_state(state).0));
    let reasons = Reason::ALL
        .iter()
        .map(|one| Choice::new(one.name(), named(one.english(), one.chinese())))
        .collect();
    let baselines = Baseline::ALL
        .iter()
        .map(|one| Choice::new(one.name(), named(one.english(), one.chinese())))
        .collect();
    let least = query.text("least").unwrap_or_default();
    let day = |day: Option<BusinessDate>| day.map(|day| day.to_string()).unwrap_or_default();
    view! {
        <FilterForm action=routes::ADJUSTMENTS>
            <TextField
                name="text"
                label=t(text::ADJUSTMENTS_SEARCH)
                value=words.unwrap_or_default()
                hint=t(text::ADJUSTMENTS_SEARCH_HINT)
                optional=true
            />
            <SelectField
                name="state"
                label=t(text::ADJUSTMENTS_STATE)
                choices=states.into()
                value=state.unwrap_or_default()
                none=t(text::ADJUSTMENTS_ANY_STATE)
            />
            <SelectField
                name="reason"
                label=t(text::ADJUSTMENTS_REASON)
                choices=reasons
                value=reason.map(Reason::name).unwrap_or_default()
                none=t(text::ADJUSTMENTS_ANY_REASON)
            />
            <SelectField
                name="baseline"
                label=t(text::ADJUSTMENTS_BASELINE)
                choices=baselines
                value=baseline.map(Baseline::name).unwrap_or_default()
                none=t(text::ADJUSTMENTS_ANY_BASELINE)
            />
            <TextField
                name="maker"
                label=t(text::ADJUSTMENTS_MAKER)
                value=maker.unwrap_or_default()
                optional=true
            />
            <TextField
                name="least"
                label=t(text::ADJUSTMENTS_LEAST)
                value=least
                optional=true
            />
            <DateField
                name="from"
                label=t(text::ADJUSTMENTS_FROM)
                value=day(from)
                optional=true
            />
            <DateField
                name="until"
                label=t(text::ADJUSTMENTS_UNTIL)
                value=day(until)
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
