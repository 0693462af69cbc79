//! The table layout of WeChat Pay's files: comma-separated, every data value led by a back-tick,
//! and at the end two lines that sum the file up.

use super::problems::{Problems, quote};
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

/// A file in parts, as its lines come in.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Column names, parentheses made half-width.
    pub header: Vec<String>,
    part: Part,
    /// Line of the summary's values.
    trailer_line: u32,
    names: Vec<String>,
    /// The summary: names with values.
    trailer: Vec<(String, String)>,
}

/// What comes next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Header,
    Rows,
    /// The summary's values.
    Values,
    End,
    /// Blank lines, after which only more of them may come.
    Blank,
}

impl Table {
    /// Takes the next line; gives the data of a row, without its first back-tick. What does not
    /// fit the layout becomes a problem.
    pub fn line<'l>(
        &mut self,
        number: u32,
        line: &'l str,
        problems: &mut Problems,
    ) -> Option<&'l str> {
        if line.is_empty() && self.part != Part::Header {
            if self.part != Part::End {
                self.part = Part::Blank;
            }
            return None;
        }
        match self.part {
            Part::Header => {
                self.header = names(line);
                self.part = Part::Rows;
                let mut seen = BTreeSet::new();
                for name in &self.header {
                    if !seen.insert(name) {
                        let reason = format!("the column \"{}\" occurs twice", quote(name));
                        problems.push(Problem::at_line(number, reason));
                    }
                }
            }
            Part::Rows => match line.strip_prefix('`') {
                Some(data) => return Some(data),
                None => {
                    self.names = names(line);
                    self.part = Part::Values;
                }
            },
            Part::Values => {
                self.trailer_line = number;
                self.values(line, problems);
                self.part = Part::End;
            }
            Part::End => {
                problems.push(Problem::at_line(number, "nothing may follow the summary lines"));
            }
            Part::Blank => problems.push(Problem::at_line(number, "a line after a blank line")),
        }
        None
    }

    fn values(&mut self, line: &str, problems: &mut Problems) {
        let values: Vec<&str> =
            line.strip_prefix('`').map(|held| held.split(BETWEEN).collect()).unwrap_or_default();
        let names = std::mem::take(&mut self.names);
        if values.len() == names.len() {
            let values = values.into_iter().map(str::to_owned);
            self.trailer = names.into_iter().zip(values).collect();
        } else {
            let (values, names) = (values.len(), names.len());
            let reason = format!("the summary has {values} values for {names} names");
            problems.push(Problem::at_line(self.trailer_line, reason));
        }
    }

    /// The values of a row; too few or too many are a problem.
    pub fn split<'l>(
        &self,
        line: u32,
        data: &'l str,
        problems: &mut Problems,
    ) -> Option<Vec<&'l str>> {
        let mut values = Vec::with_capacity(self.header.len());
        let bytes = data.as_bytes();
        let mut from = 0;
        for at in memchr::memchr_iter(b'`', bytes) {
            if at > 0 && bytes[at - 1] == b',' {
                values.push(&data[from..at - 1]);
                from = at + 1;
            }
        }
        values.push(&data[from..]);
        if values.len() == self.header.len() {
            return Some(values);
        }
        let reason = format!("{} values, but {} columns", values.len(), self.header.len());
        problems.push(Problem::at_line(line, reason));
        None
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
        if self.part != Part::End && self.trailer_line == 0 {
            problems.push(Problem::of_file(
                "the two summary lines are missing: the file is incomplete, download it again",
            ));
        }
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

fn names(line: &str) -> Vec<String> {
    line.split(',').map(|name| name.trim().replace('（', "(").replace('）', ")")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_between_comma_and_back_tick() {
        let header = ["a", "b", "c"].map(str::to_owned).to_vec();
        let table = Table { header, ..Table::default() };
        for data in ["1,`2,`3", ",`,`", "a,b,`账`,`,", "`,`,,`x", "`1,``2,`3", "1,`2", ""] {
            let mut problems = Problems::default();
            let split: Vec<&str> = data.split(BETWEEN).collect();
            let fits = split.len() == 3;
            assert_eq!(table.split(7, data, &mut problems), fits.then_some(split), "{data}");
            assert_eq!(problems.finish().is_empty(), fits, "{data}");
        }
    }
}
