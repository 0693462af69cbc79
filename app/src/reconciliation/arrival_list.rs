use super::{api, file_kind_name};
use crate::components::{
    Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query, SelectField,
    Table, Tone, load, use_filter,
};
use crate::i18n::t;
use crate::{labels, routes, text};
use domain::arrival::{Arrival, ArrivalFilter, ArrivalState, ArrivalWay};
use domain::page::Page;
use leptos::prelude::*;

/// The files that came in: what waits for a decision, what could not be read, what became of them.
#[component]
pub fn ArrivalList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list_arrivals(wanted(&query), query.page()));
    view! {
        <PageHead
            title=t(text::RECONCILIATION_ARRIVALS)
            lead=t(text::RECONCILIATION_ARRIVALS_LEAD)
        >
            <a class="button button-main" href=routes::IMPORT_FILE>
                {t(text::RECONCILIATION_IMPORT)}
            </a>
        </PageHead>
        {move || fields(filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> ArrivalFilter {
    ArrivalFilter {
        state: query.text("state").and_then(|state| ArrivalState::named(&state)),
        way: query.text("way").and_then(|way| ArrivalWay::named(&way)),
    }
}

fn fields(query: Query) -> impl IntoView {
    let text = move |name| query.text(name).unwrap_or_default();
    let state = |state: &ArrivalState| Choice::new(state.name(), state_name(*state).0);
    let states: Vec<_> = ArrivalState::ALL.iter().map(state).collect();
    let way = |way: &ArrivalWay| Choice::new(way.name(), way_name(*way));
    let ways = [ArrivalWay::Upload, ArrivalWay::Folder, ArrivalWay::Fetch];
    let ways: Vec<_> = ways.iter().map(way).collect();
    let any = t(text::RECONCILIATION_ANY);
    view! {
        <FilterForm action=routes::ARRIVALS>
            <SelectField name="state" label=t(text::RECONCILIATION_STANDING) choices=states
                value=text("state") none=any />
            <SelectField name="way" label=t(text::RECONCILIATION_WAY) choices=ways
                value=text("way") none=any />
        </FilterForm>
    }
}

fn show(page: Page<Arrival>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_NAME)),
        Column::text(t(text::RECONCILIATION_STANDING)),
        Column::text(t(text::RECONCILIATION_KIND)),
        Column::text(t(text::RECONCILIATION_CHANNEL)),
        Column::text(t(text::RECONCILIATION_WAY)),
        Column::number(t(text::RECONCILIATION_LENGTH)),
        Column::text(t(text::RECONCILIATION_RECEIVED)),
        Column::text(t(text::RECONCILIATION_OBSTACLE)),
    ];
    let place = Place::of(&page);
    let moving = page.rows.iter().any(|arrival| arrival.state.is_moving());
    view! {
        <div id="arrivals" data-moving=moving.then_some("")>
        <Table
            caption=t(text::RECONCILIATION_ARRIVALS)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::RECONCILIATION_NO_ARRIVALS)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        </div>
        <Pager place />
    }
}

fn row(arrival: Arrival) -> impl IntoView {
    let (state, tone) = state_name(arrival.state);
    view! {
        <tr>
            <td><a class="link" href=routes::arrival(arrival.id)>{arrival.name}</a></td>
            <td><Badge tone>{state}</Badge></td>
            <td>{file_kind_name(arrival.given.kind)}</td>
            <td>{arrival.given.channel}</td>
            <td>{way_name(arrival.way)}</td>
            <td class="number">{arrival.length}</td>
            <td>{labels::actor(&arrival.received_by)} " " <Moment at=arrival.received_at /></td>
            <td class="wrap">{arrival.obstacle.map(|why| crate::phrases::phrase(&why))}</td>
        </tr>
    }
}

/// Where a file that came in stands.
pub(super) fn state_name(state: ArrivalState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        ArrivalState::Arriving => (text::RECONCILIATION_ARRIVAL_ARRIVING, Tone::Info),
        ArrivalState::Reading => (text::RECONCILIATION_ARRIVAL_READING, Tone::Info),
        ArrivalState::Waiting => (text::RECONCILIATION_ARRIVAL_WAITING, Tone::Warn),
        ArrivalState::Unreadable => (text::RECONCILIATION_ARRIVAL_UNREADABLE, Tone::Bad),
        ArrivalState::Importing => (text::RECONCILIATION_ARRIVAL_IMPORTING, Tone::Info),
        ArrivalState::Imported => (text::RECONCILIATION_ARRIVAL_IMPORTED, Tone::Good),
        ArrivalState::Dropped => (text::RECONCILIATION_ARRIVAL_DROPPED, Tone::Neutral),
    };
    (t(word), tone)
}

/// How a file came.
pub(super) fn way_name(way: ArrivalWay) -> &'static str {
    t(match way {
        ArrivalWay::Upload => text::RECONCILIATION_WAY_UPLOAD,
        ArrivalWay::Folder => text::RECONCILIATION_WAY_FOLDER,
        ArrivalWay::Fetch => text::RECONCILIATION_WAY_FETCH,
        ArrivalWay::Command => text::RECONCILIATION_WAY_COMMAND,
    })
}
