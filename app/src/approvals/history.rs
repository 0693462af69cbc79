use super::{state_name, title};
use crate::components::{Badge, Column, Moment, Table};
use crate::i18n::t;
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
