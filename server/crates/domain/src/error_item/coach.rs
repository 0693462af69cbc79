//! What the rules could learn from people (规则教练): where the same difference was resolved the same
//! way again and again, a rule is proposed, with what it would have done in the last days.

use super::{Action, AutoRule, Cause, HandlingRules, PreferRule, RuleChange};
use crate::ids::ErrorItemId;
use crate::matching::Direction;
use serde::{Deserialize, Serialize};

/// Days that are looked at.
pub const COACH_DAYS: i64 = 30;

/// What a resolution was about: one cause, one channel, one direction, money too much or too little.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pattern {
    /// The cause.
    pub cause: Cause,
    /// The channel; none in legs without one.
    pub channel: Option<String>,
    /// Which way the money goes.
    pub direction: Direction,
    /// Whether they have more than we do.
    pub long: bool,
}

/// One resolution that two people made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The item.
    pub id: ErrorItemId,
    /// Its number.
    pub number: String,
    /// What it was about.
    pub pattern: Pattern,
    /// What was done.
    pub action: Action,
    /// Its difference without a sign, in minor units.
    pub minor: u64,
}

/// A rule that is proposed, and what it would have done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// For what.
    pub pattern: Pattern,
    /// What was done again and again.
    pub action: Action,
    /// How often without a break, up to the latest.
    pub streak: usize,
    /// The change of the rules.
    pub change: RuleChange,
    /// Whether the rule acts by itself; otherwise it puts the action first, and two people decide.
    pub by_itself: bool,
    /// Resolutions of the last days that the rule would have handled as people did.
    pub same: usize,
    /// Those that people resolved otherwise.
    pub different: Vec<Resolved>,
    /// Items that are open now and would fall under the rule.
    pub open: i64,
}

/// The rules that repeated resolutions ask for and that are not in force yet; `resolved` goes from
/// the latest to the earliest. What is open is counted by the caller.
#[must_use]
pub fn advise(rules: &HandlingRules, resolved: &[Resolved]) -> Vec<Advice> {
    let mut patterns: Vec<&Pattern> = resolved.iter().map(|one| &one.pattern).collect();
    patterns.sort();
    patterns.dedup();
    let of = |pattern: &Pattern| -> Vec<&Resolved> {
        resolved.iter().filter(|one| one.pattern == *pattern).collect()
    };
    patterns.into_iter().filter_map(|pattern| of_pattern(rules, pattern, &of(pattern))).collect()
}

fn of_pattern(rules: &HandlingRules, pattern: &Pattern, done: &[&Resolved]) -> Option<Advice> {
    let action = done.first()?.action;
    let alike: Vec<&&Resolved> = done.iter().take_while(|one| one.action == action).collect();
    if alike.len() < usize::from(rules.coach_after) {
        return None;
    }
    let most = alike.iter().map(|one| one.minor).max().unwrap_or(0);
    let by_itself = action.may_be_automatic();
    let change = if by_itself {
        RuleChange::AddAutomatic(AutoRule {
            cause: pattern.cause,
            channel: pattern.channel.clone(),
            below_minor: i64::try_from(most).ok()?.checked_add(1)?,
            action,
            direction: Some(pattern.direction),
            long: Some(pattern.long),
        })
    } else {
        RuleChange::AddPreferred(PreferRule { pattern: pattern.clone(), action })
    };
    let reaches = |one: &Resolved| !by_itself || one.minor <= most;
    // A rule that stands already has nothing to be proposed for.
    rules.clone().change(change.clone()).ok()?;
    let stands =
        rules.preferred.iter().any(|rule| rule.pattern == *pattern && rule.action == action)
            || rules.automatic.iter().any(|rule| {
                rule.covers(pattern)
                    && rule.action == action
                    && u64::try_from(rule.below_minor).is_ok_and(|below| below > most)
            });
    if stands {
        return None;
    }
    let (same, different): (Vec<&Resolved>, Vec<&Resolved>) =
        done.iter().copied().filter(|one| reaches(one)).partition(|one| one.action == action);
    Some(Advice {
        pattern: pattern.clone(),
        action,
        streak: alike.len(),
        change,
        by_itself,
        same: same.len(),
        different: different.into_iter().cloned().collect(),
        open: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn done(n: u128, cause: Cause, action: Action, minor: u64) -> Resolved {
        Resolved {
            id: ErrorItemId(uuid::Uuid::from_u128(n)),
            number: format!("EI-{n}"),
            pattern: Pattern {
                cause,
                channel: Some("wechat".into()),
                direction: Direction::In,
                long: true,
            },
            action,
            minor,
        }
    }

    #[test]
    fn five_alike_ask_for_a_rule_and_four_do_not() {
        let fees: Vec<_> =
            (0..5).zip(3..).map(|(n, fen)| done(n, Cause::Fee, Action::AcceptFee, fen)).collect();
        let rules = HandlingRules::default();
        assert_eq!(advise(&rules, &fees[..4]), []);
        let [advice] = advise(&rules, &fees).try_into().unwrap();
        assert_eq!((advice.streak, advice.same, advice.by_itself), (5, 5, true));
        let RuleChange::AddAutomatic(rule) = &advice.change else { panic!("{advice:?}") };
        assert_eq!((rule.below_minor, rule.long), (8, Some(true)), "no larger than was accepted");
        let after = rules.change(advice.change).unwrap();
        assert_eq!(advise(&after, &fees), [], "it stands");
    }

    #[test]
    fn what_moves_money_becomes_a_preference_and_names_what_was_done_otherwise() {
        let mut done: Vec<_> = (0..6)
            .map(|n| done(n, Cause::OnlyInChannel, Action::RefundPayer, 100))
            .chain([done(9, Cause::OnlyInChannel, Action::SuspendLong, 100)])
            .collect();
        let [advice] = advise(&HandlingRules::default(), &done).try_into().unwrap();
        assert!(!advice.by_itself);
        assert_eq!((advice.streak, advice.same), (6, 6));
        assert_eq!(advice.different[0].number, "EI-9");
        done.reverse();
        assert_eq!(advise(&HandlingRules::default(), &done), [], "the latest was another");
    }

    proptest! {
        #[test]
        fn an_advice_counts_every_resolution_of_its_pattern_once(
            actions in proptest::collection::vec((0..3usize, 0..3usize, 1..50u64), 0..60),
        ) {
            let causes = [Cause::Fee, Cause::OnlyInChannel, Cause::Amount];
            let done: Vec<_> = actions
                .iter()
                .zip(0..)
                .map(|(&(cause, action, minor), n)| {
                    let action = [Action::AcceptFee, Action::SuspendLong, Action::Ignore][action];
                    done(n, causes[cause], action, minor)
                })
                .collect();
            for advice in advise(&HandlingRules::default(), &done) {
                prop_assert!(advice.streak >= 5);
                prop_assert!(advice.same >= advice.streak);
                let of = done.iter().filter(|one| one.pattern == advice.pattern).count();
                prop_assert!(advice.same + advice.different.len() <= of);
                prop_assert!(advice.different.iter().all(|one| one.action != advice.action));
            }
        }
    }
}
