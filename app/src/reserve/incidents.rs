use super::{Views, api};
use crate::components::{
    Amount, Badge, Column, CommandForm, Loaded, Moment, NoteField, PageHead, Pager, Panel, Place,
    Submit, Table, Tone, load, use_filter,
};
use crate::i18n::t;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::page::Page;
use domain::reserve::incident::{CheckKind, Incident};
use leptos::prelude::*;

/// Gaps of the reserve, the latest first.
#[component]
pub fn IncidentList() -> impl IntoView {
    let filter = use_filter();
    let page = load(move || filter().page(), api::incidents);
    view! {
        <PageHead title=t(text::RESERVE_INCIDENTS) lead=t(text::RESERVE_INCIDENTS_LEAD) />
        <Views here=routes::RESERVE_INCIDENTS />
        <Loaded from=page show=show />
    }
}

fn show(page: Page<Incident>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_SINCE)),
        Column::text(t(text::RESERVE_FOUND_BY)),
        Column::number(t(text::RESERVE_GAP)),
        Column::number(t(text::RESERVE_GAP_NOW)),
        Column::text(t(text::RESERVE_STATE)),
        Column::text(t(text::RESERVE_GONE)),
        Column::text(t(text::RESERVE_ACKNOWLEDGED)),
    ];
    let place = Place::of(&page);
    let unseen = page.rows.iter().find(|incident| incident.acknowledged.is_none());
    let note = unseen.filter(|_| session::may(Permission::AcknowledgeGap)).map(note);
    view! {
        {note}
        <Table
            caption=t(text::RESERVE_INCIDENTS)
            columns
            empty=page.rows.is_empty()
            nothing=t(text::RESERVE_NO_INCIDENTS)
        >
            {page.rows.into_iter().map(row).collect_view()}
        </Table>
        <Pager place />
    }
}

/// The form by which a person takes note of the latest incident nobody has taken note of.
fn note(incident: &Incident) -> impl IntoView + use<> {
    let (id, opened_at) = (incident.id.to_string(), incident.opened_at);
    let action = ServerAction::<api::Acknowledge>::new();
    view! {
        <Panel title=t(text::RESERVE_TAKE_NOTE)>
            <p>{t(text::RESERVE_SINCE)} " " <Moment at=opened_at /></p>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=id />
                <NoteField
                    name="request[note]"
                    label=t(text::RESERVE_NOTE)
                    hint=t(text::RESERVE_NOTE_HINT)
                />
                <Submit>{t(text::RESERVE_TAKE_NOTE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn row(incident: Incident) -> impl IntoView {
    let (tone, word) = match incident.closed {
        None => (Tone::Bad, text::RESERVE_OPEN),
        Some(_) => (Tone::Good, text::RESERVE_CLOSED),
    };
    let gone = incident.closed.map(|(at, by)| {
        view! { <Moment at /> " " {check_name(by)} }
    });
    let noted = incident.acknowledged.map(|noted| {
        view! { {noted.by} " " <Moment at=noted.at /> <br /> {noted.note} }
    });
    view! {
        <tr>
            <td><Moment at=incident.opened_at /></td>
            <td>{check_name(incident.opened_by)}</td>
            <td class="number"><Amount money=incident.gap /></td>
            <td class="number"><Amount money=incident.gap_now /></td>
            <td><Badge tone>{t(word)}</Badge></td>
            <td>{gone}</td>
            <td class="wrap">{noted}</td>
        </tr>
    }
}

fn check_name(kind: CheckKind) -> &'static str {
    t(match kind {
        CheckKind::Schedule => text::RESERVE_CHECK_SCHEDULE,
        CheckKind::DayCut => text::RESERVE_CHECK_DAY_CUT,
        CheckKind::ByHand => text::RESERVE_CHECK_BY_HAND,
    })
}
