use super::api::{self, Parties};
use super::{counterparty, leg_name, run_state, verdict_name};
use crate::api::{Named, Owners};
use crate::components::{
    Badge, Choice, Column, DateField, FilterForm, Loaded, Moment, PageHead, Pager, Place, Query,
    SelectField, Table, Tone, load, use_filter,
};
use crate::i18n::t;
use crate::session::channel_name;
use crate::{labels, routes, session, text};
use domain::access::Permission;
use domain::error_item::Leg;
use domain::page::Page;
use domain::reconciliation::{RunFilter, RunState, RunSummary};
use leptos::prelude::*;

/// The runs: of which day, between whom, with which result.
#[component]
pub fn RunList() -> impl IntoView {
    let filter = use_filter();
    let page = load(filter, |query| api::list(wanted(&query), query.page()));
    let parties = load(|| (), |()| api::find_parties());
    let rules = view! {
        <a class="link" href=routes::MATCHING_RULES>{t(text::RECONCILIATION_RULES)}</a>
    };
    let start = session::may(Permission::RunReconciliation).then(|| {
        view! {
            <a class="button button-main" href=routes::NEW_RECONCILIATION>
                {t(text::RECONCILIATION_START)}
            </a>
        }
    });
    view! {
        <PageHead title=t(text::RECONCILIATION_TITLE) lead=t(text::RECONCILIATION_LEAD)>
            {rules}
            {start}
        </PageHead>
        <Loaded from=parties show=move |parties| move || fields(filter(), &parties) />
        <Loaded from=page show=show />
    }
}

fn wanted(query: &Query) -> RunFilter {
    RunFilter {
        leg: query.text("leg").and_then(|leg| Leg::named(&leg)),
        of: query.text("of"),
        day: query.value("day"),
        state: query.text("state").and_then(|state| RunState::named(&state)),
    }
}

fn fields(query: Query, parties: &Parties) -> impl IntoView + use<> {
    let text = move |name| query.text(name).unwrap_or_default();
    let legs: Vec<_> = Leg::ALL.iter().map(|leg| Choice::new(leg.name(), leg_name(*leg))).collect();
    let states = RunState::ALL.iter().map(|one| Choice::new(one.name(), run_state(*one).0));
    let states: Vec<_> = states.collect();
    let channels = parties.channels.iter().map(|code| Choice::new(code, channel_name(code)));
    let accounts = parties.accounts.iter().map(|number| Choice::new(number, number));
    let merchants = parties.merchants.iter().map(|(id, name)| Choice::new(id, name));
    let of: Vec<_> = channels.chain(accounts).chain(merchants).collect();
    let any = t(text::RECONCILIATION_ANY);
    view! {
        <FilterForm action=routes::RECONCILIATION>
            <DateField name="day" label=t(text::RECONCILIATION_DAY) value=text("day")
                optional=true />
            <SelectField name="leg" label=t(text::RECONCILIATION_LEG) choices=legs
                value=text("leg") none=any />
            <SelectField name="state" label=t(text::RECONCILIATION_STATE) choices=states
                value=text("state") none=any />
            <SelectField name="of" label=t(text::RECONCILIATION_OF) choices=of value=text("of")
                none=any />
        </FilterForm>
    }
}

fn show(found: Named<Page<RunSummary>>) -> impl IntoView {
    let Named { what: page, owners } = found;
    let columns = vec![
        Column::text(t(text::RECONCILIATION_DAY)),
        Column::text(t(text::RECONCILIATION_LEG)),
        Column::text(t(text::RECONCILIATION_OF)),
        Column::number(t(text::RECONCILIATION_VERSION)),
        Column::text(t(text::RECONCILIATION_STATE)),
        Column::text(t(text::RECONCILIATION_TOTALS)),
        Column::text(t(text::RECONCILIATION_DETAIL)),
        Column::number(t(text::RECONCILIATION_DIFFERENCES)),
        Column::number(t(text::RECONCILIATION_UNEXPLAINED)),
        Column::text(t(text::RECONCILIATION_STARTED_BY)),
        Column::text(t(text::RECONCILIATION_FINISHED_AT)),
    ];
    let place = Place::of(&page);
    let moving = page.rows.iter().any(|run| run.state == RunState::Running);
    view! {
        <div id="runs" data-moving=moving.then_some("")>
        <Table
            caption=t(text::RECONCILIATION_TITLE)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::RECONCILIATION_NONE)
        >
            {page.rows.into_iter().map(|run| row(run, &owners)).collect_view()}
        </Table>
        </div>
        <Pager place />
    }
}

fn row(run: RunSummary, owners: &Owners) -> impl IntoView + use<> {
    let state = run_state(run.state);
    let unexplained = run.unexplained();
    let (of, day) = (counterparty(&run.scope, owners), run.scope.day.to_string());
    view! {
        <tr>
            <td><a class="link" href=routes::reconciliation(run.id)>{day}</a></td>
            <td class="words">{leg_name(run.scope.leg)}</td>
            <td class="words">{of}</td>
            <td class="number">{run.version}</td>
            <td><Badge tone=state.1>{state.0}</Badge></td>
            <td>{run.state.has_result().then(|| totals_badge(run.totals_agree))}</td>
            <td class="words">{counts(&run)}</td>
            <td class="number">{run.differences}</td>
            <td class="number">{unexplained}</td>
            <td>{labels::actor(&run.started_by)}</td>
            <td>{run.finished_at.map(|at| view! { <Moment at /> })}</td>
        </tr>
    }
}

/// Whether the totals agree.
pub(super) fn totals_badge(agree: bool) -> impl IntoView {
    let (word, tone) = if agree {
        (text::RECONCILIATION_AGREE, Tone::Good)
    } else {
        (text::RECONCILIATION_DISAGREE, Tone::Bad)
    };
    view! { <Badge tone>{t(word)}</Badge> }
}

/// How many findings there are of each verdict.
pub(super) fn counts(run: &RunSummary) -> impl IntoView + use<> {
    let badge = |found: &domain::reconciliation::VerdictCount| {
        let ((word, tone), count) = (verdict_name(found.verdict), found.count);
        view! { <Badge tone>{word} " " {count}</Badge> " " }
    };
    run.counts.iter().map(badge).collect_view()
}
