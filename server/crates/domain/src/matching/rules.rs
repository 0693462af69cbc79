//! The rules of matching as data (对账规则): by what records are the same trade, how far they may
//! differ, how long a record near the cut may wait, which side is the baseline, and whether
//! merchants are settled before or after it.

use crate::date::BusinessDate;
use crate::ids::ApprovalId;
use crate::merchant::named;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, Time, UtcOffset};

/// What makes records of two sides the same trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// Our own number, which both sides carry, 商户订单号.
    Number,
    /// The counterparty's number, 渠道流水号.
    ChannelNo,
    /// The same amount within the time tolerance, if it is the only such pair, 金额＋时间.
    AmountTime,
}
named!(Key { Number = "number", ChannelNo = "channel_no", AmountTime = "amount_time" });

/// By what records are paired and how far a pair may differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The identifiers, the first one first.
    pub keys: Vec<Key>,
    /// How far gross amounts may differ, in minor units (金额容差).
    pub amount_tolerance: i64,
    /// How far fees may differ, in minor units (手续费容差).
    pub fee_tolerance: i64,
    /// How far apart two records of [`Key::AmountTime`] may be, in seconds (时间容差).
    pub time_tolerance: u32,
}

impl Default for Terms {
    /// Our number, then the counterparty's; nothing is tolerated.
    fn default() -> Self {
        Self {
            keys: vec![Key::Number, Key::ChannelNo],
            amount_tolerance: 0,
            fee_tolerance: 0,
            time_tolerance: 0,
        }
    }
}

impl Terms {
    /// Whether the counterparty's number comes before ours.
    #[must_use]
    pub fn channel_first(&self) -> bool {
        self.keys.iter().find(|key| **key != Key::AmountTime) == Some(&Key::ChannelNo)
    }

    /// Whether a record without the first number is found by the second.
    #[must_use]
    pub fn has_second(&self) -> bool {
        self.keys.iter().filter(|key| **key != Key::AmountTime).count() > 1
    }

    /// Whether what is left is paired by amount and time.
    #[must_use]
    pub fn by_time(&self) -> bool {
        self.keys.contains(&Key::AmountTime)
    }
}

/// Whose word counts where both sides differ, 基准方.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// The channel's or bank's file.
    Channel,
    /// Our payment gateway.
    Platform,
}
named!(Baseline { Channel = "channel", Platform = "platform" });

/// Whether merchants are settled before or after reconciliation (先对账还是先清算).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementMode {
    /// Only what a finished reconciliation has matched, 先对账后清算.
    After,
    /// At the due date; what is known not to match is held back, 先清算，未平剔除.
    BeforeExcluding,
    /// At the due date, everything; what is not matched is noted as advanced, 先清算，未平垫付.
    BeforeAdvancing,
}
named!(SettlementMode {
    After = "after",
    BeforeExcluding = "before_excluding",
    BeforeAdvancing = "before_advancing",
});

/// The longest time a record may wait, in business days.
pub const CARRY_DAYS_MAX: u16 = 30;
/// The widest window around the cut, in minutes.
pub const CUT_WINDOW_MAX: u16 = 720;

/// The rules of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchingRules {
    /// How records are paired.
    pub terms: Terms,
    /// Business days a record near the cut may wait for the next file (跨日天数); 0: none waits.
    pub carry_days: u16,
    /// Minutes before and after the channel's cut that count as near it.
    pub cut_window: u16,
    /// Whose word counts.
    pub baseline: Baseline,
    /// When merchants are settled.
    pub settlement: SettlementMode,
}

impl Default for MatchingRules {
    /// What holds for a channel nobody has made rules for.
    fn default() -> Self {
        Self {
            terms: Terms::default(),
            carry_days: 3,
            cut_window: 30,
            baseline: Baseline::Channel,
            settlement: SettlementMode::BeforeAdvancing,
        }
    }
}

/// Why rules make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RulesRefused {
    /// No number to match by.
    #[error("matching needs at least one number: choose our number or the channel's")]
    NoKey,
    /// A key twice.
    #[error("a key is chosen twice: choose each once")]
    KeyTwice,
    /// The weak key first.
    #[error("amount and time can only be the last key: put the numbers before it")]
    TimeNotLast,
    /// The weak key without a tolerance.
    #[error("matching by amount and time needs a time tolerance above zero")]
    TimeMissing,
    /// Below zero.
    #[error("a tolerance cannot be below zero")]
    Negative,
    /// Too long.
    #[error("records can wait {CARRY_DAYS_MAX} business days at most")]
    CarryTooLong,
    /// Too wide.
    #[error("the window around the cut is {CUT_WINDOW_MAX} minutes at most")]
    WindowTooWide,
    /// It ends before it begins.
    #[error("the last day lies before the first one")]
    EndsBeforeItBegins,
}

impl MatchingRules {
    /// Whether the rules make sense.
    ///
    /// # Errors
    /// They do not.
    pub fn check(&self) -> Result<(), RulesRefused> {
        let keys = &self.terms.keys;
        let numbers = keys.iter().filter(|key| **key != Key::AmountTime).count();
        if numbers == 0 {
            return Err(RulesRefused::NoKey);
        }
        if keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key)) {
            return Err(RulesRefused::KeyTwice);
        }
        if self.terms.by_time() {
            if keys.last() != Some(&Key::AmountTime) {
                return Err(RulesRefused::TimeNotLast);
            }
            if self.terms.time_tolerance == 0 {
                return Err(RulesRefused::TimeMissing);
            }
        }
        if self.terms.amount_tolerance < 0 || self.terms.fee_tolerance < 0 {
            return Err(RulesRefused::Negative);
        }
        if self.carry_days > CARRY_DAYS_MAX {
            return Err(RulesRefused::CarryTooLong);
        }
        if self.cut_window > CUT_WINDOW_MAX {
            return Err(RulesRefused::WindowTooWide);
        }
        Ok(())
    }

    /// Whether a trade happened near the channel's cut, so that the two sides may have put it under
    /// different clearing dates. Cuts are no exact second: a window on both sides of it counts.
    #[must_use]
    pub fn near_cut(&self, at: OffsetDateTime, (cut, zone): (Time, UtcOffset)) -> bool {
        let of_day = |time: Time| time.duration_since(Time::MIDNIGHT);
        let apart = (of_day(at.to_offset(zone).time()) - of_day(cut)).abs();
        let apart = apart.min(Duration::DAY - apart);
        apart <= Duration::minutes(self.cut_window.into())
    }
}

/// A version of a channel's rules, for the days it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesVersion {
    /// The channel.
    pub channel: String,
    /// Counts up for each channel; 0 where nobody has made rules.
    pub version: i32,
    /// The first clearing date it holds for.
    pub valid_from: Option<BusinessDate>,
    /// The last one; none: until another version.
    pub valid_to: Option<BusinessDate>,
    /// What it says.
    pub rules: MatchingRules,
    /// The decision that put it in force; none for the set-up.
    pub approval: Option<ApprovalId>,
    /// When it came.
    pub made_at: Option<OffsetDateTime>,
}

impl RulesVersion {
    /// What holds for a channel nobody has made rules for.
    #[must_use]
    pub fn built_in(channel: &str) -> Self {
        Self {
            channel: channel.to_owned(),
            version: 0,
            valid_from: None,
            valid_to: None,
            rules: MatchingRules::default(),
            approval: None,
            made_at: None,
        }
    }
}

/// Other rules for a channel, from a clearing date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesChange {
    /// The channel.
    pub channel: String,
    /// The first clearing date they hold for.
    pub valid_from: BusinessDate,
    /// The last one; none: until another change.
    pub valid_to: Option<BusinessDate>,
    /// The rules.
    pub rules: MatchingRules,
}

impl RulesChange {
    /// Whether the change makes sense.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self) -> Result<(), RulesRefused> {
        if self.valid_to.is_some_and(|to| to < self.valid_from) {
            return Err(RulesRefused::EndsBeforeItBegins);
        }
        self.rules.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{datetime, offset, time};

    #[test]
    fn the_window_around_a_cut_reaches_over_midnight() {
        let rules = MatchingRules::default();
        let cut = (time!(23:45), offset!(+8));
        for (at, near) in [
            (datetime!(2026-03-31 23:50 +8), true),
            (datetime!(2026-04-01 00:15 +8), true),
            (datetime!(2026-04-01 00:16 +8), false),
            (datetime!(2026-03-31 15:20 UTC), true),
            (datetime!(2026-03-31 12:00 +8), false),
        ] {
            assert_eq!(rules.near_cut(at, cut), near, "{at}");
        }
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        let with = |keys: &[Key], time: u32| MatchingRules {
            terms: Terms { keys: keys.to_vec(), time_tolerance: time, ..Terms::default() },
            ..MatchingRules::default()
        };
        let (number, time) = (Key::Number, Key::AmountTime);
        assert_eq!(with(&[], 0).check(), Err(RulesRefused::NoKey));
        assert_eq!(with(&[time], 60).check(), Err(RulesRefused::NoKey));
        assert_eq!(with(&[number, number], 0).check(), Err(RulesRefused::KeyTwice));
        assert_eq!(with(&[time, number], 60).check(), Err(RulesRefused::TimeNotLast));
        assert_eq!(with(&[number, time], 0).check(), Err(RulesRefused::TimeMissing));
        assert_eq!(with(&[number, time], 60).check(), Ok(()));
        let negative = Terms { fee_tolerance: -1, ..Terms::default() };
        let rules = MatchingRules { terms: negative, ..MatchingRules::default() };
        assert_eq!(rules.check(), Err(RulesRefused::Negative));
        let rules = MatchingRules { carry_days: 31, ..MatchingRules::default() };
        assert_eq!(rules.check(), Err(RulesRefused::CarryTooLong));
        let rules = MatchingRules { cut_window: 721, ..MatchingRules::default() };
        assert_eq!(rules.check(), Err(RulesRefused::WindowTooWide));
    }
}
