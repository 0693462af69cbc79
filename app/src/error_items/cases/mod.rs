//! Items of one cause, shown and handled as one case.

pub mod api;

use super::list;
use super::names::{cause_name, direction_name, leg_name};
use crate::components::{
    Amount, Choice, Column, Fact, Facts, FilterForm, Loaded, Moment, PageHead, Panel, Query,
    SelectField, Table, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::session::channel_name;
use crate::{routes, text};
use domain::error_item::{CASE_MINUTES, CaseDetail, CaseSummary, ErrorItemFilter};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The cases with at least two open members, the largest first, and the rule that makes them.
#[component]
pub fn CaseList() -> impl IntoView {
    let filter = use_filter();
    let cases = load(filter, |query| api::cases(query.text("channel")));
    let channels = load(|| (), |()| super::api::channels());
    let minutes = CASE_MINUTES.to_string();
    view! {
        <PageHead
            title=t(text::ERROR_ITEMS_CASES)
            lead=tf(text::ERROR_ITEMS_CASES_RULE, [("minutes", &minutes)])
        />
        <Loaded from=channels show=move |channels| fields(filter(), &channels) />
        <Loaded from=cases show=table />
    }
}

fn fields(query: Query, channels: &[String]) -> impl IntoView + use<> {
    let channels: Vec<_> =
        channels.iter().map(|code| Choice::new(code, channel_name(code))).collect();
    view! {
        <FilterForm action=routes::ERROR_ITEM_CASES>
            <SelectField
                name="channel"
                label=t(text::ERROR_ITEMS_CHANNEL)
                choices=channels
                value=query.text("channel").unwrap_or_default()
                none=t(text::ERROR_ITEMS_ANY)
            />
        </FilterForm>
    }
}

fn table(cases: Vec<CaseSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_CAUSE)),
        Column::text(t(text::ERROR_ITEMS_CHANNEL)),
        Column::text(t(text::ERROR_ITEMS_CLEARING_DATE)),
        Column::text(t(text::ERROR_ITEMS_CASE_FROM)),
        Column::number(t(text::ERROR_ITEMS_CASE_MEMBERS)),
        Column::number(t(text::ERROR_ITEMS_CASE_UNTOUCHED)),
        Column::number(t(text::ERROR_ITEMS_DIFFERENCE)),
        Column::text(t(text::ERROR_ITEMS_LEG)),
    ];
    let empty = cases.is_empty();
    let rows = cases.into_iter().map(|case| {
        let href = routes::error_item_case(&case.key);
        let from = case.from.map_or_else(
            || t(text::ERROR_ITEMS_CASE_NO_TIME).into_any(),
            |at| view! { <Moment at /> }.into_any(),
        );
        view! {
            <tr>
                <td>
                    <a class="link" href=href>{cause_name(case.cause)}</a>
                    " "
                    <span class="field-hint">{direction_name(case.direction)}</span>
                </td>
                <td>{case.channel}</td>
                <td>{case.clearing_date.to_string()}</td>
                <td>{from}</td>
                <td class="number">{case.members.to_string()}</td>
                <td class="number">{case.untouched.to_string()}</td>
                <td class="number"><Amount money=case.difference /></td>
                <td>{leg_name(case.leg)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table
            caption=t(text::ERROR_ITEMS_CASES)
            columns
            empty=empty
            nothing=t(text::ERROR_ITEMS_CASES_NONE)
        >
            {rows}
        </Table>
    }
}

/// One case: its open members, handled as one.
#[component]
pub fn CasePage() -> impl IntoView {
    let params = use_params_map();
    let filter = use_filter();
    let key = move || params.read().get("key").unwrap_or_default();
    let case = load(key, api::case);
    let members = load(
        move || (key(), filter().text("after")),
        |(key, after)| super::api::list(members_of(key), after),
    );
    view! {
        <Loaded from=case show=head />
        <Loaded from=members show=move |page| list::show(page, members_of(key())) />
    }
}

fn members_of(key: String) -> ErrorItemFilter {
    ErrorItemFilter { case: Some(key), open_only: true, ..ErrorItemFilter::default() }
}

fn head(case: CaseDetail) -> impl IntoView {
    let CaseDetail { summary, beside } = case;
    let minutes = CASE_MINUTES.to_string();
    let day = routes::error_items_of_day(&summary);
    let beside = (!beside.is_empty()).then(|| {
        view! {
            <Panel title=t(text::ERROR_ITEMS_CASE_BESIDE)>
                <p class="field-hint">{t(text::ERROR_ITEMS_CASE_BESIDE_HINT)}</p>
                <p><a class="link" href=day>{t(text::ERROR_ITEMS_CASE_WHOLE_DAY)}</a></p>
                {table(beside)}
            </Panel>
        }
    });
    view! {
        <PageHead
            title=cause_name(summary.cause)
            lead=tf(text::ERROR_ITEMS_CASES_RULE, [("minutes", &minutes)])
        />
        <Panel title=t(text::ERROR_ITEMS_CASE)>
            <Facts>
                <Fact term=t(text::ERROR_ITEMS_CASE_MEMBERS)>{summary.members.to_string()}</Fact>
                <Fact term=t(text::ERROR_ITEMS_DIFFERENCE)>
                    <Amount money=summary.difference />
                </Fact>
                <Fact term=t(text::ERROR_ITEMS_CHANNEL)>{summary.channel.as_deref().map(channel_name)}</Fact>
                <Fact term=t(text::ERROR_ITEMS_DIRECTION)>
                    {direction_name(summary.direction)}
                </Fact>
                <Fact term=t(text::ERROR_ITEMS_CLEARING_DATE)>
                    {summary.clearing_date.to_string()}
                </Fact>
                <Fact term=t(text::ERROR_ITEMS_CASE_FROM)>
                    {summary.from.map(|at| view! { <Moment at /> })}
                </Fact>
                <Fact term=t(text::ERROR_ITEMS_OPENED_AT)><Moment at=summary.oldest /></Fact>
            </Facts>
            <p class="field-hint">{t(text::ERROR_ITEMS_CASE_HINT)}</p>
        </Panel>
        {beside}
    }
}
