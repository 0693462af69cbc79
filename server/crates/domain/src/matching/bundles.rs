//! One-to-many and many-to-one: a bank books a batch as one line, or one entry as several lines
//! with the fee apart. Amounts here are signed: what raises the balance is above zero.

use std::collections::BTreeMap;

/// A line of either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What both sides know it by; empty where it has nothing.
    pub reference: &'a str,
    /// Minor units, signed.
    pub minor: i64,
}

/// Pieces of both sides that belong together; places in the lists given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Of our side.
    pub ours: Vec<usize>,
    /// Of theirs.
    pub theirs: Vec<usize>,
}

/// Pieces one other piece may be the sum of, at most: more can be put together by chance.
const PARTS: usize = 5;
/// Pieces that are tried as parts, at most.
const CANDIDATES: usize = 24;

/// Bundles two sides: by reference, then equal amounts that occur once on each side, then one piece
/// that is the sum of a few others in exactly one way. What belongs to nothing is a bundle of its
/// own.
#[must_use]
pub fn bundle(ours: &[Piece<'_>], theirs: &[Piece<'_>]) -> Vec<Bundle> {
    let (mut bundles, mut left) = by_reference(ours, theirs);
    left = equal_amounts(ours, theirs, left, &mut bundles);
    let (our_left, their_left) = left;
    let (our_left, their_left) = sums((ours, our_left), (theirs, their_left), |whole, parts| {
        bundles.push(Bundle { ours: parts, theirs: vec![whole] });
    });
    let (their_left, our_left) = sums((theirs, their_left), (ours, our_left), |whole, parts| {
        bundles.push(Bundle { ours: vec![whole], theirs: parts });
    });
    bundles.extend(our_left.into_iter().map(|at| Bundle { ours: vec![at], theirs: Vec::new() }));
    bundles.extend(their_left.into_iter().map(|at| Bundle { ours: Vec::new(), theirs: vec![at] }));
    bundles
}

type Left = (Vec<usize>, Vec<usize>);

fn by_reference(ours: &[Piece<'_>], theirs: &[Piece<'_>]) -> (Vec<Bundle>, Left) {
    let mut named: BTreeMap<&str, Bundle> = BTreeMap::new();
    let nothing = || Bundle { ours: Vec::new(), theirs: Vec::new() };
    for (at, piece) in ours.iter().enumerate() {
        named.entry(piece.reference).or_insert_with(nothing).ours.push(at);
    }
    for (at, piece) in theirs.iter().enumerate() {
        named.entry(piece.reference).or_insert_with(nothing).theirs.push(at);
    }
    let (mut bundles, mut left) = (Vec::new(), (Vec::new(), Vec::new()));
    for (reference, bundle) in named {
        if !reference.is_empty() && !bundle.ours.is_empty() && !bundle.theirs.is_empty() {
            bundles.push(bundle);
        } else {
            left.0.extend(bundle.ours);
            left.1.extend(bundle.theirs);
        }
    }
    (bundles, left)
}

fn equal_amounts(
    ours: &[Piece<'_>],
    theirs: &[Piece<'_>],
    left: Left,
    bundles: &mut Vec<Bundle>,
) -> Left {
    let mut amounts: BTreeMap<i64, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for at in left.0 {
        amounts.entry(ours[at].minor).or_default().0.push(at);
    }
    for at in left.1 {
        amounts.entry(theirs[at].minor).or_default().1.push(at);
    }
    let mut left = (Vec::new(), Vec::new());
    for (mine, other) in amounts.into_values() {
        if mine.len() == 1 && other.len() == 1 {
            bundles.push(Bundle { ours: mine, theirs: other });
        } else {
            left.0.extend(mine);
            left.1.extend(other);
        }
    }
    left
}

/// Finds, for each whole, the only set of parts that sums to it; answers what is left of the parts
/// and of the wholes.
fn sums(
    (parts, mut free): (&[Piece<'_>], Vec<usize>),
    (wholes, waiting): (&[Piece<'_>], Vec<usize>),
    mut found: impl FnMut(usize, Vec<usize>),
) -> Left {
    let mut left = Vec::new();
    for whole in waiting {
        let wanted = wholes[whole].minor;
        let same_side: Vec<usize> =
            free.iter().copied().filter(|at| (parts[*at].minor < 0) == (wanted < 0)).collect();
        let mut search = Search { parts, wanted, chosen: Vec::new(), answers: Vec::new() };
        if same_side.len() <= CANDIDATES {
            search.from(&same_side, 0);
        }
        match search.answers.as_slice() {
            [only] => {
                free.retain(|at| !only.contains(at));
                found(whole, only.clone());
            }
            _ => left.push(whole),
        }
    }
    (free, left)
}

struct Search<'a> {
    parts: &'a [Piece<'a>],
    wanted: i64,
    chosen: Vec<usize>,
    answers: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Looks for sets of two parts and more; stops at the second answer, for then it is none.
    fn from(&mut self, candidates: &[usize], sum: i64) {
        if sum == self.wanted && self.chosen.len() > 1 {
            self.answers.push(self.chosen.clone());
            return;
        }
        if self.chosen.len() == PARTS || sum.unsigned_abs() >= self.wanted.unsigned_abs() {
            return;
        }
        for (at, candidate) in candidates.iter().enumerate() {
            let Some(next) = sum.checked_add(self.parts[*candidate].minor) else { continue };
            self.chosen.push(*candidate);
            self.from(&candidates[at + 1..], next);
            self.chosen.pop();
            if self.answers.len() > 1 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces<'a>(of: &[(&'a str, i64)]) -> Vec<Piece<'a>> {
        of.iter().map(|(reference, minor)| Piece { reference, minor: *minor }).collect()
    }

    fn sets(bundles: Vec<Bundle>) -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut sets: Vec<_> = bundles.into_iter().map(|one| (one.ours, one.theirs)).collect();
        sets.iter_mut().for_each(|(ours, theirs)| {
            ours.sort_unstable();
            theirs.sort_unstable();
        });
        sets.sort();
        sets
    }

    #[test]
    fn a_batch_is_one_line_of_the_bank() {
        let ours = pieces(&[("", -100), ("", -250), ("", -75), ("", 40)]);
        let found = sets(bundle(&ours, &pieces(&[("", -425), ("", 40)])));
        assert_eq!(found, [(vec![0, 1, 2], vec![0]), (vec![3], vec![1])]);
    }

    #[test]
    fn a_fee_line_belongs_to_the_line_it_stands_beside() {
        let theirs = pieces(&[("REF1", 10_000), ("REF1", -30), ("REF2", 500)]);
        let found = sets(bundle(&pieces(&[("REF1", 9_970), ("REF2", 501)]), &theirs));
        assert_eq!(found, [(vec![0], vec![0, 1]), (vec![1], vec![2])]);
    }

    #[test]
    fn what_can_be_put_together_in_two_ways_is_put_together_in_none() {
        let ours = pieces(&[("", 10), ("", 20), ("", 10), ("", 20)]);
        let found = sets(bundle(&ours, &pieces(&[("", 30)])));
        assert_eq!(found.len(), 5, "{found:?}");
    }

    proptest! {
        #[test]
        fn every_piece_is_in_one_bundle(
            ours in prop::collection::vec((0..6_usize, -300..300_i64), 0..14),
            theirs in prop::collection::vec((0..6_usize, -300..300_i64), 0..14),
        ) {
            let names = ["", "", "", "A", "B", "C"];
            let of = |side: &[(usize, i64)]| -> Vec<(&str, i64)> {
                side.iter().map(|(name, minor)| (names[*name], *minor)).collect()
            };
            let (ours, theirs) = (pieces(&of(&ours)), pieces(&of(&theirs)));
            let bundles = bundle(&ours, &theirs);
            let mut seen: Vec<usize> = bundles.iter().flat_map(|one| one.ours.clone()).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..ours.len()).collect::<Vec<_>>());
            let mut seen: Vec<usize> = bundles.iter().flat_map(|one| one.theirs.clone()).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..theirs.len()).collect::<Vec<_>>());
            for one in bundles.iter().filter(|one| one.ours.len() + one.theirs.len() > 1) {
                let sum = |side: &[Piece<'_>], at: &[usize]| -> i64 {
                    at.iter().map(|at| side[*at].minor).sum()
                };
                let named = one.ours.first().is_some_and(|at| !ours[*at].reference.is_empty());
                prop_assert!(named || sum(&ours, &one.ours) == sum(&theirs, &one.theirs));
            }
        }
    }
}
