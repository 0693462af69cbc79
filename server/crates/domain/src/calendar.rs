//! Business days: T+N counts days on which banks settle. China moves working days around its
//! holidays (调休), so both holidays and worked weekend days are data.

use crate::date::BusinessDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use time::Weekday;

/// Days that differ from the plain Monday-to-Friday week.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Weekdays on which banks are closed.
    pub holidays: BTreeSet<BusinessDate>,
    /// Weekend days that are worked, 调休上班.
    pub workdays: BTreeSet<BusinessDate>,
}

impl Calendar {
    /// Whether banks settle on this day.
    #[must_use]
    pub fn is_business_day(&self, day: BusinessDate) -> bool {
        let weekend = matches!(day.0.weekday(), Weekday::Saturday | Weekday::Sunday);
        if weekend { self.workdays.contains(&day) } else { !self.holidays.contains(&day) }
    }

    /// The day that is `count` business days after `day`: T+`count`. T+0 is the day itself.
    #[must_use]
    pub fn after(&self, day: BusinessDate, count: u16) -> BusinessDate {
        let mut reached = day;
        for _ in 0..count {
            reached = reached.next();
            while !self.is_business_day(reached) {
                reached = reached.next();
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    #[test]
    fn t_plus_one_passes_over_the_weekend() {
        assert_eq!(Calendar::default().after(day("2026-03-27"), 1), day("2026-03-30"));
    }

    #[test]
    fn holidays_are_passed_over_and_worked_weekends_count() {
        let calendar = Calendar {
            holidays: [day("2026-10-01"), day("2026-10-02")].into(),
            workdays: [day("2026-10-03")].into(),
        };
        assert_eq!(calendar.after(day("2026-09-30"), 1), day("2026-10-03"));
        assert_eq!(calendar.after(day("2026-09-30"), 2), day("2026-10-05"));
        assert_eq!(calendar.after(day("2026-09-30"), 0), day("2026-09-30"));
    }
}
