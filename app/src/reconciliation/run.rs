use super::rules::{baseline_name, key_name};
use super::run_list::counts;
use super::{
    api, counterparty, explanation_name, leg_name, run_actions, run_shares, run_state, totals,
    verdict_name,
};
use crate::api::Named;
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Pager, Panel, Place,
    Query, Table, Tone, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::{labels, routes, text};
use domain::page::{Page, PageRequest};
use domain::reconciliation::{Explanation, RunDetail, RunInput, RunMatch, RunState, Shown};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One run: its totals first, then every record that differs, and what went in.
#[component]
pub fn RunPage() -> impl IntoView {
    let (params, filter) = (use_params_map(), use_filter());
    let run = load(
        move || {
            let query = filter();
            (params.read().get("id").unwrap_or_default(), shown(&query), query.page())
        },
        |(id, shown, page)| async move {
            let id = id.parse().map_err(|_| Failure::NotFound)?;
            api::find(id, shown, page).await.map(|run| (run, shown, page))
        },
    );
    view! { <Loaded from=run show=show /> }
}

/// Which part of the differences the address asks for.
fn shown(query: &Query) -> Shown {
    match query.text("shown").as_deref() {
        Some("unexplained") => Shown::Unexplained,
        Some(name) => Explanation::named(name).map_or(Shown::All, Shown::By),
        None => Shown::All,
    }
}

fn show((found, shown, page): (Named<RunDetail>, Shown, PageRequest)) -> impl IntoView {
    let Named { what: detail, owners } = found;
    let run = &detail.summary;
    let title = tf(
        text::RECONCILIATION_RUN_OF,
        [("day", &run.scope.day.to_string()), ("leg", leg_name(run.scope.leg))],
    );
    let lead = tf(text::RECONCILIATION_RUN_VERSION, [("version", &run.version.to_string())]);
    let (totals, counts, of) = (totals::show(run), counts(run), counterparty(&run.scope, &owners));
    let (started_by, started_at) = (labels::actor(&run.started_by), run.started_at);
    let (finished_at, id) = (run.finished_at, run.id);
    let (word, tone) = run_state(run.state);
    let note = (!run.note.is_empty()).then(|| {
        let note = run.note.clone();
        view! { <Fact term=t(text::RECONCILIATION_NOTE)>{note}</Fact> }
    });
    let rules = (run.rules_version > 0).then(|| run.rules_version.to_string());
    let rules = rules.unwrap_or_else(|| t(text::RECONCILIATION_RULES_BUILT_IN).to_owned());
    let baseline = baseline_name(run.baseline);
    let rate = run.match_rate_ppm().map(per_cent);
    let (shares, actions) = (run_shares::show(run, shown), run_actions::show(&detail));
    let page = Page { total: detail.shown, rows: detail.differences, request: page };
    let moving = (detail.summary.state == RunState::Running).then_some("");
    view! {
        <PageHead title lead>
            <a class="link" href=routes::audit_of(&id.to_string())>
                {t(text::RECONCILIATION_HISTORY)}
            </a>
        </PageHead>
        {totals}
        <Panel
            title=t(text::RECONCILIATION_DETAIL)
            actions=move || view! { <Badge tone>{word}</Badge> }
        >
            <p id="run" data-moving=moving>{counts}</p>
        </Panel>
        {shares}
        {differences(page)}
        <Panel title=t(text::RECONCILIATION_RUN)>
            <Facts>
                <Fact term=t(text::RECONCILIATION_OF)>{of}</Fact>
                <Fact term=t(text::RECONCILIATION_STARTED_BY)>
                    {started_by} " " <Moment at=started_at />
                </Fact>
                <Fact term=t(text::RECONCILIATION_FINISHED_AT)>
                    {finished_at.map(|at| view! { <Moment at /> })}
                </Fact>
                <Fact term=t(text::RECONCILIATION_RULES_VERSION)>
                    <a class="link" href=routes::MATCHING_RULES>{rules}</a>
                </Fact>
                <Fact term=t(text::RECONCILIATION_BASELINE)>{baseline}</Fact>
                <Fact term=t(text::RECONCILIATION_MATCH_RATE)>{rate}</Fact>
                {note}
            </Facts>
        </Panel>
        {inputs(detail.inputs)}
        {actions}
    }
}

fn differences(page: Page<RunMatch>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_VERDICT)),
        Column::text(t(text::RECONCILIATION_RECORD)),
        Column::number(t(text::RECONCILIATION_OURS)),
        Column::number(t(text::RECONCILIATION_THEIRS)),
        Column::text(t(text::RECONCILIATION_EXPLAINED)),
        Column::text(t(text::RECONCILIATION_MATCHED_BY)),
        Column::text(t(text::RECONCILIATION_ABOUT)),
        Column::text(t(text::RECONCILIATION_ERROR_ITEM)),
    ];
    let place = Place::of(&page);
    let empty = page.rows.is_empty();
    let rows = page.rows.into_iter().map(difference).collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_DIFFERENCES)>
            <Table
                caption=t(text::RECONCILIATION_DIFFERENCES)
                columns
                empty
                nothing=t(text::RECONCILIATION_NO_DIFFERENCES)
            >
                {rows}
            </Table>
        </Panel>
        <Pager place />
    }
}

fn difference(found: RunMatch) -> impl IntoView {
    let (verdict, tone) = verdict_name(found.verdict);
    let about = [
        (text::RECONCILIATION_PAYMENT, found.payment.map(routes::payment)),
        (text::RECONCILIATION_REFUND, found.refund.map(routes::refund)),
        (text::RECONCILIATION_ORDER, found.order.map(routes::order)),
        (text::RECONCILIATION_BILL_LINE, found.bill_line.map(routes::bill_line)),
    ];
    let about = about.into_iter().filter_map(|(words, href)| {
        href.map(|href| view! { <a class="link" href=href>{t(words)}</a> " " })
    });
    let about = about.collect_view();
    let item = found.error_item.map(|id| {
        view! {
            <a class="link" href=routes::error_item(id)>{t(text::RECONCILIATION_ERROR_ITEM)}</a>
        }
    });
    let explained = found.explained.map(|why| {
        view! { <Badge tone=Tone::Info>{explanation_name(why)}</Badge> }
    });
    let clears =
        found.clears_by.map(|day| tf(text::RECONCILIATION_CLEARS_BY, [("day", &day.to_string())]));
    let by = found.by.map(key_name);
    let born = found.born_in.map(|leg| tf(text::RECONCILIATION_BORN_IN, [("leg", leg_name(leg))]));
    view! {
        <tr>
            <td><Badge tone>{verdict}</Badge></td>
            <td><code class="id">{found.number}</code></td>
            <td class="number">{found.ours.map(|money| view! { <Amount money /> })}</td>
            <td class="number">{found.theirs.map(|money| view! { <Amount money /> })}</td>
            <td>{explained} {clears}</td>
            <td>{by}</td>
            <td>{about}</td>
            <td>{item} {born}</td>
        </tr>
    }
}

fn inputs(inputs: Vec<RunInput>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_INPUT)),
        Column::text(t(text::RECONCILIATION_NAME)),
        Column::number(t(text::RECONCILIATION_RECORDS)),
        Column::text(t(text::RECONCILIATION_HASH)),
    ];
    let rows = inputs.into_iter().map(input).collect_view();
    view! {
        <Panel title=t(text::RECONCILIATION_INPUTS)>
            <Table caption=t(text::RECONCILIATION_INPUTS) columns>{rows}</Table>
        </Panel>
    }
}

fn input(input: RunInput) -> impl IntoView {
    let what = t(match input.what.as_str() {
        "payments" => text::RECONCILIATION_INPUT_PAYMENTS,
        "ledger" => text::RECONCILIATION_INPUT_LEDGER,
        "orders" => text::RECONCILIATION_INPUT_ORDERS,
        "expected" => text::RECONCILIATION_INPUT_EXPECTED,
        "bill" => text::RECONCILIATION_KIND_BILL,
        "statement" => text::RECONCILIATION_KIND_STATEMENT,
        "merchant_orders" => text::RECONCILIATION_KIND_MERCHANT_ORDERS,
        _ => text::RECONCILIATION_INPUT,
    });
    let name = match input.file {
        Some(id) => view! { <a class="link" href=routes::file(id)>{input.name}</a> }.into_any(),
        None => input.name.into_any(),
    };
    view! {
        <tr>
            <td>{what}</td>
            <td>{name}</td>
            <td class="number">{input.records}</td>
            <td class="wrap"><CopyId id=input.sha256 /></td>
        </tr>
    }
}

/// Parts of a million as a percentage with two digits.
pub(super) fn per_cent(ppm: i64) -> String {
    format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100)
}
