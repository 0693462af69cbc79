//! Days and moments. Every money record carries three dates: the event time (UTC), the channel's
//! clearing date and our accounting date.

mod local;
mod month;

pub use local::{LocalTime, NotATime};
pub use month::{Month, NotAMonth};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

const DAY: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");
const SECOND: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// A calendar day of the business zone: a clearing date, an accounting date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BusinessDate(pub Date);

/// The text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a date must be written like 2026-03-31")]
pub struct NotADate;

impl BusinessDate {
    /// The next calendar day.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.next_day().unwrap_or(self.0))
    }

    /// The previous calendar day.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.previous_day().unwrap_or(self.0))
    }

    /// `20260331`, as file names and bank fields write it.
    #[must_use]
    pub fn compact(self) -> String {
        self.to_string().replace('-', "")
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl FromStr for BusinessDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        Date::parse(text, DAY).map(Self).map_err(|_| NotADate)
    }
}

impl Serialize for BusinessDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BusinessDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The one zone in which the institution counts its days and shows its times: a fixed offset,
/// since China has no daylight saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessZone(pub UtcOffset);

impl BusinessZone {
    /// China standard time, UTC+8.
    #[must_use]
    pub fn china() -> Self {
        Self(time::macros::offset!(+8))
    }

    /// The day a moment falls on, counted in this zone.
    #[must_use]
    pub fn day_of(self, at: OffsetDateTime) -> BusinessDate {
        BusinessDate(at.to_offset(self.0).date())
    }

    /// The moment the day begins.
    #[must_use]
    pub fn start_of(self, day: BusinessDate) -> OffsetDateTime {
        day.0.midnight().assume_offset(self.0).to_offset(UtcOffset::UTC)
    }

    /// `2026-03-31 09:05:07`, in this zone.
    #[must_use]
    pub fn show(self, at: OffsetDateTime) -> String {
        at.to_offset(self.0).format(SECOND).unwrap_or_default()
    }

    /// `UTC+08:00`, for the label beside a time.
    #[must_use]
    pub fn label(self) -> String {
        let (hours, minutes, _) = self.0.as_hms();
        format!("UTC{hours:+03}:{:02}", minutes.unsigned_abs())
    }
}

impl FromStr for BusinessZone {
    type Err = NotAZone;

    fn from_str(text: &str) -> Result<Self, NotAZone> {
        let format = format_description!("[offset_hour sign:mandatory]:[offset_minute]");
        UtcOffset::parse(text, format).map(Self).map_err(|_| NotAZone)
    }
}

/// The text is not an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the business zone must be an offset from UTC like +08:00")]
pub struct NotAZone;

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_day_is_counted_in_the_business_zone() {
        let zone = BusinessZone::china();
        let last = datetime!(2026-03-31 15:59:59.999 UTC);
        let first = datetime!(2026-03-31 16:00:00 UTC);
        assert_eq!(zone.day_of(last).to_string(), "2026-03-31");
        assert_eq!(zone.day_of(first).to_string(), "2026-04-01");
        assert_eq!(zone.start_of("2026-04-01".parse().unwrap()), first);
        assert_eq!(zone.show(last), "2026-03-31 23:59:59");
    }

    #[test]
    fn zones_are_offsets() {
        assert_eq!("+08:00".parse(), Ok(BusinessZone::china()));
        assert_eq!("Asia/Shanghai".parse::<BusinessZone>(), Err(NotAZone));
        assert_eq!(BusinessZone::china().label(), "UTC+08:00");
    }

    #[test]
    fn days_are_strict() {
        assert!("2026-02-29".parse::<BusinessDate>().is_err());
        assert!("2026-3-1".parse::<BusinessDate>().is_err());
        assert_eq!("2026-12-31".parse::<BusinessDate>().unwrap().next().compact(), "20270101");
    }
}
