use super::loaded::explanation;
use crate::failure::Failure;
use crate::i18n::t;
use crate::session::Changes;
use crate::text;
use leptos::prelude::*;
use leptos::server_fn::client::Client;
use leptos::server_fn::codec::PostUrl;
use leptos::server_fn::request::ClientReq;
use leptos::server_fn::{Http, ServerFn};
use leptos::web_sys::FormData;
use serde::de::DeserializeOwned;

/// How the form around a field stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormState {
    failure: Signal<Option<Failure>>,
    pending: Signal<bool>,
}

impl FormState {
    /// What is wrong with the field of this name; the name in `request[name]` counts.
    pub(super) fn wrong_with(self, name: &str) -> Option<String> {
        // A command can take the form off the page while its answer is still being shown.
        match self.failure.try_get().flatten() {
            Some(Failure::Invalid { field: Some(field), text }) if field == bare(name) => {
                Some(text)
            }
            _ => None,
        }
    }
}

fn bare(name: &str) -> &str {
    let inner = name.split_once('[').map_or(name, |(_, inner)| inner);
    inner.trim_end_matches(']')
}

/// A form that sends a command. It works without our program in the browser, says above its fields
/// why the command was refused, and lets everything on the page load again once it took effect.
#[component]
pub fn CommandForm<F, Out>(
    /// The command.
    action: ServerAction<F>,
    /// The fields, and a [`Submit`].
    children: Children,
) -> impl IntoView
where
    F: ServerFn<Error = Failure, Protocol = Http<PostUrl, Out>>,
    F: Clone + DeserializeOwned + Send + Sync + 'static,
    F::Output: Clone + Send + Sync + 'static,
    F::Client: Client<Failure>,
    <<F::Client as Client<Failure>>::Request as ClientReq<Failure>>::FormData: From<FormData>,
{
    let value = action.value();
    let failure =
        Signal::derive(move || value.with(|value| value.as_ref()?.as_ref().err().cloned()));
    let state = FormState { failure, pending: action.pending().into() };
    provide_context(state);
    let summary = NodeRef::new();
    let changes = use_context::<Changes>();
    Effect::new(move |_| match value.with(|value| value.as_ref().map(Result::is_ok)) {
        Some(true) => {
            if let Some(changes) = changes {
                changes.happened();
            }
        }
        Some(false) => focus(summary),
        None => {}
    });
    view! {
        <ActionForm action=action attr:class="command">
            <div class="form-refused" role="alert" tabindex="-1" node_ref=summary>
                {move || state.failure.try_get().flatten().map(|failure| refusal(&failure))}
            </div>
            {children()}
        </ActionForm>
    }
}

fn refusal(failure: &Failure) -> impl IntoView + use<> {
    let title = match failure {
        Failure::SignedOut => text::SHELL_FAILED_SIGNED_OUT,
        Failure::Forbidden => text::SHELL_FAILED_FORBIDDEN,
        Failure::NotFound => text::SHELL_FAILED_NOT_FOUND,
        Failure::Conflict { .. } | Failure::Invalid { .. } => text::SHELL_REFUSED,
        Failure::Unexpected { reference } if reference.is_empty() => text::SHELL_FAILED_NO_ANSWER,
        Failure::Unexpected { .. } => text::SHELL_FAILED_UNEXPECTED,
    };
    view! {
        <p class="failed-title">{t(title)}</p>
        {explanation(failure)}
    }
}

#[cfg(feature = "hydrate")]
fn focus(summary: NodeRef<leptos::html::Div>) {
    if let Some(element) = summary.get_untracked() {
        let _ = element.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
fn focus(_summary: NodeRef<leptos::html::Div>) {}

/// The button that sends a [`CommandForm`]; idle while the command is on its way.
#[component]
pub fn Submit(
    /// A name and value that are sent with it, to tell it from the form's other buttons.
    #[prop(optional)]
    says: (&'static str, &'static str),
    /// Whether it does something that is not easily undone.
    #[prop(optional)]
    grave: bool,
    /// Its text.
    children: Children,
) -> impl IntoView {
    let pending = use_context::<FormState>().map(|state| state.pending);
    let busy = move || pending.is_some_and(|pending| pending.try_get().unwrap_or_default());
    let class = if grave { "button button-grave" } else { "button button-main" };
    let (name, value) = says;
    let says = (!name.is_empty()).then_some((name, value));
    view! {
        <button
            type="submit"
            class=class
            name=says.map(|(name, _)| name)
            value=says.map(|(_, value)| value)
            disabled=busy
        >
            {children()}
        </button>
    }
}

/// The tick without which a decision is not sent: no single key decides. The server asks for it as
/// well: the command takes `confirmed` and refuses anything but `yes`.
#[component]
pub fn Confirmed(
    /// Its name in the request.
    #[prop(default = "confirmed")]
    name: &'static str,
    /// What the person confirms.
    label: &'static str,
) -> impl IntoView {
    view! {
        <label class="confirmed">
            <input type="checkbox" name=name value="yes" required=true />
            <span>{label}</span>
        </label>
    }
}
