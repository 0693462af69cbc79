//! The records of BAI2, with their continuations (88) joined.

use super::super::decode::lines;
use super::super::problems::quote;
use crate::bill::Problem;

/// One record.
pub(super) struct Record<'t> {
    /// Its first line, counted from 1.
    pub line: u32,
    /// Its code: `01`, `02`, `03`, `16`, `49`, `98`, `99`.
    pub code: &'t str,
    /// Its values after the code.
    pub values: Vec<&'t str>,
    /// How many lines it takes.
    pub lines: usize,
}

impl<'t> Record<'t> {
    /// A value without blanks around it; empty when it is not there.
    pub fn value(&self, index: usize) -> &'t str {
        self.values.get(index).map_or("", |value| value.trim())
    }
}

/// What stands next in a text.
pub(super) enum Next<'r, 't> {
    /// A record, with what continues it.
    Record(&'r Record<'t>),
    /// A line that does not belong there.
    Wrong(Problem),
}

/// Takes a text apart, one record at a time in the same memory.
pub(super) fn read<'t>(text: &'t str, mut take: impl FnMut(Next<'_, 't>)) {
    let mut open = Record { line: 0, code: "", values: Vec::new(), lines: 0 };
    for (number, line) in lines(text) {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let (code, rest) = line.split_once(',').unwrap_or((line, ""));
        let ended = rest.ends_with('/');
        let values = rest.strip_suffix('/').unwrap_or(rest).split(',');
        match code {
            "01" | "02" | "03" | "16" | "49" | "98" | "99" => {
                if open.lines > 0 {
                    take(Next::Record(&open));
                }
                (open.line, open.code, open.lines) = (number, code, 1);
                open.values.clear();
                open.values.extend(values);
                if !ended && code != "16" {
                    let reason = format!("the record must end with / ; found \"{}\"", quote(line));
                    take(Next::Wrong(Problem::at_line(number, reason)));
                }
            }
            "88" if matches!(open.code, "03" | "16") => {
                open.values.extend(values);
                open.lines += 1;
            }
            "88" => take(Next::Wrong(Problem::at_line(number, "nothing for it to continue"))),
            _ => {
                let reason = format!("not a record of BAI2: \"{}\"", quote(line));
                take(Next::Wrong(Problem::at_line(number, reason)));
            }
        }
    }
    if open.lines > 0 {
        take(Next::Record(&open));
    }
}
