use super::explanation_name;
use crate::components::{Amount, Badge, Column, Panel, Table, Tone};
use crate::i18n::t;
use crate::{routes, text};
use domain::reconciliation::{RunSummary, Share, Shown};
use leptos::prelude::*;

/// The difference by what explains it: what is unexplained comes first, and each part leads to its
/// records.
pub(super) fn show(run: &RunSummary, shown: Shown) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_EXPLAINED)),
        Column::number(t(text::RECONCILIATION_RECORDS)),
        Column::number(t(text::RECONCILIATION_DIFFERENCE)),
    ];
    let empty = run.shares.is_empty();
    let id = run.id;
    let rows = run.shares.iter().map(|share| row(id, share)).collect_view();
    let all = (shown != Shown::All).then(|| {
        view! {
            <a class="link" href=routes::reconciliation(id)>{t(text::RECONCILIATION_SHOW_ALL)}</a>
        }
    });
    view! {
        <Panel title=t(text::RECONCILIATION_SHARES)>
            <p class="field-hint">{t(text::RECONCILIATION_SHARES_HINT)}</p>
            <Table
                caption=t(text::RECONCILIATION_SHARES)
                columns
                empty
                nothing=t(text::RECONCILIATION_NO_DIFFERENCES)
            >
                {rows}
            </Table>
            {all}
        </Panel>
    }
}

fn row(id: domain::ids::ReconciliationId, share: &Share) -> impl IntoView + use<> {
    let (name, word, tone) = match share.explained {
        Some(why) => (why.name(), explanation_name(why), Tone::Info),
        None => ("unexplained", t(text::RECONCILIATION_UNEXPLAINED), Tone::Bad),
    };
    let (count, money) = (share.count, share.amount);
    view! {
        <tr>
            <th scope="row">
                <a class="link" href=routes::reconciliation_shown(id, name)>
                    <Badge tone>{word}</Badge>
                </a>
            </th>
            <td class="number">{count}</td>
            <td class="number"><Amount money /></td>
        </tr>
    }
}
