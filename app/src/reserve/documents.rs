use super::{Views, api, document_kind, document_state};
use crate::components::{
    Amount, Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::page::Page;
use domain::reserve::document::{DocumentFilter, DocumentKind, DocumentState, DocumentSummary};
use leptos::prelude::*;

/// Documents that move the reserve itself, the latest first.
#[component]
pub fn DocumentList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::documents(wanted(&query)));
    let new = session::may(Permission::MakeReserve).then(|| {
        view! {
            <a class="button" href=routes::RESERVE_DOCUMENT_NEW>{t(text::RESERVE_NEW_DOCUMENT)}</a>
        }
    });
    view! {
        <PageHead title=t(text::RESERVE_DOCUMENTS) lead=t(text::RESERVE_DOCUMENTS_LEAD)>
            {new}
        </PageHead>
        <Views here=routes::RESERVE_DOCUMENTS />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> DocumentFilter {
    DocumentFilter {
        kind: query.text("kind").as_deref().and_then(DocumentKind::named),
        state: query.text("state").as_deref().and_then(DocumentState::named),
        page: query.page(),
    }
}

/// Every kind as a choice.
pub(super) fn kind_choices() -> Vec<Choice> {
    DocumentKind::ALL.iter().map(|kind| Choice::new(kind.name(), document_kind(*kind))).collect()
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let DocumentFilter { kind, state, .. } = wanted(query);
    let states = DocumentState::ALL
        .iter()
        .map(|state| Choice::new(state.name(), document_state(*state).0))
        .collect();
    view! {
        <FilterForm action=routes::RESERVE_DOCUMENTS>
            <SelectField
                name="kind"
                label=t(text::RESERVE_KIND)
                choices=kind_choices()
                value=kind.map(DocumentKind::name).unwrap_or_default()
                none=t(text::RESERVE_ANY)
            />
            <SelectField
                name="state"
                label=t(text::RESERVE_STATE)
                choices=states
                value=state.map(DocumentState::name).unwrap_or_default()
                none=t(text::RESERVE_ANY)
            />
        </FilterForm>
    }
}

fn show(page: Page<DocumentSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_NUMBER)),
        Column::text(t(text::RESERVE_KIND)),
        Column::text(t(text::RESERVE_STATE)),
        Column::text(t(text::RESERVE_MAKER)),
        Column::text(t(text::RESERVE_MADE_AT)),
        Column::number(t(text::RESERVE_AMOUNT)),
    ];
    let place = Place::of(&page);
    view! {
        <Table
            caption=t(text::RESERVE_DOCUMENTS)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::RESERVE_NO_DOCUMENTS)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(one: DocumentSummary) -> impl IntoView {
    let (state, tone) = document_state(one.state);
    view! {
        <tr>
            <td><a class="link" href=routes::reserve_document(one.id)>{one.number}</a></td>
            <td>{document_kind(one.kind)}</td>
            <td><Badge tone>{state}</Badge></td>
            <td>{one.maker_name}</td>
            <td><Moment at=one.created_at /></td>
            <td class="number"><Amount money=one.amount /></td>
        </tr>
    }
}
