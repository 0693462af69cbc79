use crate::api;
use crate::books::{entry_name, journal_table, source_name};
use crate::components::{
    Choice, DateField, FilterForm, Loaded, PageHead, Pager, Place, Query, SelectField, load,
    use_filter,
};
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::journal::{Entry, JournalFilter, JournalSummary, Source};
use domain::page::Page;
use leptos::prelude::*;

/// The journal: what was booked, the latest first.
#[component]
pub fn JournalList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::journals(wanted(&query)));
    view! {
        <PageHead title=t(text::ACCOUNTS_JOURNALS) lead=t(text::ACCOUNTS_JOURNALS_LEAD)>
            {move || view! {
                <a class="link" href=file(&filter())>{t(text::ACCOUNTS_EXPORT)}</a>
            }}
        </PageHead>
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn file(query: &Query) -> String {
    let names = ["entry", "from", "to", "kind", "id"];
    routes::books_file("journals", &names.map(|name| (name, query.text(name))))
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
        {journal_table(page)}
        <Pager place />
    }
}
