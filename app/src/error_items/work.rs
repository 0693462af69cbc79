use super::names::{action_name, step_text, why};
use super::{api, booking, cases};
use crate::components::{
    Badge, CommandForm, Confirmed, DateField, NoteField, Panel, Submit, TextField, Tone,
};
use crate::i18n::{Text, t, tf};
use crate::{session, text};
use domain::access::Permission;
use domain::error_item::{ErrorItemDetail, ErrorItemStatus, ResolutionOption, UNDO_WITHIN};
use domain::ids::ErrorItemId;
use leptos::prelude::*;

/// What the signed-in person can do about an item.
pub(super) fn show(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let id = detail.item.id;
    let status = detail.item.state.status();
    let makes = session::may(Permission::MakeErrorResolution);
    let comments = makes || session::may(Permission::ApproveErrorResolution);
    let workable = makes && status.is_workable();
    let mine = session::actor().map(|me| me.staff) == detail.item.assignee;
    let options = detail.options.clone();
    let begun = !mine || status != ErrorItemStatus::Assigned;
    let undoable = detail.undoable.as_ref().map(|step| step_text(&step.event));
    let apart = (makes && status.is_open()).then(|| detail.case.is_some());
    view! {
        {undoable.map(|step| view! { <Undo id step /> })}
        {workable.then(|| view! { <Propose id options /> })}
        {comments.then(|| view! { <Comment id /> })}
        {workable.then(|| {
            view! {
                <Panel title=t(text::ERROR_ITEMS_WORK)>
                    <div class="actions">
                        {(!mine).then(|| view! { <Assign id /> })}
                        {(!begun).then(|| view! { <Investigate id /> })}
                        {mine.then(|| view! { <Release id /> })}
                    </div>
                    <HandOn id />
                    <Snooze id />
                </Panel>
            }
        })}
        {(makes && status == ErrorItemStatus::Snoozed).then(|| view! { <Wake id /> })}
        {apart.map(|together| view! { <Apart id together /> })}
        {(makes && !status.is_open()).then(|| view! { <Reopen id /> })}
    }
}

#[component]
fn Undo(id: ErrorItemId, step: Text) -> impl IntoView {
    let action = ServerAction::<cases::api::Undo>::new();
    let minutes = UNDO_WITHIN.whole_minutes().to_string();
    view! {
        <Panel title=t(text::ERROR_ITEMS_UNDO)>
            <CommandForm action>
                <p>{t(step)}</p>
                <p class="field-hint">
                    {tf(text::ERROR_ITEMS_UNDO_HINT, [("minutes", &minutes)])}
                </p>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit>{t(text::ERROR_ITEMS_UNDO_IT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Apart(id: ErrorItemId, together: bool) -> impl IntoView {
    let action = ServerAction::<cases::api::SetApart>::new();
    let (words, hint) = if together {
        (text::ERROR_ITEMS_CASE_SPLIT, text::ERROR_ITEMS_CASE_SPLIT_HINT)
    } else {
        (text::ERROR_ITEMS_CASE_JOIN, text::ERROR_ITEMS_CASE_JOIN_HINT)
    };
    view! {
        <Panel title=t(text::ERROR_ITEMS_CASE)>
            <CommandForm action>
                <p class="field-hint">{t(hint)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <input
                    type="hidden"
                    name="request[apart]"
                    value=if together { "yes" } else { "no" }
                />
                <Submit>{t(words)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Assign(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Assign>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="id" value=id.to_string() />
            <Submit>{t(text::ERROR_ITEMS_ASSIGN_TO_ME)}</Submit>
        </CommandForm>
    }
}

#[component]
fn Investigate(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Investigate>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="id" value=id.to_string() />
            <Submit>{t(text::ERROR_ITEMS_INVESTIGATE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn Release(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Release>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="id" value=id.to_string() />
            <Submit>{t(text::ERROR_ITEMS_RELEASE)}</Submit>
        </CommandForm>
    }
}

#[component]
fn HandOn(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::HandOn>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[id]" value=id.to_string() />
            <TextField
                name="request[to]"
                label=t(text::ERROR_ITEMS_HAND_ON)
                hint=t(text::ERROR_ITEMS_HAND_ON_LOGIN)
            />
            <Submit>{t(text::ERROR_ITEMS_HAND_ON_IT)}</Submit>
        </CommandForm>
    }
}

#[component]
fn Snooze(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Snooze>::new();
    view! {
        <CommandForm action>
            <input type="hidden" name="request[id]" value=id.to_string() />
            <DateField name="request[until]" label=t(text::ERROR_ITEMS_SNOOZE_UNTIL) />
            <TextField
                name="request[why]"
                label=t(text::ERROR_ITEMS_SNOOZE_WHY)
                optional=true
            />
            <Submit>{t(text::ERROR_ITEMS_SNOOZE_IT)}</Submit>
        </CommandForm>
    }
}

#[component]
fn Wake(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Wake>::new();
    view! {
        <Panel title=t(text::ERROR_ITEMS_SNOOZE)>
            <CommandForm action>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit>{t(text::ERROR_ITEMS_WAKE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Reopen(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Reopen>::new();
    view! {
        <Panel title=t(text::ERROR_ITEMS_REOPEN)>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <NoteField name="request[reason]" label=t(text::ERROR_ITEMS_REOPEN_WHY) />
                <Submit grave=true>{t(text::ERROR_ITEMS_REOPEN_IT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Propose(id: ErrorItemId, options: Vec<ResolutionOption>) -> impl IntoView {
    let action = ServerAction::<api::Propose>::new();
    let choices =
        options.iter().enumerate().map(|(at, option)| choice(option, at == 0)).collect_view();
    view! {
        <Panel title=t(text::ERROR_ITEMS_PROPOSE)>
            <CommandForm action>
                <p class="field-hint">{t(text::ERROR_ITEMS_PROPOSE_HINT)}</p>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <fieldset>
                    <legend>{t(text::ERROR_ITEMS_ACTION)}</legend>
                    {choices}
                </fieldset>
                <NoteField
                    name="request[reason]"
                    label=t(text::ERROR_ITEMS_REASON)
                    hint=t(text::ERROR_ITEMS_REASON_HINT)
                />
                <Confirmed name="request[confirmed]" label=t(text::ERROR_ITEMS_CONFIRM) />
                <Submit>{t(text::ERROR_ITEMS_PROPOSE_IT)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// One action, why it is offered, and what it does. The first is the suggested one; of the others
/// the effects fold away.
fn choice(option: &ResolutionOption, suggested: bool) -> impl IntoView + use<> {
    let action = option.offer.action;
    let (word, tone) = if suggested {
        (text::ERROR_ITEMS_SUGGESTED, Tone::Good)
    } else {
        (text::ERROR_ITEMS_OFFERED, Tone::Neutral)
    };
    view! {
        <label class="confirmed">
            <input
                type="radio"
                name="request[action]"
                value=action.name()
                checked=suggested
                required=true
            />
            <span>{action_name(action)}</span>
        </label>
        <details open=suggested>
            <summary><Badge tone>{t(word)}</Badge> " " {why(option.offer)}</summary>
            {booking::effects(option)}
        </details>
    }
}

#[component]
fn Comment(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Comment>::new();
    view! {
        <Panel title=t(text::ERROR_ITEMS_COMMENT)>
            <CommandForm action>
                <input type="hidden" name="request[id]" value=id.to_string() />
                <NoteField name="request[text]" label=t(text::ERROR_ITEMS_FOUND_OUT) />
                <Submit>{t(text::ERROR_ITEMS_ADD_COMMENT)}</Submit>
            </CommandForm>
        </Panel>
    }
}
