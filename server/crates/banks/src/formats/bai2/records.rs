//! The records of BAI2, with their continuations (88) joined.

use super::super::decode::lines;
use super::super::problems::{Problems, quote};
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

/// Takes a text apart. A line that is no record continues the text of the one before.
pub(super) fn read<'t>(text: &'t str, problems: &mut Problems) -> Vec<Record<'t>> {
    let mut records: Vec<Record<'t>> = Vec::new();
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
                if !ended && code != "16" {
                    let reason = format!("the record must end with / ; found \"{}\"", quote(line));
                    problems.push(Problem::at_line(number, reason));
                }
                records.push(Record { line: number, code, values: values.collect(), lines: 1 });
            }
            "88" => match records.last_mut().filter(|record| matches!(record.code, "03" | "16")) {
                Some(record) => {
                    record.values.extend(values);
                    record.lines += 1;
                }
                None => problems.push(Problem::at_line(number, "nothing for it to continue")),
            },
            _ => {
                let reason = format!("not a record of BAI2: \"{}\"", quote(line));
                problems.push(Problem::at_line(number, reason));
            }
        }
    }
    records
}
