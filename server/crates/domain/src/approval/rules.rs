//! Approval rules as data (审批规则): which chain of steps a request needs, by what is known about
//! it. More rules that match never make a chain lighter.

use super::ApprovalKind;
use crate::access::Role;
use crate::date::BusinessDate;
use crate::ids::StaffId;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Hours until an open step is escalated where no rule says otherwise.
pub const HOURS_DEFAULT: u16 = 72;
/// Longest time until an open step is escalated: thirty days.
const HOURS_MAX: u16 = 720;
/// Most steps one rule may demand.
const STEPS_MAX: usize = 6;

/// How far a person's authority reaches, 审批级别 (domain.md 4): L1 checker, L2 operations manager,
/// L3 finance manager, L4 finance with compliance. A higher level may decide for a lower one.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum Level {
    /// Every checker has it.
    #[default]
    L1,
    /// Operations manager.
    L2,
    /// Finance manager.
    L3,
    /// Finance with compliance.
    L4,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self::L1, Self::L2, Self::L3, Self::L4];

    /// The stored and shown name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
        }
    }

    /// The next higher level; the highest stays.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::L1 => Self::L2,
            Self::L2 => Self::L3,
            Self::L3 | Self::L4 => Self::L4,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No level has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an approval level is L1, L2, L3 or L4")]
pub struct UnknownLevel;

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Self::ALL.into_iter().find(|level| level.name() == text).ok_or(UnknownLevel)
    }
}

/// One person's part in a chain of approval.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Step {
    /// The level a person needs at least.
    pub level: Level,
    /// The role a person needs; without one, whoever may check the kind.
    #[serde(default)]
    pub role: Option<Role>,
    /// Whether the person has to prove a second factor, 第二因子.
    #[serde(default)]
    pub second_factor: bool,
}

/// How risky a request looks to the system that proposes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// As always.
    Low,
    /// Something differs from what is usual.
    Medium,
    /// Look twice.
    High,
}

impl Risk {
    /// All, lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The part of a request's amount that goes to one payee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The merchant's code, where one is concerned.
    #[serde(default)]
    pub merchant: Option<String>,
    /// The account paid, where one is.
    #[serde(default)]
    pub payee: Option<String>,
    /// How much.
    pub amount: Money,
    /// Whether this account was never paid before.
    #[serde(default)]
    pub first: bool,
    /// What this account is usually paid.
    #[serde(default)]
    pub usual: Option<Money>,
}

impl Share {
    /// Whether it is more than twice of what is usual.
    #[must_use]
    pub fn is_unusual(&self) -> bool {
        self.usual.is_some_and(|usual| {
            usual.currency() != self.amount.currency()
                || self.amount.minor() > usual.minor().saturating_mul(2)
        })
    }
}

/// What the rules look at, and what a checker's queue shows beside the title.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How much money it moves in all.
    #[serde(default)]
    pub amount: Option<Money>,
    /// To whom.
    #[serde(default)]
    pub shares: Vec<Share>,
    /// What it comes from, such as `settlement`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How risky it looks.
    #[serde(default)]
    pub risk: Option<Risk>,
}

/// Whose sum of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything one maker proposed.
    Maker,
    /// Everything that goes to one merchant.
    Merchant,
    /// Everything that goes to one account.
    Payee,
}

impl Scope {
    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Merchant => "merchant",
            Self::Payee => "payee",
        }
    }
}

impl Facts {
    /// Facts of a request that moves this amount.
    #[must_use]
    pub fn of_amount(amount: Money) -> Self {
        Self { amount: Some(amount), ..Self::default() }
    }

    /// What the request adds to which sums of its day, in a fixed order.
    ///
    /// # Errors
    /// The amounts cannot be added.
    pub fn counted(&self, maker: &str) -> Result<BTreeMap<(Scope, String), Money>, MoneyError> {
        let mut sums = BTreeMap::new();
        let mut add = |scope, subject: &str, amount: Money| {
            let key = (scope, subject.to_owned());
            let sum = match sums.get(&key) {
                Some(sum) => Money::checked_add(*sum, amount)?,
                None => amount,
            };
            sums.insert(key, sum);
            Ok::<(), MoneyError>(())
        };
        if let Some(amount) = self.amount.filter(|amount| amount.is_positive()) {
            add(Scope::Maker, maker, amount)?;
        }
        for share in self.shares.iter().filter(|share| share.amount.is_positive()) {
            if let Some(merchant) = &share.merchant {
                add(Scope::Merchant, merchant, share.amount)?;
            }
            if let Some(payee) = &share.payee {
                add(Scope::Payee, payee, share.amount)?;
            }
        }
        Ok(sums)
    }
}

/// The largest sums of the day this request counts in, itself included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaySums {
    /// Of its maker.
    pub maker: Option<Money>,
    /// Of one of its merchants.
    pub merchant: Option<Money>,
    /// Of one of its payees.
    pub payee: Option<Money>,
}

impl DaySums {
    /// Takes a sum into account.
    pub fn note(&mut self, scope: Scope, sum: Money) {
        let largest = match scope {
            Scope::Maker => &mut self.maker,
            Scope::Merchant => &mut self.merchant,
            Scope::Payee => &mut self.payee,
        };
        if largest.is_none_or(|known| known.minor() < sum.minor()) {
            *largest = Some(sum);
        }
    }
}

/// When a rule applies: everything that is set has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// For these kinds; for all, when empty.
    pub kinds: Vec<ApprovalKind>,
    /// From these sources; from all, when empty.
    pub sources: Vec<String>,
    /// The amount is above this.
    pub amount_over: Option<Money>,
    /// What the maker proposed today is above this.
    pub maker_day_over: Option<Money>,
    /// What goes to one merchant today is above this.
    pub merchant_day_over: Option<Money>,
    /// What goes to one account today is above this.
    pub payee_day_over: Option<Money>,
    /// It looks at least this risky.
    pub risk_from: Option<Risk>,
    /// One of the accounts was never paid before.
    pub first_to_payee: bool,
}

impl Conditions {
    fn hold(&self, kind: ApprovalKind, facts: &Facts, sums: &DaySums) -> bool {
        let over = |limit: Option<Money>, amount: Option<Money>| {
            limit.is_none_or(|limit| amount.is_some_and(|amount| is_over(amount, limit)))
        };
        let sources = &self.sources;
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (sources.is_empty() || facts.sources.iter().any(|from| sources.contains(from)))
            && over(self.amount_over, facts.amount)
            && over(self.maker_day_over, sums.maker)
            && over(self.merchant_day_over, sums.merchant)
            && over(self.payee_day_over, sums.payee)
            && self.risk_from.is_none_or(|from| facts.risk.is_some_and(|risk| risk >= from))
            && (!self.first_to_payee || facts.shares.iter().any(|share| share.first))
    }
}

/// An amount in another currency cannot be compared: it counts as above the limit.
fn is_over(amount: Money, limit: Money) -> bool {
    amount.currency() != limit.currency() || amount.minor() > limit.minor()
}

/// A rule: under these conditions, these steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name, shown to everybody a request waits for.
    pub name: String,
    /// When it applies.
    pub when: Conditions,
    /// Who has to agree.
    pub steps: Vec<Step>,
    /// Hours until an open step is escalated.
    pub hours: u16,
}

/// How far a person's authority reaches, 审批权限; without an entry it is [`Level::L1`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// Who.
    pub staff: StaffId,
    /// Up to this level.
    pub level: Level,
    /// The last day it holds.
    pub until: Option<BusinessDate>,
}

/// The rules in force and who has which authority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    /// Counts up with every change; 0 while nothing was agreed.
    pub version: i64,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The authorities.
    pub authorities: Vec<Authority>,
}

/// The chain a request needs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The steps, lowest level first.
    pub steps: Vec<Step>,
    /// Hours until an open step is escalated.
    pub hours: u16,
    /// Names of the rules that demand it; none for the default of one checker.
    pub rules: Vec<String>,
}

/// Why rules cannot be put in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleBookError {
    /// People have to be able to name it.
    #[error("each approval rule needs a name of its own; \"{0}\" is empty or there twice")]
    Name(String),
    /// Nobody would decide, or too many.
    #[error("the rule \"{0}\" needs between one and six steps")]
    Steps(String),
    /// The time is too short or too long.
    #[error("the rule \"{0}\" has to be escalated after 1 to 720 hours")]
    Hours(String),
    /// A limit below nothing always holds.
    #[error("the limits of the rule \"{0}\" cannot be negative")]
    Limit(String),
    /// One level for each person.
    #[error("a person has one approval level, not two")]
    AuthorityTwice,
}

impl RuleBook {
    /// Whether the rules make sense.
    ///
    /// # Errors
    /// They do not.
    pub fn check(&self) -> Result<(), RuleBookError> {
        for (place, rule) in self.rules.iter().enumerate() {
            let name = rule.name.clone();
            let earlier = self.rules.iter().take(place);
            if name.trim().is_empty() || earlier.into_iter().any(|other| other.name == name) {
                return Err(RuleBookError::Name(name));
            }
            if rule.steps.is_empty() || rule.steps.len() > STEPS_MAX {
                return Err(RuleBookError::Steps(name));
            }
            if !(1..=HOURS_MAX).contains(&rule.hours) {
                return Err(RuleBookError::Hours(name));
            }
            let when = &rule.when;
            let limits = [
                when.amount_over,
                when.maker_day_over,
                when.merchant_day_over,
                when.payee_day_over,
            ];
            if limits.into_iter().flatten().any(Money::is_negative) {
                return Err(RuleBookError::Limit(name));
            }
        }
        let mut people: Vec<_> = self.authorities.iter().map(|one| one.staff).collect();
        people.sort_unstable();
        let all = people.len();
        people.dedup();
        if people.len() == all { Ok(()) } else { Err(RuleBookError::AuthorityTwice) }
    }

    /// The level of a person on a day.
    #[must_use]
    pub fn level(&self, staff: StaffId, today: BusinessDate) -> Level {
        let held = self.authorities.iter().find(|one| one.staff == staff);
        held.filter(|one| one.until.is_none_or(|until| until >= today))
            .map_or(Level::L1, |one| one.level)
    }

    /// The chain a request needs: what any rule that applies demands is demanded; without one, a
    /// single checker of any level.
    #[must_use]
    pub fn demand(&self, kind: ApprovalKind, facts: &Facts, sums: &DaySums) -> Demand {
        let applying: Vec<_> =
            self.rules.iter().filter(|rule| rule.when.hold(kind, facts, sums)).collect();
        if applying.is_empty() {
            return Demand { steps: vec![Step::default()], hours: HOURS_DEFAULT, rules: vec![] };
        }
        // Of each sort of person, as many as the rule that wants most; as many of them with a
        // second factor as the rule that wants most of those.
        let mut people: BTreeMap<(Level, Option<Role>), (usize, usize)> = BTreeMap::new();
        for rule in &applying {
            let mut wanted: BTreeMap<(Level, Option<Role>), (usize, usize)> = BTreeMap::new();
            for step in &rule.steps {
                let (all, proven) = wanted.entry((step.level, step.role)).or_default();
                *all += 1;
                *proven += usize::from(step.second_factor);
            }
            for (sort, (all, proven)) in wanted {
                let most = people.entry(sort).or_default();
                *most = (most.0.max(all), most.1.max(proven));
            }
        }
        let steps = people.into_iter().flat_map(|((level, role), (all, proven))| {
            (0..all).map(move |place| {
                let second_factor = place + proven >= all;
                Step { level, role, second_factor }
            })
        });
        Demand {
            steps: steps.collect(),
            hours: applying.iter().map(|rule| rule.hours).min().unwrap_or(HOURS_DEFAULT),
            rules: applying.iter().map(|rule| rule.name.clone()).collect(),
        }
    }
}
