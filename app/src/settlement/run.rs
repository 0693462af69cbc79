use super::api;
use super::api::RunReport;
use crate::components::{
    Amount, Column, CommandForm, DateField, Fact, Facts, Loaded, Moment, Panel, Submit, Table, load,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::settlement::Held;
use leptos::prelude::*;

/// The latest run with what it had to leave, and the form to start another.
#[component]
pub fn Run() -> impl IntoView {
    let last = load(|| (), |()| api::last_run());
    let form = session::may(Permission::RunSettlement).then(|| view! { <Ask /> });
    view! {
        <Loaded from=last show=|last| last.map(show) />
        {form}
    }
}

#[component]
fn Ask() -> impl IntoView {
    let action = ServerAction::<api::AskForRun>::new();
    view! {
        <Panel title=t(text::SETTLEMENT_RUN)>
            <CommandForm action>
                <p class="field-hint">{t(text::SETTLEMENT_RUN_HINT)}</p>
                <DateField name="request[due_date]" label=t(text::SETTLEMENT_DUE_UP_TO) />
                <Submit>{t(text::SETTLEMENT_RUN_NOW)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn show(report: RunReport) -> impl IntoView {
    let RunReport { run, at } = report;
    let held = (!run.held.is_empty()).then(|| held(run.held));
    view! {
        <Panel title=t(text::SETTLEMENT_LAST_RUN)>
            <Facts>
                <Fact term=t(text::SETTLEMENT_RAN_AT)><Moment at /></Fact>
                <Fact term=t(text::SETTLEMENT_DUE_UP_TO)>{run.due_date.to_string()}</Fact>
                <Fact term=t(text::SETTLEMENT_SETTLED)>{run.settled.len().to_string()}</Fact>
                <Fact term=t(text::SETTLEMENT_PAYOUTS_DRAFTED)>{run.payouts}</Fact>
                <Fact term=t(text::SETTLEMENT_PAYOUTS_TOTAL)>
                    <Amount money=run.payouts_total />
                </Fact>
            </Facts>
            {held}
        </Panel>
    }
}

/// What could not be settled, and why.
fn held(held: Vec<Held>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::SETTLEMENT_MERCHANT)),
        Column::text(t(text::SETTLEMENT_CLEARING_DATE)),
        Column::text(t(text::SETTLEMENT_HELD_BECAUSE)),
    ];
    let rows = held.into_iter().map(|held| {
        view! {
            <tr>
                <td>
                    <a class="link" href=routes::merchant(held.merchant)>{held.merchant_name}</a>
                </td>
                <td>{held.clearing_date.to_string()}</td>
                <td class="wrap">{held.reason}</td>
            </tr>
        }
    });
    view! {
        <h3>{t(text::SETTLEMENT_HELD)}</h3>
        <Table caption=t(text::SETTLEMENT_HELD) columns>{rows.collect_view()}</Table>
    }
}
