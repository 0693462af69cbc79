//! Money: an integer count of minor units with its currency. Never a float.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest accepted integer part of an amount: fifteen digits of major units keep every sum of a
/// day far below the `i64` range.
const INTEGER_DIGITS_MAX: usize = 15;

/// ISO 4217 currency. All of them here have two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Canadian dollar.
    Cad,
    /// Swiss franc.
    Chf,
    /// Renminbi, 人民币.
    Cny,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Polish złoty.
    Pln,
    /// Swedish krona.
    Sek,
    /// United States dollar.
    Usd,
}

impl Currency {
    /// The three-letter ISO code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cad => "CAD",
            Self::Chf => "CHF",
            Self::Cny => "CNY",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Pln => "PLN",
            Self::Sek => "SEK",
            Self::Usd => "USD",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        match text {
            "CAD" => Ok(Self::Cad),
            "CHF" => Ok(Self::Chf),
            "CNY" => Ok(Self::Cny),
            "EUR" => Ok(Self::Eur),
            "GBP" => Ok(Self::Gbp),
            "PLN" => Ok(Self::Pln),
            "SEK" => Ok(Self::Sek),
            "USD" => Ok(Self::Usd),
            _ => Err(MoneyError::UnknownCurrency),
        }
    }
}

/// Why an amount was refused. The texts are shown to the person or system that sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Nothing was given.
    #[error("the amount is empty")]
    Empty,
    /// A minus sign where only positive amounts make sense.
    #[error("the amount must not be negative")]
    Negative,
    /// Zero where something must be paid.
    #[error("the amount must be greater than zero")]
    Zero,
    /// Finer than the currency's minor unit.
    #[error("the amount has more decimals than the currency allows")]
    TooManyDecimals,
    /// Anything but plain ASCII digits and one point.
    #[error("the amount must be written with the digits 0-9 and one decimal point, like 1234.50")]
    NotPlainDigits,
    /// More digits than any real amount has.
    #[error("the amount is too large")]
    TooLarge,
    /// Two currencies in one sum.
    #[error("amounts of different currencies cannot be combined")]
    CurrencyMismatch,
    /// Not a currency this institution knows.
    #[error("the currency is not supported")]
    UnknownCurrency,
    /// The result does not fit in the range of amounts.
    #[error("the sum of the amounts is out of range")]
    Overflow,
}

/// An amount in minor units (fen for CNY). May be negative in differences and movements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    #[serde(with = "minor_as_text")]
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount of `minor` minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// An amount of `fen` hundredths of a yuan.
    #[must_use]
    pub const fn cny(fen: i64) -> Self {
        Self::new(fen, Currency::Cny)
    }

    /// Nothing, in this currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether the amount is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Reads an amount of major units as people and systems write it: `100`, `100.5`, `100.50`.
    ///
    /// Refuses signs, exponents, thousands separators, digits of other scripts, more than two
    /// decimals and more than fifteen integer digits, so that nothing is guessed. Zero is accepted.
    ///
    /// # Errors
    /// The reason of the refusal.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        if text.is_empty() {
            return Err(MoneyError::Empty);
        }
        if text.starts_with('-') {
            return Err(MoneyError::Negative);
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "00"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(decimals) {
            return Err(MoneyError::NotPlainDigits);
        }
        if decimals.len() > 2 {
            return Err(MoneyError::TooManyDecimals);
        }
        if whole.len() > INTEGER_DIGITS_MAX {
            return Err(MoneyError::TooLarge);
        }
        let minor = format!("{whole}{decimals:0<2}").parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Self::new(minor, currency))
    }

    /// Like [`Money::parse`], and refuses zero: for amounts somebody pays.
    ///
    /// # Errors
    /// The reason of the refusal.
    pub fn parse_positive(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let money = Self::parse(text, currency)?;
        if money.is_zero() { Err(MoneyError::Zero) } else { Ok(money) }
    }

    /// Sum.
    ///
    /// # Errors
    /// Different currencies, or out of range.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Difference.
    ///
    /// # Errors
    /// Different currencies, or out of range.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// Out of range.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Sum of many; `None` items make no difference, an empty list is zero.
    ///
    /// # Errors
    /// Different currencies, or out of range.
    pub fn sum(
        items: impl IntoIterator<Item = Self>,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        items.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Major units with two decimals and no separators: `-1234.50`. What files and APIs carry.
    #[must_use]
    pub fn plain(self) -> String {
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = self.minor.unsigned_abs();
        format!("{sign}{}.{:02}", digits / 100, digits % 100)
    }

    /// Major units with thousands separators: `-1,234.50`. What people read, beside the currency.
    #[must_use]
    pub fn grouped(self) -> String {
        let plain = self.plain();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
        for (position, digit) in whole.chars().enumerate() {
            if position > 0 && (whole.len() - position).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}.{decimals}")
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.grouped(), self.currency)
    }
}

/// Minor units cross the wire as text: JSON numbers lose digits beyond 2^53 in a browser.
mod minor_as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(minor: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(minor)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_amounts_are_read() {
        for (text, fen) in [("100", 10_000), ("100.5", 10_050), ("0.01", 1), ("007.10", 710)] {
            assert_eq!(Money::parse(text, Currency::Cny), Ok(Money::cny(fen)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        use MoneyError::{Empty, Negative, NotPlainDigits, TooLarge, TooManyDecimals, Zero};
        for (text, reason) in [
            ("", Empty),
            ("-1", Negative),
            ("0", Zero),
            ("0.001", TooManyDecimals),
            ("1e3", NotPlainDigits),
            ("１００", NotPlainDigits),
            ("٣", NotPlainDigits),
            ("1,000.00", NotPlainDigits),
            ("+1", NotPlainDigits),
            (" 1", NotPlainDigits),
            ("1.", NotPlainDigits),
            (".5", NotPlainDigits),
            ("0x10", NotPlainDigits),
            ("NaN", NotPlainDigits),
            ("12345678901234567890", TooLarge),
            ("9223372036854775807", TooLarge),
        ] {
            assert_eq!(Money::parse_positive(text, Currency::Cny), Err(reason), "{text}");
        }
    }

    #[test]
    fn sums_are_checked() {
        let most = Money::cny(i64::MAX);
        assert_eq!(most.checked_add(Money::cny(1)), Err(MoneyError::Overflow));
        assert_eq!(Money::sum([most, most, most], Currency::Cny), Err(MoneyError::Overflow));
        assert_eq!(
            Money::cny(1).checked_add(Money::new(1, Currency::Eur)),
            Err(MoneyError::CurrencyMismatch)
        );
    }

    #[test]
    fn large_amounts_survive_the_wire() {
        let money = Money::cny(9_007_199_254_740_993);
        let json = serde_json::to_string(&money).unwrap();
        assert_eq!(json, r#"{"minor":"9007199254740993","currency":"CNY"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }

    #[test]
    fn people_read_grouped_amounts() {
        assert_eq!(Money::cny(123_456_789).to_string(), "1,234,567.89 CNY");
        assert_eq!(Money::cny(-5).grouped(), "-0.05");
        assert_eq!(Money::cny(100_000).grouped(), "1,000.00");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(fen in 0..=99_999_999_999_999_999_i64) {
            let money = Money::cny(fen);
            prop_assert_eq!(Money::parse(&money.plain(), Currency::Cny), Ok(money));
        }
    }
}
