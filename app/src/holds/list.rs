use super::{api, kind_name, state_name};
use crate::components::{
    Amount, Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::hold::{Hold, HoldFilter, HoldKind, HoldState};
use domain::page::Page;
use leptos::prelude::*;

/// Holds, the latest first.
#[component]
pub fn HoldList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query)));
    let new = session::may(Permission::MakeHold)
        .then(|| view! { <a class="button" href=routes::HOLD_NEW>{t(text::HOLDS_NEW)}</a> });
    view! {
        <PageHead title=t(text::HOLDS_TITLE) lead=t(text::HOLDS_LEAD)>{new}</PageHead>
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> HoldFilter {
    HoldFilter {
        state: query.text("state").and_then(|name| HoldState::named(&name)),
        kind: query.text("kind").and_then(|name| HoldKind::named(&name)),
        merchant: query.text("merchant"),
        page: query.page(),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let HoldFilter { state, kind, merchant, .. } = wanted(query);
    let states = HoldState::ALL.map(|state| Choice::new(state.name(), state_name(state).0));
    let kinds = HoldKind::ALL.map(|kind| Choice::new(kind.name(), kind_name(kind)));
    view! {
        <FilterForm action=routes::HOLDS>
            <SelectField
                name="state"
                label=t(text::HOLDS_STATE)
                choices=states.into()
                value=state.map_or("", HoldState::name)
                none=t(text::HOLDS_ANY)
            />
            <SelectField
                name="kind"
                label=t(text::HOLDS_KIND)
                choices=kinds.into()
                value=kind.map_or("", HoldKind::name)
                none=t(text::HOLDS_ANY)
            />
            <TextField
                name="merchant"
                label=t(text::HOLDS_MERCHANT_CODE)
                value=merchant.unwrap_or_default()
                optional=true
            />
        </FilterForm>
    }
}

fn show(page: Page<Hold>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::HOLDS_NUMBER)),
        Column::text(t(text::HOLDS_MERCHANT)),
        Column::text(t(text::HOLDS_KIND)),
        Column::text(t(text::HOLDS_REASON)),
        Column::text(t(text::HOLDS_STATE)),
        Column::text(t(text::HOLDS_MAKER)),
        Column::text(t(text::HOLDS_MADE_AT)),
        Column::number(t(text::HOLDS_AMOUNT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::HOLDS_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::HOLDS_NONE)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(hold: Hold) -> impl IntoView {
    let (state, tone) = state_name(hold.state);
    view! {
        <tr>
            <td><a class="link" href=routes::hold(hold.id)>{hold.number}</a></td>
            <td>
                <a class="link" href=routes::merchant(hold.merchant)>{hold.merchant_name}</a>
            </td>
            <td>{kind_name(hold.kind)}</td>
            <td class="wrap">{hold.reason}</td>
            <td><Badge tone>{state}</Badge></td>
            <td>{hold.maker_name}</td>
            <td><Moment at=hold.made_at /></td>
            <td class="number"><Amount money=hold.amount /></td>
        </tr>
    }
}
