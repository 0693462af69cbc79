//! Values of files in formats set up by staff.

use super::super::decode::decode_gb18030;
use super::super::delimited::bare;
use super::super::fields;
use super::{Place, stands};
use crate::bill::{RowKind, RowStatus};
use domain::date::BusinessDate;
use domain::file_format::{AmountUnit, FeeSign, FormatSpec};
use domain::money::{Currency, Money};
use std::borrow::Cow;
use time::{Date, Month, PrimitiveDateTime, Time};

/// Most digits of an amount in minor units.
const MINOR_DIGITS_MAX: usize = 15;

/// The values of one line.
pub(super) enum Values<'v> {
    /// Separated.
    Cells(&'v [Cow<'v, str>]),
    /// At fixed bytes; whether they are UTF-8, else GB18030.
    Bytes(&'v [u8], bool),
}

impl<'v> Values<'v> {
    /// The value at a place, without padding.
    pub fn at(&self, place: &Place) -> Result<Cow<'v, str>, &'static str> {
        match (self, place) {
            (Self::Cells(cells), Place::Column(at)) => {
                let cell = cells.get(*at).ok_or("the line has no such column")?;
                Ok(Cow::Borrowed(bare(cell)))
            }
            (Self::Bytes(record, utf_8), Place::Bytes(range)) => {
                let bytes = record.get(range.clone()).ok_or("the line is too short")?.trim_ascii();
                let cut = "a character is cut by the field's width";
                if *utf_8 {
                    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| cut)
                } else {
                    decode_gb18030(bytes).map(Cow::Owned).map_err(|_| cut)
                }
            }
            _ => Err("the line has no such place"),
        }
    }
}

/// An amount with its sign.
pub(super) fn amount(text: &str, unit: AmountUnit, currency: Currency) -> Result<Money, String> {
    match unit {
        AmountUnit::Major => {
            let plain = without_thousands(text)?;
            fields::amount(&plain, currency).map_err(|error| error.to_string())
        }
        AmountUnit::Minor => minor(text).map(|minor| Money::new(minor, currency)),
    }
}

/// A fee in hundred-thousandths, positive when charged.
pub(super) fn fee(text: &str, unit: AmountUnit, sign: FeeSign) -> Result<i64, String> {
    let fee = match unit {
        AmountUnit::Major => {
            let plain = without_thousands(text)?;
            let plain = plain.strip_prefix('+').unwrap_or(&plain);
            fields::e5(plain).map_err(|error| error.to_string())?
        }
        AmountUnit::Minor => minor(text)? * 1_000,
    };
    Ok(if sign == FeeSign::PositiveCharged { fee } else { -fee })
}

/// Digits with an optional sign; at most fifteen, so that nothing overflows.
fn minor(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let short = digits.trim_start_matches('0').len() <= MINOR_DIGITS_MAX;
    let value: Option<i64> = digits.parse().ok().filter(|_| plain && short);
    let value = value.ok_or("an amount in minor units must be digits, like 10000")?;
    Ok(if text.starts_with('-') { -value } else { value })
}

/// `1,234,567.89` as `1234567.89`; a comma anywhere else is an error.
fn without_thousands(text: &str) -> Result<Cow<'_, str>, String> {
    if !text.contains(',') {
        return Ok(Cow::Borrowed(text));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _)| whole);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let well = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    if well && !unsigned[whole.len()..].contains(',') {
        Ok(Cow::Owned(text.replace(',', "")))
    } else {
        Err("thousands are written like 1,234,567.89".to_owned())
    }
}

/// Payment or refund, by a word or by the sign.
pub(super) fn kind(spec: &FormatSpec, word: Option<&str>, gross: Money) -> Result<RowKind, String> {
    let Some(word) = word else {
        let kind = if gross.is_negative() { RowKind::Refund } else { RowKind::Payment };
        return Ok(kind);
    };
    let among = |words: &[String]| words.iter().any(|held| held == word);
    if among(&spec.payment_words) {
        if gross.is_negative() {
            return Err("a payment must not be negative".to_owned());
        }
        Ok(RowKind::Payment)
    } else if among(&spec.refund_words) {
        Ok(RowKind::Refund)
    } else {
        Err("neither a word for payments nor for refunds".to_owned())
    }
}

/// How it ended; without a column, every row is a success.
pub(super) fn status(spec: &FormatSpec, word: Option<&str>) -> Result<RowStatus, &'static str> {
    let Some(word) = word else { return Ok(RowStatus::Success) };
    stands(spec, word).ok_or("this word for a state is not in the format")
}

/// A moment as the pattern writes it; without hours, midnight.
pub(super) fn moment(pattern: &str, text: &str) -> Result<PrimitiveDateTime, String> {
    written(pattern, text).ok_or_else(|| format!("a time must be written like {pattern}"))
}

/// A day as the pattern writes it.
pub(super) fn day(pattern: &str, text: &str) -> Result<BusinessDate, String> {
    let at = written(pattern, text);
    let at = at.ok_or_else(|| format!("a date must be written like {pattern}"))?;
    Ok(BusinessDate(at.date()))
}

fn written(pattern: &str, text: &str) -> Option<PrimitiveDateTime> {
    let (mut pattern, mut text) = (pattern, text);
    let (mut year, mut parts) = (None, [1_u8, 1, 0, 0, 0]);
    const TOKENS: [&str; 5] = ["MM", "DD", "hh", "mm", "ss"];
    while !pattern.is_empty() {
        if let Some(rest) = pattern.strip_prefix("YYYY") {
            let (digits, after) = text.split_at_checked(4)?;
            year = Some(number(digits)?);
            (pattern, text) = (rest, after);
        } else if let Some(at) = TOKENS.iter().position(|token| pattern.starts_with(token)) {
            let (digits, after) = text.split_at_checked(2)?;
            parts[at] = u8::try_from(number(digits)?).ok()?;
            (pattern, text) = (&pattern[2..], after);
        } else {
            let literal = pattern.chars().next()?;
            text = text.strip_prefix(literal)?;
            pattern = &pattern[literal.len_utf8()..];
        }
    }
    let [month, day, hour, minute, second] = parts;
    let date = Date::from_calendar_date(year?, Month::try_from(month).ok()?, day).ok()?;
    let time = Time::from_hms(hour, minute, second).ok()?;
    text.is_empty().then(|| PrimitiveDateTime::new(date, time))
}

fn number(digits: &str) -> Option<i32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn times_are_read_as_the_pattern_writes_them() {
        let at = datetime!(2026-03-31 09:05:07);
        assert_eq!(moment("YYYY-MM-DD hh:mm:ss", "2026-03-31 09:05:07"), Ok(at));
        assert_eq!(moment("DD.MM.YYYY hhmmss", "31.03.2026 090507"), Ok(at));
        assert_eq!(moment("YYYY年MM月DD日", "2026年03月31日"), Ok(at.replace_time(Time::MIDNIGHT)));
        for odd in ["2026-02-30 00:00:00", "2026-03-31 24:00:00", "2026-03-31", "", "x"] {
            assert!(moment("YYYY-MM-DD hh:mm:ss", odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn amounts_are_read_strictly() {
        let major = |text| amount(text, AmountUnit::Major, Currency::Cny).map(Money::minor);
        assert_eq!(major("1,234,567.89"), Ok(123_456_789));
        assert_eq!(major("-.85"), Ok(-85));
        for odd in ["1,23.00", "12,34,567", "1.0,00", "", "1e3", "１", "NaN", "0.001"] {
            assert!(major(odd).is_err(), "{odd}");
        }
        let minor = |text| amount(text, AmountUnit::Minor, Currency::Cny).map(Money::minor);
        assert_eq!(minor("000000010000"), Ok(10_000));
        for odd in ["1.00", "", "-", "9999999999999999", "1,000"] {
            assert!(minor(odd).is_err(), "{odd}");
        }
    }
}
