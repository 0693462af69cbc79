//! Limits of personal accounts (账户分类限额): what the payer's account of class I, II or III may
//! pay, at once, in a day, in a year and in total. Corporate accounts have none.

mod change;
mod payer;
mod structuring;

pub use change::{LimitChange, LimitRefused};
pub use payer::{AccountClass, AccountKind, Holder, Payer, PayerRequest};
pub use structuring::{Structuring, StructuringRule, structuring};

use crate::date::BusinessDate;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

/// What an account of a class may pay. What is left out is not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// At once.
    pub per_payment: Option<Money>,
    /// In a day of the business zone.
    pub per_day: Option<Money>,
    /// In a calendar year.
    pub per_year: Option<Money>,
    /// Since it was opened.
    pub in_total: Option<Money>,
}

/// A row of the limit table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRow {
    /// Kind of account.
    pub account: AccountKind,
    /// Its class.
    pub class: AccountClass,
    /// First day the limits count.
    pub valid_from: BusinessDate,
    /// The limits.
    pub limits: Limits,
    /// Where they come from.
    pub source: String,
}

/// What an account has paid before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// On this day.
    pub today: Money,
    /// In this year, the day included.
    pub this_year: Money,
    /// Ever.
    pub in_total: Money,
}

/// Which limit a payment would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "exceeded")]
pub enum LimitExceeded {
    /// Too much at once.
    #[error("the payer's account may pay no more than {limit} at once")]
    PerPayment {
        /// The limit.
        limit: Money,
    },
    /// Too much in a day.
    #[error("the payer's account may pay no more than {limit} a day and has {left} left today")]
    PerDay {
        /// The limit.
        limit: Money,
        /// What is left of it.
        left: Money,
    },
    /// Too much in a year.
    #[error("the payer's account may pay no more than {limit} a year and has {left} left")]
    PerYear {
        /// The limit.
        limit: Money,
        /// What is left of it.
        left: Money,
    },
    /// More on a payment account than its class may ever pay.
    #[error("the user's account may hold no more than {limit} and has room for {left}")]
    Balance {
        /// The limit.
        limit: Money,
        /// What is left of it.
        left: Money,
    },
    /// Too much in total.
    #[error("the payer's account may pay no more than {limit} in total and has {left} left")]
    InTotal {
        /// The limit.
        limit: Money,
        /// What is left of it.
        left: Money,
    },
}

impl Limits {
    /// All limits there are, for whoever looks for payments that keep just below them.
    #[must_use]
    pub fn watched(&self) -> Vec<Money> {
        [self.per_payment, self.per_day].into_iter().flatten().collect()
    }

    /// The most that a payment account of this class may hold: what it may pay in total, or in a
    /// year. Money beyond that could only be taken back.
    #[must_use]
    pub const fn holds_at_most(&self) -> Option<Money> {
        match self.in_total {
            Some(limit) => Some(limit),
            None => self.per_year,
        }
    }

    /// Whether an account that has paid so much may pay an amount on top. Exactly the limit is
    /// allowed.
    ///
    /// # Errors
    /// The first limit that would be broken; the outer error when amounts cannot be compared.
    pub fn check(
        &self,
        used: &Used,
        amount: Money,
    ) -> Result<Result<(), LimitExceeded>, MoneyError> {
        if let Some(limit) = self.per_payment
            && limit.checked_sub(amount)?.is_negative()
        {
            return Ok(Err(LimitExceeded::PerPayment { limit }));
        }
        type Exceeded = fn(Money, Money) -> LimitExceeded;
        let sums: [(Option<Money>, Money, Exceeded); 3] = [
            (self.per_day, used.today, |limit, left| LimitExceeded::PerDay { limit, left }),
            (self.per_year, used.this_year, |limit, left| LimitExceeded::PerYear { limit, left }),
            (self.in_total, used.in_total, |limit, left| LimitExceeded::InTotal { limit, left }),
        ];
        for (limit, used, exceeded) in sums {
            let Some(limit) = limit else { continue };
            let left = limit.checked_sub(used)?;
            if left.checked_sub(amount)?.is_negative() {
                let left = if left.is_negative() { Money::zero(left.currency()) } else { left };
                return Ok(Err(exceeded(limit, left)));
            }
        }
        Ok(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn used(today: i64, this_year: i64, in_total: i64) -> Used {
        let cny = Money::cny;
        Used { today: cny(today), this_year: cny(this_year), in_total: cny(in_total) }
    }

    /// A class II bank account: 10,000 a day, 200,000 a year.
    fn class_two() -> Limits {
        Limits {
            per_day: Some(Money::cny(1_000_000)),
            per_year: Some(Money::cny(20_000_000)),
            ..Limits::default()
        }
    }

    #[test]
    fn exactly_the_limit_is_allowed_and_a_fen_more_is_not() {
        let limits = class_two();
        let check = |used: Used, fen| limits.check(&used, Money::cny(fen)).unwrap();
        assert_eq!(check(used(999_900, 999_900, 0), 100), Ok(()));
        let (limit, left) = (Money::cny(1_000_000), Money::cny(100));
        let exceeded = LimitExceeded::PerDay { limit, left };
        assert_eq!(check(used(999_900, 999_900, 0), 101), Err(exceeded));
        assert_eq!(
            exceeded.to_string(),
            "the payer's account may pay no more than 10,000.00 CNY a day and has 1.00 CNY left today"
        );
        let (limit, left) = (Money::cny(20_000_000), Money::cny(0));
        let year = check(used(0, 20_000_000, 0), 1);
        assert_eq!(year, Err(LimitExceeded::PerYear { limit, left }));
    }

    #[test]
    fn a_payment_account_of_class_one_pays_a_thousand_in_all_its_life() {
        let limits = Limits { in_total: Some(Money::cny(100_000)), ..Limits::default() };
        let check = |before, fen| limits.check(&used(0, 0, before), Money::cny(fen)).unwrap();
        assert_eq!(check(0, 100_000), Ok(()));
        assert!(matches!(check(90_000, 10_001), Err(LimitExceeded::InTotal { .. })));
    }

    proptest! {
        /// However payments are cut, an account never pays more than its limits in sum.
        #[test]
        fn no_way_of_cutting_payments_gets_past_the_limits(
            amounts in prop::collection::vec(1..700_000_i64, 1..60),
        ) {
            let limits = class_two();
            let (mut today, mut year) = (0_i64, 0_i64);
            for (place, fen) in amounts.iter().enumerate() {
                if place % 3 == 0 {
                    today = 0;
                }
                if limits.check(&used(today, year, year), Money::cny(*fen)).unwrap().is_ok() {
                    today += fen;
                    year += fen;
                }
                prop_assert!(today <= 1_000_000 && year <= 20_000_000);
            }
        }

        #[test]
        fn without_limits_everything_is_allowed(fen in 1..i64::MAX, before in 0..i64::MAX) {
            let check = Limits::default().check(&used(before, before, before), Money::cny(fen));
            prop_assert_eq!(check, Ok(Ok(())));
        }
    }
}
