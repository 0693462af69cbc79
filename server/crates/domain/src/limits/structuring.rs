//! Structuring (拆单): a payer cuts one amount into several payments that each keep just below a
//! limit. It is an indicator for people to look at, never a reason to refuse.

use crate::fee::Rate;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// When payments look cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructuringRule {
    /// From this share of a threshold on, a payment is just below it.
    pub share: Rate,
    /// So many of them are conspicuous.
    pub payments_min: u32,
    /// Within so many hours.
    pub window_hours: i32,
    /// Thresholds that are watched for every payer, beside the limits of their class.
    pub watched: Vec<Money>,
}

/// Payments that look cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structuring {
    /// The threshold they keep below.
    pub threshold: Money,
    /// How many there are, the latest included.
    pub payments: u32,
    /// What they come to.
    pub sum: Money,
    /// Within so many hours.
    pub window_hours: i32,
}

/// Whether a payer's payments within the window look cut. The first amount is the payment in
/// question, and must itself lie just below the threshold; of several thresholds the highest that
/// applies is told.
#[must_use]
pub fn structuring(
    rule: &StructuringRule,
    thresholds: &[Money],
    amounts: &[Money],
) -> Option<Structuring> {
    let mut thresholds: Vec<Money> =
        thresholds.iter().chain(&rule.watched).copied().filter(|one| one.is_positive()).collect();
    thresholds.sort_by_key(|threshold| std::cmp::Reverse(threshold.minor()));
    let latest = amounts.first()?;
    thresholds.into_iter().find_map(|threshold| {
        let from = rule.share.of(threshold).ok()?;
        let just_below = |amount: &&Money| {
            amount.currency() == threshold.currency()
                && (from.minor()..=threshold.minor()).contains(&amount.minor())
        };
        if !just_below(&latest) {
            return None;
        }
        let near: Vec<Money> = amounts.iter().filter(just_below).copied().collect();
        let payments = u32::try_from(near.len()).ok()?;
        let sum = Money::sum(near, threshold.currency()).ok()?;
        let window_hours = rule.window_hours;
        (payments >= rule.payments_min.max(2)).then_some(Structuring {
            threshold,
            payments,
            sum,
            window_hours,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule() -> StructuringRule {
        StructuringRule {
            share: Rate::from_ppm(900_000).unwrap(),
            payments_min: 3,
            window_hours: 24,
            watched: vec![Money::cny(5_000_000)],
        }
    }

    fn amounts(fen: &[i64]) -> Vec<Money> {
        fen.iter().copied().map(Money::cny).collect()
    }

    #[test]
    fn three_payments_just_below_a_limit_are_conspicuous() {
        let found = structuring(&rule(), &[], &amounts(&[4_990_000, 4_800_000, 4_999_999, 100]));
        let expected = Structuring {
            threshold: Money::cny(5_000_000),
            payments: 3,
            sum: Money::cny(14_789_999),
            window_hours: 24,
        };
        assert_eq!(found, Some(expected));
        assert_eq!(structuring(&rule(), &[], &amounts(&[4_990_000, 4_800_000])), None);
    }

    #[test]
    fn a_payment_far_below_the_limit_is_not_to_blame_for_those_before_it() {
        let before = amounts(&[100, 4_990_000, 4_800_000, 4_999_999]);
        assert_eq!(structuring(&rule(), &[], &before), None);
    }

    #[test]
    fn the_limits_of_the_payers_class_are_watched_too() {
        let limits = [Money::cny(1_000_000)];
        let found = structuring(&rule(), &limits, &amounts(&[999_900, 999_900, 950_000]));
        assert_eq!(found.map(|found| found.threshold), Some(Money::cny(1_000_000)));
    }

    proptest! {
        #[test]
        fn what_is_told_is_true(fen in prop::collection::vec(1..6_000_000_i64, 0..30)) {
            if let Some(found) = structuring(&rule(), &[], &amounts(&fen)) {
                let near = fen.iter().filter(|fen| (4_500_000..=5_000_000).contains(*fen));
                prop_assert_eq!(usize::try_from(found.payments).unwrap(), near.clone().count());
                prop_assert_eq!(found.sum.minor(), near.sum::<i64>());
                prop_assert!(found.payments >= 3 && found.sum.minor() > found.threshold.minor());
            }
        }
    }
}
