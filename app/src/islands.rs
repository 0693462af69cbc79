//! What answers in the browser without a new page: forms that are sent in place, and copying. Each
//! works, more simply, without our program as well.

use crate::failure::Failure;
use crate::i18n::t;
use crate::text;
use leptos::html::Div;
use leptos::prelude::*;

/// A form that is sent in place. When the command is refused, it says why above its fields and at
/// the field to blame, and keeps what was typed; when it took effect, the page is loaded anew, or
/// the one that the command leads to.
#[island]
pub fn CommandIsland(
    /// Where the form is sent.
    url: String,
    /// Why it was refused, when it was sent without our program.
    failure: Option<Failure>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let (failure, set_failure) = signal(failure);
    let summary = NodeRef::<Div>::new();
    let send = move |event| in_browser::send(&event, set_failure, summary);
    view! {
        <form method="post" action=url class="command" on:submit=send>
            <div class="form-refused" role="alert" tabindex="-1" node_ref=summary>
                {move || failure.get().map(|failure| refusal(&failure))}
            </div>
            {children()}
        </form>
    }
}

/// Why a command was refused.
fn refusal(failure: &Failure) -> impl IntoView + use<> {
    let title = match failure {
        Failure::Conflict { .. } | Failure::Invalid { .. } => text::SHELL_REFUSED,
        other => title(other),
    };
    view! {
        <p class="failed-title">{t(title)}</p>
        {explanation(failure)}
    }
}

/// What happened, in a few words.
pub(crate) fn title(failure: &Failure) -> crate::i18n::Text {
    match failure {
        Failure::SignedOut => text::SHELL_FAILED_SIGNED_OUT,
        Failure::Forbidden => text::SHELL_FAILED_FORBIDDEN,
        Failure::NotFound => text::SHELL_FAILED_NOT_FOUND,
        Failure::Conflict { .. } => text::SHELL_FAILED_CONFLICT,
        Failure::Invalid { .. } => text::SHELL_FAILED_INVALID,
        Failure::Busy { .. } => text::SHELL_FAILED_BUSY,
        Failure::Unexpected { reference } if reference.is_empty() => text::SHELL_FAILED_NO_ANSWER,
        Failure::Unexpected { .. } => text::SHELL_FAILED_UNEXPECTED,
    }
}

/// The sentence below the title, and the reference that helps the person who reads the log.
pub(crate) fn explanation(failure: &Failure) -> impl IntoView + use<> {
    let (sentence, reference) = match failure {
        Failure::Conflict { text } | Failure::Invalid { text, .. } => (Some(text.clone()), None),
        Failure::Busy { reference } | Failure::Unexpected { reference }
            if !reference.is_empty() =>
        {
            (None, Some(reference.clone()))
        }
        _ => (None, None),
    };
    let reference = reference.map(|reference| {
        view! { <p>{t(text::SHELL_REFERENCE)} " " <code class="id">{reference}</code></p> }
    });
    (sentence.map(|sentence| view! { <p>{sentence}</p> }), reference)
}

/// The button that copies an id.
#[island]
pub fn CopyButton(
    /// What is copied.
    what: String,
) -> impl IntoView {
    let (copied, set_copied) = signal(false);
    let label = move || t(if copied.get() { text::SHELL_COPIED } else { text::SHELL_COPY });
    let copy = move |_| {
        in_browser::copy(&what);
        set_copied.set(true);
    };
    view! {
        <button type="button" class="copy-button needs-program" on:click=copy>
            {label}
        </button>
    }
}

/// A list that is worked through from the keyboard: its rows have `data-row`, a link, and a tick with
/// an amount. Without our program the ticks and links work by themselves.
#[island]
pub fn Triage(
    /// What the keys do.
    legend: String,
    /// What the switch for single keys is called.
    off: String,
    /// What stands before the totals of the selection.
    selected: String,
    /// The list and the form around it.
    children: Children,
) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    let (on, set_on) = signal(true);
    in_browser::triage(root, on, set_on);
    let count = move |_| in_browser::count_selection(root, &selected);
    view! {
        <div node_ref=root on:change=count>
            <p class="field-hint needs-program">
                {legend} " "
                <label>
                    <input
                        type="checkbox"
                        prop:checked=move || on.get()
                        on:change=move |_| in_browser::switch_keys(on, set_on)
                    />
                    " "
                    {off}
                </label>
            </p>
            {children()}
        </div>
    }
}

#[cfg(not(feature = "hydrate"))]
mod in_browser {
    use super::{Div, Failure, NodeRef, ReadSignal, WriteSignal};

    /// The server answers no clicks.
    pub(super) fn send<E>(_event: &E, _tell: WriteSignal<Option<Failure>>, _summary: NodeRef<Div>) {
    }

    /// The server answers no clicks.
    pub(super) fn copy(_what: &str) {}

    /// The server hears no keys.
    pub(super) fn triage(_root: NodeRef<Div>, _on: ReadSignal<bool>, _set: WriteSignal<bool>) {}

    /// The server sees no ticks.
    pub(super) fn count_selection(_root: NodeRef<Div>, _words: &str) {}

    /// The server hears no keys.
    pub(super) fn switch_keys(_on: ReadSignal<bool>, _set: WriteSignal<bool>) {}
}

#[cfg(feature = "hydrate")]
mod in_browser {
    use super::{Div, Failure, NodeRef, WriteSignal};
    use crate::i18n::t;
    use crate::text;
    pub(super) use crate::triage::{count_selection, switch_keys, triage};
    use gloo_net::http::{Request, Response};
    use leptos::ev::SubmitEvent;
    use leptos::form::form_data_from_event;
    use leptos::prelude::{GetUntracked, Set, window};
    use leptos::task::spawn_local;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlButtonElement, HtmlElement, HtmlFormElement, UrlSearchParams};

    /// Sends a form in place.
    pub(super) fn send(
        event: &SubmitEvent,
        tell: WriteSignal<Option<Failure>>,
        summary: NodeRef<Div>,
    ) {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let (Some(form), Ok(data)) = (form, form_data_from_event(event)) else { return };
        let Ok(fields) = UrlSearchParams::new_with_str_sequence_sequence(&data) else { return };
        event.prevent_default();
        set_busy(&form, true);
        spawn_local(async move {
            match post(&form.action(), fields).await {
                Ok(to) => leave(to),
                Err(failure) => {
                    set_busy(&form, false);
                    blame(&form, &failure);
                    tell.set(Some(failure));
                    if let Some(summary) = summary.get_untracked() {
                        let _ = summary.focus();
                    }
                }
            }
        });
    }

    /// Where the command leads, if it leads elsewhere.
    async fn post(url: &str, fields: UrlSearchParams) -> Result<Option<String>, Failure> {
        let silence = || Failure::Unexpected { reference: String::new() };
        let request = Request::post(url).header("Accept", "application/json").body(fields);
        let response: Response =
            request.map_err(|_| silence())?.send().await.map_err(|_| silence())?;
        if response.ok() {
            return Ok(response.headers().get("location"));
        }
        if response.status() == 413 {
            let text = t(text::SHELL_TOO_LONG).to_owned();
            return Err(Failure::Invalid { field: None, text });
        }
        let body = response.binary().await.map_err(|_| silence())?;
        Err(serde_json::from_slice(&body).unwrap_or_else(|_| silence()))
    }

    /// A new page shows what the command did.
    fn leave(to: Option<String>) {
        let location = window().location();
        let _ = match to {
            Some(to) => location.assign(&to),
            // Without the refusal that the address may still carry.
            None if location.search().is_ok_and(|search| search.contains("__err=")) => {
                location.assign(&location.pathname().unwrap_or_default())
            }
            None => location.reload(),
        };
    }

    fn set_busy(form: &HtmlFormElement, busy: bool) {
        for button in all(form, "button[type=submit]") {
            if let Some(button) = button.dyn_ref::<HtmlButtonElement>() {
                button.set_disabled(busy);
            }
        }
    }

    /// Says at the field to blame what is wrong with it, and at no other.
    fn blame(form: &HtmlFormElement, failure: &Failure) {
        let (wrong, what) = match failure {
            Failure::Invalid { field: Some(field), text } => (field.as_str(), text.as_str()),
            _ => ("", ""),
        };
        for place in all(form, "[data-wrong]") {
            let mine = place.get_attribute("data-wrong").is_some_and(|name| name == wrong);
            place.set_text_content(Some(if mine { what } else { "" }));
        }
    }

    fn all(form: &HtmlFormElement, selector: &str) -> Vec<HtmlElement> {
        let Ok(found) = form.query_selector_all(selector) else { return Vec::new() };
        let elements = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok());
        elements.collect()
    }

    /// Puts a text on the clipboard.
    pub(super) fn copy(what: &str) {
        let _ = window().navigator().clipboard().write_text(what);
    }
}
