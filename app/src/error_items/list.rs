use super::names::{cause_name, leg_name, status_name};
use super::{api, cash_effect};
use crate::components::{
    Amount, Badge, Choice, Column, DateField, FilterForm, Loaded, PageHead, Pager, Place, Query,
    SelectField, Table, TextField, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::error_item::{Cause, ErrorItemFilter, ErrorItemStatus, ErrorItemSummary, Leg};
use domain::page::Page;
use leptos::prelude::*;

/// The error items: by default those with something left to do.
#[component]
pub fn ErrorItemList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    let channels = load(|| (), |()| api::channels());
    view! {
        <PageHead title=t(text::ERROR_ITEMS_TITLE) lead=t(text::ERROR_ITEMS_LEAD) />
        <Loaded from=channels show=move |channels| move || fields(filter(), &channels) />
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> ErrorItemFilter {
    let shown = query.text("show").unwrap_or_default();
    let status = match shown.as_str() {
        "untaken" => Some(ErrorItemStatus::New),
        named => ErrorItemStatus::named(named),
    };
    ErrorItemFilter {
        status,
        open_only: matches!(shown.as_str(), "" | "open"),
        cause: query.text("cause").and_then(|cause| Cause::named(&cause)),
        leg: query.text("leg").and_then(|leg| Leg::named(&leg)),
        channel: query.text("channel"),
        clearing_date: query.value("day"),
        older_than_days: query.value("days"),
        mine: query.text("mine").is_some(),
        text: query.text("q"),
    }
}

fn fields(query: Query, channels: &[String]) -> impl IntoView + use<> {
    let text = move |name| query.text(name).unwrap_or_default();
    let statuses = ErrorItemStatus::ALL.iter().filter(|status| **status != ErrorItemStatus::New);
    let statuses = statuses.map(|status| Choice::new(status.name(), status_name(*status).0));
    let mut shown = vec![
        Choice::new("all", t(text::ERROR_ITEMS_SHOW_ALL)),
        Choice::new("untaken", t(text::ERROR_ITEMS_STATUS_NEW)),
    ];
    shown.extend(statuses);
    let cause = |cause: &Cause| Choice::new(cause.name(), cause_name(*cause));
    let causes: Vec<_> = Cause::ALL.iter().map(cause).collect();
    let legs: Vec<_> = Leg::ALL.iter().map(|leg| Choice::new(leg.name(), leg_name(*leg))).collect();
    let channels: Vec<_> = channels.iter().map(|code| Choice::new(code, code)).collect();
    let mine = vec![Choice::new("yes", t(text::ERROR_ITEMS_MINE))];
    let any = t(text::ERROR_ITEMS_ANY);
    let none = t(text::ERROR_ITEMS_SHOW_OPEN);
    view! {
        <FilterForm action=routes::ERROR_ITEMS>
            <SelectField name="show" label=t(text::ERROR_ITEMS_STATUS) choices=shown
                value=text("show") none />
            <SelectField name="cause" label=t(text::ERROR_ITEMS_CAUSE) choices=causes
                value=text("cause") none=any />
            <SelectField name="leg" label=t(text::ERROR_ITEMS_LEG) choices=legs
                value=text("leg") none=any />
            <SelectField name="channel" label=t(text::ERROR_ITEMS_CHANNEL) choices=channels
                value=text("channel") none=any />
            <DateField name="day" label=t(text::ERROR_ITEMS_CLEARING_DATE) value=text("day")
                optional=true />
            <TextField name="days" label=t(text::ERROR_ITEMS_OLDER_THAN) value=text("days")
                optional=true />
            <SelectField name="mine" label=t(text::ERROR_ITEMS_ASSIGNEE) choices=mine
                value=text("mine") none=t(text::ERROR_ITEMS_ANYBODY) />
            <TextField name="q" label=t(text::ERROR_ITEMS_NUMBER) value=text("q") optional=true />
        </FilterForm>
    }
}

fn show(page: Page<ErrorItemSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_NUMBER)),
        Column::text(t(text::ERROR_ITEMS_CAUSE)),
        Column::text(t(text::ERROR_ITEMS_STATUS)),
        Column::number(t(text::ERROR_ITEMS_AGE)),
        Column::text(t(text::ERROR_ITEMS_CLEARING_DATE)),
        Column::text(t(text::ERROR_ITEMS_CHANNEL)),
        Column::text(t(text::ERROR_ITEMS_RECORD)),
        Column::number(t(text::ERROR_ITEMS_OURS)),
        Column::number(t(text::ERROR_ITEMS_THEIRS)),
        Column::number(t(text::ERROR_ITEMS_DIFFERENCE)),
        Column::text(t(text::ERROR_ITEMS_LEG)),
        Column::text(t(text::ERROR_ITEMS_ASSIGNEE)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::ERROR_ITEMS_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::ERROR_ITEMS_NONE)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(item: ErrorItemSummary) -> impl IntoView {
    let (status, tone) = status_name(item.status);
    let effect = cash_effect(item.cash_effect);
    let age = tf(text::ERROR_ITEMS_DAYS, [("count", &item.age_days.to_string())]);
    view! {
        <tr>
            <td><a class="link" href=routes::error_item(item.id)>{item.number}</a></td>
            <td>{cause_name(item.cause)} {effect}</td>
            <td><Badge tone>{status}</Badge></td>
            <td class="number">{age}</td>
            <td>{item.clearing_date.to_string()}</td>
            <td>{item.channel}</td>
            <td><code class="id">{item.record_number}</code></td>
            <td class="number">{item.ours.map(|money| view! { <Amount money /> })}</td>
            <td class="number">{item.theirs.map(|money| view! { <Amount money /> })}</td>
            <td class="number"><Amount money=item.difference /></td>
            <td>{leg_name(item.leg)}</td>
            <td>{item.assignee}</td>
        </tr>
    }
}
