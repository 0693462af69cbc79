//! What a request is called, in the language of the page. Systems name it in English, with the
//! names of things in it as they are.

use crate::i18n::{Language, language};
use crate::labels;
use crate::phrases::phrase;

/// The line of a request. What people wrote stays as they wrote it.
#[must_use]
pub fn title(text: &str) -> String {
    if language() == Language::English {
        return text.to_owned();
    }
    let said = phrase(text);
    if said != text {
        return said;
    }
    match text.split_once(": ") {
        Some((about, what)) => format!("{about}：{}", words(what)),
        None => said,
    }
}

/// A sentence of the book, or a list of roles.
fn words(text: &str) -> String {
    let said = phrase(text);
    if said != text {
        return said;
    }
    let roles = text.split(", ").map(|role| labels::value("roles", role).unwrap_or(role));
    roles.collect::<Vec<_>>().join("、")
}
