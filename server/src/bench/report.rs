//! What the measurements found: ratios for machines in `bench.json`, tables for people in
//! `bench.md`. Parts that were not measured this time are kept.

use anyhow::Context as _;
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

/// The report of one part.
#[derive(Debug)]
pub struct Report {
    title: String,
    text: String,
    ratios: Vec<(String, u64)>,
}

impl Report {
    /// An empty report under a title.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), text: String::new(), ratios: Vec::new() }
    }

    /// A sentence.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push_str("\n\n");
    }

    /// Begins a table.
    pub fn table(&mut self, columns: &[&str]) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        self.row(columns);
        let rule: Vec<&str> = columns.iter().map(|_| "---").collect();
        self.row(&rule);
    }

    /// A row of the table.
    pub fn row(&mut self, cells: &[&str]) {
        self.text.push_str("| ");
        self.text.push_str(&cells.join(" | "));
        self.text.push_str(" |\n");
    }

    /// A figure of its own, in thousandths.
    pub fn ratio(&mut self, key: &str, thousandths: u64) {
        self.ratios.push((key.to_owned(), thousandths));
    }

    /// Writes the report into a folder, beside what stands there of other parts.
    ///
    /// # Errors
    /// The files cannot be read or written.
    pub fn write(mut self, folder: &Path, date: &str) -> anyhow::Result<()> {
        self.table(&["key", "ratio"]);
        for (key, thousandths) in self.ratios.clone() {
            self.row(&[&format!("`{key}`"), &decimal(thousandths)]);
        }
        let cores = std::thread::available_parallelism()?.get();
        let path = folder.join("bench.json");
        let known = fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
        let mut known: Map<String, Value> = serde_json::from_str(&known)
            .with_context(|| format!("{} is not understood", path.display()))?;
        known.insert("date".to_owned(), Value::from(date));
        known.insert("cores".to_owned(), Value::from(cores));
        for (key, thousandths) in &self.ratios {
            known.insert(key.clone(), serde_json::from_str(&decimal(*thousandths))?);
        }
        write(&path, &format!("{}\n", serde_json::to_string_pretty(&known)?))?;
        let path = folder.join("bench.md");
        let known = fs::read_to_string(&path).unwrap_or_else(|_| HEAD.to_owned());
        let about = format!("Measured on {date}, {cores} cores.\n\n");
        write(&path, &with_section(&known, &self.title, &format!("{about}{}", self.text)))
    }
}

const HEAD: &str = "# Measurements\n\n\
    Written by `make bench`. Only ratios within one run count: absolute figures move with the \
    machine.\n";

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// The document with one section put in or replaced.
fn with_section(document: &str, title: &str, text: &str) -> String {
    let heading = format!("## {title}");
    let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
    for line in document.lines() {
        if line.starts_with("## ") {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(line);
        }
    }
    parts.retain(|part| part.first() != Some(&heading.as_str()));
    let mut all: Vec<String> = parts.iter().map(|part| part.join("\n").trim().to_owned()).collect();
    all.push(format!("{heading}\n\n{}", text.trim()));
    format!("{}\n", all.join("\n\n"))
}

/// A ratio in thousandths; nothing when there is nothing to compare with.
#[must_use]
pub fn ratio(figure: u64, to: u64) -> u64 {
    figure.saturating_mul(1_000).checked_div(to).unwrap_or(0)
}

/// Thousandths as a decimal number.
#[must_use]
pub fn decimal(thousandths: u64) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// A count with its thousands apart.
#[must_use]
pub fn per_second(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Microseconds as milliseconds.
#[must_use]
pub fn times(micros: u64) -> String {
    format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(per_second(1_234_567), "1,234,567");
        assert_eq!(per_second(12), "12");
        assert_eq!(times(7_450), "7.45 ms");
        assert_eq!(decimal(ratio(1, 3)), "0.333");
        assert_eq!(ratio(1, 0), 0);
    }

    #[test]
    fn a_part_replaces_itself_and_keeps_the_others() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("bench.json"), r#"{"other": 1.5, "a.b": 9}"#).unwrap();
        for figure in [2_000, 2_250] {
            let mut report = Report::new("Ledger");
            report.ratio("a.b", figure);
            report.write(folder.path(), "2026-01-02").unwrap();
            Report::new("Search").write(folder.path(), "2026-01-02").unwrap();
        }
        let json = fs::read_to_string(folder.path().join("bench.json")).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["other"], 1.5);
        assert_eq!(json["a.b"], 2.25);
        let text = fs::read_to_string(folder.path().join("bench.md")).unwrap();
        assert_eq!(text.matches("## Ledger").count(), 1);
        assert!(text.contains("2.250") && !text.contains("2.000"), "{text}");
        assert!(text.starts_with("# Measurements"), "{text}");
    }
}
