use crate::failure::Failure;
use crate::islands::CommandIsland;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use leptos::server_fn::{Http, ServerFn};

/// Why the form around a field was refused, if it was.
#[derive(Debug, Clone)]
pub(super) struct Refused(Option<Failure>);

impl Refused {
    /// What is wrong with the field of this name.
    pub(super) fn wrong_with(&self, name: &str) -> Option<String> {
        match &self.0 {
            Some(Failure::Invalid { field: Some(field), text }) if field == bare(name) => {
                Some(text.clone())
            }
            _ => None,
        }
    }
}

/// The name of a field: in `request[note]` that is `note`.
pub(super) fn bare(name: &str) -> &str {
    let inner = name.split_once('[').map_or(name, |(_, inner)| inner);
    inner.split(']').next().unwrap_or(inner)
}

/// A form that sends a command. It works without our program in the browser; with it, it is sent in
/// place. Why the command was refused is said above its fields; once it took effect, the page is
/// loaded anew.
#[component]
pub fn CommandForm<F, Out>(
    /// The command.
    action: ServerAction<F>,
    /// The fields, and a [`Submit`].
    children: Children,
) -> impl IntoView
where
    F: ServerFn<Error = Failure, Protocol = Http<PostUrl, Out>> + Clone + Send + Sync + 'static,
    F::Output: Send + Sync + 'static,
{
    let failure = action.value().with_untracked(|value| value.as_ref()?.as_ref().err().cloned());
    view! {
        <Provider value=Refused(failure.clone())>
            <CommandIsland url=F::url().to_owned() failure=failure>
                {children()}
            </CommandIsland>
        </Provider>
    }
}

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
    let class = if grave { "button button-grave" } else { "button button-main" };
    let (name, value) = says;
    let says = (!name.is_empty()).then_some((name, value));
    view! {
        <button
            type="submit"
            class=class
            name=says.map(|(name, _)| name)
            value=says.map(|(_, value)| value)
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

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn a_field_is_blamed_by_its_own_name() {
        for (name, field) in
            [("note", "note"), ("request[note]", "note"), ("request[roles][]", "roles")]
        {
            assert_eq!(bare(name), field);
        }
    }
}
