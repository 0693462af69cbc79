//! Alipay's files (支付宝对账文件): lines beginning with `#` around a list of comma-separated rows.
//! Before the list they tell the account and the period, after it counts and sums.

mod account;
mod summary;
mod trade;

pub(super) use account::AlipayAccount;
pub(super) use summary::{AlipaySummary, agree};
pub(super) use trade::AlipayTrade;

use super::decode::lines;
use super::delimited::{Header, bare, split};
use super::problems::{Problems, quote};
use super::{Sample, fields};
use crate::bill::{Check, Problem};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use std::borrow::Cow;
use time::{PrimitiveDateTime, Time};

/// Whether a file's first line is this title.
fn titled(sample: &Sample<'_>, title: &str) -> bool {
    sample.head.split(['\r', '\n']).next().map(bare).and_then(|line| line.strip_prefix('#'))
        == Some(title)
}

/// A file in parts.
#[derive(Default)]
struct Frame {
    /// Our number at Alipay.
    account: String,
    /// The day it is for, when it is for one day.
    day: Option<BusinessDate>,
    /// First moment, and first moment after.
    period: Option<(PrimitiveDateTime, PrimitiveDateTime)>,
    /// The columns; nothing when the list has no header line.
    header: Option<Header>,
    /// The lines of counts and sums after the list, by name.
    tallies: Vec<Tally>,
    part: Part,
}

/// A line like `#交易合计：3笔，商家实收共242.90元，商家优惠共5.00元`.
struct Tally {
    line: u32,
    name: String,
    text: String,
}

/// What a tally should say: its name, the count, and the sums by label (empty for `共x元` alone).
struct Expected<'n> {
    name: &'n str,
    count: i64,
    sums: Vec<(&'n str, Option<Money>)>,
}

/// Where the reader stands.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Head,
    List,
    Tail,
    End,
}

impl Frame {
    /// Takes a text apart, with the lines of its rows. What does not fit the layout becomes a
    /// problem.
    fn read<'t>(text: &'t str, problems: &mut Problems) -> (Self, Vec<(u32, &'t str)>) {
        let mut frame = Self::default();
        let rows =
            lines(text).filter(|(number, line)| frame.is_row(*number, line, problems)).collect();
        frame.finish(problems);
        (frame, rows)
    }

    /// Takes the next line; says whether it is a row.
    fn is_row(&mut self, number: u32, line: &str, problems: &mut Problems) -> bool {
        let listed = self.part == Part::List && !line.starts_with('#');
        if !listed {
            self.part = self.read_line(self.part, number, line, problems);
        }
        listed
    }

    /// What is missing at the end is a problem.
    fn finish(&self, problems: &mut Problems) {
        match self.part {
            Part::End => {}
            Part::Head => problems.push(Problem::of_file("the file has no list of rows")),
            Part::List => problems.push(Problem::of_file(
                "the line that ends the list (列表结束) is missing: the file is incomplete, \
                 download it again",
            )),
            Part::Tail => problems.push(Problem::of_file(
                "the last line (导出时间) is missing: the file is incomplete, download it again",
            )),
        }
        if self.account.is_empty() {
            problems.push(Problem::of_file("the file names no account (账号)"));
        }
        if self.period.is_none() {
            problems.push(Problem::of_file("the file tells no period (起始日期, 终止日期)"));
        }
    }

    fn read_line(&mut self, part: Part, number: u32, line: &str, problems: &mut Problems) -> Part {
        let told = line.strip_prefix('#').map(bare);
        match (&part, told) {
            (Part::Head, Some(told)) => self.read_head(number, told, problems),
            (Part::Head, None) => {
                let mut cells: Vec<Cow<'_, str>> = Vec::new();
                if let Err(reason) = split(line, ',', &mut cells) {
                    problems.push(Problem::at_line(number, reason));
                }
                self.header = Some(Header::of(number, &cells, problems));
                return Part::List;
            }
            (Part::List, Some(told)) if told.contains("列表结束") => return Part::Tail,
            (Part::Tail, Some(told)) if told.starts_with("导出时间") => {
                if !told.ends_with(']') {
                    problems.push(Problem::at_field(number, "导出时间", "the line is cut off"));
                }
                return Part::End;
            }
            (Part::Tail, Some(told)) => match told.split_once('：') {
                Some((name, text)) => {
                    let (name, text) = (name.to_owned(), text.to_owned());
                    self.tallies.push(Tally { line: number, name, text });
                }
                None => problems.push(unexpected(number, line)),
            },
            (Part::End, None) if bare(line).is_empty() => {}
            _ => problems.push(unexpected(number, line)),
        }
        part
    }

    fn read_head(&mut self, line: u32, told: &str, problems: &mut Problems) {
        let mut brackets =
            told.split('[').skip(1).filter_map(|after| after.split_once(']')).map(|(held, _)| held);
        if told.starts_with("账号") {
            let held = brackets.next().unwrap_or_default();
            // Our number (PID) has 16 digits; 0156 after it is the currency.
            let number = held.strip_suffix("0156").filter(|number| number.len() == 16);
            self.account = number.unwrap_or(held).to_owned();
        } else if told.starts_with("起始日期") {
            let period: Vec<PrimitiveDateTime> = brackets.filter_map(moment).collect();
            let [from, to] = period[..] else {
                let reason = "a period is written like [2026年03月31日 00:00:00]";
                problems.push(Problem::at_field(line, "起始日期", reason));
                return;
            };
            self.period = Some((from, to));
            let day = BusinessDate(from.date());
            let whole = from.time() == Time::MIDNIGHT
                && (to.date() == day.0
                    || (to.date() == day.next().0 && to.time() == Time::MIDNIGHT));
            self.day = whole.then_some(day);
        }
    }

    /// The cells of a row, without padding, as many as there are columns.
    fn cells<'t>(
        &self,
        row: (u32, &'t str),
        cells: &mut Vec<Cow<'t, str>>,
        problems: &mut Problems,
    ) -> Option<()> {
        if let Err(reason) = split(row.1, ',', cells) {
            problems.push(Problem::at_line(row.0, reason));
            return None;
        }
        let width = self.header.as_ref().map_or(0, Header::width);
        if cells.len() != width {
            let reason = format!("{} values, but {width} columns", cells.len());
            problems.push(Problem::at_line(row.0, reason));
            return None;
        }
        Some(())
    }

    /// Whether a moment lies in the file's period; else a problem.
    fn in_period(&self, line: u32, field: &str, at: PrimitiveDateTime, problems: &mut Problems) {
        let Some((from, to)) = self.period else { return };
        if at < from || at > to {
            let reason = format!("{at} is outside of the file's period, {from} to {to}");
            problems.push(Problem::at_field(line, field, reason));
        }
    }

    /// Compares the counts and sums after the list with what was computed. One that is missing,
    /// unknown or unreadable is a problem.
    fn check(&self, expected: &[Expected<'_>], problems: &mut Problems) -> Vec<Check> {
        let mut checks = Vec::new();
        for tally in &self.tallies {
            match expected.iter().find(|held| held.name == tally.name) {
                Some(expected) => check_tally(tally, expected, &mut checks, problems),
                None => problems.push(unexpected(tally.line, &tally.name)),
            }
        }
        for missing in expected {
            if !self.tallies.iter().any(|held| held.name == missing.name) {
                let reason = format!("the file does not state {}", missing.name);
                problems.push(Problem::of_file(reason));
            }
        }
        checks
    }
}

fn check_tally(
    tally: &Tally,
    expected: &Expected<'_>,
    checks: &mut Vec<Check>,
    problems: &mut Problems,
) {
    let mut parts = tally.text.split('，');
    let count = parts.next().unwrap_or_default();
    let stated = fields::count(count.strip_suffix('笔').unwrap_or_default());
    if let Some(stated) = problems.keep(stated, tally.line, &tally.name, count) {
        let (stated, computed) = (stated.to_string(), expected.count.to_string());
        checks.push(Check { what: format!("{} 笔", tally.name), stated, computed });
    }
    let mut open: Vec<&(&str, Option<Money>)> = expected.sums.iter().collect();
    for part in parts {
        let (label, amount) = part.split_once('共').unwrap_or((part, ""));
        let Some(at) = open.iter().position(|(name, _)| *name == label) else {
            let reason = format!("an unknown sum \"{}\"", quote(part));
            problems.push(Problem::at_field(tally.line, &tally.name, reason));
            continue;
        };
        let (_, sum) = open.remove(at);
        let amount = amount.strip_suffix('元').unwrap_or_default();
        let stated = fields::amount(amount, Currency::Cny);
        let Some(stated) = problems.keep(stated, tally.line, &tally.name, part) else { continue };
        let Some(sum) = sum else {
            problems.push(Problem::of_file("the sum of the rows is out of range"));
            continue;
        };
        let what = format!("{} {label}", tally.name).trim_end().to_owned();
        checks.push(Check { what, stated: stated.plain(), computed: sum.plain() });
    }
    for (label, _) in open {
        let reason = format!("the sum {label}共 is missing");
        problems.push(Problem::at_field(tally.line, &tally.name, reason));
    }
}

fn unexpected(line: u32, found: &str) -> Problem {
    Problem::at_line(line, format!("not expected here: \"{}\"", quote(found)))
}

/// `2026年03月31日 00:00:00`
fn moment(text: &str) -> Option<PrimitiveDateTime> {
    fields::moment(&text.replacen(['年', '月'], "-", 2).replacen('日', "", 1)).ok()
}
