//! A routing decision with its whole reasoning, as it is kept with the payment.

use super::Silence;
use crate::channel::SuccessRate;
use crate::date::BusinessDate;
use crate::fee::Rate;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum RouteVerdict {
    /// It collects the payment.
    Chosen,
    /// It could have, but another one was chosen.
    Behind,
    /// The rule that decided does not name it.
    NotInRule,
    /// It carries other products only.
    OtherProduct,
    /// The payer wants to pay in another way.
    OtherMethod,
    /// The channel is switched off.
    SwitchedOff,
    /// No bank front is connected.
    NotConnected,
    /// It takes renminbi only.
    OtherCurrency,
    /// It is not in use yet.
    NotYetValid {
        /// The first day it is.
        from: BusinessDate,
    },
    /// It is no longer in use.
    Expired {
        /// The last day it was.
        until: BusinessDate,
    },
    /// It was withdrawn, by itself or by a person.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// It is tried with a share of the payments, and this one is not in it.
    OnTrial {
        /// The share.
        share: Rate,
    },
    /// Less than it takes.
    BelowMinimum {
        /// The smallest amount it takes.
        min: Money,
    },
    /// More than it takes.
    AboveMaximum {
        /// The largest amount it takes.
        max: Money,
    },
}

impl RouteVerdict {
    /// Whether it could collect the payment.
    pub(super) const fn is_possible(&self) -> bool {
        matches!(self, Self::Behind | Self::OnTrial { .. })
    }

    /// The reason in plain words.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Chosen => "it collects the payment".to_owned(),
            Self::Behind => "possible, but another route comes first".to_owned(),
            Self::NotInRule => "possible, but the rule does not name it".to_owned(),
            Self::OtherProduct => "does not carry this product".to_owned(),
            Self::OtherMethod => "the payer wants to pay in another way".to_owned(),
            Self::SwitchedOff => "the channel is switched off".to_owned(),
            Self::NotConnected => "no bank front is connected".to_owned(),
            Self::OtherCurrency => "does not take this currency".to_owned(),
            Self::NotYetValid { from } => format!("is in use from {from} on"),
            Self::Expired { until } => format!("was in use until {until}"),
            Self::Withdrawn { reason } => format!("is withdrawn: {reason}"),
            Self::OnTrial { share } => format!("is on trial with {share} of the payments"),
            Self::BelowMinimum { min } => format!("takes no less than {min}"),
            Self::AboveMaximum { max } => format!("takes no more than {max}"),
        }
    }
}

/// One candidate with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// The channel.
    pub channel: String,
    /// How the payer would pay.
    pub method: String,
    /// Its place where no rule speaks.
    pub priority: i32,
    /// What it would cost us, where it could be computed.
    pub cost: Option<Money>,
    /// Its share among the channels of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// How often it succeeded of late.
    #[serde(default)]
    pub success: SuccessRate,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: RouteVerdict,
}

impl Considered {
    /// The order they are shown and, where no rule speaks, taken in.
    pub(super) fn order(&self) -> (u8, i32, i64, String, String) {
        let rank = match self.verdict {
            RouteVerdict::Chosen => 0,
            RouteVerdict::Behind => 1,
            RouteVerdict::OnTrial { .. } | RouteVerdict::NotInRule => 2,
            _ => 3,
        };
        let cost = self.cost.map_or(i64::MAX, Money::minor);
        (rank, self.priority, cost, self.channel.clone(), self.method.clone())
    }
}

/// A rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTried {
    /// Its name.
    pub name: String,
    /// Why it did not decide; none for the one that did.
    pub silence: Option<Silence>,
}

/// By what the channel was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum ChosenBy {
    /// By priority, then cost: no rule spoke.
    Priority,
    /// Drawn by weight.
    Weight {
        /// The number drawn from the payment's id.
        drawn: u64,
        /// All weights together.
        total: u64,
    },
    /// It costs least.
    Cost,
    /// It succeeds most often of late.
    SuccessRate,
    /// It is on trial, and the payment fell into its share.
    Trial,
}

impl ChosenBy {
    /// In plain words.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Priority => "first in order of priority, then cost".to_owned(),
            Self::Weight { drawn, total } => format!("drawn by weight: {drawn} of {total}"),
            Self::Cost => "it costs least".to_owned(),
            Self::SuccessRate => "it succeeds most often of late".to_owned(),
            Self::Trial => "it is tried again after it was withdrawn".to_owned(),
        }
    }
}

/// The decision with its whole reasoning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingDecision {
    /// Version of the rules; 0 when there were none.
    #[serde(default)]
    pub version: i64,
    /// The rule that decided, if one did.
    #[serde(default)]
    pub rule: Option<String>,
    /// The rules that were looked at, from the top.
    #[serde(default)]
    pub rules: Vec<RuleTried>,
    /// By what the channel was chosen.
    #[serde(default)]
    pub chosen_by: Option<ChosenBy>,
    /// Every candidate, the chosen one first.
    pub considered: Vec<Considered>,
}

impl RoutingDecision {
    /// The route that was chosen, if any was possible.
    #[must_use]
    pub fn chosen(&self) -> Option<&Considered> {
        self.considered.iter().find(|one| one.verdict == RouteVerdict::Chosen)
    }

    /// One line for the order's way through the systems.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Some(one) = self.chosen() else {
            let reasons: Vec<String> = self
                .considered
                .iter()
                .map(|one| format!("{} {}", one.channel, one.verdict.reason()))
                .collect();
            return format!("no channel can take this payment: {}", reasons.join("; "));
        };
        let others = self.considered.len().saturating_sub(1);
        let by = self.chosen_by.as_ref().map_or_else(|| one.verdict.reason(), ChosenBy::reason);
        let rule = self.rule.as_ref().map(|rule| format!("rule {rule:?}, ")).unwrap_or_default();
        format!("{} {}: {rule}{by}; {others} others considered", one.channel, one.method)
    }
}
