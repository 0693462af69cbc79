use super::BusinessDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::Date;

/// A calendar month of the business zone: an accounting period (会计期间), `2026-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: time::Month,
}

/// The text is not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month must be written like 2026-03")]
pub struct NotAMonth;

impl Month {
    /// The month a day lies in.
    #[must_use]
    pub fn of(day: BusinessDate) -> Self {
        Self { year: day.0.year(), month: day.0.month() }
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> BusinessDate {
        BusinessDate(Date::from_calendar_date(self.year, self.month, 1).unwrap_or(Date::MIN))
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> BusinessDate {
        let days = self.month.length(self.year);
        BusinessDate(Date::from_calendar_date(self.year, self.month, days).unwrap_or(Date::MAX))
    }

    /// Its year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// Its number within the year, from 1.
    #[must_use]
    pub fn number(self) -> u8 {
        self.month.into()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.number())
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        if text.len() != 7 {
            return Err(NotAMonth);
        }
        format!("{text}-01").parse().map(Self::of).map_err(|_| NotAMonth)
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_knows_its_first_and_last_day() {
        let february: Month = "2028-02".parse().unwrap();
        assert_eq!(february.first().to_string(), "2028-02-01");
        assert_eq!(february.last().to_string(), "2028-02-29");
        assert_eq!(february.to_string(), "2028-02");
        for bad in ["2028-13", "2028-2", "28-02-1", "", "2028-02-01"] {
            assert_eq!(bad.parse::<Month>(), Err(NotAMonth), "{bad}");
        }
    }
}
