//! Keys of a list that is worked through: j and k move, o opens, x ticks, a, p, s and c choose what is
//! done and lead to the form. Nothing is decided by a single key.

use leptos::ev::keydown;
use leptos::html::Div;
use leptos::prelude::{
    Effect, Get, GetUntracked, NodeRef, ReadSignal, Set, WriteSignal, on_cleanup, window,
    window_event_listener,
};
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

/// Where it is kept that somebody does not want single keys.
const OFF: &str = "single-keys-off";

/// Listens to the keys while the list is there.
pub(crate) fn triage(root: NodeRef<Div>, on: ReadSignal<bool>, set_on: WriteSignal<bool>) {
    Effect::new(move |_| {
        let storage = window().local_storage().ok().flatten();
        if storage.is_some_and(|storage| storage.get_item(OFF).ok().flatten().is_some()) {
            set_on.set(false);
        }
    });
    let listener = window_event_listener(keydown, move |event| {
        if on.get_untracked() && !event.ctrl_key() && !event.meta_key() && !event.alt_key() {
            answer(&event, root);
        }
    });
    on_cleanup(move || listener.remove());
}

/// Turns single keys off or on, for this browser.
pub(crate) fn switch_keys(on: ReadSignal<bool>, set_on: WriteSignal<bool>) {
    let now = !on.get();
    set_on.set(now);
    if let Some(storage) = window().local_storage().ok().flatten() {
        let _ = if now { storage.remove_item(OFF) } else { storage.set_item(OFF, "yes") };
    }
}

fn answer(event: &KeyboardEvent, root: NodeRef<Div>) {
    let Some(root) = root.get_untracked() else { return };
    if is_typing(event) {
        return;
    }
    let rows = all(&root, "tr[data-row]");
    let at = rows.iter().position(|row| row.get_attribute("aria-current").is_some());
    let taken = match event.key().as_str() {
        "j" => go(&rows, at.map_or(0, |at| at + 1)),
        "k" => go(&rows, at.unwrap_or(1).saturating_sub(1)),
        "o" => current(&rows, at).and_then(|row| first(row, "a[href]")).map(|link| link.click()),
        "x" => current(&rows, at).and_then(|row| first(row, "input")).map(|tick| tick.click()),
        "a" => choose(&root, &rows, at, "assign"),
        "p" => choose(&root, &rows, at, "propose"),
        "s" => choose(&root, &rows, at, "snooze"),
        "c" => choose(&root, &rows, at, "comment"),
        _ => None,
    };
    if taken.is_some() {
        event.prevent_default();
    }
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|target| {
        let name = target.tag_name();
        let ticks = target
            .dyn_ref::<HtmlInputElement>()
            .is_some_and(|input| matches!(input.type_().as_str(), "checkbox" | "radio"));
        matches!(name.as_str(), "TEXTAREA" | "SELECT") || (name == "INPUT" && !ticks)
    })
}

fn current(rows: &[HtmlElement], at: Option<usize>) -> Option<&HtmlElement> {
    rows.get(at?)
}

fn go(rows: &[HtmlElement], to: usize) -> Option<()> {
    let row = rows.get(to)?;
    for other in rows {
        let _ = other.remove_attribute("aria-current");
    }
    let _ = row.set_attribute("aria-current", "true");
    if let Some(tick) = first(row, "input, a[href]") {
        let _ = tick.focus();
    }
    row.scroll_into_view_with_bool(false);
    Some(())
}

/// Ticks the row at hand if none is ticked, chooses what is done, and leads to the form.
fn choose(root: &HtmlElement, rows: &[HtmlElement], at: Option<usize>, what: &str) -> Option<()> {
    if ticked(root).is_empty()
        && let Some(tick) = current(rows, at).and_then(|row| first(row, "input"))
    {
        tick.click();
    }
    let select = first(root, "#handle select")?.dyn_into::<HtmlSelectElement>().ok()?;
    select.set_value(what);
    let field = match what {
        "snooze" => "#handle input[type=date]",
        "propose" | "comment" => "#handle textarea",
        _ => "#handle button[type=submit]",
    };
    let _ = first(root, field)?.focus();
    Some(())
}

/// Says how many rows are ticked and what they come to, by currency.
pub(crate) fn count_selection(root: NodeRef<Div>, words: &str) {
    let Some(root) = root.get_untracked() else { return };
    let rows = ticked(&root);
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    for row in &rows {
        let minor = row.get_attribute("data-minor").and_then(|minor| minor.parse().ok());
        let sum = sums.entry(row.get_attribute("data-currency").unwrap_or_default()).or_default();
        *sum = sum.saturating_add(minor.unwrap_or(0));
    }
    let mut text = if rows.is_empty() { String::new() } else { format!("{words} {}", rows.len()) };
    for (currency, minor) in sums {
        let sign = if minor < 0 { "-" } else { "" };
        let whole = minor.unsigned_abs();
        text.push_str(&format!(" · {sign}{}.{:02} {currency}", whole / 100, whole % 100));
    }
    if let Some(place) = first(&root, ".selection") {
        place.set_text_content(Some(&text));
    }
}

fn ticked(root: &HtmlElement) -> Vec<HtmlElement> {
    all(root, "tr[data-row] input:checked")
}

fn first(root: &HtmlElement, selector: &str) -> Option<HtmlElement> {
    root.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn all(root: &HtmlElement, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}
