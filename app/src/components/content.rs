use super::inline::Amount;
use crate::i18n::t;
use crate::phrases::phrase;
use crate::{labels, text};
use domain::money::{Currency, Money};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyView;
use serde_json::{Map, Value};

/// Structured content, such as what a maker proposed: in words and tables, and below as it is
/// stored, which is what a decision is about.
#[component]
pub fn Content(
    /// The content, as JSON text.
    json: String,
) -> impl IntoView {
    let readable = serde_json::from_str::<Value>(&json).map(|content| value("", content));
    view! {
        <div class="readable">
            {readable.ok()}
            <details>
                <summary>{t(text::SHELL_AS_STORED)}</summary>
                <pre class="content" tabindex="0">{json}</pre>
            </details>
        </div>
    }
}

/// A value of the field of this name.
fn value(field: &str, value: Value) -> AnyView {
    match value {
        Value::Null => "–".into_any(),
        Value::Array(items) if items.is_empty() => "–".into_any(),
        Value::Bool(true) => t(text::SHELL_YES).into_any(),
        Value::Bool(false) => t(text::SHELL_NO).into_any(),
        Value::Number(number) => number.to_string().into_any(),
        Value::String(text) => match labels::value(field, &text) {
            Some(words) => words.into_any(),
            None => amount(field, &text).unwrap_or_else(|| phrase(&text)).into_any(),
        },
        Value::Array(items) => list(field, items),
        Value::Object(fields) => match (money(&fields), payee(&fields)) {
            (Some(money), _) => view! { <Amount money /> }.into_any(),
            (None, Some(payee)) => payee,
            (None, None) => facts(fields),
        },
    }
}

/// Amounts cross as an object of minor units and currency.
fn money(fields: &Map<String, Value>) -> Option<Money> {
    let shape = fields.len() == 2 && fields.contains_key("minor");
    shape.then(|| serde_json::from_value(Value::Object(fields.clone())).ok()).flatten()
}

/// Fields whose text is an amount, in the currency that stands beside it.
const AMOUNTS: [&str; 4] = ["amount", "other_refunds", "paid", "total"];

/// An amount that crosses as plain text, grouped as people read it.
fn amount(field: &str, text: &str) -> Option<String> {
    let known = AMOUNTS.contains(&field);
    known.then(|| Some(Money::parse(text, Currency::Cny).ok()?.grouped())).flatten()
}

/// Whom a payout pays, in two lines instead of three facts.
fn payee(fields: &Map<String, Value>) -> Option<AnyView> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let (account, name, bank) = (text("account")?, text("name")?, text("bank")?);
    (fields.len() == 3)
        .then(|| view! { {name} ", " {bank} <br /> <code class="id">{account}</code> }.into_any())
}

fn facts(fields: Map<String, Value>) -> AnyView {
    let facts = fields
        .into_iter()
        .map(|(name, of)| {
            let wide = matches!(of, Value::Array(_))
                || matches!(&of, Value::Object(fields) if money(fields).is_none());
            let class = if wide { "fact fact-wide" } else { "fact" };
            view! { <div class=class><dt>{labels::field(&name)}</dt><dd>{value(&name, of)}</dd></div> }
        })
        .collect_view();
    view! { <dl class="facts">{facts}</dl> }.into_any()
}

/// Objects become rows of a table, anything else one line.
fn list(field: &str, items: Vec<Value>) -> AnyView {
    let Some(Value::Object(first)) = items.first() else {
        let last = items.len();
        let items = items.into_iter().zip(1..).map(|(item, number)| {
            view! { {value(field, item)} {(number < last).then_some(", ")} }
        });
        return items.collect_view().into_any();
    };
    let columns: Vec<String> = first.keys().cloned().collect();
    let class = |name: &str| AMOUNTS.contains(&name).then_some("number");
    let head = columns.iter().map(|name| {
        view! { <th scope="col" class=class(name)>{labels::field(name)}</th> }
    });
    let head = head.collect_view();
    let rows = items
        .into_iter()
        .map(|mut item| {
            let cells = columns.iter().map(|name| {
                let cell = item.get_mut(name).map(Value::take).unwrap_or_default();
                view! { <td class=class(name)>{value(name, cell)}</td> }
            });
            view! { <tr>{cells.collect_view()}</tr> }
        })
        .collect_view();
    view! {
        <div class="table-frame" role="region" tabindex="0" aria-label=t(text::SHELL_AS_TABLE)>
            <table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}
