//! Payment routing (支付路由): which channel collects a payment, and why not the others. The whole
//! reasoning is kept with the payment. The same facts and the same payment always give the same
//! decision: chance is drawn from the payment's own id.

mod draw;
mod explain;
mod rules;

pub use draw::Seed;
pub use explain::{ChosenBy, Considered, RouteVerdict, RoutingDecision, RuleTried};
pub use rules::{
    Choose, Conditions, Hours, Rule, RuleBook, RuleChange, RuleRefused, Silence, Target,
    check_rules,
};

use crate::channel::{Fitness, SuccessRate};
use crate::date::BusinessDate;
use crate::ids::ApprovalId;
use crate::money::{Currency, Money};
use crate::product::{CardType, Product};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, Time};
use uuid::Uuid;

/// One way a product may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Over this channel.
    pub channel: String,
    /// For this product.
    pub product: Product,
    /// How the payer pays, as the channel calls it.
    pub method: String,
    /// Where no rule speaks, the smallest number is tried first.
    pub priority: i32,
    /// Smallest amount the channel takes.
    pub min: Money,
    /// Largest amount the channel takes.
    pub max: Money,
}

/// The payment that wants a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// With which product.
    pub product: Product,
    /// How much.
    pub amount: Money,
    /// In which way the payer wants to pay, where that is given.
    pub method: Option<String>,
    /// With which kind of card, where that is known.
    pub card: Option<CardType>,
    /// Of which bank, where that is known.
    pub bank: Option<String>,
    /// For the merchant with this number, where a rule asks for it.
    pub merchant: Option<String>,
    /// On which day of the business zone.
    pub day: BusinessDate,
    /// At which time of that day.
    pub time: Time,
    /// Where its chance is drawn from.
    pub seed: Seed,
}

/// A question of a person: where would this payment go, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingAsk {
    /// With which product.
    pub product: Product,
    /// How much.
    pub amount: Money,
    /// For the merchant with this number.
    pub merchant: Option<String>,
    /// In which way the payer wants to pay.
    pub method: Option<String>,
    /// With which kind of card.
    pub card: Option<CardType>,
    /// Of which bank.
    pub bank: Option<String>,
    /// When; now, if nothing is said.
    pub at: Option<OffsetDateTime>,
    /// With the chance of this payment; with any, if nothing is said.
    pub payment: Option<Uuid>,
}

/// A version of the rules, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersion {
    /// Its number.
    pub version: i64,
    /// How many rules it holds.
    pub rules: i32,
    /// The decision about it; none when it was set up.
    pub approval: Option<ApprovalId>,
    /// When it came into force.
    pub made_at: OffsetDateTime,
}

/// A route with what is known about its channel at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The route.
    pub route: Route,
    /// Whether the channel is switched on.
    pub active: bool,
    /// Whether a bank front for collecting is connected.
    pub connected: bool,
    /// First day it may be used.
    pub valid_from: Option<BusinessDate>,
    /// Last day it may be used, 下线日.
    pub valid_until: Option<BusinessDate>,
    /// What its health allows.
    pub fitness: Fitness,
    /// How often it succeeded of late.
    pub success: SuccessRate,
    /// What it would charge us, where that could be computed.
    pub cost: Option<Money>,
}

/// Chooses among the candidates. A channel on trial takes its share of payments first; then the
/// first rule decides that speaks and has a channel for it; where none does, the smallest priority
/// number, then the lowest cost, then the channel's code.
#[must_use]
pub fn decide(book: &RuleBook, candidates: &[Candidate], question: &Question) -> RoutingDecision {
    let mut considered: Vec<Considered> =
        candidates.iter().map(|candidate| consider(candidate, question)).collect();
    considered.sort_by_key(Considered::order);
    let (rule, rules) = ruling(book, &considered, question);
    if let Some(rule) = rule {
        let inside = |one: &Considered| rule.to.iter().any(|to| to.channel == one.channel);
        for one in considered.iter_mut().filter(|one| one.verdict.is_possible()) {
            one.weight = rule.to.iter().find(|to| to.channel == one.channel).map(|to| to.weight);
            if !inside(one) {
                one.verdict = RouteVerdict::NotInRule;
            }
        }
    }
    let chosen_by = choose(&mut considered, rule, question.seed);
    considered.sort_by_key(Considered::order);
    RoutingDecision {
        version: book.version,
        rule: rule.map(|rule| rule.name.clone()),
        rules,
        chosen_by,
        considered,
    }
}

/// The first rule that speaks and has a channel for the payment, and why those before it did not.
fn ruling<'a>(
    book: &'a RuleBook,
    considered: &[Considered],
    question: &Question,
) -> (Option<&'a Rule>, Vec<RuleTried>) {
    let mut tried = Vec::new();
    for rule in &book.rules {
        let possible = |to: &Target| {
            considered.iter().any(|one| one.channel == to.channel && one.verdict.is_possible())
        };
        let silence = rule.when.silent_about(question);
        let silence =
            silence.or_else(|| (!rule.to.iter().any(possible)).then_some(Silence::NoChannel));
        tried.push(RuleTried { name: rule.name.clone(), silence });
        if silence.is_none() {
            return (Some(rule), tried);
        }
    }
    (None, tried)
}

/// Marks the one that collects, and says by what it was chosen.
fn choose(considered: &mut [Considered], rule: Option<&Rule>, seed: Seed) -> Option<ChosenBy> {
    let trial = considered.iter().position(|one| match &one.verdict {
        RouteVerdict::OnTrial { share } => seed.falls_into(&one.channel, *share),
        _ => false,
    });
    if let Some(one) = trial.and_then(|place| considered.get_mut(place)) {
        one.verdict = RouteVerdict::Chosen;
        return Some(ChosenBy::Trial);
    }
    let behind = |one: &&mut Considered| one.verdict == RouteVerdict::Behind;
    let open: Vec<&mut Considered> = considered.iter_mut().filter(behind).collect();
    let (one, by) = match rule.map(|rule| rule.choose) {
        None => (open.into_iter().next()?, ChosenBy::Priority),
        Some(Choose::Weight) => by_weight(open, seed)?,
        Some(Choose::Cost) => {
            let cost = |one: &&mut Considered| one.cost.map_or(i64::MAX, Money::minor);
            (open.into_iter().min_by_key(cost)?, ChosenBy::Cost)
        }
        Some(Choose::SuccessRate) => {
            let rank = |one: &&mut Considered| {
                (-one.success.ppm(), one.cost.map_or(i64::MAX, Money::minor))
            };
            (open.into_iter().min_by_key(rank)?, ChosenBy::SuccessRate)
        }
    };
    one.verdict = RouteVerdict::Chosen;
    Some(by)
}

/// Draws one by weight. A channel with several routes has its weight once: its first route counts.
fn by_weight(open: Vec<&mut Considered>, seed: Seed) -> Option<(&mut Considered, ChosenBy)> {
    let mut rivals: Vec<&mut Considered> = Vec::with_capacity(open.len());
    for one in open {
        if rivals.iter().all(|rival| rival.channel != one.channel) {
            rivals.push(one);
        }
    }
    rivals.sort_by(|one, other| one.channel.cmp(&other.channel));
    let weight = |one: &Considered| u64::from(one.weight.unwrap_or(0));
    let total: u64 = rivals.iter().map(|one| weight(one)).sum();
    let drawn = seed.below(total)?;
    let mut passed = 0;
    let chosen = rivals.into_iter().find(|one| {
        passed += weight(one);
        drawn < passed
    });
    chosen.map(|one| (one, ChosenBy::Weight { drawn, total }))
}

fn consider(candidate: &Candidate, question: &Question) -> Considered {
    let Route { channel, method, priority, .. } = &candidate.route;
    Considered {
        channel: channel.clone(),
        method: method.clone(),
        priority: *priority,
        cost: candidate.cost,
        weight: None,
        success: candidate.success,
        verdict: verdict(candidate, question),
    }
}

fn verdict(candidate: &Candidate, question: &Question) -> RouteVerdict {
    let Route { product, method, min, max, .. } = &candidate.route;
    let amount = question.amount;
    let not_yet = candidate.valid_from.filter(|from| question.day < *from);
    let over = candidate.valid_until.filter(|until| question.day > *until);
    if *product != question.product {
        RouteVerdict::OtherProduct
    } else if question.method.as_ref().is_some_and(|wanted| wanted != method) {
        RouteVerdict::OtherMethod
    } else if amount.currency() != Currency::Cny {
        RouteVerdict::OtherCurrency
    } else if !candidate.active {
        RouteVerdict::SwitchedOff
    } else if !candidate.connected {
        RouteVerdict::NotConnected
    } else if let Some(from) = not_yet {
        RouteVerdict::NotYetValid { from }
    } else if let Some(until) = over {
        RouteVerdict::Expired { until }
    } else if amount.minor() < min.minor() {
        RouteVerdict::BelowMinimum { min: *min }
    } else if amount.minor() > max.minor() {
        RouteVerdict::AboveMaximum { max: *max }
    } else {
        match &candidate.fitness {
            Fitness::Fit => RouteVerdict::Behind,
            Fitness::Trial(share) => RouteVerdict::OnTrial { share: *share },
            Fitness::Unfit { reason } => RouteVerdict::Withdrawn { reason: reason.clone() },
        }
    }
}

#[cfg(test)]
mod tests;
