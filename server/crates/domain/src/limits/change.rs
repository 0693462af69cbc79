//! Changes of limits and of the rule by which payments look cut, for a second person to decide.

use super::{LimitRow, Limits, StructuringRule};
use crate::date::BusinessDate;
use crate::money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// Longest name of a source.
const SOURCE_MAX: usize = 200;
/// Longest window in which payments are counted together: thirty days.
const HOURS_MAX: i32 = 720;
/// Most payments a rule may wait for.
const PAYMENTS_MAX: u32 = 100;

/// A change, for a second person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum LimitChange {
    /// What accounts of one class may pay, from a day on.
    Class {
        /// The row as it would be.
        row: LimitRow,
    },
    /// When payments look cut, from the moment of the change.
    Structuring {
        /// The rule as it would be.
        rule: StructuringRule,
    },
}

/// Why limits are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitRefused {
    /// What was paid before is not judged anew.
    #[error("limits cannot begin on {0}, which is in the past: choose today or later")]
    BeginsInThePast(BusinessDate),
    /// A limit that allows nothing, or is in another currency.
    #[error("a limit is more than nothing, in CNY: leave it empty where nothing is limited")]
    NotPositive(&'static str),
    /// The smaller one would never be reached.
    #[error("{0} allows more than the limit above it, which could never be used up")]
    OutOfOrder(&'static str),
    /// Nobody could look up where it comes from.
    #[error("name the rule the limits come from, in 1 to 200 characters")]
    Source,
    /// Every payment would look cut, or none.
    #[error("the share must be more than 0 % and at most 100 %")]
    Share,
    /// One payment alone is not cut.
    #[error("payments look cut from 2 to 100 of them")]
    Payments,
    /// No window, or one longer than payments are looked at.
    #[error("the window is between 1 and 720 hours")]
    Window,
}

impl LimitRefused {
    /// The field to blame.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::BeginsInThePast(_) => "valid_from",
            Self::NotPositive(field) | Self::OutOfOrder(field) => field,
            Self::Source => "source",
            Self::Share => "share",
            Self::Payments => "payments_min",
            Self::Window => "window_hours",
        }
    }
}

impl LimitChange {
    /// What it changes: changes of different objects do not touch each other and may wait side by
    /// side.
    #[must_use]
    pub fn aspect(&self) -> String {
        match self {
            Self::Class { row } => format!("{}/{}", row.account.name(), row.class.name()),
            Self::Structuring { .. } => "structuring".to_owned(),
        }
    }

    /// Whether the change makes sense on this day.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self, today: BusinessDate) -> Result<(), LimitRefused> {
        match self {
            Self::Class { row } => {
                if row.valid_from < today {
                    return Err(LimitRefused::BeginsInThePast(row.valid_from));
                }
                let length = row.source.trim().chars().count();
                if !(1..=SOURCE_MAX).contains(&length) {
                    return Err(LimitRefused::Source);
                }
                row.limits.check_order()
            }
            Self::Structuring { rule } => rule.check(),
        }
    }
}

impl Limits {
    /// Each limit is positive, and none of a longer time is below one of a shorter.
    fn check_order(&self) -> Result<(), LimitRefused> {
        let given = [
            ("per_payment", self.per_payment),
            ("per_day", self.per_day),
            ("per_year", self.per_year),
            ("in_total", self.in_total),
        ];
        let mut before: Option<(&'static str, i64)> = None;
        for (field, limit) in given {
            let Some(limit) = limit else { continue };
            if !is_limit(limit) {
                return Err(LimitRefused::NotPositive(field));
            }
            if let Some((shorter, minor)) = before
                && minor > limit.minor()
            {
                return Err(LimitRefused::OutOfOrder(shorter));
            }
            before = Some((field, limit.minor()));
        }
        Ok(())
    }
}

impl StructuringRule {
    fn check(&self) -> Result<(), LimitRefused> {
        if !(1..=1_000_000).contains(&self.share.ppm()) {
            return Err(LimitRefused::Share);
        }
        if !(2..=PAYMENTS_MAX).contains(&self.payments_min) {
            return Err(LimitRefused::Payments);
        }
        if !(1..=HOURS_MAX).contains(&self.window_hours) {
            return Err(LimitRefused::Window);
        }
        if self.watched.iter().all(|limit| is_limit(*limit)) {
            Ok(())
        } else {
            Err(LimitRefused::NotPositive("watched"))
        }
    }
}

fn is_limit(limit: Money) -> bool {
    limit.currency() == Currency::Cny && limit.minor() > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::Rate;
    use crate::limits::{AccountClass, AccountKind};

    fn row(limits: Limits) -> LimitChange {
        LimitChange::Class {
            row: LimitRow {
                account: AccountKind::Bank,
                class: AccountClass::II,
                valid_from: "2026-04-01".parse().unwrap(),
                limits,
                source: "a notice".to_owned(),
            },
        }
    }

    fn today() -> BusinessDate {
        "2026-04-01".parse().unwrap()
    }

    #[test]
    fn limits_that_make_no_sense_are_refused_by_field() {
        let cny = |fen| Some(Money::cny(fen));
        let good = Limits { per_day: cny(100), per_year: cny(100), ..Limits::default() };
        assert_eq!(row(good).check(today()), Ok(()));
        assert_eq!(row(Limits::default()).check(today()), Ok(()), "no limits at all");
        for (limits, field) in [
            (Limits { per_payment: cny(0), ..Limits::default() }, "per_payment"),
            (Limits { per_day: cny(101), per_year: cny(100), ..Limits::default() }, "per_day"),
            (Limits { per_payment: cny(9), in_total: cny(8), ..Limits::default() }, "per_payment"),
        ] {
            assert_eq!(row(limits).check(today()).unwrap_err().field(), field);
        }
        let late = row(good).check(today().next()).unwrap_err();
        assert_eq!(late.field(), "valid_from");
        let LimitChange::Class { mut row } = row(good) else { unreachable!() };
        row.source = "  ".to_owned();
        assert_eq!(LimitChange::Class { row }.check(today()), Err(LimitRefused::Source));
    }

    #[test]
    fn a_rule_that_marks_everything_or_nothing_is_refused() {
        let good = StructuringRule {
            share: "90".parse::<Rate>().unwrap(),
            payments_min: 3,
            window_hours: 24,
            watched: vec![Money::cny(5_000_000)],
        };
        let check = |rule: StructuringRule| LimitChange::Structuring { rule }.check(today());
        assert_eq!(check(good.clone()), Ok(()));
        for (rule, field) in [
            (StructuringRule { share: Rate::ZERO, ..good.clone() }, "share"),
            (StructuringRule { payments_min: 1, ..good.clone() }, "payments_min"),
            (StructuringRule { window_hours: 0, ..good.clone() }, "window_hours"),
            (StructuringRule { watched: vec![Money::cny(0)], ..good }, "watched"),
        ] {
            assert_eq!(check(rule).unwrap_err().field(), field);
        }
    }
}
