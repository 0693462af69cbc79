//! Requests for approval where the screens of other areas show them.

use crate::components::{Badge, Column, Moment, Table, Tone};
use crate::i18n::t;
use crate::request_title::title;
use crate::{routes, text};
use domain::approval::ApprovalSummary;
use leptos::prelude::*;

/// The requests about the thing a screen shows: those that wait, and what was decided.
#[component]
pub fn Requests(
    /// Newest first.
    rows: Vec<ApprovalSummary>,
) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::APPROVALS_REQUEST)),
        Column::text(t(text::APPROVALS_STATE)),
        Column::text(t(text::APPROVALS_MAKER)),
        Column::text(t(text::APPROVALS_MADE_AT)),
        Column::text(t(text::APPROVALS_CHECKER)),
    ];
    let empty = rows.is_empty();
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <Table
            caption=t(text::APPROVALS_CHANGES)
            columns
            empty
            nothing=t(text::APPROVALS_NONE)
        >
            {rows}
        </Table>
    }
}

fn row(request: ApprovalSummary) -> impl IntoView {
    let (state, tone) = state_name(&request.state);
    view! {
        <tr>
            <td class="wrap">
                <a class="link" href=routes::approval(request.id)>{title(&request.title)}</a>
            </td>
            <td><Badge tone>{state}</Badge></td>
            <td>{request.maker_name}</td>
            <td><Moment at=request.made_at /></td>
            <td>{request.checker_name}</td>
        </tr>
    }
}

/// The word and the tone of a stored state.
#[must_use]
pub fn state_name(state: &str) -> (&'static str, Tone) {
    let (word, tone) = match state {
        "pending" => (text::APPROVALS_STATE_PENDING, Tone::Warn),
        "approved" => (text::APPROVALS_STATE_APPROVED, Tone::Info),
        "executed" => (text::APPROVALS_STATE_EXECUTED, Tone::Good),
        "rejected" => (text::APPROVALS_STATE_REJECTED, Tone::Bad),
        "stale" => (text::APPROVALS_STATE_STALE, Tone::Bad),
        _ => (text::APPROVALS_STATE_WITHDRAWN, Tone::Neutral),
    };
    (t(word), tone)
}
