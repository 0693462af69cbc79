//! Matching two sides' records of one day (对账): first the totals, then every record, each with a
//! verdict of its own. Equal totals never stop the detail, because two opposite errors can hide in
//! an equal sum.
//!
//! The same engine serves every leg: our payments and a channel's bill, orders and payments, orders
//! and a merchant's own list. It takes one pass over each side and does not depend on row order.

pub mod bundles;
mod by_time;
pub mod rules;
mod sieve;
mod sums;

pub use rules::{Key as MatchKey, Terms};
pub use sieve::{Remaining, Sieve};
pub use sums::{Sum, Sums, Totals, TotalsLine, totals};

use crate::merchant::named;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use time::OffsetDateTime;

/// Which way the money goes, seen from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To us: a payment.
    In,
    /// From us: a refund.
    Out,
}

named!(Direction { In = "in", Out = "out" });

/// How far a side says the trade got. Only a success claims money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The money moved.
    Success,
    /// Not yet known.
    Pending,
    /// It did not.
    Failed,
}
named!(Standing { Success = "success", Pending = "pending", Failed = "failed" });

/// What is compared of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The number both sides know it by (商户订单号); empty where a side does not carry it.
    pub number: &'a str,
    /// The counterparty's number, used where one of the sides carries no number; may be empty.
    pub channel_no: &'a str,
    /// Which way the money goes.
    pub direction: Direction,
    /// The gross amount, always positive.
    pub amount: Money,
    /// How far it got.
    pub standing: Standing,
    /// What the channel charges, where the side knows: positive when charged.
    pub fee: Option<Money>,
    /// Whether the side holds it under another clearing date. Such a record is known, and is not
    /// counted in the day.
    pub elsewhere: bool,
    /// When it happened, where the side knows it.
    pub time: Option<OffsetDateTime>,
    /// Where it stands in its source; tells equal records apart.
    pub position: u32,
}

impl Facts<'_> {
    /// Whether the side says that money of this day moved.
    #[must_use]
    pub fn claims(&self) -> bool {
        self.standing == Standing::Success && !self.elsewhere
    }

    /// Money moved towards us, as this side says: nothing if it claims none.
    ///
    /// # Errors
    /// Out of range.
    pub fn movement(&self) -> Result<Money, MoneyError> {
        match (self.standing, self.direction) {
            (Standing::Success, Direction::In) => Ok(self.amount),
            (Standing::Success, Direction::Out) => self.amount.checked_neg(),
            _ => Ok(Money::zero(self.amount.currency())),
        }
    }
}

/// A record of either side.
pub trait Reconcilable {
    /// What is compared of it.
    fn facts(&self) -> Facts<'_>;
}

/// What became of a record, or of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Both sides agree.
    Matched,
    /// Only we have it.
    OnlyOurs,
    /// Only they have it.
    OnlyTheirs,
    /// Both have it, with different amounts.
    Amount,
    /// Both have it, and only one says it succeeded.
    Status,
    /// Both have it, under different clearing dates (日切).
    Date,
    /// Both have it, with different channel fees.
    Fee,
    /// Our side has the same record once more.
    DuplicateOurs,
    /// Their side has the same record once more.
    DuplicateTheirs,
}

named!(Verdict {
    Matched = "matched",
    OnlyOurs = "only_ours",
    OnlyTheirs = "only_theirs",
    Amount = "amount",
    Status = "status",
    Date = "date",
    Fee = "fee",
    DuplicateOurs = "duplicate_ours",
    DuplicateTheirs = "duplicate_theirs",
});

/// A verdict with the records it is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding<'a, O, T> {
    /// What became of them.
    pub verdict: Verdict,
    /// Our record.
    pub ours: Option<&'a O>,
    /// Their record.
    pub theirs: Option<&'a T>,
    /// Counts records under the same number, from 1: above 1 only where a side has it repeatedly.
    pub occurrence: u32,
    /// By what they were paired; none for a lone record.
    pub by: Option<MatchKey>,
    /// Whether they agree only within a tolerance.
    pub tolerated: bool,
}

/// Totals and detail, computed apart from each other; both are always there.
#[derive(Debug, PartialEq, Eq)]
pub struct Comparison<'a, O, T> {
    /// The totals gate.
    pub totals: Totals,
    /// Every pair and every lone record that claims money, with its verdict.
    pub findings: Vec<Finding<'a, O, T>>,
}

impl<O, T> Comparison<'_, O, T> {
    /// How many findings there are of each verdict.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Verdict, i64> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.verdict).or_default() += 1;
        }
        counts
    }
}

/// Compares two sides of one day by their numbers, tolerating nothing.
///
/// # Errors
/// A sum is out of range.
pub fn compare<'a, O: Reconcilable, T: Reconcilable>(
    ours: &'a [O],
    theirs: &'a [T],
) -> Result<Comparison<'a, O, T>, MoneyError> {
    compare_by(&Terms::default(), ours, theirs)
}

/// Compares two sides of one day by the given terms.
///
/// # Errors
/// A sum is out of range.
pub fn compare_by<'a, O: Reconcilable, T: Reconcilable>(
    terms: &Terms,
    ours: &'a [O],
    theirs: &'a [T],
) -> Result<Comparison<'a, O, T>, MoneyError> {
    let findings = detail(terms, ours, theirs);
    let findings = if terms.by_time() { by_time::join(findings, terms) } else { findings };
    Ok(Comparison { totals: totals(ours, theirs)?, findings })
}

/// What makes records the same trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    First(Direction, &'a str),
    Second(Direction, &'a str),
    /// Neither number: equal to nothing but itself.
    Nameless(bool, usize),
}

struct Group<'a, O, T> {
    ours: Vec<&'a O>,
    theirs: Vec<&'a T>,
}

impl Terms {
    /// The first and the second number of a record.
    fn numbers<'a>(&self, facts: &Facts<'a>) -> (&'a str, &'a str) {
        let (number, channel_no) = (facts.number, facts.channel_no);
        let (first, second) =
            if self.channel_first() { (channel_no, number) } else { (number, channel_no) };
        (first, if self.has_second() { second } else { "" })
    }

    fn paired_by(&self, ours: &Facts<'_>, theirs: &Facts<'_>) -> MatchKey {
        let by_first = !self.numbers(ours).0.is_empty() && !self.numbers(theirs).0.is_empty();
        if by_first == self.channel_first() { MatchKey::ChannelNo } else { MatchKey::Number }
    }
}

fn detail<'a, O: Reconcilable, T: Reconcilable>(
    terms: &Terms,
    ours: &'a [O],
    theirs: &'a [T],
) -> Vec<Finding<'a, O, T>> {
    let our_numbers = firsts_by_second(terms, ours, theirs);
    let their_numbers = firsts_by_second(terms, theirs, ours);
    let mut places: HashMap<Key<'a>, usize> = HashMap::with_capacity(ours.len());
    let mut groups: Vec<Group<'a, O, T>> = Vec::with_capacity(ours.len());
    let mut place = |key, groups: &mut Vec<Group<'a, O, T>>| {
        *places.entry(key).or_insert_with(|| {
            groups.push(Group { ours: Vec::new(), theirs: Vec::new() });
            groups.len() - 1
        })
    };
    for (index, record) in ours.iter().enumerate() {
        let numbers = terms.numbers(&record.facts());
        let nameless = Key::Nameless(true, index);
        let key = key_of(record.facts().direction, numbers, &their_numbers, nameless);
        let at = place(key, &mut groups);
        groups[at].ours.push(record);
    }
    for (index, record) in theirs.iter().enumerate() {
        let numbers = terms.numbers(&record.facts());
        let nameless = Key::Nameless(false, index);
        let key = key_of(record.facts().direction, numbers, &our_numbers, nameless);
        let at = place(key, &mut groups);
        groups[at].theirs.push(record);
    }
    let mut findings = Vec::with_capacity(groups.len());
    for group in groups {
        judge(terms, group, &mut findings);
    }
    findings
}

/// A first number for each second number of `known`, if `other` has records without a first one. A
/// second number that stands for two first ones stands for none: some channels repeat theirs.
fn firsts_by_second<'a, A: Reconcilable, B: Reconcilable>(
    terms: &Terms,
    known: &'a [A],
    other: &[B],
) -> HashMap<(Direction, &'a str), Option<&'a str>> {
    let mut numbers = HashMap::new();
    if other.iter().all(|record| !terms.numbers(&record.facts()).0.is_empty()) {
        return numbers;
    }
    for facts in known.iter().map(Reconcilable::facts) {
        let (first, second) = terms.numbers(&facts);
        if first.is_empty() || second.is_empty() {
            continue;
        }
        numbers
            .entry((facts.direction, second))
            .and_modify(|number: &mut Option<&str>| {
                if *number != Some(first) {
                    *number = None;
                }
            })
            .or_insert(Some(first));
    }
    numbers
}

fn key_of<'a>(
    direction: Direction,
    (first, second): (&'a str, &'a str),
    numbers: &HashMap<(Direction, &'a str), Option<&'a str>>,
    nameless: Key<'a>,
) -> Key<'a> {
    if !first.is_empty() {
        return Key::First(direction, first);
    }
    if second.is_empty() {
        return nameless;
    }
    match numbers.get(&(direction, second)) {
        Some(Some(number)) => Key::First(direction, number),
        _ => Key::Second(direction, second),
    }
}

/// Pairs the records of one number: those that agree first, then in a fixed order.
fn judge<'a, O: Reconcilable, T: Reconcilable>(
    terms: &Terms,
    mut group: Group<'a, O, T>,
    findings: &mut Vec<Finding<'a, O, T>>,
) {
    if let (&[ours], &[theirs]) = (group.ours.as_slice(), group.theirs.as_slice()) {
        findings.extend(pair(terms, ours, theirs, 1));
        return;
    }
    group.ours.sort_by(|a, b| order(&a.facts()).cmp(&order(&b.facts())));
    group.theirs.sort_by(|a, b| order(&a.facts()).cmp(&order(&b.facts())));
    let alone = group.ours.is_empty() || group.theirs.is_empty();
    let (pairs, ours, theirs) = pair_up(group);
    let mut occurrence = 0;
    for (ours, theirs) in pairs {
        occurrence += 1;
        findings.extend(pair(terms, ours, theirs, occurrence));
    }
    let (by, tolerated) = (None, false);
    for record in ours.into_iter().filter(|record| record.facts().claims()) {
        occurrence += 1;
        let first = alone && occurrence == 1;
        let verdict = if first { Verdict::OnlyOurs } else { Verdict::DuplicateOurs };
        let (ours, theirs) = (Some(record), None);
        findings.push(Finding { verdict, ours, theirs, occurrence, by, tolerated });
    }
    for record in theirs.into_iter().filter(|record| record.facts().claims()) {
        occurrence += 1;
        let first = alone && occurrence == 1;
        let verdict = if first { Verdict::OnlyTheirs } else { Verdict::DuplicateTheirs };
        let (ours, theirs) = (None, Some(record));
        findings.push(Finding { verdict, ours, theirs, occurrence, by, tolerated });
    }
}

type Paired<'a, O, T> = (Vec<(&'a O, &'a T)>, Vec<&'a O>, Vec<&'a T>);

/// One to one; what is left on a side comes back. A record of another day is first offered to the
/// other side's record of another day, so that what a neighbouring file has explains only itself.
fn pair_up<'a, O: Reconcilable, T: Reconcilable>(group: Group<'a, O, T>) -> Paired<'a, O, T> {
    let mut equal: HashMap<_, Vec<&'a O>> = HashMap::new();
    for record in group.ours.into_iter().rev() {
        equal.entry(likeness(&record.facts())).or_default().push(record);
    }
    let mut pairs = Vec::new();
    let mut theirs = Vec::new();
    for record in group.theirs {
        match equal.get_mut(&likeness(&record.facts())).and_then(Vec::pop) {
            Some(ours) => pairs.push((ours, record)),
            None => theirs.push(record),
        }
    }
    let mut ours: Vec<&O> = equal.into_values().flatten().collect();
    ours.sort_by(|a, b| order(&a.facts()).cmp(&order(&b.facts())));
    let both = ours.len().min(theirs.len());
    pairs.extend(ours.drain(..both).zip(theirs.drain(..both)));
    (pairs, ours, theirs)
}

fn likeness(facts: &Facts<'_>) -> (bool, Money, bool) {
    (facts.standing == Standing::Success, facts.amount, facts.elsewhere)
}

/// A fixed order for records of one number: those that claim money first.
fn order<'a>(facts: &Facts<'a>) -> impl Ord + use<'a> {
    let fee = facts.fee.map(Money::minor);
    let amount = (facts.amount.minor(), facts.amount.currency());
    (facts.elsewhere, facts.standing, amount, fee, facts.channel_no, facts.position)
}

/// A pair; none if both sides hold it under another day, where it is compared.
fn pair<'a, O: Reconcilable, T: Reconcilable>(
    terms: &Terms,
    ours: &'a O,
    theirs: &'a T,
    occurrence: u32,
) -> Option<Finding<'a, O, T>> {
    let (our_facts, their_facts) = (ours.facts(), theirs.facts());
    if our_facts.elsewhere && their_facts.elsewhere {
        return None;
    }
    let (verdict, tolerated) = agreement(&our_facts, &their_facts, terms);
    let by = Some(terms.paired_by(&our_facts, &their_facts));
    Some(Finding { verdict, ours: Some(ours), theirs: Some(theirs), occurrence, by, tolerated })
}

/// The gravest way in which two records of the same trade differ, and whether a tolerance was used.
fn agreement(ours: &Facts<'_>, theirs: &Facts<'_>, terms: &Terms) -> (Verdict, bool) {
    let ours_done = ours.standing == Standing::Success;
    let theirs_done = theirs.standing == Standing::Success;
    if !ours_done && !theirs_done {
        return (Verdict::Matched, false);
    }
    let Some(amount) = within(ours.amount, theirs.amount, terms.amount_tolerance) else {
        return (Verdict::Amount, false);
    };
    if ours_done != theirs_done {
        return (Verdict::Status, false);
    }
    if ours.elsewhere != theirs.elsewhere {
        return (Verdict::Date, false);
    }
    let fee = match ours.fee.zip(theirs.fee) {
        Some((ours, theirs)) => within(ours, theirs, terms.fee_tolerance),
        None => Some(false),
    };
    match fee {
        Some(fee) => (Verdict::Matched, amount || fee),
        None => (Verdict::Fee, false),
    }
}

/// Whether a tolerance is needed for two amounts to agree; none if it does not reach.
fn within(ours: Money, theirs: Money, tolerance: i64) -> Option<bool> {
    let apart = ours.minor().abs_diff(theirs.minor());
    let reaches = ours.currency() == theirs.currency() && apart <= tolerance.unsigned_abs();
    reaches.then_some(apart > 0)
}

#[cfg(test)]
mod tests;
