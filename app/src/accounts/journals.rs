use super::api;
use super::names::{amounts, entry_name, source_name, source_view};
use crate::components::{
    Choice, Column, DateField, FilterForm, Loaded, Moment, PageHead, Pager, Panel, Place, Query,
    SelectField, Table, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::journal::{Entry, JournalFilter, JournalSummary, Source};
use domain::page::Page;
use leptos::prelude::*;

/// The journal: what was booked, the latest first.
#[component]
pub fn JournalList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::journals(wanted(&query)));
    view! {
        <PageHead title=t(text::ACCOUNTS_JOURNALS) lead=t(text::ACCOUNTS_JOURNALS_LEAD) />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> JournalFilter {
    let source = query.text("kind").zip(query.text("id"));
    JournalFilter {
        entry: query.text("entry").and_then(|name| Entry::named(&name)),
        from: query.value("from"),
        to: query.value("to"),
        source: source.map(|(kind, id)| Source { kind, id }),
        page: query.page(),
    }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let JournalFilter { entry, from, to, source, .. } = wanted(query);
    let choices = Entry::ALL.map(|entry| Choice::new(entry.name(), entry_name(entry))).into();
    let of = source.map(|Source { kind, id }| {
        let words = tf(text::ACCOUNTS_OF_DOCUMENT, [("kind", &source_name(&kind)), ("id", &id)]);
        view! {
            <input type="hidden" name="kind" value=kind />
            <input type="hidden" name="id" value=id />
            <p class="field-hint">{words}</p>
        }
    });
    view! {
        <FilterForm action=routes::JOURNALS>
            <SelectField
                name="entry"
                label=t(text::ACCOUNTS_ENTRY)
                choices
                value=entry.map_or("", Entry::name)
                none=t(text::ACCOUNTS_ANY_ENTRY)
            />
            <DateField
                name="from"
                label=t(text::ACCOUNTS_FROM)
                value=from.map(|day| day.to_string()).unwrap_or_default()
                optional=true
            />
            <DateField
                name="to"
                label=t(text::ACCOUNTS_TO)
                value=to.map(|day| day.to_string()).unwrap_or_default()
                optional=true
            />
            {of}
        </FilterForm>
    }
}

fn show(page: Page<JournalSummary>) -> impl IntoView {
    let place = Place::of(&page);
    view! {
        {table(page)}
        <Pager place />
    }
}

fn table(page: Page<JournalSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ACCOUNTS_ACCOUNTING_DATE)),
        Column::text(t(text::ACCOUNTS_ENTRY)),
        Column::text(t(text::ACCOUNTS_SOURCE)),
        Column::text(t(text::ACCOUNTS_MEMO)),
        Column::text(t(text::ACCOUNTS_POSTED_AT)),
        Column::number(t(text::ACCOUNTS_TOTAL)),
    ];
    view! {
        <Table
            caption=t(text::ACCOUNTS_JOURNALS)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::ACCOUNTS_NO_JOURNALS)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row(journal: JournalSummary) -> impl IntoView {
    view! {
        <tr>
            <td>{journal.accounting_date.to_string()}</td>
            <td>
                <a class="link" href=routes::journal(journal.id)>{entry_name(journal.entry)}</a>
            </td>
            <td>{source_view(&journal.source)}</td>
            <td class="wrap">{journal.memo}</td>
            <td><Moment at=journal.posted_at /></td>
            <td class="number">{amounts(journal.totals)}</td>
        </tr>
    }
}

/// The journals of one document, as a part of its screen; nothing for those who may not see the
/// books.
#[component]
pub fn JournalsOf(
    /// Kind of document, as in [`Source`].
    kind: &'static str,
    /// Its id.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    session::may(Permission::ViewLedger).then(|| {
        let source = Source { kind: kind.to_owned(), id };
        let filter = JournalFilter { source: Some(source), ..JournalFilter::default() };
        let page = load(move || filter.clone(), api::journals);
        view! {
            <Panel title=t(text::ACCOUNTS_JOURNALS)>
                <Loaded from=page show=table />
            </Panel>
        }
    })
}
