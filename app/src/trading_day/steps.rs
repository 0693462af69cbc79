use crate::components::{Amount, Badge, Column, Table, Tone};
use crate::i18n::{Text, t};
use crate::{routes, session, text};
use domain::access::Permission;
use domain::date::BusinessDate;
use domain::trading_day::{DayOverview, DayStep, Step, StepState};
use leptos::prelude::*;

/// The steps of a day, in their order.
pub(super) fn table(day: &DayOverview) -> impl IntoView + use<> {
    let columns = vec![
        Column::number(t(text::TRADING_DAY_NUMBER)),
        Column::text(t(text::TRADING_DAY_STEP)),
        Column::text(t(text::TRADING_DAY_STATE)),
        Column::number(t(text::TRADING_DAY_COUNT)),
        Column::number(t(text::TRADING_DAY_OPEN)),
        Column::number(t(text::TRADING_DAY_AMOUNT)),
        Column::text(t(text::TRADING_DAY_MEANING)),
    ];
    let rows = (1..).zip(&day.steps).map(|(number, step)| row(number, step, day.date));
    let rows = rows.collect_view();
    view! {
        <Table caption=t(text::TRADING_DAY_STEPS) columns empty=day.steps.is_empty()>
            {rows}
        </Table>
    }
}

fn row(number: i32, step: &DayStep, day: BusinessDate) -> impl IntoView + use<> {
    let (state, tone) = state_name(step.state);
    let (name, meaning) = words(step.step);
    let name = match place(step.step, day).filter(|(_, needs)| session::may(*needs)) {
        Some((href, _)) => view! { <a class="link" href=href>{t(name)}</a> }.into_any(),
        None => t(name).into_any(),
    };
    view! {
        <tr>
            <td class="number">{number}</td>
            <th scope="row">{name}</th>
            <td><Badge tone>{state}</Badge></td>
            <td class="number">{step.count}</td>
            <td class="number">{step.open}</td>
            <td class="number">{step.amount.map(|money| view! { <Amount money /> })}</td>
            <td class="wrap">{t(meaning)}</td>
        </tr>
    }
}

fn state_name(state: StepState) -> (&'static str, Tone) {
    let (word, tone) = match state {
        StepState::Waiting => (text::TRADING_DAY_STATE_WAITING, Tone::Neutral),
        StepState::Running => (text::TRADING_DAY_STATE_RUNNING, Tone::Info),
        StepState::Attention => (text::TRADING_DAY_STATE_ATTENTION, Tone::Warn),
        StepState::Done => (text::TRADING_DAY_STATE_DONE, Tone::Good),
    };
    (t(word), tone)
}

/// What a step is called, and what its figures count.
fn words(step: Step) -> (Text, Text) {
    match step {
        Step::Payments => (text::TRADING_DAY_PAYMENTS, text::TRADING_DAY_PAYMENTS_MEANING),
        Step::Refunds => (text::TRADING_DAY_REFUNDS, text::TRADING_DAY_REFUNDS_MEANING),
        Step::Cut => (text::TRADING_DAY_CUT, text::TRADING_DAY_CUT_MEANING),
        Step::Bills => (text::TRADING_DAY_BILLS, text::TRADING_DAY_BILLS_MEANING),
        Step::Reconciliation => {
            (text::TRADING_DAY_RECONCILIATION, text::TRADING_DAY_RECONCILIATION_MEANING)
        }
        Step::ErrorItems => (text::TRADING_DAY_ERROR_ITEMS, text::TRADING_DAY_ERROR_ITEMS_MEANING),
        Step::Settlement => (text::TRADING_DAY_SETTLEMENT, text::TRADING_DAY_SETTLEMENT_MEANING),
        Step::Payouts => (text::TRADING_DAY_PAYOUTS, text::TRADING_DAY_PAYOUTS_MEANING),
        Step::Statements => (text::TRADING_DAY_STATEMENTS, text::TRADING_DAY_STATEMENTS_MEANING),
        Step::Reserve => (text::TRADING_DAY_RESERVE, text::TRADING_DAY_RESERVE_MEANING),
        Step::Vouchers => (text::TRADING_DAY_VOUCHERS, text::TRADING_DAY_VOUCHERS_MEANING),
    }
}

/// Where the work of a step is done, and who may look there.
fn place(step: Step, day: BusinessDate) -> Option<(String, Permission)> {
    Some(match step {
        Step::Payments => (routes::PAYMENTS.to_owned(), Permission::ViewPayments),
        Step::Refunds => (routes::REFUNDS.to_owned(), Permission::ViewPayments),
        Step::Cut => return None,
        Step::Bills => {
            (format!("{}?kind=bill&day={day}", routes::FILES), Permission::ViewReconciliation)
        }
        Step::Reconciliation => {
            (format!("{}?day={day}", routes::RECONCILIATION), Permission::ViewReconciliation)
        }
        Step::ErrorItems => {
            (format!("{}?day={day}", routes::ERROR_ITEMS), Permission::ViewErrorItems)
        }
        Step::Settlement => (routes::SETTLEMENT.to_owned(), Permission::ViewSettlement),
        Step::Payouts => (routes::PAYOUTS.to_owned(), Permission::ViewPayouts),
        Step::Statements => {
            (format!("{}?kind=statement&day={day}", routes::FILES), Permission::ViewReconciliation)
        }
        Step::Reserve => (routes::RESERVE.to_owned(), Permission::ViewReserve),
        Step::Vouchers => (routes::VOUCHERS.to_owned(), Permission::ViewVouchers),
    })
}
