//! Payment routing (支付路由): which channel collects a payment, and why not the others. The whole
//! reasoning is kept with the payment.

use crate::fee::CostTerms;
use crate::money::{Currency, Money};
use crate::product::Product;
use serde::{Deserialize, Serialize};

/// One way a product may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Over this channel.
    pub channel: String,
    /// For this product.
    pub product: Product,
    /// How the payer pays, as the channel calls it.
    pub method: String,
    /// The smallest number is tried first.
    pub priority: i32,
    /// Smallest amount the channel takes.
    pub min: Money,
    /// Largest amount the channel takes.
    pub max: Money,
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
    /// What the channel charges.
    pub cost: CostTerms,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum RouteVerdict {
    /// It collects the payment.
    Chosen,
    /// It could have, but another one comes first.
    Behind,
    /// It carries other products only.
    OtherProduct,
    /// The channel is switched off.
    SwitchedOff,
    /// No bank front is connected.
    NotConnected,
    /// It takes renminbi only.
    OtherCurrency,
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
    /// The reason in plain words.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Chosen => "first in order of priority, then cost".to_owned(),
            Self::Behind => "possible, but another route comes first".to_owned(),
            Self::OtherProduct => "does not carry this product".to_owned(),
            Self::SwitchedOff => "the channel is switched off".to_owned(),
            Self::NotConnected => "no bank front is connected".to_owned(),
            Self::OtherCurrency => "does not take this currency".to_owned(),
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
    /// Its place in the order.
    pub priority: i32,
    /// What it would cost us, where it could be computed.
    pub cost: Option<Money>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: RouteVerdict,
}

/// The decision with its whole reasoning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingDecision {
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
        match self.chosen() {
            Some(one) => {
                let others = self.considered.len().saturating_sub(1);
                let reason = one.verdict.reason();
                format!("{} {}: {reason}; {others} others considered", one.channel, one.method)
            }
            None => {
                let reasons: Vec<String> = self
                    .considered
                    .iter()
                    .map(|one| format!("{} {}", one.channel, one.verdict.reason()))
                    .collect();
                format!("no channel can take this payment: {}", reasons.join("; "))
            }
        }
    }
}

/// Chooses among the candidates: the smallest priority number, then the lowest cost, then the
/// channel's code, so that the same facts always give the same decision.
#[must_use]
pub fn decide(candidates: &[Candidate], product: Product, amount: Money) -> RoutingDecision {
    let mut considered: Vec<Considered> =
        candidates.iter().map(|candidate| consider(candidate, product, amount)).collect();
    considered.sort_by_key(|one| {
        let possible = one.verdict == RouteVerdict::Behind;
        let cost = one.cost.map_or(i64::MAX, Money::minor);
        (!possible, one.priority, cost, one.channel.clone(), one.method.clone())
    });
    if let Some(first) = considered.first_mut().filter(|one| one.verdict == RouteVerdict::Behind) {
        first.verdict = RouteVerdict::Chosen;
    }
    RoutingDecision { considered }
}

fn consider(candidate: &Candidate, product: Product, amount: Money) -> Considered {
    let Route { channel, method, priority, min, max, .. } = &candidate.route;
    let verdict = if candidate.route.product != product {
        RouteVerdict::OtherProduct
    } else if amount.currency() != Currency::Cny {
        RouteVerdict::OtherCurrency
    } else if !candidate.active {
        RouteVerdict::SwitchedOff
    } else if !candidate.connected {
        RouteVerdict::NotConnected
    } else if amount.minor() < min.minor() {
        RouteVerdict::BelowMinimum { min: *min }
    } else if amount.minor() > max.minor() {
        RouteVerdict::AboveMaximum { max: *max }
    } else {
        RouteVerdict::Behind
    };
    Considered {
        channel: channel.clone(),
        method: method.clone(),
        priority: *priority,
        cost: candidate.cost.cost_of(amount).ok(),
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::Rate;
    use proptest::prelude::*;

    fn candidate(channel: &str, priority: i32, cost: i64) -> Candidate {
        Candidate {
            route: Route {
                channel: channel.to_owned(),
                product: Product::QuickPay,
                method: "QUICK".to_owned(),
                priority,
                min: Money::cny(1),
                max: Money::cny(1_000_000),
            },
            active: true,
            connected: true,
            cost: CostTerms { rate: Rate::ZERO, fixed: Money::cny(cost) },
        }
    }

    fn verdicts(decision: &RoutingDecision) -> Vec<(&str, RouteVerdict)> {
        decision.considered.iter().map(|one| (one.channel.as_str(), one.verdict)).collect()
    }

    #[test]
    fn the_cheaper_of_two_equal_routes_is_chosen_and_the_other_is_explained() {
        let candidates = [candidate("wechat", 1, 60), candidate("unionpay", 1, 24)];
        let decision = decide(&candidates, Product::QuickPay, Money::cny(10_000));
        let expected = vec![("unionpay", RouteVerdict::Chosen), ("wechat", RouteVerdict::Behind)];
        assert_eq!(verdicts(&decision), expected);
    }

    #[test]
    fn every_candidate_that_was_passed_over_has_its_reason() {
        let mut off = candidate("off", 1, 1);
        off.active = false;
        let mut unplugged = candidate("unplugged", 1, 1);
        unplugged.connected = false;
        let mut small = candidate("small", 1, 1);
        small.route.max = Money::cny(99);
        let mut large = candidate("large", 1, 1);
        large.route.min = Money::cny(20_000);
        let mut other = candidate("other", 1, 1);
        other.route.product = Product::BankTransfer;
        let candidates = [off, unplugged, small, large, other];
        let decision = decide(&candidates, Product::QuickPay, Money::cny(10_000));
        assert_eq!(decision.chosen(), None);
        let expected = vec![
            ("large", RouteVerdict::BelowMinimum { min: Money::cny(20_000) }),
            ("off", RouteVerdict::SwitchedOff),
            ("other", RouteVerdict::OtherProduct),
            ("small", RouteVerdict::AboveMaximum { max: Money::cny(99) }),
            ("unplugged", RouteVerdict::NotConnected),
        ];
        assert_eq!(verdicts(&decision), expected);
        assert!(decision.sentence().starts_with("no channel can take this payment"));
    }

    #[test]
    fn foreign_money_finds_no_channel() {
        let decision =
            decide(&[candidate("a", 1, 1)], Product::QuickPay, Money::new(1, Currency::Usd));
        assert_eq!(verdicts(&decision), vec![("a", RouteVerdict::OtherCurrency)]);
    }

    #[test]
    fn a_stored_decision_is_read_back() {
        let candidates = [candidate("a", 1, 60), candidate("b", 1, 24)];
        let decision = decide(&candidates, Product::QuickPay, Money::cny(2_000_000));
        let json = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<RoutingDecision>(&json).unwrap(), decision);
    }

    proptest! {
        #[test]
        fn the_order_in_which_candidates_are_given_does_not_matter(
            mut picks in prop::collection::vec((0..5_u8, 0..3_i32, 0..3_i64), 0..8),
            turn in 0..8_usize,
        ) {
            let make = |picks: &[(u8, i32, i64)]| -> Vec<Candidate> {
                picks.iter().map(|(c, p, f)| candidate(&format!("c{c}"), *p, *f)).collect()
            };
            let amount = Money::cny(500);
            let first = decide(&make(&picks), Product::QuickPay, amount);
            if !picks.is_empty() {
                let by = turn % picks.len();
                picks.rotate_left(by);
            }
            prop_assert_eq!(first, decide(&make(&picks), Product::QuickPay, amount));
        }
    }
}
