//! The changes of state of an order, its payment and its refunds: orders and payments show them
//! alike.

use crate::components::{Badge, Column, Moment, Table};
use crate::i18n::{Text, t};
use crate::wording::refund_state;
use crate::{labels, routes, text};
use domain::ids::RefundId;
use domain::order::{Cause, OrderStatus, Subject, TransitionRecord};
use domain::payment::PaymentStatus;
use leptos::prelude::*;

/// Every change: when, whose, from, to, why, by whom.
#[component]
pub fn Transitions(
    /// The changes, in their order.
    of: Vec<TransitionRecord>,
) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::ORDERS_CHANGED_AT)),
        Column::text(t(text::ORDERS_SUBJECT)),
        Column::text(t(text::ORDERS_FROM)),
        Column::text(t(text::ORDERS_TO)),
        Column::text(t(text::ORDERS_CAUSE)),
        Column::text(t(text::ORDERS_ACTOR)),
    ];
    let empty = of.is_empty();
    let rows = of.into_iter().map(row).collect_view();
    view! {
        <Table
            caption=t(text::ORDERS_TRANSITIONS)
            columns
            empty
            nothing=t(text::ORDERS_NO_TRANSITIONS)
        >
            {rows}
        </Table>
    }
}

fn row(change: TransitionRecord) -> impl IntoView {
    let subject = t(match change.subject {
        Subject::Order => text::ORDERS_SUBJECT_ORDER,
        Subject::Payment => text::ORDERS_SUBJECT_PAYMENT,
        Subject::Refund => text::ORDERS_SUBJECT_REFUND,
    });
    let subject = match change.subject {
        Subject::Refund => {
            let href = routes::refund(RefundId(change.subject_id));
            view! { <a class="link" href=href>{subject}</a> }.into_any()
        }
        Subject::Order | Subject::Payment => subject.into_any(),
    };
    view! {
        <tr>
            <td><Moment at=change.at /></td>
            <td>{subject}</td>
            <td>{state(change.subject, &change.from)}</td>
            <td>{state(change.subject, &change.to)}</td>
            <td>{t(cause(change.cause))}</td>
            <td>{labels::actor(&change.actor)}</td>
        </tr>
    }
}

fn state(subject: Subject, name: &str) -> AnyView {
    let (word, tone) = match subject {
        Subject::Order => match OrderStatus::named(name) {
            Some(status) => crate::wording::order_status(status),
            None => return name.to_owned().into_any(),
        },
        Subject::Payment => match PaymentStatus::named(name) {
            Some(status) => crate::wording::payment_status(status),
            None => return name.to_owned().into_any(),
        },
        Subject::Refund => refund_state(name),
    };
    view! { <Badge tone>{word}</Badge> }.into_any()
}

fn cause(cause: Cause) -> Text {
    match cause {
        Cause::Request => text::ORDERS_CAUSE_REQUEST,
        Cause::Refusal => text::ORDERS_CAUSE_REFUSAL,
        Cause::Sending => text::ORDERS_CAUSE_SENDING,
        Cause::Answer => text::ORDERS_CAUSE_ANSWER,
        Cause::Query => text::ORDERS_CAUSE_QUERY,
        Cause::Callback => text::ORDERS_CAUSE_CALLBACK,
        Cause::Bill => text::ORDERS_CAUSE_BILL,
        Cause::Interruption => text::ORDERS_CAUSE_INTERRUPTION,
        Cause::Unreachable => text::ORDERS_CAUSE_UNREACHABLE,
        Cause::Decision => text::ORDERS_CAUSE_DECISION,
        Cause::Funding => text::ORDERS_CAUSE_FUNDING,
        Cause::Consequence => text::ORDERS_CAUSE_CONSEQUENCE,
        Cause::Import => text::ORDERS_CAUSE_IMPORT,
    }
}
