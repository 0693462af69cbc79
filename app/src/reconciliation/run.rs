use super::run_list::counts;
use super::{api, counterparty, leg_name, totals, verdict_name};
use crate::components::{
    Amount, Badge, Column, CopyId, Fact, Facts, Loaded, Moment, PageHead, Pager, Panel, Place,
    Table, load, use_filter,
};
use crate::failure::Failure;
use crate::i18n::{t, tf};
use crate::{routes, text};
use domain::page::{Page, PageRequest};
use domain::reconciliation::{RunDetail, RunInput, RunMatch};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// One run: its totals first, then every record that differs, and what went in.
#[component]
pub fn RunPage() -> impl IntoView {
    let (params, filter) = (use_params_map(), use_filter());
    let run = load(
        move || (params.read().get("id").unwrap_or_default(), filter().page()),
        |(id, page)| async move {
            let id = id.parse().map_err(|_| Failure::NotFound)?;
            api::find(id, page).await.map(|run| (run, page))
        },
    );
    view! { <Loaded from=run show=show /> }
}

fn show((detail, page): (RunDetail, PageRequest)) -> impl IntoView {
    let run = &detail.summary;
    let title = tf(
        text::RECONCILIATION_RUN_OF,
        [("day", &run.scope.day.to_string()), ("leg", leg_name(run.scope.leg))],
    );
    let lead = tf(text::RECONCILIATION_RUN_VERSION, [("version", &run.version.to_string())]);
    let (totals, counts, of) = (totals::show(run), counts(run), counterparty(&run.scope));
    let (started_by, started_at) = (run.started_by.clone(), run.started_at);
    let (finished_at, id) = (run.finished_at, run.id);
    let page = Page { total: run.differences, rows: detail.differences, request: page };
    view! {
        <PageHead title lead>
            <a class="link" href=routes::audit_of(&id.to_string())>
                {t(text::RECONCILIATION_HISTORY)}
            </a>
        </PageHead>
        {totals}
        <Panel title=t(text::RECONCILIATION_DETAIL)>
            <p>{counts}</p>
        </Panel>
        {differences(page)}
        <Panel title=t(text::RECONCILIATION_RUN)>
            <Facts>
                <Fact term=t(text::RECONCILIATION_OF)>{of}</Fact>
                <Fact term=t(text::RECONCILIATION_STARTED_BY)>
                    {started_by} " " <Moment at=started_at />
                </Fact>
                <Fact term=t(text::RECONCILIATION_FINISHED_AT)><Moment at=finished_at /></Fact>
            </Facts>
        </Panel>
        {inputs(detail.inputs)}
    }
}

fn differences(page: Page<RunMatch>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_VERDICT)),
        Column::text(t(text::RECONCILIATION_RECORD)),
        Column::number(t(text::RECONCILIATION_OURS)),
        Column::number(t(text::RECONCILIATION_THEIRS)),
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
    view! {
        <tr>
            <td><Badge tone>{verdict}</Badge></td>
            <td><code class="id">{found.number}</code></td>
            <td class="number">{found.ours.map(|money| view! { <Amount money /> })}</td>
            <td class="number">{found.theirs.map(|money| view! { <Amount money /> })}</td>
            <td>{about}</td>
            <td>{item}</td>
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
