use super::{action_name, api, booking};
use crate::components::{Badge, CommandForm, Confirmed, NoteField, Panel, Submit, Tone};
use crate::i18n::{Language, language, t};
use crate::{session, text};
use domain::access::Permission;
use domain::error_item::{Action, ErrorItemDetail, ErrorItemStatus, ProposedEntry, Suggestion};
use domain::ids::ErrorItemId;
use leptos::prelude::*;

/// What the signed-in person can do about an item.
pub(super) fn show(detail: &ErrorItemDetail) -> impl IntoView + use<> {
    let id = detail.item.id;
    let status = detail.item.state.status();
    let makes = session::may(Permission::MakeErrorResolution);
    let comments = makes || session::may(Permission::ApproveErrorResolution);
    let workable = matches!(status, ErrorItemStatus::Open | ErrorItemStatus::Assigned);
    let mine = session::actor().map(|me| me.staff) == detail.item.assignee;
    let (options, suggestion) = (detail.options.clone(), detail.suggestion);
    view! {
        {(makes && workable && !mine).then(|| view! { <Assign id /> })}
        {(makes && workable).then(|| view! { <Propose id options suggestion /> })}
        {comments.then(|| view! { <Comment id /> })}
    }
}

#[component]
fn Assign(id: ErrorItemId) -> impl IntoView {
    let action = ServerAction::<api::Assign>::new();
    view! {
        <Panel title=t(text::ERROR_ITEMS_ASSIGN)>
            <CommandForm action>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit>{t(text::ERROR_ITEMS_ASSIGN_TO_ME)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Propose(
    id: ErrorItemId,
    options: Vec<(Action, Vec<ProposedEntry>)>,
    suggestion: Option<Suggestion>,
) -> impl IntoView {
    let action = ServerAction::<api::Propose>::new();
    let first = options.first().map(|(action, _)| *action);
    let choices = options
        .into_iter()
        .map(|(action, entries)| {
            let why = suggestion.filter(|suggestion| suggestion.action == action);
            choice(action, first == Some(action), why, &entries)
        })
        .collect_view();
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

/// One action, whether and why it is suggested, and what it books.
fn choice(
    action: Action,
    checked: bool,
    suggested: Option<Suggestion>,
    entries: &[ProposedEntry],
) -> impl IntoView + use<> {
    let suggested = suggested.map(|suggestion| {
        let why = match language() {
            Language::English => suggestion.why.english(),
            Language::Chinese => suggestion.why.chinese(),
        };
        view! {
            <p>
                <Badge tone=Tone::Good>{t(text::ERROR_ITEMS_SUGGESTED)}</Badge>
                " "
                {why}
            </p>
        }
    });
    view! {
        <label class="confirmed">
            <input
                type="radio"
                name="request[action]"
                value=action.name()
                checked=checked
                required=true
            />
            <span>{action_name(action)}</span>
        </label>
        {suggested}
        {booking::entries(action, entries)}
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
