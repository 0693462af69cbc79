use super::BusinessZone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

const MINUTE: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]");
const SECOND: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// A wall-clock time as a person types it: a moment once the business zone is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime(PrimitiveDateTime);

/// The text is not a time of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time must be written like 2026-03-31T14:30")]
pub struct NotATime;

impl BusinessZone {
    /// The moment the wall clock of this zone shows the time.
    #[must_use]
    pub fn moment(self, local: LocalTime) -> OffsetDateTime {
        local.0.assume_offset(self.0).to_offset(UtcOffset::UTC)
    }
}

impl FromStr for LocalTime {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let parse = |format| PrimitiveDateTime::parse(text, format);
        parse(MINUTE).or_else(|_| parse(SECOND)).map(Self).map_err(|_| NotATime)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(SECOND).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for LocalTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_wall_clock_means_a_moment_of_the_zone() {
        let local: LocalTime = "2026-04-01T00:00".parse().unwrap();
        assert_eq!(BusinessZone::china().moment(local), datetime!(2026-03-31 16:00:00 UTC));
        assert_eq!(local.to_string(), "2026-04-01T00:00:00");
        assert_eq!(local.to_string().parse(), Ok(local));
        assert_eq!("2026-04-01 00:00".parse::<LocalTime>(), Err(NotATime));
        assert_eq!("2026-04-01T24:00".parse::<LocalTime>(), Err(NotATime));
    }
}
