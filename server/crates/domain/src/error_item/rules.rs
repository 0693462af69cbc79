//! How error items are handled, as data: which queue they come to, when they are due, at which
//! amounts higher levels decide, what is answered without a person, and how long money may stand in
//! suspense. Changed under approval, one version after the other.

use super::{Action, Cause, Difference, ErrorItem, Levels, Pattern, Suggestion, Why};
use crate::matching::Direction;
use crate::merchant::named;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// Most rules of one kind.
pub const RULES_MAX: usize = 100;

/// Who looks at an item first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// The operations desk, 运营.
    #[default]
    Operations,
    /// The finance desk, 财务.
    Finance,
    /// Whoever talks with the channels, 渠道.
    Channels,
    /// Risk and compliance, 风控合规.
    Risk,
}
named!(Queue {
    Operations = "operations",
    Finance = "finance",
    Channels = "channels",
    Risk = "risk",
});

/// What a rule is for. What is left open fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Of this cause.
    pub cause: Option<Cause>,
    /// Of this channel.
    pub channel: Option<String>,
    /// With at least this difference, in minor units, whatever its sign.
    pub from_minor: i64,
}

impl Scope {
    /// Whether a difference is meant.
    #[must_use]
    pub fn fits(&self, found: &Difference) -> bool {
        let amount = found.difference.minor().unsigned_abs();
        self.cause.is_none_or(|cause| cause == found.cause)
            && self.channel.as_ref().is_none_or(|code| Some(code) == found.channel.as_ref())
            && u64::try_from(self.from_minor).is_ok_and(|from| amount >= from)
    }
}

/// Where items of a scope go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRule {
    /// Which items.
    pub scope: Scope,
    /// To this queue.
    pub queue: Queue,
    /// And to this colleague, by login.
    pub owner: Option<String>,
}

/// By when items of a scope have to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueRule {
    /// Which items.
    pub scope: Scope,
    /// So many hours after they were found.
    pub hours: u16,
}

/// What is answered without a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoRule {
    /// Items of this cause.
    pub cause: Cause,
    /// Of this channel.
    pub channel: Option<String>,
    /// With less than this difference, in minor units, whatever its sign.
    pub below_minor: i64,
    /// By this action.
    pub action: Action,
    /// Only where the money goes this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Only where they have more than we do, or only where they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<bool>,
}

impl AutoRule {
    /// Whether a difference is answered by this rule.
    #[must_use]
    pub fn fits(&self, found: &Difference) -> bool {
        let below = u64::try_from(self.below_minor).unwrap_or(0);
        self.covers(&Pattern::of(found)) && found.difference.minor().unsigned_abs() < below
    }

    /// Whether differences of a pattern are meant, whatever their amount.
    #[must_use]
    pub fn covers(&self, pattern: &Pattern) -> bool {
        self.cause == pattern.cause
            && self.channel.as_ref().is_none_or(|code| Some(code) == pattern.channel.as_ref())
            && self.direction.is_none_or(|direction| direction == pattern.direction)
            && self.long.is_none_or(|long| long == pattern.long)
    }
}

/// What is suggested first for differences of a pattern; people decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferRule {
    /// For which.
    pub pattern: Pattern,
    /// What.
    pub action: Action,
}

impl Pattern {
    /// The pattern of a difference.
    #[must_use]
    pub fn of(found: &Difference) -> Self {
        Self {
            cause: found.cause,
            channel: found.channel.clone(),
            direction: found.direction,
            long: found.difference.is_positive(),
        }
    }
}

/// The rules in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlingRules {
    /// The first that fits decides; otherwise the operations desk.
    pub queues: Vec<QueueRule>,
    /// The shortest that fits decides; otherwise [`DUE_OTHERWISE`].
    pub deadlines: Vec<DueRule>,
    /// Who approves.
    pub levels: Levels,
    /// What needs no person.
    pub automatic: Vec<AutoRule>,
    /// How long money may stand in suspense, 挂账期限.
    pub suspense_days: u16,
    /// What is suggested first, before the handling table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preferred: Vec<PreferRule>,
    /// After how many equal resolutions a rule is proposed, 规则教练.
    #[serde(default = "coach_after", skip_serializing_if = "is_coach_after")]
    pub coach_after: u16,
}

/// After how many equal resolutions a rule is proposed, unless the rules say otherwise.
const fn coach_after() -> u16 {
    5
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_coach_after(after: &u16) -> bool {
    *after == coach_after()
}

/// When an item is due that no rule fits.
pub const DUE_OTHERWISE: Duration = Duration::days(7);

impl Default for HandlingRules {
    /// Money that is missing and large sums are due the same day, everything else in days.
    fn default() -> Self {
        let large = Scope { from_minor: 5_000_000, ..Scope::default() };
        let of = |cause| Scope { cause: Some(cause), ..Scope::default() };
        let queue = |scope, queue| QueueRule { scope, queue, owner: None };
        let due = |scope, hours| DueRule { scope, hours };
        Self {
            queues: vec![
                queue(large.clone(), Queue::Finance),
                queue(of(Cause::UnknownBankLine), Queue::Finance),
                queue(of(Cause::FundsMissing), Queue::Finance),
                queue(of(Cause::ReserveGap), Queue::Finance),
                queue(of(Cause::Chargeback), Queue::Risk),
                queue(of(Cause::Fee), Queue::Channels),
            ],
            deadlines: vec![
                due(large, 8),
                due(of(Cause::FundsMissing), 8),
                due(of(Cause::ReserveGap), 4),
                due(of(Cause::PayoutUnknown), 24),
                due(Scope { from_minor: 100_000, ..Scope::default() }, 48),
            ],
            levels: Levels::default(),
            automatic: Vec::new(),
            suspense_days: 90,
            preferred: Vec::new(),
            coach_after: coach_after(),
        }
    }
}

/// Where an item goes and when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// The queue.
    pub queue: Queue,
    /// Login of the colleague who gets it at once.
    pub owner: Option<String>,
    /// By when it has to be done.
    pub due_at: OffsetDateTime,
}

impl HandlingRules {
    /// Where a difference found at a moment goes.
    #[must_use]
    pub fn route(&self, found: &Difference, at: OffsetDateTime) -> Routing {
        let rule = self.queues.iter().find(|rule| rule.scope.fits(found));
        let fitting = self.deadlines.iter().filter(|rule| rule.scope.fits(found));
        let hours = fitting.map(|rule| rule.hours).min();
        let within = hours.map_or(DUE_OTHERWISE, |hours| Duration::hours(i64::from(hours)));
        Routing {
            queue: rule.map(|rule| rule.queue).unwrap_or_default(),
            owner: rule.and_then(|rule| rule.owner.clone()),
            due_at: at.saturating_add(within),
        }
    }

    /// The rule that answers a difference without a person.
    #[must_use]
    pub fn automatic(&self, found: &Difference) -> Option<&AutoRule> {
        self.automatic.iter().find(|rule| rule.fits(found))
    }

    /// What may be done about an item as it stands: what a rule prefers first, then the handling
    /// table.
    #[must_use]
    pub fn handling(&self, item: &ErrorItem) -> Vec<Suggestion> {
        let mut table = item.handling();
        let pattern = Pattern::of(&item.difference);
        let rule = self.preferred.iter().find(|rule| rule.pattern == pattern);
        let at = rule.and_then(|rule| table.iter().position(|one| one.action == rule.action));
        if let Some(at) = at {
            let preferred = table.remove(at);
            table.insert(0, Suggestion { why: Why::DoneBefore, ..preferred });
        }
        table
    }

    /// The rules after a change.
    ///
    /// # Errors
    /// The change makes no sense, or changes nothing.
    pub fn change(mut self, change: RuleChange) -> Result<Self, RulesRefused> {
        let before = self.clone();
        match change {
            RuleChange::AddQueue(rule) => self.queues.insert(0, rule),
            RuleChange::AddDeadline(rule) => self.deadlines.push(rule),
            RuleChange::AddAutomatic(rule) => self.automatic.push(rule),
            RuleChange::RemoveQueue(at) => remove(&mut self.queues, at)?,
            RuleChange::RemoveDeadline(at) => remove(&mut self.deadlines, at)?,
            RuleChange::RemoveAutomatic(at) => remove(&mut self.automatic, at)?,
            RuleChange::Levels(levels) => self.levels = levels,
            RuleChange::SuspenseDays(days) => self.suspense_days = days,
            RuleChange::AddPreferred(rule) => {
                self.preferred.retain(|other| other.pattern != rule.pattern);
                self.preferred.push(rule);
            }
            RuleChange::RemovePreferred(at) => remove(&mut self.preferred, at)?,
            RuleChange::CoachAfter(after) => self.coach_after = after,
        }
        self.check()?;
        if self == before { Err(RulesRefused::NothingToChange) } else { Ok(self) }
    }

    fn check(&self) -> Result<(), RulesRefused> {
        let most = self.queues.len().max(self.deadlines.len()).max(self.automatic.len());
        let most = most.max(self.preferred.len());
        if most > RULES_MAX {
            return Err(RulesRefused::TooMany);
        }
        let Levels { l1_below_minor, l2_below_minor } = self.levels;
        if l1_below_minor < 0 || l2_below_minor < l1_below_minor {
            return Err(RulesRefused::LevelsOutOfOrder);
        }
        let scopes = self.queues.iter().map(|rule| &rule.scope);
        let scopes = scopes.chain(self.deadlines.iter().map(|rule| &rule.scope));
        if scopes.into_iter().any(|scope| scope.from_minor < 0)
            || self.automatic.iter().any(|rule| rule.below_minor <= 0)
        {
            return Err(RulesRefused::AmountBelowZero);
        }
        if self.deadlines.iter().any(|rule| rule.hours == 0) || self.suspense_days == 0 {
            return Err(RulesRefused::NoTime);
        }
        if self.coach_after < 2 {
            return Err(RulesRefused::TooEager);
        }
        if self.automatic.iter().any(|rule| !rule.action.may_be_automatic()) {
            return Err(RulesRefused::NotWithoutAPerson);
        }
        Ok(())
    }
}

fn remove<T>(rules: &mut Vec<T>, at: usize) -> Result<(), RulesRefused> {
    if at < rules.len() {
        rules.remove(at);
        Ok(())
    } else {
        Err(RulesRefused::NoSuchRule)
    }
}

/// One change of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleChange {
    /// Before the others.
    AddQueue(QueueRule),
    /// By its place, from 0.
    RemoveQueue(usize),
    /// Beside the others.
    AddDeadline(DueRule),
    /// By its place, from 0.
    RemoveDeadline(usize),
    /// Beside the others.
    AddAutomatic(AutoRule),
    /// By its place, from 0.
    RemoveAutomatic(usize),
    /// Who approves.
    Levels(Levels),
    /// How long money may stand in suspense.
    SuspenseDays(u16),
    /// In the place of one for the same pattern.
    AddPreferred(PreferRule),
    /// By its place, from 0.
    RemovePreferred(usize),
    /// After how many equal resolutions a rule is proposed.
    CoachAfter(u16),
}

/// Why rules cannot be as proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RulesRefused {
    /// Nothing is different.
    #[error("these are the rules in force: change something")]
    NothingToChange,
    /// The list is too long to be understood.
    #[error("there are too many rules of one kind: remove some first")]
    TooMany,
    /// The place is not in the list.
    #[error("there is no such rule any more: read the list again")]
    NoSuchRule,
    /// A higher level begins at a higher amount.
    #[error("the amounts of the levels must rise")]
    LevelsOutOfOrder,
    /// Amounts of rules have no sign.
    #[error(
        "an amount of a rule must not be below zero, and an automatic rule needs one above zero"
    )]
    AmountBelowZero,
    /// Something is due after a time.
    #[error("a time must be at least one")]
    NoTime,
    /// Once is no habit.
    #[error("a rule is proposed after two equal resolutions at the earliest")]
    TooEager,
    /// Some actions need two people.
    #[error("only accepting a charge and ignoring can be done without a person")]
    NotWithoutAPerson,
}

/// A version of the rules, for the list of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesVersion {
    /// Its number, from 1; 0 are the rules the system begins with.
    pub version: i64,
    /// The rules.
    pub rules: HandlingRules,
    /// Since when it is in force; none of those the system begins with.
    pub since: Option<OffsetDateTime>,
    /// The request that brought it.
    pub approval: Option<crate::ids::ApprovalId>,
}

#[cfg(test)]
mod tests {
    use super::super::Links;
    use super::*;
    use crate::error_item::Leg;
    use crate::matching::Direction;
    use crate::money::Money;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

    fn found(cause: Cause, fen: i64) -> Difference {
        Difference {
            leg: Leg::GatewayBank,
            cause,
            direction: Direction::In,
            channel: Some("unionpay".into()),
            clearing_date: "2026-03-31".parse().unwrap(),
            record_key: "k".into(),
            difference: Money::cny(fen),
            account: None,
            ours: None,
            theirs: None,
            links: Links::default(),
        }
    }

    #[test]
    fn the_first_queue_and_the_shortest_deadline_that_fit_decide() {
        let rules = HandlingRules::default();
        for (cause, fen, queue, hours) in [
            (Cause::Fee, 5, Queue::Channels, 168),
            (Cause::Fee, -5_000_000, Queue::Finance, 8),
            (Cause::OnlyInChannel, 100_000, Queue::Operations, 48),
            (Cause::ReserveGap, -5_000_000, Queue::Finance, 4),
            (Cause::Amount, i64::MIN, Queue::Finance, 8),
        ] {
            let routed = rules.route(&found(cause, fen), NOON);
            assert_eq!(routed.queue, queue, "{cause:?} {fen}");
            assert_eq!(routed.due_at - NOON, Duration::hours(hours), "{cause:?} {fen}");
        }
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        let auto = |action, below_minor| {
            let cause = Cause::Fee;
            let (channel, direction, long) = (None, None, None);
            RuleChange::AddAutomatic(AutoRule {
                cause,
                channel,
                below_minor,
                action,
                direction,
                long,
            })
        };
        for (change, why) in [
            (auto(Action::SuspendLong, 5), RulesRefused::NotWithoutAPerson),
            (auto(Action::AcceptFee, 0), RulesRefused::AmountBelowZero),
            (RuleChange::RemoveQueue(99), RulesRefused::NoSuchRule),
            (RuleChange::SuspenseDays(0), RulesRefused::NoTime),
            (RuleChange::SuspenseDays(90), RulesRefused::NothingToChange),
            (RuleChange::CoachAfter(1), RulesRefused::TooEager),
            (
                RuleChange::Levels(Levels { l1_below_minor: 2, l2_below_minor: 1 }),
                RulesRefused::LevelsOutOfOrder,
            ),
        ] {
            assert_eq!(HandlingRules::default().change(change.clone()), Err(why), "{change:?}");
        }
        let rules = HandlingRules::default().change(auto(Action::AcceptFee, 50)).unwrap();
        assert!(rules.automatic(&found(Cause::Fee, -49)).is_some());
        assert!(rules.automatic(&found(Cause::Fee, 50)).is_none());
    }
}
