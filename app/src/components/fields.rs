use super::form::{Refused, bare};
use crate::i18n::t;
use crate::text;
use domain::date::{BusinessDate, Month};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;

/// A line of text.
#[component]
pub fn TextField(
    /// Its name in the request.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// What it holds at first.
    #[prop(optional, into)]
    value: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// How to fill it.
    #[prop(optional)]
    hint: &'static str,
) -> impl IntoView {
    let input = view! { <input type="text" id=name name=name value=value required=!optional /> };
    field(name, label, hint, input.into_any())
}

/// An amount in major units with a point, like `1234.50`. The server reads it.
#[component]
pub fn MoneyField(
    /// Its name in the request.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// What it holds at first.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let input = view! {
        <input
            type="text"
            class="number"
            inputmode="decimal"
            autocomplete="off"
            id=name
            name=name
            value=value
            required=true
        />
    };
    field(name, label, t(text::SHELL_HINT_AMOUNT), input.into_any())
}

/// A day.
#[component]
pub fn DateField(
    /// Its name in the request.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// What it holds at first, like `2026-03-31`.
    #[prop(optional, into)]
    value: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    // In an address it may be anything; a filter that cannot be read filters nothing.
    let unread = !value.is_empty() && value.parse::<BusinessDate>().is_err();
    let hint = if unread { t(text::SHELL_NO_SUCH_DAY) } else { "" };
    let value = if unread { String::new() } else { value };
    let input = view! { <input type="date" id=name name=name value=value required=!optional /> };
    field(name, label, hint, input.into_any())
}

/// A month.
#[component]
pub fn MonthField(
    /// Its name in the request.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// What it holds at first, like `2026-03`.
    #[prop(optional, into)]
    value: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    // In an address it may be anything, and the browser shows months only.
    let value = if value.parse::<Month>().is_ok() { value } else { String::new() };
    let input = view! { <input type="month" id=name name=name value=value required=!optional /> };
    field(name, label, "", input.into_any())
}

/// A time of a day by the clock of the business zone, to the second; it may stay empty.
#[component]
pub fn TimeField(
    /// Its name in the request.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// What it holds at first, like `2026-03-31T14:30`.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let input = view! { <input type="datetime-local" step="1" id=name name=name value=value /> };
    field(name, label, "", input.into_any())
}

/// A few lines of text.
#[component]
pub fn NoteField(
    /// Its name in the request.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// How to fill it.
    #[prop(optional)]
    hint: &'static str,
) -> impl IntoView {
    let input = view! { <textarea id=name name=name rows="3"></textarea> };
    field(name, label, hint, input.into_any())
}

/// One of the values of a [`SelectField`].
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl ToString, label: impl ToString) -> Self {
        Self { value: value.to_string(), label: label.to_string() }
    }
}

/// One of several values.
#[component]
pub fn SelectField(
    /// Its name in the request.
    name: &'static str,
    /// Its label.
    label: &'static str,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// The value chosen at first.
    #[prop(optional, into)]
    value: String,
    /// Whether nothing may be chosen, and what that is called.
    #[prop(optional)]
    none: Option<&'static str>,
) -> impl IntoView {
    let none = none.map(|none| Choice::new("", none));
    let options = none
        .into_iter()
        .chain(choices)
        .map(|choice| {
            let selected = choice.value == value;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect_view();
    let input = view! { <select id=name name=name>{options}</select> };
    field(name, label, "", input.into_any())
}

/// The label, the hint and what was wrong, around an input.
fn field(name: &'static str, label: &'static str, hint: &'static str, input: AnyView) -> AnyView {
    let wrong = use_context::<Refused>().map(|refused| {
        view! { <p class="field-wrong" data-wrong=bare(name)>{refused.wrong_with(name)}</p> }
    });
    let hint = (!hint.is_empty()).then(|| view! { <p class="field-hint">{hint}</p> });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {input}
            {hint}
            {wrong}
        </div>
    }
    .into_any()
}
