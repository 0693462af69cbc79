use super::api;
use crate::components::{Column, Content, Loaded, Panel, Table, load};
use crate::i18n::{Text, t};
use crate::{labels, text};
use domain::approval::Difference;
use domain::ids::ApprovalId;
use leptos::prelude::*;

/// Why an approved request was not carried out: what was approved, and what it met.
#[component]
pub(super) fn Differences(
    /// The request.
    id: ApprovalId,
) -> impl IntoView {
    let differences = load(move || id, api::differences);
    view! {
        <Panel title=t(text::APPROVALS_DIFFERENCES)>
            <p class="field-hint">{t(text::APPROVALS_DIFFERENCES_HINT)}</p>
            <Loaded from=differences show=show />
        </Panel>
    }
}

fn show(differences: Vec<Difference>) -> impl IntoView {
    let sides = (text::APPROVALS_WAS_APPROVED, text::APPROVALS_IS_NOW);
    table(text::APPROVALS_DIFFERENCES, differences, sides)
}

/// Differences, place by place, under a caption and these headings.
pub(super) fn table(
    caption: Text,
    differences: Vec<Difference>,
    (was, is): (Text, Text),
) -> impl IntoView {
    let columns =
        vec![Column::text(t(text::APPROVALS_PLACE)), Column::text(t(was)), Column::text(t(is))];
    let empty = differences.is_empty();
    let rows = differences.into_iter().map(|one| {
        let place = one.place.iter().map(|name| labels::field(name)).collect::<Vec<_>>();
        let side = |json: Option<String>| {
            let none = json.is_none().then(|| t(text::APPROVALS_NOTHING_THERE));
            view! { {none} {json.map(|json| view! { <Content json /> })} }
        };
        view! {
            <tr>
                <th scope="row">{place.join(" › ")}</th>
                <td class="wrap">{side(one.approved)}</td>
                <td class="wrap">{side(one.now)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table caption=t(caption) columns empty>{rows}</Table> }
}
