use super::api;
use crate::components::{Badge, Column, CommandForm, Confirmed, Panel, Submit, Table, Tone};
use crate::i18n::{t, tf};
use crate::phrases::phrase;
use crate::{session, text};
use domain::access::Permission;
use domain::date::BusinessDate;
use domain::trading_day::{DayOverview, Gate, GateKind};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// The gates and the cut of the open day; the clock of a demonstration.
pub(super) fn show(day: DayOverview) -> impl IntoView {
    let open = day.date == day.open_date;
    let moves = session::surroundings().demo && session::may(Permission::MoveDemoClock);
    view! {
        {open.then(|| gates(&day.gates))}
        {open.then(|| view! {
            <Panel title=t(text::TRADING_DAY_CUT)>{cut(&day)}</Panel>
        })}
        {moves.then(|| view! { <MoveClock /> })}
    }
}

fn gates(gates: &[Gate]) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::TRADING_DAY_GATE)),
        Column::text(t(text::TRADING_DAY_STATE)),
        Column::text(t(text::TRADING_DAY_FINDING)),
    ];
    let empty = gates.is_empty();
    let rows = gates.iter().map(gate).collect_view();
    view! {
        <Panel title=t(text::TRADING_DAY_GATES)>
            <Table caption=t(text::TRADING_DAY_GATES) columns empty>
                {rows}
            </Table>
        </Panel>
    }
}

fn gate(gate: &Gate) -> impl IntoView + use<> {
    let name = t(match gate.gate {
        GateKind::LedgerInvariants => text::TRADING_DAY_GATE_LEDGER,
        GateKind::TransitExplained => text::TRADING_DAY_GATE_TRANSIT,
        GateKind::ReserveCovers => text::TRADING_DAY_GATE_RESERVE,
        GateKind::NothingInProgress => text::TRADING_DAY_GATE_PROGRESS,
    });
    let (state, tone) = if gate.holds {
        (text::TRADING_DAY_HOLDS, Tone::Good)
    } else {
        (text::TRADING_DAY_FAILS, Tone::Bad)
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td><Badge tone>{t(state)}</Badge></td>
            <td class="wrap">{found(&gate.finding)}</td>
        </tr>
    }
}

/// The form to cut the day, or why it cannot be cut here and now.
fn cut(day: &DayOverview) -> AnyView {
    let mut reasons = Vec::new();
    if !session::may(Permission::CutDay) {
        reasons.push(t(text::TRADING_DAY_CUT_NOT_ALLOWED).to_owned());
    }
    if let Some(from) = &day.cut_from {
        reasons.push(tf(text::TRADING_DAY_CUT_TOO_EARLY, [("from", from)]));
    }
    if day.gates.iter().any(|gate| !gate.holds) {
        reasons.push(t(text::TRADING_DAY_CUT_GATE).to_owned());
    }
    if reasons.is_empty() {
        return view! { <CutDay date=day.date /> }.into_any();
    }
    let reasons = reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view();
    view! {
        <p>{t(text::TRADING_DAY_CUT_WHY_NOT)}</p>
        <ul>{reasons}</ul>
    }
    .into_any()
}

#[component]
fn CutDay(date: BusinessDate) -> impl IntoView {
    let action = ServerAction::<api::Cut>::new();
    view! {
        <CommandForm action>
            <p class="field-hint">{t(text::TRADING_DAY_CUT_HINT)}</p>
            <input type="hidden" name="request[date]" value=date.to_string() />
            <Confirmed name="request[confirmed]" label=t(text::TRADING_DAY_CUT_CONFIRM) />
            <Submit grave=true>
                {tf(text::TRADING_DAY_CUT_DATE, [("date", &date.to_string())])}
            </Submit>
        </CommandForm>
    }
}

#[component]
fn MoveClock() -> impl IntoView {
    let action = ServerAction::<api::MoveClock>::new();
    view! {
        <Panel title=t(text::TRADING_DAY_CLOCK)>
            <CommandForm action>
                <p class="field-hint">{t(text::TRADING_DAY_CLOCK_HINT)}</p>
                <Confirmed name="request[confirmed]" label=t(text::TRADING_DAY_CLOCK_CONFIRM) />
                <Submit>{t(text::TRADING_DAY_CLOCK_MOVE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// What a gate found, one finding after the other, in the reader's language.
fn found(finding: &str) -> String {
    finding.split("; ").map(phrase).collect::<Vec<_>>().join("; ")
}
