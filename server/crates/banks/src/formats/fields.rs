//! Values as they stand in the files of channels.

use domain::date::BusinessDate;
use domain::money::{Currency, Money, MoneyError};
use std::borrow::Cow;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Month, PrimitiveDateTime, Time};

const MOMENT: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// Most digits before the point of a number with five decimals.
const E5_DIGITS_MAX: usize = 13;

/// Most minor units of one amount, as many as fifteen digits of major units have.
const MINOR_MAX: i64 = 99_999_999_999_999_999;

/// The text is not what the field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FieldError {
    /// Not a count.
    #[error("a count must be digits, like 45 or 45.0")]
    Count,
    /// Not an amount with up to five decimals.
    #[error("a fee must be written with the digits 0-9 and at most five decimals, like 0.06000")]
    Fee,
    /// Not a moment.
    #[error("a time must be written like 2026-03-31 09:05:07")]
    Moment,
    /// Not a day of six digits.
    #[error("a date must be six digits, year, month and day, like 260331")]
    ShortDay,
    /// Not a moment without a year.
    #[error("a time must be ten digits, MMDDhhmmss")]
    MomentOfYear,
}

/// A count, also written `45.0`.
pub(super) fn count(text: &str) -> Result<i64, FieldError> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || decimals.is_empty() || decimals.bytes().any(|b| b != b'0') {
        return Err(FieldError::Count);
    }
    whole.parse().map_err(|_| FieldError::Count)
}

/// A signed amount with up to five decimals, in hundred-thousandths.
pub(super) fn e5(text: &str) -> Result<i64, FieldError> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(decimals) || decimals.len() > 5 || whole.len() > E5_DIGITS_MAX {
        return Err(FieldError::Fee);
    }
    let padding = std::iter::repeat_n(b'0', 5 - decimals.len());
    let digits = whole.bytes().chain(decimals.bytes()).chain(padding);
    let value = digits.fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Ok(value * sign)
}

/// A moment in the channel's local time; old bills write it with full-width colons.
pub(super) fn moment(text: &str) -> Result<PrimitiveDateTime, FieldError> {
    if let Some(moment) = plain_moment(text.as_bytes()) {
        return Ok(moment);
    }
    let text = text.replace('：', ":");
    PrimitiveDateTime::parse(&text, MOMENT).map_err(|_| FieldError::Moment)
}

/// `2026-03-31 09:05:07`, the form of nearly all, without a detour.
fn plain_moment(text: &[u8]) -> Option<PrimitiveDateTime> {
    let form = text.len() == 19
        && text[4] == b'-'
        && text[7] == b'-'
        && text[10] == b' '
        && text[13] == b':'
        && text[16] == b':';
    if !form {
        return None;
    }
    let [century, year] = digits(&text[..4])?;
    let [month] = digits(&text[5..7])?;
    let [day] = digits(&text[8..10])?;
    let [hour] = digits(&text[11..13])?;
    let [minute] = digits(&text[14..16])?;
    let [second] = digits(&text[17..])?;
    let year = i32::from(century) * 100 + i32::from(year);
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    Some(PrimitiveDateTime::new(date, Time::from_hms(hour, minute, second).ok()?))
}

/// An amount without sign: [`Money::parse`], by a shorter way for what nearly all look like.
pub(super) fn money(text: &str, currency: Currency) -> Result<Money, MoneyError> {
    match plain_amount(text.as_bytes()) {
        Some(minor) => Ok(Money::new(minor, currency)),
        None => Money::parse(text, currency),
    }
}

/// Up to thirteen digits, with no decimals or two.
fn plain_amount(text: &[u8]) -> Option<i64> {
    match text {
        [whole @ .., b'.', tens, ones] => plain_minor(whole, &[*tens, *ones]),
        whole => plain_minor(whole, b"00"),
    }
}

/// The same, taken apart; there are two decimals.
fn plain_minor(whole: &[u8], decimals: &[u8]) -> Option<i64> {
    if whole.is_empty() || whole.len() > E5_DIGITS_MAX {
        return None;
    }
    whole.iter().chain(decimals).try_fold(0_i64, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// An amount with an optional sign, also written `.85`.
pub(super) fn amount(text: &str, currency: Currency) -> Result<Money, MoneyError> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits: Cow<'_, str> =
        if digits.starts_with('.') { format!("0{digits}").into() } else { digits.into() };
    let amount = money(&digits, currency)?;
    if negative { amount.checked_neg() } else { Ok(amount) }
}

/// An amount with an optional sign and, before the point, commas between groups of three digits.
pub(super) fn grouped(text: &str, currency: Currency) -> Result<Money, MoneyError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let plain = groups.all(|group| group.len() == 3);
    let separated = whole.contains(',');
    if separated && !(plain && (1..=3).contains(&first.len())) {
        return Err(MoneyError::NotPlainDigits);
    }
    if !separated {
        return amount(text, currency);
    }
    let (_, decimals) = digits.split_once('.').unwrap_or((digits, "00"));
    if decimals.contains(',') {
        return Err(MoneyError::NotPlainDigits);
    }
    amount(&text.replace(',', ""), currency)
}

/// An amount of SWIFT messages: a comma before the decimals, which may be missing.
pub(super) fn swift_amount(text: &str, currency: Currency) -> Result<Money, MoneyError> {
    if text.contains('.') {
        return Err(MoneyError::NotPlainDigits);
    }
    let text = text.strip_suffix(',').unwrap_or(text);
    if let Some((whole, decimals)) = text.split_once(',')
        && decimals.len() == 2
        && let Some(minor) = plain_minor(whole.as_bytes(), decimals.as_bytes())
    {
        return Ok(Money::new(minor, currency));
    }
    Money::parse(&text.replace(',', "."), currency)
}

/// An amount in minor units, with an optional sign and leading zeros.
pub(super) fn minor_units(text: &str, currency: Currency) -> Result<Money, MoneyError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() {
        return Err(MoneyError::Empty);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MoneyError::NotPlainDigits);
    }
    let minor: i64 = digits.parse().map_err(|_| MoneyError::TooLarge)?;
    if minor > MINOR_MAX {
        return Err(MoneyError::TooLarge);
    }
    Ok(Money::new(if text.starts_with('-') { -minor } else { minor }, currency))
}

/// A day written YYMMDD; years from 80 on are of the last century.
pub(super) fn short_day(text: &str) -> Result<BusinessDate, FieldError> {
    let [year, month, day] = pairs(text).ok_or(FieldError::ShortDay)?;
    let year = i32::from(year) + if year < 80 { 2000 } else { 1900 };
    let month = Month::try_from(month).map_err(|_| FieldError::ShortDay)?;
    Date::from_calendar_date(year, month, day).map(BusinessDate).map_err(|_| FieldError::ShortDay)
}

/// MMDDhhmmss in the year of a clearing date, or of the year before when later than that date.
pub(super) fn moment_before(
    text: &str,
    clearing: BusinessDate,
) -> Result<PrimitiveDateTime, FieldError> {
    let [month, day, hour, minute, second] = pairs(text).ok_or(FieldError::MomentOfYear)?;
    let later = (month, day) > (u8::from(clearing.0.month()), clearing.0.day());
    let year = if later { clearing.0.year() - 1 } else { clearing.0.year() };
    let month = Month::try_from(month).map_err(|_| FieldError::MomentOfYear)?;
    let date = Date::from_calendar_date(year, month, day).map_err(|_| FieldError::MomentOfYear)?;
    let time = Time::from_hms(hour, minute, second).map_err(|_| FieldError::MomentOfYear)?;
    Ok(PrimitiveDateTime::new(date, time))
}

/// Numbers of two digits each, as many as asked for and no more.
fn pairs<const N: usize>(text: &str) -> Option<[u8; N]> {
    digits(text.as_bytes())
}

fn digits<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    if bytes.len() != N * 2 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut numbers = [0; N];
    for (number, pair) in numbers.iter_mut().zip(bytes.chunks_exact(2)) {
        *number = (pair[0] - b'0') * 10 + (pair[1] - b'0');
    }
    Some(numbers)
}

/// A day written 20260331.
pub(super) fn compact_day(text: &str) -> Option<BusinessDate> {
    let [century, year, month, day] = pairs(text)?;
    let year = i32::from(century) * 100 + i32::from(year);
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    Some(BusinessDate(date))
}

/// The one day a file's name tells, written `2026-03-31` or `20260331` between non-digits.
pub(super) fn day_in_name(name: &str) -> Option<BusinessDate> {
    let mut found = None;
    let bytes = name.as_bytes();
    for start in 0..bytes.len() {
        let fresh = start == 0 || !bytes[start - 1].is_ascii_digit();
        let Some(day) = fresh.then(|| day_at(name, start)).flatten() else { continue };
        if found.is_some_and(|other| other != day) {
            return None;
        }
        found = Some(day);
    }
    found
}

fn day_at(name: &str, start: usize) -> Option<BusinessDate> {
    let ends = |length: usize| {
        name.as_bytes().get(start + length).is_none_or(|byte| !byte.is_ascii_digit())
    };
    if let Some(day) = name.get(start..start + 10).and_then(|text| text.parse().ok()) {
        return ends(10).then_some(day);
    }
    name.get(start..start + 8).filter(|_| ends(8)).and_then(compact_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_carry_a_zero_decimal() {
        assert_eq!(count("45.0"), Ok(45));
        assert_eq!(count("2"), Ok(2));
        for text in ["", "45.5", "45.", ".0", "-1", "1e3", "１"] {
            assert_eq!(count(text), Err(FieldError::Count), "{text}");
        }
    }

    #[test]
    fn fees_have_five_decimals_and_a_sign() {
        assert_eq!(e5("0.06000"), Ok(6_000));
        assert_eq!(e5("-0.02"), Ok(-2_000));
        assert_eq!(e5("0"), Ok(0));
        for text in ["", "-", "+1", "1.", "0.000001", "1e3", "99999999999999", "１.0", "--1"] {
            assert_eq!(e5(text), Err(FieldError::Fee), "{text}");
        }
    }

    #[test]
    fn amounts_are_read_as_each_kind_of_file_writes_them() {
        let minor = |read: Result<Money, MoneyError>| read.map(Money::minor);
        let cny = Currency::Cny;
        assert_eq!(minor(amount(".85", cny)), Ok(85));
        assert_eq!(minor(amount("-38.00", cny)), Ok(-3_800));
        assert_eq!(minor(amount("+10000.0", cny)), Ok(1_000_000));
        for text in ["", "-", "--1", "-+1", ".", "-.", "1.", "1e3", "0x1", "١", "1,000.00", "NaN"]
        {
            assert!(amount(text, cny).is_err(), "{text}");
        }
        assert_eq!(minor(grouped("-2,600.00", cny)), Ok(-260_000));
        assert_eq!(minor(grouped("1,234,567.8", cny)), Ok(123_456_780));
        assert_eq!(minor(grouped("999.99", cny)), Ok(99_999));
        for text in ["1,23.00", "1234,567", ",100", "1,000,", "1,0000", "1.000,00", "1,000.0,0"] {
            assert!(grouped(text, cny).is_err(), "{text}");
        }
        assert_eq!(minor(swift_amount("300,", cny)), Ok(30_000));
        assert_eq!(minor(swift_amount("15000", cny)), Ok(1_500_000));
        assert_eq!(minor(swift_amount("0,01", cny)), Ok(1));
        for text in ["", ",", "1.00", "1,2,3", "-1,00", "1,001"] {
            assert!(swift_amount(text, cny).is_err(), "{text}");
        }
        assert_eq!(minor(minor_units("+00012", cny)), Ok(12));
        for text in ["", "+", "1.0", "--1", "100000000000000000", &"9".repeat(400)] {
            assert!(minor_units(text, cny).is_err(), "{text}");
        }
    }

    #[test]
    fn the_shorter_way_reads_the_same() {
        for text in [
            "0",
            "1.00",
            "1.0",
            "1.",
            ".00",
            "",
            "12345678901234.00",
            "123456789012345",
            "1234567890123456",
            "-1.00",
            "1e3.00",
            "１.00",
            "1.000",
            "1.0.00",
            "9999999999999.99",
        ] {
            assert_eq!(money(text, Currency::Cny), Money::parse(text, Currency::Cny), "{text}");
        }
        for text in ["1,00", "0,01", "1,0", "1,", ",00", "1,000", "1,2,00", "-1,00", "1,é"] {
            let point = Money::parse(&text.trim_end_matches(',').replace(',', "."), Currency::Cny);
            assert_eq!(swift_amount(text, Currency::Cny), point, "{text}");
        }
        for text in ["2026-02-30 00:00:00", "2026-01-01 24:00:00", "2026-01-01T00:00:00", ""] {
            assert_eq!(moment(text), Err(FieldError::Moment), "{text}");
        }
    }

    #[test]
    fn a_year_follows_from_the_clearing_date() {
        let clearing = "2026-01-01".parse().unwrap();
        let at = |text| moment_before(text, clearing).map(|at| at.to_string());
        assert_eq!(at("1231230500").as_deref(), Ok("2025-12-31 23:05:00.0"));
        assert_eq!(at("0101000000").as_deref(), Ok("2026-01-01 0:00:00.0"));
        assert!(at("0230000000").is_err() && at("010100000").is_err() && at("01010000é").is_err());
        assert_eq!(short_day("070904"), Ok("2007-09-04".parse().unwrap()));
        assert_eq!(short_day("230230"), Err(FieldError::ShortDay));
    }

    #[test]
    fn old_bills_use_full_width_colons() {
        assert_eq!(moment("2014-11-10 16：33：45"), moment("2014-11-10 16:33:45"));
        assert_eq!(moment("2014-02-30 16:33:45"), Err(FieldError::Moment));
    }

    #[test]
    fn a_name_may_tell_the_day() {
        let day = "2019-02-19".parse().ok();
        assert_eq!(day_in_name("wechat-trade-all-20190219.csv"), day);
        assert_eq!(day_in_name("1230000109All2019-02-19.csv"), day);
        assert_eq!(day_in_name("1230000109All2019-02-19_2019-02-20.csv"), None);
        assert_eq!(day_in_name("1921000401.csv"), None);
        assert_eq!(day_in_name("对账20190219"), day);
    }
}
