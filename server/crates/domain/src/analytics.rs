//! The payment funnel (支付转化): how many units reach each step of a definition.

use crate::date::BusinessDate;
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunnelUnit {
    /// Distinct visitors (UV).
    Visitor,
    /// Distinct orders.
    Order,
}

/// One definition, with what it counted in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Its code.
    pub code: String,
    /// Its English name.
    pub name_en: String,
    /// Its Chinese name.
    pub name_zh: String,
    /// What is counted.
    pub unit: FunnelUnit,
    /// Only events of this product, when set.
    pub product: Option<String>,
    /// The steps in order.
    pub steps: Vec<FunnelStep>,
}

/// One step and how many units got there through all steps before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunnelStep {
    /// The step's code, as in the events.
    pub step: String,
    /// Units that reached it.
    pub reached: i64,
}

/// The days counted, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunnelPeriod {
    /// First day.
    pub from: BusinessDate,
    /// Last day.
    pub to: BusinessDate,
}

impl Funnel {
    /// Share of the units of one step that reach another, in hundredths of a percent, rounded
    /// half-up. `None` when nobody was there.
    #[must_use]
    pub fn rate(&self, from: usize, to: usize) -> Option<i64> {
        let base = self.steps.get(from)?.reached;
        let reached = self.steps.get(to)?.reached;
        if base == 0 { None } else { Some((reached * 20_000 + base) / (base * 2)) }
    }

    /// The step that loses the largest share of those who reached the step before it.
    #[must_use]
    pub fn worst_step(&self) -> Option<usize> {
        let rates = (1..self.steps.len()).filter_map(|to| Some((to, self.rate(to - 1, to)?)));
        rates.min_by_key(|(_, rate)| *rate).map(|(to, _)| to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn funnel(reached: &[i64]) -> Funnel {
        Funnel {
            code: "page".to_owned(),
            name_en: String::new(),
            name_zh: String::new(),
            unit: FunnelUnit::Visitor,
            product: None,
            steps: reached
                .iter()
                .map(|reached| FunnelStep { step: String::new(), reached: *reached })
                .collect(),
        }
    }

    #[test]
    fn rates_are_rounded_half_up_to_a_hundredth_of_a_percent() {
        assert_eq!(funnel(&[3, 2]).rate(0, 1), Some(6667));
        assert_eq!(funnel(&[8, 1]).rate(0, 1), Some(1250));
        assert_eq!(funnel(&[0, 0]).rate(0, 1), None);
    }

    #[test]
    fn the_worst_step_loses_the_largest_share() {
        assert_eq!(funnel(&[100, 90, 45, 44]).worst_step(), Some(2));
        assert_eq!(funnel(&[0, 0, 0]).worst_step(), None);
    }
}
