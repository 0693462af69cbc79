//! What people call the names that systems store: fields of contents, their values, what was done,
//! which work waits. `locales/labels.json` holds them in both languages; `server/tests/phrases.rs`
//! looks that none is missing.

use crate::i18n::{Language, language};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every stored name, and its words.
pub const BOOK: &str = include_str!("../locales/labels.json");

/// English, then Chinese.
type Words = (String, String);

#[derive(Debug, Default, Deserialize)]
struct Book {
    /// Names of fields.
    fields: BTreeMap<String, Words>,
    /// Values of fields, by the name of the field.
    values: BTreeMap<String, BTreeMap<String, Words>>,
    /// Actions of the audit record and kinds of jobs, `system.verb`.
    doings: BTreeMap<String, Words>,
    /// Kinds of objects.
    objects: BTreeMap<String, Words>,
}

static LABELS: LazyLock<Book> = LazyLock::new(|| serde_json::from_str(BOOK).unwrap_or_default());

fn said(words: &'static Words) -> &'static str {
    match language() {
        Language::English => &words.0,
        Language::Chinese => &words.1,
    }
}

/// What a field of a content is called. A name that is not in the book is its own words.
#[must_use]
pub fn field(name: &str) -> String {
    LABELS.fields.get(name).map_or_else(|| name.replace('_', " "), |words| said(words).to_owned())
}

/// What a stored value of a field means, where the book knows it.
#[must_use]
pub fn value(field: &str, value: &str) -> Option<&'static str> {
    LABELS.values.get(field)?.get(value).map(said)
}

/// Who acted: a person by name, a part of the system by what it is called.
#[must_use]
pub fn actor(name: &str) -> String {
    value("actor", name).unwrap_or(name).to_owned()
}

/// What was or is to be done, of `system.verb`.
#[must_use]
pub fn doing(name: &str) -> Option<&'static str> {
    LABELS.doings.get(name).map(said)
}

/// Everything that is done, of `system.verb`, with its words.
#[must_use]
pub fn doings() -> Vec<(&'static str, &'static str)> {
    LABELS.doings.iter().map(|(name, words)| (name.as_str(), said(words))).collect()
}

/// What a kind of object is called. A name that is not in the book is its own words.
#[must_use]
pub fn object(name: &str) -> String {
    LABELS.objects.get(name).map_or_else(|| name.replace('_', " "), |words| said(words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_words_in_both_languages() {
        let book: Book = serde_json::from_str(BOOK).unwrap();
        let values = book.values.values().flatten();
        let all = book.fields.iter().chain(values).chain(&book.doings).chain(&book.objects);
        for (name, (en, zh)) in all {
            assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{name}");
            assert!(!zh.is_ascii() || en == zh, "{name}: {zh} is not Chinese");
        }
    }
}
