//! The weakest key: what no number pairs is paired by amount and time, if only one pair is possible.

use super::rules::Key;
use super::{Direction, Finding, Reconcilable, Terms, Verdict, agreement};
use crate::money::Money;
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;

/// Lone findings of one amount: places in the list, with their times.
#[derive(Default)]
struct Lone {
    ours: Vec<(usize, OffsetDateTime)>,
    theirs: Vec<(usize, OffsetDateTime)>,
}

/// Joins lone findings of both sides that can only be each other.
pub(super) fn join<'a, O: Reconcilable, T: Reconcilable>(
    findings: Vec<Finding<'a, O, T>>,
    terms: &Terms,
) -> Vec<Finding<'a, O, T>> {
    let mut lone: HashMap<(Direction, Money), Lone> = HashMap::new();
    for (place, finding) in findings.iter().enumerate() {
        let (ours, theirs) = (finding.ours.map(O::facts), finding.theirs.map(T::facts));
        match (finding.verdict, ours, theirs) {
            (Verdict::OnlyOurs, Some(facts), None) => {
                let Some(at) = facts.time else { continue };
                lone.entry((facts.direction, facts.amount)).or_default().ours.push((place, at));
            }
            (Verdict::OnlyTheirs, None, Some(facts)) => {
                let Some(at) = facts.time else { continue };
                lone.entry((facts.direction, facts.amount)).or_default().theirs.push((place, at));
            }
            _ => {}
        }
    }
    let tolerance = time::Duration::seconds(terms.time_tolerance.into());
    let pairs: HashMap<usize, usize> =
        lone.values().flat_map(|lone| only_pairs(lone, tolerance)).collect();
    let joined: HashSet<usize> = pairs.values().copied().collect();
    let mut found = Vec::with_capacity(findings.len());
    for (place, finding) in findings.iter().enumerate() {
        let theirs = pairs.get(&place).and_then(|theirs| findings[*theirs].theirs);
        match (finding.ours, theirs) {
            _ if joined.contains(&place) => {}
            (Some(ours), Some(theirs)) => {
                let (verdict, tolerated) = agreement(&ours.facts(), &theirs.facts(), terms);
                let (ours, theirs) = (Some(ours), Some(theirs));
                let by = Some(Key::AmountTime);
                found.push(Finding { verdict, ours, theirs, occurrence: 1, by, tolerated });
            }
            _ => found.push(Finding { ..*finding }),
        }
    }
    found
}

/// Pairs of which neither record could belong to another one.
fn only_pairs(lone: &Lone, tolerance: time::Duration) -> Vec<(usize, usize)> {
    let near = |a: OffsetDateTime, b: OffsetDateTime| (a - b).abs() <= tolerance;
    let mut pairs = Vec::new();
    for (ours, at) in &lone.ours {
        let mut candidates = lone.theirs.iter().filter(|(_, other)| near(*at, *other));
        let (Some((theirs, other)), None) = (candidates.next(), candidates.next()) else {
            continue;
        };
        if lone.ours.iter().filter(|(_, at)| near(*at, *other)).count() == 1 {
            pairs.push((*ours, *theirs));
        }
    }
    pairs
}
