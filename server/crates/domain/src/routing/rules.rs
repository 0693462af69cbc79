//! Routing rules (路由规则): tried from the top; the first whose conditions hold, and one of whose
//! channels can take the payment, decides.

use super::Question;
use crate::merchant::named;
use crate::money::Money;
use crate::product::{CardType, Product};
use serde::{Deserialize, Serialize};
use time::Time;

/// When a rule speaks. What is left empty holds for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// For these products.
    pub products: Vec<Product>,
    /// When the payer pays in one of these ways, as channels call it.
    pub methods: Vec<String>,
    /// From this amount.
    pub min: Option<Money>,
    /// Up to this amount.
    pub max: Option<Money>,
    /// For this kind of card.
    pub card: Option<CardType>,
    /// For cards and accounts of these banks, by their short names.
    pub banks: Vec<String>,
    /// For the merchants with these numbers.
    pub merchants: Vec<String>,
    /// Between these times of day in the business zone; the second is not included, and may lie
    /// before the first, over midnight.
    pub hours: Option<Hours>,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// From this time.
    pub from: Time,
    /// To before this time.
    pub to: Time,
}

impl Hours {
    /// Whether a time of day lies in it.
    #[must_use]
    pub fn contain(self, time: Time) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        }
    }
}

/// How one of a rule's channels is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    /// Each takes its share of the payments, 权重.
    #[default]
    Weight,
    /// The one that costs least, 成本优先.
    Cost,
    /// The one that succeeds most often of late, 成功率优先.
    SuccessRate,
}
named!(Choose { Weight = "weight", Cost = "cost", SuccessRate = "success_rate" });

/// A channel a rule may send to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The channel.
    pub channel: String,
    /// Its share among the rule's channels.
    pub weight: u32,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// When it speaks.
    #[serde(default)]
    pub when: Conditions,
    /// Where to.
    pub to: Vec<Target>,
    /// How one of them is chosen.
    #[serde(default)]
    pub choose: Choose,
}

/// Why a rule did not speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// It is for other products.
    Product,
    /// It is for other ways of paying.
    Method,
    /// The amount is too small or too large for it.
    Amount,
    /// It is for another kind of card.
    Card,
    /// It is for other banks.
    Bank,
    /// It is for other merchants.
    Merchant,
    /// It speaks at another time of day.
    Hours,
    /// It would speak, but none of its channels can take the payment.
    NoChannel,
}

/// A change of one rule, for a second person to decide. Changes of different rules do not touch
/// each other and may wait side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChange {
    /// Which rule, by its name.
    pub name: String,
    /// The rule as it would be; none takes it out.
    pub after: Option<Rule>,
    /// The rule it would stand in front of. None leaves a rule at its place and puts a new one last.
    #[serde(default)]
    pub in_front_of: Option<String>,
}

/// Why a set of rules was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleRefused {
    /// A rule needs a name of its own.
    #[error("each rule needs a name of its own: {0:?} is empty or was given twice")]
    Name(String),
    /// It leads nowhere.
    #[error("the rule {0:?} names no channel")]
    NoTarget(String),
    /// A channel stands in it twice.
    #[error("the rule {rule:?} names the channel {channel} twice")]
    TargetTwice {
        /// The rule.
        rule: String,
        /// The channel.
        channel: String,
    },
    /// There is no such channel.
    #[error("the rule {rule:?} names the channel {channel}, which does not exist")]
    UnknownChannel {
        /// The rule.
        rule: String,
        /// The channel.
        channel: String,
    },
    /// A share of nothing.
    #[error("the rule {0:?} gives a channel no weight: weights go from 1 to 10000")]
    Weight(String),
    /// The amounts contradict each other.
    #[error("the rule {0:?} asks for at least more than at most")]
    Amounts(String),
    /// A time window of no length.
    #[error("the rule {0:?} begins and ends at the same time of day")]
    Hours(String),
}

/// Largest weight.
const WEIGHT_MAX: u32 = 10_000;

/// The rules in force, with the number of their version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    /// The version; 0 before any rule was made.
    pub version: i64,
    /// From the top.
    pub rules: Vec<Rule>,
}

impl RuleBook {
    /// Whether some rule asks for the merchant's number.
    #[must_use]
    pub fn asks_for_merchant(&self) -> bool {
        self.rules.iter().any(|rule| !rule.when.merchants.is_empty())
    }

    /// The rule of this name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The rules after a change. All others stay as they are and in their order.
    #[must_use]
    pub fn changed(&self, change: &RuleChange) -> Vec<Rule> {
        let mut rules = self.rules.clone();
        let before = rules.iter().position(|rule| rule.name == change.name);
        rules.retain(|rule| rule.name != change.name);
        let Some(after) = change.after.clone() else { return rules };
        let anchor = change.in_front_of.as_ref();
        let anchor = anchor.and_then(|name| rules.iter().position(|rule| rule.name == *name));
        let place = anchor.or(before).unwrap_or(rules.len()).min(rules.len());
        rules.insert(place, after);
        rules
    }
}

/// Checks that rules make sense and name channels that exist.
///
/// # Errors
/// The first rule that does not.
pub fn check_rules(rules: &[Rule], channels: &[String]) -> Result<(), RuleRefused> {
    for (place, rule) in rules.iter().enumerate() {
        let name = || rule.name.clone();
        let twice = rules.iter().take(place).any(|other| other.name == rule.name);
        if rule.name.trim().is_empty() || twice {
            return Err(RuleRefused::Name(name()));
        }
        if rule.to.is_empty() {
            return Err(RuleRefused::NoTarget(name()));
        }
        if rule.to.iter().any(|target| !(1..=WEIGHT_MAX).contains(&target.weight)) {
            return Err(RuleRefused::Weight(name()));
        }
        for (at, target) in rule.to.iter().enumerate() {
            let channel = target.channel.clone();
            if rule.to.iter().take(at).any(|other| other.channel == channel) {
                return Err(RuleRefused::TargetTwice { rule: name(), channel });
            }
            if !channels.contains(&channel) {
                return Err(RuleRefused::UnknownChannel { rule: name(), channel });
            }
        }
        if let (Some(min), Some(max)) = (rule.when.min, rule.when.max)
            && min.minor() > max.minor()
        {
            return Err(RuleRefused::Amounts(name()));
        }
        if rule.when.hours.is_some_and(|hours| hours.from == hours.to) {
            return Err(RuleRefused::Hours(name()));
        }
    }
    Ok(())
}

impl Conditions {
    /// Why the rule does not speak about this payment, if it does not.
    #[must_use]
    pub fn silent_about(&self, question: &Question) -> Option<Silence> {
        let amount = question.amount.minor();
        let low = self.min.is_some_and(|min| amount < min.minor());
        let high = self.max.is_some_and(|max| amount > max.minor());
        let among = |allowed: &[String], given: Option<&String>| {
            allowed.is_empty() || given.is_some_and(|given| allowed.contains(given))
        };
        let checks = [
            (
                self.products.is_empty() || self.products.contains(&question.product),
                Silence::Product,
            ),
            (among(&self.methods, question.method.as_ref()), Silence::Method),
            (!low && !high, Silence::Amount),
            (self.card.is_none() || self.card == question.card, Silence::Card),
            (among(&self.banks, question.bank.as_ref()), Silence::Bank),
            (among(&self.merchants, question.merchant.as_ref()), Silence::Merchant),
            (self.hours.is_none_or(|hours| hours.contain(question.time)), Silence::Hours),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map(|(_, silence)| silence)
    }
}
