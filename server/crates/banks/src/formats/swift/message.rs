//! Messages taken apart into tags. Blocks `{1:}{2:}{4:...-}` around them are optional.

use super::super::decode::lines;
use super::super::problems::{Problems, quote};
use crate::bill::Problem;
use std::borrow::Cow;

/// One tag with its lines.
#[derive(Debug)]
pub(super) struct Tag<'t> {
    /// Its line, counted from 1.
    pub line: u32,
    /// Its name, like `60F`.
    pub name: &'t str,
    /// What follows the name.
    pub text: &'t str,
    /// The lines after it; most tags have none.
    pub more: Vec<&'t str>,
}

impl<'t> Tag<'t> {
    /// Its lines; there is at least one.
    pub fn lines(&self) -> impl Iterator<Item = &'t str> {
        std::iter::once(self.text).chain(self.more.iter().copied())
    }

    /// Its lines without the breaks between them, as they are.
    pub fn concat(&self) -> Cow<'t, str> {
        if self.more.is_empty() { self.text.into() } else { self.lines().collect() }
    }

    /// The same, without blanks around.
    pub fn joined(&self) -> String {
        self.concat().trim().to_owned()
    }

    /// Whether only blank lines follow the first one.
    pub fn is_one_line(&self) -> bool {
        self.more.iter().all(|line| line.trim().is_empty())
    }
}

/// One message.
#[derive(Debug)]
pub(super) struct Message<'t> {
    /// Where it begins.
    pub line: u32,
    /// Its tags.
    pub tags: Vec<Tag<'t>>,
}

impl<'t> Message<'t> {
    /// The first tag of that name.
    pub fn find(&self, name: &str) -> Option<&Tag<'t>> {
        self.tags.iter().find(|tag| tag.name == name)
    }
}

/// Takes a text apart. Each message begins with `:20:` and ends with a line `-`, with `-}`, or with
/// the next message.
pub(super) fn read<'t>(text: &'t str, problems: &mut Problems) -> Vec<Message<'t>> {
    let mut messages: Vec<Message<'t>> = Vec::new();
    let mut open = false;
    for (number, line) in lines(text) {
        let bare = || line.trim_matches(|c: char| c.is_control() || c == ' ');
        if !line.starts_with(':') && ends(bare()) {
            open = false;
        } else if let Some((name, text)) = tag(line) {
            let tag = Tag { line: number, name, text, more: Vec::new() };
            if name == "20" {
                open = true;
                messages.push(Message { line: number, tags: vec![tag] });
            } else if let Some(message) = messages.last_mut().filter(|_| open) {
                message.tags.push(tag);
            } else {
                problems.push(Problem::at_line(number, "a tag before the first :20:"));
            }
        } else if let Some(tag) =
            messages.last_mut().filter(|_| open).and_then(|message| message.tags.last_mut())
        {
            tag.more.push(line);
        } else if !bare().is_empty() {
            let reason = format!("text outside of a message: \"{}\"", quote(bare()));
            problems.push(Problem::at_line(number, reason));
        }
    }
    messages
}

/// Whether a line ends a message, or is the envelope of the next.
fn ends(bare: &str) -> bool {
    bare == "-" || ["-}", "{1:", "{4:"].iter().any(|mark| bare.starts_with(mark))
}

/// `:60F:C070904...` is tag `60F`.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix(':')?.split_once(':')?;
    let [first, second, option @ ..] = name.as_bytes() else { return None };
    let optional = matches!(option, [] | [b'A'..=b'Z']);
    (first.is_ascii_digit() && second.is_ascii_digit() && optional).then_some((name, rest))
}
