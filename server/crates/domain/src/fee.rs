//! What a trade costs: a rate, a fixed part, a floor and a ceiling, in exact arithmetic, rounded
//! half-up to the minor unit per trade (手续费).

mod schedule;
mod shares;

pub use schedule::{FeeSchedule, Measure, MonthVolume, Tier};
pub use shares::allocate;

use crate::date::BusinessDate;
use crate::money::{Money, MoneyError};
use crate::product::{CardType, Product};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a merchant pays, or a channel charges, for one product from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRow {
    /// The product.
    pub product: Product,
    /// For this kind of card only.
    pub card: Option<CardType>,
    /// The terms, tier by tier.
    pub schedule: FeeSchedule,
    /// First day they count.
    pub valid_from: BusinessDate,
}

/// Parts in one whole.
const WHOLE_PPM: i64 = 1_000_000;

/// A share of an amount, exact to one part per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Rate {
    ppm: i64,
}

/// Why fee terms or a rate were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// Below nothing or above everything.
    #[error("a rate must lie between 0 and 100 percent")]
    RateOutOfRange,
    /// Finer than parts per million, or not a number.
    #[error("a rate must be written in percent with at most four decimals, like 0.38")]
    NotARate,
    /// A negative fixed part, floor or ceiling.
    #[error("the parts of a fee must not be negative")]
    Negative,
    /// The ceiling lies below the floor.
    #[error("the highest fee must not be below the lowest")]
    MaxBelowMin,
    /// Nothing counts from the beginning of a month.
    #[error("the first tier must begin at nothing")]
    NoFirstTier,
    /// A tier begins at or below the one before it.
    #[error("each tier must begin above the one before it")]
    TiersDoNotRise,
    /// Nobody to share with.
    #[error("nothing says how the amount is shared: give at least one share above zero")]
    NoShares,
    /// Parts of different currencies, or out of range.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self { ppm: 0 };

    /// So many parts per million.
    ///
    /// # Errors
    /// Outside 0 to 100 percent.
    pub fn from_ppm(ppm: i64) -> Result<Self, FeeError> {
        if (0..=WHOLE_PPM).contains(&ppm) {
            Ok(Self { ppm })
        } else {
            Err(FeeError::RateOutOfRange)
        }
    }

    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> i64 {
        self.ppm
    }

    /// As a fraction of one.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        Decimal::new(self.ppm, 6)
    }

    /// This share of an amount, rounded half-up to the minor unit.
    ///
    /// # Errors
    /// Out of range.
    pub fn of(self, amount: Money) -> Result<Money, MoneyError> {
        let whole = i128::from(WHOLE_PPM);
        let exact = i128::from(amount.minor()) * i128::from(self.ppm);
        let rounded = (exact.abs() + whole / 2) / whole * exact.signum();
        let minor = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, amount.currency()))
    }
}

impl TryFrom<i64> for Rate {
    type Error = FeeError;

    fn try_from(ppm: i64) -> Result<Self, FeeError> {
        Self::from_ppm(ppm)
    }
}

impl From<Rate> for i64 {
    fn from(rate: Rate) -> Self {
        rate.ppm
    }
}

impl FromStr for Rate {
    type Err = FeeError;

    /// Reads percent: `0.38` is 0.38 %.
    fn from_str(text: &str) -> Result<Self, FeeError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let percent: Decimal = text.parse().map_err(|_| FeeError::NotARate)?;
        let ppm = percent.checked_mul(Decimal::from(10_000)).ok_or(FeeError::NotARate)?;
        if !plain || !ppm.is_integer() {
            return Err(FeeError::NotARate);
        }
        Self::from_ppm(i64::try_from(ppm).map_err(|_| FeeError::RateOutOfRange)?)
    }
}

impl fmt::Display for Rate {
    /// Percent: `0.38%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", Decimal::new(self.ppm, 4).normalize())
    }
}

/// What a merchant pays for a trade: `rate` of the amount plus `fixed`, but not less than `min`
/// and not more than `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeTerms {
    /// Share of the amount.
    pub rate: Rate,
    /// Fixed part per trade.
    pub fixed: Money,
    /// Lowest fee.
    pub min: Money,
    /// Highest fee, if there is one.
    pub max: Option<Money>,
}

impl FeeTerms {
    /// Only a share of the amount.
    #[must_use]
    pub const fn share(rate: Rate) -> Self {
        Self { rate, fixed: Money::cny(0), min: Money::cny(0), max: None }
    }

    /// Checks that the parts make sense together.
    ///
    /// # Errors
    /// A negative part, a ceiling below the floor, or different currencies.
    pub fn checked(self) -> Result<Self, FeeError> {
        let parts = [Some(self.fixed), Some(self.min), self.max];
        if parts.into_iter().flatten().any(|part| part.minor() < 0) {
            return Err(FeeError::Negative);
        }
        self.fixed.checked_add(self.min)?;
        match self.max {
            Some(max) if max.checked_sub(self.min)?.minor() < 0 => Err(FeeError::MaxBelowMin),
            _ => Ok(self),
        }
    }

    /// The fee of one trade.
    ///
    /// # Errors
    /// Another currency, or out of range.
    pub fn fee_on(&self, amount: Money) -> Result<Money, MoneyError> {
        let fee = self.rate.of(amount)?.checked_add(self.fixed)?;
        let raised = fee.minor().max(self.min.minor());
        let capped = self.max.map_or(raised, |max| raised.min(max.minor()));
        Ok(Money::new(capped, amount.currency()))
    }
}

impl fmt::Display for FeeTerms {
    /// `0.38%`, `0.38% + 0.10 CNY, at least 0.50 CNY, at most 25.00 CNY`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rate)?;
        if !self.fixed.is_zero() {
            write!(f, " + {}", self.fixed)?;
        }
        if !self.min.is_zero() {
            write!(f, ", at least {}", self.min)?;
        }
        match self.max {
            Some(max) => write!(f, ", at most {max}"),
            None => Ok(()),
        }
    }
}

impl From<CostTerms> for FeeTerms {
    fn from(cost: CostTerms) -> Self {
        let min = Money::zero(cost.fixed.currency());
        Self { rate: cost.rate, fixed: cost.fixed, min, max: None }
    }
}

/// What a channel charges us for a trade, where no schedule was agreed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostTerms {
    /// Share of the amount.
    pub rate: Rate,
    /// Fixed part per trade.
    pub fixed: Money,
}

impl CostTerms {
    /// The cost of one trade.
    ///
    /// # Errors
    /// Another currency, or out of range.
    pub fn cost_of(&self, amount: Money) -> Result<Money, MoneyError> {
        self.rate.of(amount)?.checked_add(self.fixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn rate(ppm: i64) -> Rate {
        Rate::from_ppm(ppm).unwrap()
    }

    #[test]
    fn fees_are_rounded_half_up_to_fen() {
        for (amount, ppm, fee) in [
            (576_800, 1_800, 1_038),
            (1_933_500, 1_800, 3_480),
            (10_000, 6_000, 60),
            (50, 10_000, 1),
        ] {
            assert_eq!(rate(ppm).of(Money::cny(amount)), Ok(Money::cny(fee)), "{amount}");
        }
        assert_eq!(rate(10_000).of(Money::cny(49)), Ok(Money::cny(0)));
    }

    /// The figures of a real acquirer's day: 0.18 % from the merchant, 0.24 a trade to the channel.
    #[test]
    fn the_fees_of_a_real_day_come_out_to_the_fen() {
        let merchant = FeeTerms::share(rate(1_800));
        let channel = FeeTerms { fixed: Money::cny(24), ..FeeTerms::share(Rate::ZERO) };
        for (amount, fee, income) in [(576_800, 1_038, 1_014), (1_933_500, 3_480, 3_456)] {
            let amount = Money::cny(amount);
            let (fee, cost) = (Money::cny(fee), Money::cny(24));
            assert_eq!(merchant.fee_on(amount), Ok(fee));
            assert_eq!(channel.fee_on(amount), Ok(cost));
            assert_eq!(fee.checked_sub(cost), Ok(Money::cny(income)));
        }
        let day = (0..4_084).map(|_| channel.fee_on(Money::cny(576_800)).unwrap());
        assert_eq!(Money::sum(day, Currency::Cny), Ok(Money::cny(98_016)));
    }

    #[test]
    fn floor_and_ceiling_hold() {
        let terms = FeeTerms {
            rate: rate(6_000),
            fixed: Money::cny(0),
            min: Money::cny(10),
            max: Some(Money::cny(2_500)),
        };
        assert_eq!(terms.fee_on(Money::cny(100)), Ok(Money::cny(10)));
        assert_eq!(terms.fee_on(Money::cny(10_000)), Ok(Money::cny(60)));
        assert_eq!(terms.fee_on(Money::cny(100_000_000)), Ok(Money::cny(2_500)));
        assert_eq!(terms.fee_on(Money::new(1, Currency::Usd)), Err(MoneyError::CurrencyMismatch));
    }

    #[test]
    fn terms_that_make_no_sense_are_refused() {
        let terms = FeeTerms::share(rate(6_000));
        let negative = FeeTerms { fixed: Money::cny(-1), ..terms };
        let crossed = FeeTerms { min: Money::cny(2), max: Some(Money::cny(1)), ..terms };
        let foreign = FeeTerms { min: Money::new(1, Currency::Usd), ..terms };
        assert_eq!(negative.checked(), Err(FeeError::Negative));
        assert_eq!(crossed.checked(), Err(FeeError::MaxBelowMin));
        assert_eq!(foreign.checked(), Err(FeeError::Money(MoneyError::CurrencyMismatch)));
    }

    #[test]
    fn rates_are_read_in_percent() {
        assert_eq!("0.38".parse(), Ok(rate(3_800)));
        assert_eq!("100".parse(), Ok(rate(1_000_000)));
        assert_eq!("100.0001".parse::<Rate>(), Err(FeeError::RateOutOfRange));
        for text in ["", "-1", "1e3", "0.00001", "１", "abc"] {
            assert_eq!(text.parse::<Rate>(), Err(FeeError::NotARate), "{text}");
        }
        assert_eq!(rate(3_800).to_string(), "0.38%");
        let terms = FeeTerms { min: Money::cny(10), ..FeeTerms::share(rate(3_800)) };
        assert_eq!(terms.to_string(), "0.38%, at least 0.10 CNY");
    }

    proptest! {
        #[test]
        fn a_share_is_never_more_than_half_a_fen_off(
            fen in 0..=99_999_999_999_999_999_i64, ppm in 0..=1_000_000_i64,
        ) {
            let share = rate(ppm).of(Money::cny(fen)).unwrap().minor();
            let twice_off = 2 * (i128::from(share) * 1_000_000 - i128::from(fen) * i128::from(ppm));
            prop_assert!((-1_000_000 < twice_off) && (twice_off <= 1_000_000));
            prop_assert!((0..=fen).contains(&share));
        }

        #[test]
        fn no_amount_makes_a_fee_panic(fen in any::<i64>(), ppm in 0..=1_000_000_i64) {
            let terms = FeeTerms { fixed: Money::cny(i64::MAX), ..FeeTerms::share(rate(ppm)) };
            let _ = terms.fee_on(Money::cny(fen));
        }
    }
}
