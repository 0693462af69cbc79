//! Values as they stand in the files of channels.

use domain::date::BusinessDate;
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const MOMENT: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// Most digits before the point of a number with five decimals.
const E5_DIGITS_MAX: usize = 13;

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
    let value: i64 = format!("{whole}{decimals:0<5}").parse().map_err(|_| FieldError::Fee)?;
    Ok(value * sign)
}

/// A moment in the channel's local time; old bills write it with full-width colons.
pub(super) fn moment(text: &str) -> Result<PrimitiveDateTime, FieldError> {
    let text = text.replace('：', ":");
    PrimitiveDateTime::parse(&text, MOMENT).map_err(|_| FieldError::Moment)
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
    let text = name.get(start..start + 8).filter(|_| ends(8))?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]).parse().ok()
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
