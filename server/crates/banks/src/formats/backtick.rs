//! The table layout of WeChat Pay's files: comma-separated, every data value led by a back-tick,
//! and at the end two lines that sum the file up.

use super::problems::{Problems, line_number, quote};
use crate::bill::{Check, Problem};
use std::collections::BTreeSet;

/// What stands between two values; a comma alone may be part of a product's name.
const BETWEEN: &str = ",`";

/// One data line.
#[derive(Debug)]
pub(super) struct Row<'r, 't> {
    /// Line of the file, counted from 1.
    pub line: u32,
    /// Its values, as many as the header has names.
    pub values: &'r [&'t str],
}

/// A file in parts.
#[derive(Debug)]
pub(super) struct Table<'t> {
    /// Column names, parentheses made half-width.
    pub header: Vec<String>,
    /// Data lines with their numbers, without the first back-tick.
    pub lines: Vec<(u32, &'t str)>,
    /// Line of the summary's values.
    pub trailer_line: u32,
    /// The summary: names with values.
    pub trailer: Vec<(String, &'t str)>,
}

impl<'t> Table<'t> {
    /// Takes the data lines apart one after the other; one with too few or too many values is a
    /// problem. Values are not kept, since a bill has millions of them.
    pub fn rows(&self, problems: &mut Problems, mut each: impl FnMut(&Row<'_, 't>, &mut Problems)) {
        let mut values: Vec<&'t str> = Vec::with_capacity(self.header.len());
        for (line, data) in &self.lines {
            values.clear();
            values.extend(data.split(BETWEEN));
            if values.len() == self.header.len() {
                each(&Row { line: *line, values: &values }, problems);
            } else {
                let reason = format!("{} values, but {} columns", values.len(), self.header.len());
                problems.push(Problem::at_line(*line, reason));
            }
        }
    }

    /// Where the first of these names stands.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.header.iter().position(|held| held == name))
    }

    /// Like [`Table::column`]; a missing column is a problem.
    pub fn required(&self, names: &[&str], problems: &mut Problems) -> Option<usize> {
        let found = self.column(names);
        if found.is_none() {
            let reason = format!("the header line has no column {}", names.join(" or "));
            problems.push(Problem::at_line(1, reason));
        }
        found
    }

    /// Compares the summary with what was computed, name by name; a stated number that cannot be
    /// read, an unknown one, and a missing summary are problems.
    pub fn check(&self, expected: &[Expected<'_>], problems: &mut Problems) -> Vec<Check> {
        let mut checks = Vec::new();
        for (name, value) in &self.trailer {
            let Some(expectation) = expected.iter().find(|e| e.names.contains(&name.as_str()))
            else {
                let reason = format!("the summary has an unknown column \"{}\"", quote(name));
                problems.push(Problem::at_line(self.trailer_line, reason));
                continue;
            };
            let stated = (expectation.read)(value);
            if let Some(stated) = problems.keep(stated, self.trailer_line, name, value) {
                let computed = expectation.computed.clone();
                checks.push(Check { what: name.clone(), stated, computed });
            }
        }
        for missing in expected.iter().filter(|e| e.required) {
            if !self.trailer.iter().any(|(name, _)| missing.names.contains(&name.as_str())) {
                let reason = format!("the summary does not state {}", missing.names.join(" or "));
                problems.push(Problem::of_file(reason));
            }
        }
        checks
    }
}

/// A number the summary should state.
pub(super) struct Expected<'n> {
    /// Its possible names.
    pub names: &'n [&'n str],
    /// Reads the stated text into the form of `computed`.
    pub read: fn(&str) -> Result<String, String>,
    /// What the rows say.
    pub computed: String,
    /// Whether its absence is a problem.
    pub required: bool,
}

/// Takes a text apart. What does not fit the layout becomes a problem.
pub(super) fn read<'t>(text: &'t str, problems: &mut Problems) -> Table<'t> {
    let mut lines: Vec<&str> = super::decode::lines(text).map(|(_, line)| line).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let header = names(lines.first().copied().unwrap_or_default());
    let mut seen = BTreeSet::new();
    for name in &header {
        if !seen.insert(name) {
            let reason = format!("the column \"{}\" occurs twice", quote(name));
            problems.push(Problem::at_line(1, reason));
        }
    }
    let mut table = Table { header, lines: Vec::new(), trailer_line: 0, trailer: Vec::new() };
    let mut index = 1;
    while let Some(data) = lines.get(index).and_then(|line| line.strip_prefix('`')) {
        table.lines.push((line_number(index), data));
        index += 1;
    }
    read_trailer(&lines, index, &mut table, problems);
    table
}

fn read_trailer<'t>(
    lines: &[&'t str],
    index: usize,
    table: &mut Table<'t>,
    problems: &mut Problems,
) {
    let (Some(head), Some(tail)) = (lines.get(index), lines.get(index + 1)) else {
        problems.push(Problem::of_file(
            "the two summary lines are missing: the file is incomplete, download it again",
        ));
        return;
    };
    table.trailer_line = line_number(index + 1);
    let names = names(head);
    let values: Vec<&str> =
        tail.strip_prefix('`').map(|values| values.split(BETWEEN).collect()).unwrap_or_default();
    if values.len() != names.len() {
        let reason = format!("the summary has {} values for {} names", values.len(), names.len());
        problems.push(Problem::at_line(table.trailer_line, reason));
        return;
    }
    table.trailer = names.into_iter().zip(values).collect();
    if lines.len() > index + 2 {
        let line = line_number(index + 2);
        problems.push(Problem::at_line(line, "nothing may follow the summary lines"));
    }
}

fn names(line: &str) -> Vec<String> {
    line.split(',').map(|name| name.trim().replace('（', "(").replace('）', ")")).collect()
}
