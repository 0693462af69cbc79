//! Fee schedules (费率表): one set of terms, or several that follow each other as a month's business
//! grows. The same shape prices a merchant's trades and a channel's.

use super::{FeeError, FeeTerms};
use crate::merchant::named;
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What decides the tier a trade falls into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The sum of the month's trades so far, 月交易额.
    #[default]
    Amount,
    /// The number of the month's trades so far, 月笔数: a package (套餐) is a first tier of so many
    /// trades that cost nothing each.
    Trades,
}
named!(Measure { Amount = "amount", Trades = "trades" });

/// The terms from a point of the month's business on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// How much came before in the same month: minor units, or trades.
    pub from: i64,
    /// What a trade costs from then on.
    pub terms: FeeTerms,
}

/// What a month has brought so far, the trade in question not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthVolume {
    /// Sum, in minor units.
    pub minor: i64,
    /// Number of trades.
    pub trades: i64,
}

/// One or more tiers. The first begins at nothing, and each begins above the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct FeeSchedule {
    measure: Measure,
    first: FeeTerms,
    further: Vec<Tier>,
}

#[derive(Serialize, Deserialize)]
struct Raw {
    measure: Measure,
    tiers: Vec<Tier>,
}

impl FeeSchedule {
    /// The same terms for every trade.
    #[must_use]
    pub const fn flat(terms: FeeTerms) -> Self {
        Self { measure: Measure::Amount, first: terms, further: Vec::new() }
    }

    /// Terms that follow each other.
    ///
    /// # Errors
    /// No tier, the first does not begin at nothing, they do not rise, or terms make no sense.
    pub fn tiered(measure: Measure, tiers: Vec<Tier>) -> Result<Self, FeeError> {
        let mut tiers = tiers.into_iter();
        let first = tiers.next().filter(|tier| tier.from == 0).ok_or(FeeError::NoFirstTier)?;
        let further: Vec<Tier> = tiers.collect();
        let mut before = 0;
        let currency = first.terms.fixed.currency();
        first.terms.checked()?;
        for tier in &further {
            if tier.from <= before {
                return Err(FeeError::TiersDoNotRise);
            }
            before = tier.from;
            if tier.terms.checked()?.fixed.currency() != currency {
                return Err(FeeError::Money(MoneyError::CurrencyMismatch));
            }
        }
        Ok(Self { measure, first: first.terms, further })
    }

    /// Checks that the terms make sense.
    ///
    /// # Errors
    /// They do not.
    pub fn checked(self) -> Result<Self, FeeError> {
        Self::tiered(self.measure, self.tiers())
    }

    /// What decides the tier.
    #[must_use]
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// The tiers, from the one that begins at nothing.
    #[must_use]
    pub fn tiers(&self) -> Vec<Tier> {
        let first = Tier { from: 0, terms: self.first };
        std::iter::once(first).chain(self.further.iter().copied()).collect()
    }

    /// Whether the month's volume matters.
    #[must_use]
    pub const fn is_tiered(&self) -> bool {
        !self.further.is_empty()
    }

    /// The terms of the next trade of a month: the tier its volume so far has reached, for the
    /// whole trade.
    #[must_use]
    pub fn terms_at(&self, month: MonthVolume) -> FeeTerms {
        let reached = match self.measure {
            Measure::Amount => month.minor,
            Measure::Trades => month.trades,
        };
        let tier = self.further.iter().rev().find(|tier| tier.from <= reached);
        tier.map_or(self.first, |tier| tier.terms)
    }

    /// The fee of the next trade of a month.
    ///
    /// # Errors
    /// Another currency, or out of range.
    pub fn fee_on(&self, amount: Money, month: MonthVolume) -> Result<Money, MoneyError> {
        self.terms_at(month).fee_on(amount)
    }
}

impl From<FeeTerms> for FeeSchedule {
    fn from(terms: FeeTerms) -> Self {
        Self::flat(terms)
    }
}

impl TryFrom<Raw> for FeeSchedule {
    type Error = FeeError;

    fn try_from(raw: Raw) -> Result<Self, FeeError> {
        Self::tiered(raw.measure, raw.tiers)
    }
}

impl From<FeeSchedule> for Raw {
    fn from(schedule: FeeSchedule) -> Self {
        Self { measure: schedule.measure, tiers: schedule.tiers() }
    }
}

impl fmt::Display for FeeSchedule {
    /// `0.38%`, or `0.38%; from 1000000.00 CNY a month 0.35%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        for tier in &self.further {
            match self.measure {
                Measure::Amount => {
                    let from = Money::new(tier.from, Currency::Cny);
                    write!(f, "; from {from} a month {}", tier.terms)?;
                }
                Measure::Trades => write!(f, "; from {} trades a month {}", tier.from, tier.terms)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::Rate;
    use proptest::prelude::*;

    fn share(ppm: i64) -> FeeTerms {
        FeeTerms::share(Rate::from_ppm(ppm).unwrap())
    }

    fn tier(from: i64, ppm: i64) -> Tier {
        Tier { from, terms: share(ppm) }
    }

    fn by_amount() -> FeeSchedule {
        let tiers = vec![tier(0, 3_800), tier(100_000_000, 3_500), tier(500_000_000, 3_000)];
        FeeSchedule::tiered(Measure::Amount, tiers).unwrap()
    }

    #[test]
    fn the_volume_of_the_month_decides_the_tier() {
        let schedule = by_amount();
        for (minor, fee) in
            [(0, 380), (99_999_999, 380), (100_000_000, 350), (500_000_000, 300), (i64::MAX, 300)]
        {
            let month = MonthVolume { minor, trades: 1 };
            assert_eq!(schedule.fee_on(Money::cny(100_000), month), Ok(Money::cny(fee)), "{minor}");
        }
    }

    #[test]
    fn a_package_of_trades_costs_nothing_until_it_is_used_up() {
        let free = FeeTerms::share(Rate::ZERO);
        let after = FeeTerms { fixed: Money::cny(50), ..free };
        let tiers = vec![Tier { from: 0, terms: free }, Tier { from: 1_000, terms: after }];
        let package = FeeSchedule::tiered(Measure::Trades, tiers).unwrap();
        let fee = |trades| package.fee_on(Money::cny(9_900), MonthVolume { minor: 0, trades });
        assert_eq!(fee(999), Ok(Money::cny(0)));
        assert_eq!(fee(1_000), Ok(Money::cny(50)));
        assert!(package.to_string().ends_with("from 1000 trades a month 0% + 0.50 CNY"));
    }

    #[test]
    fn tiers_that_do_not_rise_from_nothing_are_refused() {
        let tiered = |tiers| FeeSchedule::tiered(Measure::Amount, tiers);
        assert_eq!(tiered(vec![]), Err(FeeError::NoFirstTier));
        assert_eq!(tiered(vec![tier(1, 10)]), Err(FeeError::NoFirstTier));
        let twice = vec![tier(0, 10), tier(5, 9), tier(5, 8)];
        assert_eq!(tiered(twice), Err(FeeError::TiersDoNotRise));
        let negative = FeeTerms { fixed: Money::cny(-1), ..share(1) };
        let negative = vec![tier(0, 10), Tier { from: 5, terms: negative }];
        assert_eq!(tiered(negative), Err(FeeError::Negative));
        let foreign = FeeTerms {
            fixed: Money::new(1, Currency::Usd),
            min: Money::new(0, Currency::Usd),
            ..share(1)
        };
        let mixed = vec![tier(0, 10), Tier { from: 5, terms: foreign }];
        assert_eq!(tiered(mixed), Err(FeeError::Money(MoneyError::CurrencyMismatch)));
    }

    #[test]
    fn a_stored_schedule_is_read_back_and_a_crooked_one_refused() {
        let json = serde_json::to_string(&by_amount()).unwrap();
        assert_eq!(serde_json::from_str::<FeeSchedule>(&json).unwrap(), by_amount());
        let crooked = json.replace("\"from\":100000000", "\"from\":0");
        assert!(serde_json::from_str::<FeeSchedule>(&crooked).is_err());
    }

    proptest! {
        #[test]
        fn a_schedule_of_one_tier_charges_the_same_whatever_the_month_brought(
            fen in 0..10_000_000_000_i64, ppm in 0..=1_000_000_i64, minor in any::<i64>(),
        ) {
            let month = MonthVolume { minor, trades: minor };
            let flat = FeeSchedule::flat(share(ppm)).fee_on(Money::cny(fen), month);
            prop_assert_eq!(flat, share(ppm).fee_on(Money::cny(fen)));
        }

        #[test]
        fn more_volume_never_costs_more_when_the_tiers_fall(
            fen in 0..10_000_000_000_i64, low in 0..1_000_000_000_i64, more in 0..1_000_000_000_i64,
        ) {
            let fee = |minor| {
                by_amount().fee_on(Money::cny(fen), MonthVolume { minor, trades: 0 }).unwrap()
            };
            prop_assert!(fee(low + more).minor() <= fee(low).minor());
        }
    }
}
