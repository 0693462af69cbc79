//! Matching two sides' records of one day (对账): first the totals, then every record, each with a
//! verdict of its own. Equal totals never stop the detail, because two opposite errors can hide in
//! an equal sum.
//!
//! The same engine serves every leg: our payments and a channel's bill, orders and payments, orders
//! and a merchant's own list. It takes one pass over each side and does not depend on row order.

use crate::merchant::named;
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

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
}

/// Count and sums of what one side claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Records.
    pub count: i64,
    /// Gross amounts.
    pub gross: Money,
    /// Channel fees; none if the side does not know them.
    pub fee: Option<Money>,
    /// What moves towards us after fees; none if the side does not know the fees.
    pub net: Option<Money>,
}

/// Both sides' claims in one direction and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsLine {
    /// Which way the money goes.
    pub direction: Direction,
    /// Ours.
    pub ours: Sum,
    /// Theirs.
    pub theirs: Sum,
}

impl TotalsLine {
    /// Whether both sides agree in everything both know.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let same = |ours: Option<Money>, theirs: Option<Money>| {
            ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs)
        };
        self.ours.count == self.theirs.count
            && self.ours.gross == self.theirs.gross
            && same(self.ours.fee, self.theirs.fee)
    }
}

/// The totals gate (总额核对).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// One line for each direction and currency that occurs.
    pub lines: Vec<TotalsLine>,
}

impl Totals {
    /// The gate's own verdict: whether every line agrees. It says nothing about the detail.
    #[must_use]
    pub fn agree(&self) -> bool {
        self.lines.iter().all(TotalsLine::agrees)
    }
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

/// Compares two sides of one day.
///
/// # Errors
/// A sum is out of range.
pub fn compare<'a, O: Reconcilable, T: Reconcilable>(
    ours: &'a [O],
    theirs: &'a [T],
) -> Result<Comparison<'a, O, T>, MoneyError> {
    Ok(Comparison { totals: totals(ours, theirs)?, findings: detail(ours, theirs) })
}

fn totals<O: Reconcilable, T: Reconcilable>(
    ours: &[O],
    theirs: &[T],
) -> Result<Totals, MoneyError> {
    let our_sums = sums(ours)?;
    let their_sums = sums(theirs)?;
    let mut keys: Vec<_> = our_sums.keys().chain(their_sums.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    let lines = keys.into_iter().map(|key| {
        let (direction, currency) = key;
        let zero = Money::zero(currency);
        let nothing = Sum { count: 0, gross: zero, fee: Some(zero), net: Some(zero) };
        let of = |sums: &BTreeMap<_, Sum>| sums.get(&key).copied().unwrap_or(nothing);
        TotalsLine { direction, ours: of(&our_sums), theirs: of(&their_sums) }
    });
    Ok(Totals { lines: lines.collect() })
}

fn sums<R: Reconcilable>(
    records: &[R],
) -> Result<BTreeMap<(Direction, Currency), Sum>, MoneyError> {
    let mut sums = BTreeMap::new();
    for facts in records.iter().map(Reconcilable::facts).filter(Facts::claims) {
        let currency = facts.amount.currency();
        let zero = Money::zero(currency);
        let sum = sums.entry((facts.direction, currency)).or_insert(Sum {
            count: 0,
            gross: zero,
            fee: Some(zero),
            net: Some(zero),
        });
        sum.count += 1;
        sum.gross = sum.gross.checked_add(facts.amount)?;
        sum.fee = match sum.fee.zip(facts.fee) {
            Some((all, one)) => Some(all.checked_add(one)?),
            None => None,
        };
        let movement = facts.movement()?;
        sum.net = match sum.net.zip(facts.fee) {
            Some((all, fee)) => Some(all.checked_add(movement.checked_sub(fee)?)?),
            None => None,
        };
    }
    Ok(sums)
}

/// What makes records the same trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Number(Direction, &'a str),
    Channel(Direction, &'a str),
    /// Neither number: equal to nothing but itself.
    Nameless(bool, usize),
}

struct Group<'a, O, T> {
    ours: Vec<&'a O>,
    theirs: Vec<&'a T>,
}

fn detail<'a, O: Reconcilable, T: Reconcilable>(
    ours: &'a [O],
    theirs: &'a [T],
) -> Vec<Finding<'a, O, T>> {
    let our_numbers = numbers_by_channel_no(ours, theirs);
    let their_numbers = numbers_by_channel_no(theirs, ours);
    let mut places: HashMap<Key<'a>, usize> = HashMap::with_capacity(ours.len());
    let mut groups: Vec<Group<'a, O, T>> = Vec::with_capacity(ours.len());
    let mut place = |key, groups: &mut Vec<Group<'a, O, T>>| {
        *places.entry(key).or_insert_with(|| {
            groups.push(Group { ours: Vec::new(), theirs: Vec::new() });
            groups.len() - 1
        })
    };
    for (index, record) in ours.iter().enumerate() {
        let key = key_of(&record.facts(), &their_numbers, Key::Nameless(true, index));
        let at = place(key, &mut groups);
        groups[at].ours.push(record);
    }
    for (index, record) in theirs.iter().enumerate() {
        let key = key_of(&record.facts(), &our_numbers, Key::Nameless(false, index));
        let at = place(key, &mut groups);
        groups[at].theirs.push(record);
    }
    let mut findings = Vec::with_capacity(groups.len());
    for group in groups {
        judge(group, &mut findings);
    }
    findings
}

/// A number for each channel number of `known`, if `other` has records without a number. A channel
/// number that stands for two numbers stands for none: some channels repeat them.
fn numbers_by_channel_no<'a, A: Reconcilable, B: Reconcilable>(
    known: &'a [A],
    other: &[B],
) -> HashMap<(Direction, &'a str), Option<&'a str>> {
    let mut numbers = HashMap::new();
    if other.iter().all(|record| !record.facts().number.is_empty()) {
        return numbers;
    }
    for facts in known.iter().map(Reconcilable::facts) {
        if facts.number.is_empty() || facts.channel_no.is_empty() {
            continue;
        }
        numbers
            .entry((facts.direction, facts.channel_no))
            .and_modify(|number: &mut Option<&str>| {
                if *number != Some(facts.number) {
                    *number = None;
                }
            })
            .or_insert(Some(facts.number));
    }
    numbers
}

fn key_of<'a>(
    facts: &Facts<'a>,
    numbers: &HashMap<(Direction, &'a str), Option<&'a str>>,
    nameless: Key<'a>,
) -> Key<'a> {
    if !facts.number.is_empty() {
        return Key::Number(facts.direction, facts.number);
    }
    if facts.channel_no.is_empty() {
        return nameless;
    }
    match numbers.get(&(facts.direction, facts.channel_no)) {
        Some(Some(number)) => Key::Number(facts.direction, number),
        _ => Key::Channel(facts.direction, facts.channel_no),
    }
}

/// Pairs the records of one number: those that agree first, then in a fixed order.
fn judge<'a, O: Reconcilable, T: Reconcilable>(
    mut group: Group<'a, O, T>,
    findings: &mut Vec<Finding<'a, O, T>>,
) {
    if let ([ours], [theirs]) = (group.ours.as_slice(), group.theirs.as_slice()) {
        findings.push(pair(ours, theirs, 1));
        return;
    }
    group.ours.sort_by(|a, b| order(&a.facts()).cmp(&order(&b.facts())));
    group.theirs.sort_by(|a, b| order(&a.facts()).cmp(&order(&b.facts())));
    let alone = group.ours.is_empty() || group.theirs.is_empty();
    let (pairs, ours, theirs) = pair_up(group);
    let mut occurrence = 0;
    for (ours, theirs) in pairs {
        occurrence += 1;
        findings.push(pair(ours, theirs, occurrence));
    }
    for record in ours.into_iter().filter(|record| record.facts().claims()) {
        occurrence += 1;
        let first = alone && occurrence == 1;
        let verdict = if first { Verdict::OnlyOurs } else { Verdict::DuplicateOurs };
        findings.push(Finding { verdict, ours: Some(record), theirs: None, occurrence });
    }
    for record in theirs.into_iter().filter(|record| record.facts().claims()) {
        occurrence += 1;
        let first = alone && occurrence == 1;
        let verdict = if first { Verdict::OnlyTheirs } else { Verdict::DuplicateTheirs };
        findings.push(Finding { verdict, ours: None, theirs: Some(record), occurrence });
    }
}

type Paired<'a, O, T> = (Vec<(&'a O, &'a T)>, Vec<&'a O>, Vec<&'a T>);

/// One to one; what is left on a side comes back.
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

fn likeness(facts: &Facts<'_>) -> (bool, Money) {
    (facts.standing == Standing::Success, facts.amount)
}

/// A fixed order for records of one number: those that claim money first.
fn order<'a>(facts: &Facts<'a>) -> impl Ord + use<'a> {
    let fee = facts.fee.map(Money::minor);
    let amount = (facts.amount.minor(), facts.amount.currency());
    (facts.elsewhere, facts.standing, amount, fee, facts.channel_no, facts.position)
}

fn pair<'a, O: Reconcilable, T: Reconcilable>(
    ours: &'a O,
    theirs: &'a T,
    occurrence: u32,
) -> Finding<'a, O, T> {
    let verdict = agreement(&ours.facts(), &theirs.facts());
    Finding { verdict, ours: Some(ours), theirs: Some(theirs), occurrence }
}

/// The gravest way in which two records of the same trade differ.
fn agreement(ours: &Facts<'_>, theirs: &Facts<'_>) -> Verdict {
    let ours_done = ours.standing == Standing::Success;
    let theirs_done = theirs.standing == Standing::Success;
    if !ours_done && !theirs_done {
        return Verdict::Matched;
    }
    if ours.amount != theirs.amount {
        return Verdict::Amount;
    }
    if ours_done != theirs_done {
        return Verdict::Status;
    }
    if ours.elsewhere != theirs.elsewhere {
        return Verdict::Date;
    }
    match ours.fee.zip(theirs.fee) {
        Some((ours, theirs)) if ours != theirs => Verdict::Fee,
        _ => Verdict::Matched,
    }
}

#[cfg(test)]
mod tests;
