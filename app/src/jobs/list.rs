use super::api;
use crate::components::{
    Badge, Choice, Column, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query, SelectField,
    Table, Tone, load, use_filter,
};
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::{labels, routes, text};
use domain::job::{JobState, JobSummary};
use domain::page::Page;
use leptos::prelude::*;

/// The latest jobs.
#[component]
pub fn JobList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    view! {
        <PageHead title=t(text::JOBS_TITLE) lead=t(text::JOBS_LEAD) />
        {move || fields(&filter())}
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> Option<JobState> {
    JobState::named(&query.text("state")?)
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let choices = JobState::ALL.map(|state| Choice::new(state.name(), state_name(state).0)).into();
    let value = wanted(query).map_or("", JobState::name);
    view! {
        <FilterForm action=routes::JOBS>
            <SelectField
                name="state"
                label=t(text::JOBS_STATE)
                choices
                value
                none=t(text::JOBS_ANY_STATE)
            />
        </FilterForm>
    }
}

fn show(page: Page<JobSummary>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::JOBS_KIND)),
        Column::text(t(text::JOBS_STATE)),
        Column::number(t(text::JOBS_ATTEMPTS)),
        Column::text(t(text::JOBS_PROGRESS)),
        Column::text(t(text::JOBS_CREATED_AT)),
        Column::text(t(text::JOBS_RUN_AT)),
        Column::text(t(text::JOBS_LAST_ERROR)),
    ];
    let place = Place::of(&page);
    view! {
        <Table caption=t(text::JOBS_TITLE) columns empty=page.rows.is_empty()>
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

fn row(job: JobSummary) -> impl IntoView {
    let (state, tone) = state_name(job.state);
    let progress = job.progress.map(|(done, total)| {
        tf(text::JOBS_DONE_OF, [("done", &done.to_string()), ("total", &total.to_string())])
    });
    view! {
        <tr>
            <td title=job.kind.clone()>{work(&job.kind)}</td>
            <td><Badge tone>{state}</Badge></td>
            <td class="number">{job.attempts}</td>
            <td>{progress}</td>
            <td><Moment at=job.created_at /></td>
            <td><Moment at=job.run_at /></td>
            <td class="wrap">{job.last_error.as_deref().map(phrase)}</td>
        </tr>
    }
}

/// What kind of work it is; one without words is named as it is stored.
fn work(kind: &str) -> String {
    labels::doing(kind).unwrap_or(kind).to_owned()
}

fn state_name(state: JobState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        JobState::Queued => (text::JOBS_STATE_QUEUED, Tone::Neutral),
        JobState::Running => (text::JOBS_STATE_RUNNING, Tone::Info),
        JobState::Done => (text::JOBS_STATE_DONE, Tone::Good),
        JobState::Dead => (text::JOBS_STATE_DEAD, Tone::Bad),
    };
    (t(word), tone)
}
