use super::api;
use crate::components::{
    Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query, SelectField,
    ShortId, Table, TextField, load, use_filter,
};
use crate::i18n::t;
use crate::{labels, routes, text};
use domain::audit::{AuditFilter, AuditRecord};
use domain::page::Page;
use leptos::prelude::*;

/// The audit record, filtered by object and action.
#[component]
pub fn AuditList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::AUDIT_TITLE) lead=t(text::AUDIT_LEAD) />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> AuditFilter {
    AuditFilter { subject: query.text("subject"), action: query.text("action") }
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let AuditFilter { subject, action } = wanted(query);
    let action = action.unwrap_or_default();
    view! {
        <FilterForm action=routes::AUDIT>
            <TextField
                name="subject"
                label=t(text::AUDIT_SUBJECT)
                value=subject.unwrap_or_default()
                optional=true
            />
            <SelectField
                name="action"
                label=t(text::AUDIT_ACTION)
                choices=actions(&action)
                value=action
                none=t(text::AUDIT_ANY_ACTION)
            />
        </FilterForm>
    }
}

fn show(page: Page<AuditRecord>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::AUDIT_AT)),
        Column::text(t(text::AUDIT_ACTOR)),
        Column::text(t(text::AUDIT_ACTION)),
        Column::text(t(text::AUDIT_SUBJECT)),
        Column::text(t(text::AUDIT_AFTER)),
        Column::text(t(text::AUDIT_REQUEST)),
    ];
    let place = Place::of(&page);
    view! {
        <Table caption=t(text::AUDIT_TITLE) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(record: AuditRecord) -> impl IntoView {
    view! {
        <tr>
            <td><Moment at=record.at /></td>
            <td>{labels::actor(&record.actor)}</td>
            <td title=record.action.clone()>{doing(&record.action)}</td>
            <td>
                {labels::object(&record.subject_kind)} " "
                <a class="link" href=routes::audit_of(&record.subject_id)>
                    <ShortId id=record.subject_id.clone() />
                </a>
            </td>
            <td>
                <details class="wrap">
                    <summary>{t(text::AUDIT_SHOW)}</summary>
                    <pre class="content">{record.after}</pre>
                </details>
            </td>
            <td><ShortId id=record.request_id /></td>
        </tr>
    }
}

/// What was done; what has no words is named as it is stored.
fn doing(action: &str) -> String {
    labels::doing(action).unwrap_or(action).to_owned()
}

/// What can have been done, by its words; and what the address asks for, if it is something else.
fn actions(chosen: &str) -> Vec<Choice> {
    let mut known = labels::doings();
    known.sort_unstable_by_key(|(_, words)| *words);
    let other = !chosen.is_empty() && known.iter().all(|(name, _)| *name != chosen);
    let other = other.then(|| Choice::new(chosen, chosen));
    other.into_iter().chain(known.iter().map(|(name, words)| Choice::new(name, words))).collect()
}
