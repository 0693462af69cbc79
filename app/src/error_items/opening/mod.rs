//! Opening an error item by hand: somebody saw something that no run has found.

pub mod api;

use super::names::{cause_name, direction_name};
use crate::components::{
    Choice, CommandForm, DateField, Loaded, NoteField, PageHead, Panel, SelectField, Submit,
    TextField, load,
};
use crate::i18n::t;
use crate::session::channel_name;
use crate::text;
use domain::error_item::Cause;
use domain::matching::Direction;
use leptos::prelude::*;

/// The form.
#[component]
pub fn OpenPage() -> impl IntoView {
    let channels = load(|| (), |()| super::api::channels());
    view! {
        <PageHead title=t(text::ERROR_ITEMS_OPEN) lead=t(text::ERROR_ITEMS_OPEN_LEAD) />
        <Loaded from=channels show=|channels| view! { <Form channels /> } />
    }
}

#[component]
fn Form(channels: Vec<String>) -> impl IntoView {
    let action = ServerAction::<api::Open>::new();
    let cause = |cause: &Cause| Choice::new(cause.name(), cause_name(*cause));
    let causes: Vec<_> = Cause::BY_HAND.iter().map(cause).collect();
    let direction = |way: &Direction| Choice::new(way.name(), direction_name(*way));
    let directions: Vec<_> = Direction::ALL.iter().map(direction).collect();
    let channels: Vec<_> =
        channels.iter().map(|code| Choice::new(code, channel_name(code))).collect();
    view! {
        <Panel title=t(text::ERROR_ITEMS_OPEN)>
            <CommandForm action>
                <p class="field-hint">{t(text::ERROR_ITEMS_OPEN_HINT)}</p>
                <SelectField name="request[cause]" label=t(text::ERROR_ITEMS_CAUSE) choices=causes />
                <SelectField
                    name="request[direction]"
                    label=t(text::ERROR_ITEMS_DIRECTION)
                    choices=directions
                />
                <SelectField
                    name="request[channel]"
                    label=t(text::ERROR_ITEMS_CHANNEL)
                    choices=channels
                    none=t(text::ERROR_ITEMS_NO_CHANNEL)
                />
                <DateField name="request[day]" label=t(text::ERROR_ITEMS_CLEARING_DATE) />
                <TextField name="request[number]" label=t(text::ERROR_ITEMS_RECORD) />
                <TextField
                    name="request[ours]"
                    label=t(text::ERROR_ITEMS_OPEN_OURS)
                    hint=t(text::ERROR_ITEMS_OPEN_AMOUNT_HINT)
                    optional=true
                />
                <TextField
                    name="request[theirs]"
                    label=t(text::ERROR_ITEMS_OPEN_THEIRS)
                    hint=t(text::ERROR_ITEMS_OPEN_AMOUNT_HINT)
                    optional=true
                />
                <TextField
                    name="request[related]"
                    label=t(text::ERROR_ITEMS_OPEN_RELATED)
                    hint=t(text::ERROR_ITEMS_OPEN_RELATED_HINT)
                    optional=true
                />
                <NoteField name="request[note]" label=t(text::ERROR_ITEMS_OPEN_NOTE) />
                <Submit>{t(text::ERROR_ITEMS_OPEN_IT)}</Submit>
            </CommandForm>
        </Panel>
    }
}
