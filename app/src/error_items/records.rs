use crate::components::{Badge, Column, Panel, Table, Tone};
use crate::i18n::t;
use crate::{session, text};
use domain::error_item::{Difference, RecordView};
use domain::matching::Standing;
use leptos::prelude::*;

/// Both sides' records beside each other; what differs is marked.
pub(super) fn show(difference: &Difference) -> impl IntoView + use<> {
    let (ours, theirs) = (difference.ours.as_ref(), difference.theirs.as_ref());
    let columns = vec![
        Column::text(t(text::ERROR_ITEMS_FIELD)),
        Column::text(t(text::ERROR_ITEMS_OURS)),
        Column::text(t(text::ERROR_ITEMS_THEIRS)),
        Column::text(t(text::ERROR_ITEMS_COMPARED)),
    ];
    let zone = session::zone();
    let number = |record: &RecordView| Some(record.number.clone());
    let channel_no = |record: &RecordView| Some(record.channel_no.clone());
    let amount = |record: &RecordView| Some(record.amount.to_string());
    let fee = |record: &RecordView| record.fee.map(|fee| fee.to_string());
    let standing = |record: &RecordView| Some(standing_name(record.standing).to_owned());
    let status = |record: &RecordView| Some(record.status.clone());
    let time = |record: &RecordView| record.event_time.map(|at| zone.show(at));
    let date = |record: &RecordView| record.clearing_date.map(|date| date.to_string());
    let place = |record: &RecordView| Some(record.place.clone());
    let side =
        |of: &dyn Fn(&RecordView) -> Option<String>| (ours.and_then(of), theirs.and_then(of));
    let rows = [
        row(t(text::ERROR_ITEMS_RECORD), side(&number), true),
        row(t(text::ERROR_ITEMS_CHANNEL_NO), side(&channel_no), true),
        row(t(text::ERROR_ITEMS_AMOUNT), side(&amount), true),
        row(t(text::ERROR_ITEMS_FEE), side(&fee), true),
        row(t(text::ERROR_ITEMS_STANDING), side(&standing), true),
        row(t(text::ERROR_ITEMS_CLEARING_DATE), side(&date), true),
        row(t(text::ERROR_ITEMS_OWN_WORD), side(&status), false),
        row(t(text::ERROR_ITEMS_EVENT_TIME), side(&time), false),
        row(t(text::ERROR_ITEMS_PLACE), side(&place), false),
    ]
    .collect_view();
    let missing = match (ours, theirs) {
        (None, _) => Some(t(text::ERROR_ITEMS_NOT_OURS)),
        (_, None) => Some(t(text::ERROR_ITEMS_NOT_THEIRS)),
        _ => None,
    };
    view! {
        <Panel title=t(text::ERROR_ITEMS_RECORDS)>
            <Table caption=t(text::ERROR_ITEMS_RECORDS) columns>{rows}</Table>
        </Panel>
        {missing.map(|missing| view! { <p class="lead">{missing}</p> })}
    }
}

/// Whether a field agrees is said only of what both sides know.
fn row(
    name: &'static str,
    (ours, theirs): (Option<String>, Option<String>),
    compared: bool,
) -> impl IntoView {
    let known = |side: &Option<String>| side.as_ref().is_some_and(|text| !text.is_empty());
    let verdict = (compared && known(&ours) && known(&theirs)).then(|| {
        let (word, tone) = if ours == theirs {
            (text::ERROR_ITEMS_SAME, Tone::Neutral)
        } else {
            (text::ERROR_ITEMS_DIFFERS, Tone::Bad)
        };
        view! { <Badge tone>{t(word)}</Badge> }
    });
    let shown = |side: Option<String>| side.unwrap_or_else(|| "—".to_owned());
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="wrap">{shown(ours)}</td>
            <td class="wrap">{shown(theirs)}</td>
            <td>{verdict}</td>
        </tr>
    }
}

pub(super) fn standing_name(standing: Standing) -> &'static str {
    t(match standing {
        Standing::Success => text::ERROR_ITEMS_STANDING_SUCCESS,
        Standing::Pending => text::ERROR_ITEMS_STANDING_PENDING,
        Standing::Failed => text::ERROR_ITEMS_STANDING_FAILED,
    })
}
