//! Every refusal can be said in Chinese: the sources are read, and each sentence of an error is
//! looked up in the book of phrases.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources may end")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Sentences that only pass on another one.
const TRANSPARENT: &[&str] = &["{0}", "{reason}"];

#[test]
fn every_refusal_is_in_the_book_of_phrases() {
    let book: BTreeMap<String, String> = serde_json::from_str(app::phrases::BOOK).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut missing = Vec::new();
    for folder in [
        "server/crates/banks",
        "server/crates/domain",
        "server/crates/ledger",
        "server/crates/backoffice",
    ] {
        for file in sources(&root.join(folder).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            missing.extend(sentences(&text, "#[error(").into_iter().filter(unknown(&book)));
        }
    }
    for file in sources(&root.join("app/src")) {
        let text = fs::read_to_string(&file).unwrap();
        missing.extend(sentences(&text, "Failure::invalid(").into_iter().filter(unknown(&book)));
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "not in app/locales/phrases.json:\n{}", missing.join("\n"));
}

/// Names of fields in contents that are proposed, of jobs and of what the audit record tells.
#[test]
fn every_stored_name_that_people_read_is_in_the_book_of_labels() {
    let book: serde_json::Value = serde_json::from_str(app::labels::BOOK).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/backoffice/src");
    let systems = fs::read_to_string(root.join("lib.rs")).unwrap();
    let mut missing = Vec::new();
    for file in sources(&root) {
        let text = fs::read_to_string(&file).unwrap();
        for word in text.split('"').skip(1).step_by(2) {
            let doing = word.split_once('.').is_some_and(|(system, verb)| {
                systems.contains(&format!("pub mod {system};")) && is_name(verb)
            });
            if doing && book["doings"].get(word).is_none() {
                missing.push(format!("doings: {word}"));
            }
        }
        let kinds =
            text.split("subject_kind: \"").skip(1).filter_map(|after| after.split('"').next());
        let kinds = kinds.filter(|kind| book["objects"].get(kind).is_none());
        missing.extend(kinds.map(|kind| format!("objects: {kind}")));
        if text.contains("= Proposal {") {
            let keys = text.split("\": ").filter_map(|before| before.rsplit('"').next());
            let keys = keys.filter(|key| is_name(key) && book["fields"].get(key).is_none());
            missing.extend(keys.map(|key| format!("fields: {key}")));
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "not in app/locales/labels.json:\n{}", missing.join("\n"));
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn unknown(book: &BTreeMap<String, String>) -> impl Fn(&String) -> bool + '_ {
    |sentence| !book.contains_key(sentence) && !TRANSPARENT.contains(&sentence.as_str())
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The last string among the arguments of each call that begins with `call`, where there is one.
fn sentences(text: &str, call: &str) -> Vec<String> {
    let calls = text.match_indices(call).map(|(at, _)| &text[at + call.len()..]);
    calls.filter_map(|rest| strings(rest).pop()).filter(|sentence| sentence.contains(' ')).collect()
}

/// The strings up to the end of the call.
fn strings(rest: &str) -> Vec<String> {
    let (mut found, mut depth, mut characters) = (Vec::new(), 1_usize, rest.chars());
    while let Some(character) = characters.next() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => found.push(string(&mut characters)),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// A string, after its opening quote. A backslash at the end of a line joins the lines.
fn string(characters: &mut std::str::Chars<'_>) -> String {
    let mut text = String::new();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('\n') => {
                    let rest = characters.as_str().trim_start();
                    *characters = rest.chars();
                }
                Some('n') => text.push('\n'),
                Some(escaped) => text.push(escaped),
                None => break,
            },
            _ => text.push(character),
        }
    }
    text
}
