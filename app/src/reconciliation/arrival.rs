use super::api::{self, Parties};
use super::arrival_list::{state_name, way_name};
use super::file_kind_name;
use super::start::codes;
use crate::components::{
    Badge, Choice, CommandForm, Confirmed, CopyId, DateField, Fact, Facts, Loaded, Moment,
    PageHead, Panel, SelectField, Submit, Tone, load,
};
use crate::failure::Failure;
use crate::i18n::t;
use crate::phrases::phrase;
use crate::session::channel_name;
use crate::{labels, routes, session, text};
use domain::access::Permission;
use domain::arrival::{Arrival, ArrivalDetail, ArrivalState};
use domain::source_file::FileKind;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

mod found;

/// A file that came in: what is in it, what stands in its way, and what to do about it.
#[component]
pub fn ArrivalPage() -> impl IntoView {
    let params = use_params_map();
    let arrival = load(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { api::find_arrival(id.parse().map_err(|_| Failure::NotFound)?).await },
    );
    let parties = load(|| (), |()| api::find_parties());
    view! {
        <Loaded from=arrival show=show />
        <Loaded from=parties show=move |parties| {
            view! { <Loaded from=arrival show=move |detail| decisions(detail, parties.clone()) /> }
        } />
    }
}

fn show(detail: ArrivalDetail) -> impl IntoView {
    let arrival = &detail.arrival;
    let (title, lead) = (arrival.name.clone(), file_kind_name(arrival.given.kind));
    let bytes = format!("/download/arrivals/{}", arrival.id);
    let history = routes::audit_of(&arrival.id.to_string());
    let facts = facts(arrival);
    let refused = detail.refused.clone().map(|why| {
        view! { <p class="failure" role="alert">{phrase(&why)}</p> }
    });
    let stands = detail.stands.clone().map(|(id, name)| {
        view! {
            <p class="failure" role="alert">
                {t(text::RECONCILIATION_DAY_TAKEN)} " "
                <a class="link" href=routes::file(id)>{name}</a>
            </p>
        }
    });
    let moving = arrival.state.is_moving().then(|| {
        view! { <p class="field-hint">{t(text::RECONCILIATION_MOVING)}</p> }
    });
    view! {
        <PageHead title lead>
            <a class="link" href=bytes rel="external">{t(text::RECONCILIATION_BYTES)}</a>
            <a class="link" href=history>{t(text::RECONCILIATION_HISTORY)}</a>
        </PageHead>
        {refused}
        {stands}
        {moving}
        {facts}
        {detail.preview.map(found::show)}
        {detail.difference.map(found::difference)}
    }
}

fn facts(arrival: &Arrival) -> impl IntoView + use<> {
    let (state, tone) = state_name(arrival.state);
    let (way, by, at) =
        (way_name(arrival.way), labels::actor(&arrival.received_by), arrival.received_at);
    let channel = arrival.given.channel.clone().map(|channel| {
        view! { <Fact term=t(text::RECONCILIATION_CHANNEL)>{channel_name(&channel)}</Fact> }
    });
    let (length, read) = (arrival.length, arrival.read_bytes.min(arrival.length));
    let moving = arrival.state.is_moving();
    let bar = (moving && length > 0).then(|| {
        let (label, done) = (t(text::RECONCILIATION_READ_BYTES), read.to_string());
        view! { " " <progress aria-label=label max=length.to_string() value=done></progress> }
    });
    let file = arrival.file.map(|id| {
        view! {
            <Fact term=t(text::RECONCILIATION_FILE)>
                <a class="link" href=routes::file(id)>{t(text::RECONCILIATION_WHOLE_FILE)}</a>
            </Fact>
        }
    });
    let hash = arrival.sha256.clone().map(|sha256| {
        view! { <Fact term=t(text::RECONCILIATION_HASH)><CopyId id=sha256 /></Fact> }
    });
    view! {
        <div id="arrival" data-moving=moving.then_some("")>
        <Panel title=t(text::RECONCILIATION_ARRIVAL)>
            <Facts>
                <Fact term=t(text::RECONCILIATION_STANDING)><Badge tone>{state}</Badge></Fact>
                <Fact term=t(text::RECONCILIATION_RECEIVED)>
                    {way} " · " {by} " " <Moment at />
                </Fact>
                {channel}
                <Fact term=t(text::RECONCILIATION_LENGTH)>{length}</Fact>
                {moving.then(|| view! {
                    <Fact term=t(text::RECONCILIATION_READ_BYTES)>{read} {bar}</Fact>
                })}
                {hash}
                {file}
            </Facts>
        </Panel>
        </div>
    }
}

/// What may be decided now.
fn decisions(detail: ArrivalDetail, parties: Parties) -> impl IntoView {
    let state = detail.arrival.state;
    let open = !matches!(state, ArrivalState::Imported | ArrivalState::Dropped);
    let may = session::may(Permission::RunReconciliation);
    (open && may).then(|| {
        let decided = state.needs_a_decision();
        let importable = state == ArrivalState::Waiting
            && detail.refused.is_none()
            && detail.preview.as_ref().is_some_and(|preview| preview.acceptable);
        let again = decided.then(|| view! { <ReadAs detail=detail.clone() parties /> });
        view! {
            {importable.then(|| view! { <Import detail=detail.clone() /> })}
            {again}
            <PutAside detail />
        }
    })
}

#[component]
fn Import(detail: ArrivalDetail) -> impl IntoView {
    let action = ServerAction::<api::DecideArrival>::new();
    let replaces = detail.stands.as_ref().map(|(id, _)| id.to_string());
    let confirm = replaces.is_some().then(|| {
        view! {
            <Confirmed name="request[confirmed]" label=t(text::RECONCILIATION_REPLACE_CONFIRM) />
        }
    });
    let word = if replaces.is_some() {
        text::RECONCILIATION_REPLACE
    } else {
        text::RECONCILIATION_IMPORT_THIS
    };
    view! {
        <Panel title=t(word)>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=detail.arrival.id.to_string() />
                <input type="hidden" name="request[decision]" value="import" />
                <input type="hidden" name="request[replaces]" value=replaces />
                {confirm}
                <Submit>{t(word)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// Looks at the file again as something else: another kind, channel or day, a member of the
/// archive, a format set up by staff, or as a day without trades.
#[component]
fn ReadAs(detail: ArrivalDetail, parties: Parties) -> impl IntoView {
    let action = ServerAction::<api::DecideArrival>::new();
    let given = detail.arrival.given;
    let kind = |kind: &FileKind| Choice::new(kind.name(), file_kind_name(*kind));
    let kinds: Vec<_> = FileKind::ALL.iter().map(kind).collect();
    let merchants = parties.merchants.iter().map(|(id, name)| Choice::new(id, name)).collect();
    let none = t(text::RECONCILIATION_NOT_NEEDED);
    let preview = detail.preview;
    let members = preview.as_ref().map(|preview| codes(&preview.members)).unwrap_or_default();
    let member = (members.len() > 1).then(|| {
        let value = given.member.clone().unwrap_or_default();
        view! {
            <SelectField name="request[member]" label=t(text::RECONCILIATION_MEMBER)
                choices=members value none=t(text::RECONCILIATION_ANY) />
        }
    });
    let empty = preview.is_some_and(|preview| preview.no_record).then(|| {
        view! {
            <p class="field-hint">{t(text::RECONCILIATION_NO_RECORD)}</p>
            <Confirmed name="request[no_trades]" label=t(text::RECONCILIATION_NO_TRADES) />
        }
    });
    let formats = codes(&parties.formats);
    let format = (!formats.is_empty()).then(|| {
        let value = given.format.clone().unwrap_or_default();
        view! {
            <SelectField name="request[format]" label=t(text::RECONCILIATION_FORMAT)
                choices=formats value none=t(text::RECONCILIATION_BUILT_IN) />
        }
    });
    let day = given.day.map(|day| day.to_string()).unwrap_or_default();
    view! {
        <Panel title=t(text::RECONCILIATION_READ_AS)>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=detail.arrival.id.to_string() />
                <input type="hidden" name="request[decision]" value="read_as" />
                {member}
                {empty}
                <SelectField name="request[kind]" label=t(text::RECONCILIATION_KIND) choices=kinds
                    value=given.kind.name() />
                <SelectField name="request[channel]" label=t(text::RECONCILIATION_CHANNEL)
                    choices=codes(&parties.channels) value=given.channel.unwrap_or_default() none />
                <SelectField name="request[merchant]" label=t(text::RECONCILIATION_MERCHANT)
                    choices=merchants
                    value=given.merchant.map(|id| id.to_string()).unwrap_or_default() none />
                {format}
                <DateField name="request[day]" label=t(text::RECONCILIATION_DAY_IF_UNSAID)
                    value=day optional=true />
                <Submit>{t(text::RECONCILIATION_READ_AS)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn PutAside(detail: ArrivalDetail) -> impl IntoView {
    let action = ServerAction::<api::DecideArrival>::new();
    let moving = detail.arrival.state.is_moving();
    let word = if moving { text::RECONCILIATION_CANCEL } else { text::RECONCILIATION_PUT_ASIDE };
    let tone = Tone::Neutral;
    view! {
        <Panel title=t(word)>
            <CommandForm action>
                <p class="field-hint">
                    <Badge tone>{t(text::RECONCILIATION_NOTHING_STORED)}</Badge>
                </p>
                <input type="hidden" name="request[id]" value=detail.arrival.id.to_string() />
                <input type="hidden" name="request[decision]" value="drop" />
                <Submit grave=true>{t(word)}</Submit>
            </CommandForm>
        </Panel>
    }
}
