//! Lines of separated values with a header line: strict about quotes, forgiving about padding.

use super::problems::{Problems, quote};
use crate::bill::Problem;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Splits one line. A quoted value may contain the delimiter and doubled quotes, but no line end:
/// a quote that is not closed is an error of its line and never swallows the rest of the file.
///
/// # Errors
/// What is wrong with the quotes.
pub(super) fn split<'t>(
    line: &'t str,
    delimiter: char,
    cells: &mut Vec<Cow<'t, str>>,
) -> Result<(), &'static str> {
    cells.clear();
    if !line.contains('"') {
        cells.extend(line.split(delimiter).map(Cow::Borrowed));
        return Ok(());
    }
    let mut rest = line;
    loop {
        let after = if let Some(quoted) = rest.strip_prefix('"') {
            let (value, after) = unquote(quoted)?;
            cells.push(value);
            after
        } else {
            let end = rest.find(delimiter).unwrap_or(rest.len());
            let (value, after) = rest.split_at(end);
            if value.contains('"') {
                return Err("a value with a quote inside must be quoted as a whole");
            }
            cells.push(Cow::Borrowed(value));
            after
        };
        if after.is_empty() {
            return Ok(());
        }
        rest = after
            .strip_prefix(delimiter)
            .ok_or("after the closing quote of a value, the next value must follow")?;
    }
}

fn unquote(quoted: &str) -> Result<(Cow<'_, str>, &str), &'static str> {
    let mut from = 0;
    loop {
        let at = quoted[from..].find('"').ok_or("a quote is opened and not closed on its line")?;
        let end = from + at;
        let after = &quoted[end + 1..];
        if !after.starts_with('"') {
            let value = &quoted[..end];
            let value =
                if from == 0 { value.into() } else { Cow::Owned(value.replace("\"\"", "\"")) };
            return Ok((value, after));
        }
        from = end + 2;
    }
}

/// A value without the blanks and tabs that exports pad it with.
pub(super) fn bare(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// The names of the columns.
#[derive(Debug)]
pub(super) struct Header {
    line: u32,
    names: Vec<String>,
}

impl Header {
    /// From the cells of its line: without padding, parentheses made half-width. A name that
    /// occurs twice is a problem.
    pub fn of(line: u32, cells: &[Cow<'_, str>], problems: &mut Problems) -> Self {
        let names: Vec<String> = cells.iter().map(|cell| name(cell)).collect();
        let mut seen = BTreeSet::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            if !seen.insert(name) {
                let reason = format!("the column \"{}\" occurs twice", quote(name));
                problems.push(Problem::at_line(line, reason));
            }
        }
        Self { line, names }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// Where the first of these names stands.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|held| held == name))
    }

    /// Like [`Header::column`]; a missing column is a problem.
    pub fn required(&self, names: &[&str], problems: &mut Problems) -> Option<usize> {
        let found = self.column(names);
        if found.is_none() {
            let reason = format!("the header line has no column {}", names.join(" or "));
            problems.push(Problem::at_line(self.line, reason));
        }
        found
    }
}

fn name(cell: &str) -> String {
    bare(cell).replace('（', "(").replace('）', ")")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Result<Vec<String>, &'static str> {
        let mut cells = Vec::new();
        split(line, ',', &mut cells)?;
        Ok(cells.into_iter().map(Cow::into_owned).collect())
    }

    #[test]
    fn quoted_values_keep_their_commas_and_quotes() {
        assert_eq!(cells(r#"a,"b, c",,"d""e""#).unwrap(), ["a", "b, c", "", "d\"e"]);
        assert_eq!(cells(r#""","""""#).unwrap(), ["", "\""]);
        assert_eq!(cells("").unwrap(), [""]);
        assert_eq!(cells(r#""a","#).unwrap(), ["a", ""]);
    }

    #[test]
    fn unbalanced_quotes_are_errors_of_their_line() {
        for line in [r#"a,"b"#, r#""a"b,c"#, r#"a"b,c"#, r#"a,""""#] {
            assert!(cells(line).is_err(), "{line}");
        }
    }
}
