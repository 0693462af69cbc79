use super::api::{self, NotificationQuery};
use super::{belongs_to, event_name, state_name};
use crate::components::{
    Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query, SelectField,
    Table, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::notification::{NotificationEvent, NotificationState, NotificationSummary};
use domain::page::Page;
use leptos::prelude::*;

/// The notifications.
#[component]
pub fn NotificationList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::NOTIFICATIONS_TITLE) lead=t(text::NOTIFICATIONS_LEAD)>
            <a class="link" href=routes::NOTIFICATION_ADDRESSES>
                {t(text::NOTIFICATIONS_ADDRESSES)}
            </a>
        </PageHead>
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> NotificationQuery {
    NotificationQuery {
        text: query.text("q"),
        state: query.text("state").and_then(|name| NotificationState::named(&name)),
        event: query.text("event").and_then(|name| NotificationEvent::named(&name)),
        merchant: query.text("merchant"),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let wanted = wanted(query);
    let states = NotificationState::ALL.iter();
    let states = states.map(|one| Choice::new(one.name(), state_name(*one).0)).collect();
    let events = NotificationEvent::ALL.iter();
    let events = events.map(|one| Choice::new(one.name(), event_name(*one))).collect();
    let any = t(text::NOTIFICATIONS_ANY);
    view! {
        <FilterForm action=routes::NOTIFICATIONS>
            <TextField
                name="q"
                label=t(text::NOTIFICATIONS_SEARCH)
                value=wanted.text.unwrap_or_default()
                optional=true
            />
            <SelectField
                name="state"
                label=t(text::NOTIFICATIONS_STATE)
                choices=states
                value=wanted.state.map_or("", NotificationState::name)
                none=any
            />
            <SelectField
                name="event"
                label=t(text::NOTIFICATIONS_EVENT)
                choices=events
                value=wanted.event.map_or("", NotificationEvent::name)
                none=any
            />
            <TextField
                name="merchant"
                label=t(text::NOTIFICATIONS_MERCHANT_CODE)
                value=wanted.merchant.unwrap_or_default()
                optional=true
            />
        </FilterForm>
    }
}

fn show(page: Page<NotificationSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::NOTIFICATIONS_EVENT)),
        Column::text(t(text::NOTIFICATIONS_MERCHANT)),
        Column::text(t(text::NOTIFICATIONS_ORDER)),
        Column::text(t(text::NOTIFICATIONS_STATE)),
        Column::number(t(text::NOTIFICATIONS_ATTEMPTS)),
        Column::text(t(text::NOTIFICATIONS_NEXT_ATTEMPT_AT)),
        Column::text(t(text::NOTIFICATIONS_CREATED_AT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table caption=t(text::NOTIFICATIONS_TITLE) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(one: NotificationSummary) -> impl IntoView {
    let (state, tone) = state_name(one.state);
    let about = belongs_to(&one);
    view! {
        <tr>
            <td>
                <a class="link" href=routes::notification(one.id)>{event_name(one.event)}</a>
            </td>
            <td>
                <a class="link" href=routes::merchant(one.merchant)>{one.merchant_name}</a>
            </td>
            <td>
                <a class="link" href=about>
                    <code class="id">{one.merchant_order_no}</code>
                </a>
            </td>
            <td><Badge tone>{state}</Badge></td>
            <td class="number">{one.attempts}</td>
            <td>{one.next_attempt_at.map(|at| view! { <Moment at /> })}</td>
            <td><Moment at=one.created_at /></td>
        </tr>
    }
}
