//! Messages taken apart into tags. Blocks `{1:}{2:}{4:...-}` around them are optional.

use super::super::decode::lines;
use super::super::problems::{Problems, quote};
use crate::bill::Problem;

/// One tag with its lines.
#[derive(Debug)]
pub(super) struct Tag<'t> {
    /// Its line, counted from 1.
    pub line: u32,
    /// Its name, like `60F`.
    pub name: &'t str,
    /// What follows the name, and the lines after it; never empty.
    pub lines: Vec<&'t str>,
}

impl Tag<'_> {
    /// Its lines without the breaks between them.
    pub fn joined(&self) -> String {
        self.lines.concat().trim().to_owned()
    }

    /// Whether only blank lines follow the first ones.
    pub fn only_blank_after(&self, count: usize) -> bool {
        self.lines.iter().skip(count).all(|line| line.trim().is_empty())
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
        let bare = line.trim_matches(|c: char| c.is_control() || c == ' ');
        let block = ["-}", "{1:", "{4:"].iter().any(|mark| bare.starts_with(mark));
        if bare == "-" || block {
            open = false;
        } else if let Some((name, rest)) = tag(line) {
            let tag = Tag { line: number, name, lines: vec![rest] };
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
            tag.lines.push(line);
        } else if !bare.is_empty() {
            let reason = format!("text outside of a message: \"{}\"", quote(bare));
            problems.push(Problem::at_line(number, reason));
        }
    }
    messages
}

/// `:60F:C070904...` is tag `60F`.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix(':')?.split_once(':')?;
    let [first, second, option @ ..] = name.as_bytes() else { return None };
    let optional = matches!(option, [] | [b'A'..=b'Z']);
    (first.is_ascii_digit() && second.is_ascii_digit() && optional).then_some((name, rest))
}
