//! Collects what is wrong in a file, without letting a hostile file fill the memory with it.

use crate::bill::Problem;

/// How many problems are listed; the rest is only counted.
const LISTED: usize = 50;

/// Most characters of a file's own text repeated in a problem.
const QUOTED: usize = 40;

/// The problems of one file.
#[derive(Debug, Default)]
pub(super) struct Problems {
    listed: Vec<Problem>,
    unlisted: usize,
}

impl Problems {
    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        if self.listed.len() < LISTED {
            self.listed.push(problem);
        } else {
            self.unlisted += 1;
        }
    }

    /// Adds one that is only written when it will be listed.
    pub fn push_with(&mut self, problem: impl FnOnce() -> Problem) {
        if self.listed.len() < LISTED {
            self.listed.push(problem());
        } else {
            self.unlisted += 1;
        }
    }

    /// Adds the error's text as a problem of a field and gives nothing, or gives the value.
    pub fn keep<T, E: std::fmt::Display>(
        &mut self,
        result: Result<T, E>,
        line: u32,
        field: &str,
        found: &str,
    ) -> Option<T> {
        result
            .map_err(|error| {
                self.push_with(|| {
                    let reason = format!("{error}; found \"{}\"", quote(found));
                    Problem::at_field(line, field, reason)
                });
            })
            .ok()
    }

    /// All, with a last one counting those left out.
    pub fn finish(mut self) -> Vec<Problem> {
        if self.unlisted > 0 {
            let more = format!("{} more problems are not listed", self.unlisted);
            self.listed.push(Problem::of_file(more));
        }
        self.listed
    }
}

/// The beginning of a value, fit to be shown.
pub(super) fn quote(found: &str) -> String {
    let shown: String = found.chars().take(QUOTED).collect();
    let shown: String = shown.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    if found.chars().nth(QUOTED).is_some() { format!("{shown}...") } else { shown }
}

/// A line number counted from 1.
pub(super) fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
