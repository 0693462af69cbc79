//! The health of a channel (渠道健康度): it is withdrawn when too many of its latest answers are
//! missing, tried again with a small share of the traffic after a pause, and taken back when that
//! goes well. A person may withdraw it as well, and then only a person brings it back.

use crate::fee::Rate;
use crate::merchant::named;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// What came of one request to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// It collected.
    Collected,
    /// It refused: the payer's matter, and a sign of life.
    Declined,
    /// It is working on it: a sign of life.
    Processing,
    /// It gave no answer, or one that made no sense.
    Silent,
    /// It could not be reached.
    Unreached,
}
named!(Signal {
    Collected = "collected",
    Declined = "declined",
    Processing = "processing",
    Silent = "silent",
    Unreached = "unreached",
});

impl Signal {
    /// Whether the channel is to blame.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Silent | Self::Unreached)
    }
}

/// When a channel is withdrawn and how it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthPolicy {
    /// How far back answers count.
    pub window_seconds: i64,
    /// Fewer answers than this prove nothing.
    pub answers_min: u32,
    /// The share of faults at which it is withdrawn.
    pub faults: Rate,
    /// How long it rests before it is tried; doubled each time a trial fails.
    pub pause_seconds: i64,
    /// The share of payments that try it.
    pub trial: Rate,
    /// So many answers without a fault bring it back.
    pub trial_answers: u32,
}

/// The longest window and the longest first pause: a day, as long as answers are kept.
const SECONDS_MAX: i64 = 86_400;
/// The most answers that may be asked for: as many as are looked at.
const ANSWERS_MAX: u32 = 100;

/// Why thresholds are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefused {
    /// A window or a pause of no length, or longer than answers are kept.
    #[error("a time must be between 1 second and a day")]
    Seconds(&'static str),
    /// No answers, or more than are looked at.
    #[error("a number of answers must be between 1 and 100")]
    Answers(&'static str),
    /// No share, or more than all.
    #[error("a share must be more than 0 % and at most 100 %")]
    Share(&'static str),
}

impl PolicyRefused {
    /// The name of the value to blame.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Seconds(field) | Self::Answers(field) | Self::Share(field) => field,
        }
    }
}

/// The longest pause is so many times the first.
const PAUSES_MAX: u32 = 6;

impl HealthPolicy {
    /// The policy, if its thresholds can be kept.
    ///
    /// # Errors
    /// The first one that cannot.
    pub fn checked(self) -> Result<Self, PolicyRefused> {
        for (field, seconds) in
            [("window_seconds", self.window_seconds), ("pause_seconds", self.pause_seconds)]
        {
            if !(1..=SECONDS_MAX).contains(&seconds) {
                return Err(PolicyRefused::Seconds(field));
            }
        }
        for (field, answers) in
            [("answers_min", self.answers_min), ("trial_answers", self.trial_answers)]
        {
            if !(1..=ANSWERS_MAX).contains(&answers) {
                return Err(PolicyRefused::Answers(field));
            }
        }
        for (field, share) in [("faults", self.faults), ("trial", self.trial)] {
            if !(1..=1_000_000).contains(&share.ppm()) {
                return Err(PolicyRefused::Share(field));
            }
        }
        Ok(self)
    }

    /// How long it rests after so many failures in a row.
    #[must_use]
    pub fn pause(&self, failures: u32) -> Duration {
        let doubled = 2_i64.saturating_pow(failures.saturating_sub(1).min(PAUSES_MAX));
        Duration::seconds(self.pause_seconds.saturating_mul(doubled))
    }
}

/// Where a channel's health stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum HealthState {
    /// It takes payments.
    Good,
    /// It was withdrawn by itself, and is tried from `until` on.
    Withdrawn {
        /// Since when.
        since: OffsetDateTime,
        /// When it is tried again.
        until: OffsetDateTime,
        /// How often in a row.
        failures: u32,
        /// What was wrong.
        reason: String,
    },
    /// A person took it out.
    TakenOut {
        /// Since when.
        since: OffsetDateTime,
        /// Why.
        reason: String,
    },
}

/// What health means for one routing decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fitness {
    /// It may take any payment.
    Fit,
    /// It takes a share of payments, to see whether it is well again.
    Trial(Rate),
    /// It takes none.
    Unfit {
        /// Why.
        reason: String,
    },
}

impl HealthState {
    /// The stored name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Withdrawn { .. } => "withdrawn",
            Self::TakenOut { .. } => "taken_out",
        }
    }

    /// What it means for a payment right now.
    #[must_use]
    pub fn fitness(&self, policy: &HealthPolicy, now: OffsetDateTime) -> Fitness {
        match self {
            Self::Good => Fitness::Fit,
            Self::Withdrawn { until, .. } if *until <= now => Fitness::Trial(policy.trial),
            Self::Withdrawn { reason, .. } | Self::TakenOut { reason, .. } => {
                Fitness::Unfit { reason: reason.clone() }
            }
        }
    }

    /// Takes in the latest answers, newest first, all within the policy's window; those before
    /// `until` are left out while the channel is withdrawn. Returns the new state if it changes.
    /// The last channel that carries a product (`needed`) is never withdrawn by itself.
    #[must_use]
    pub fn hear(
        &self,
        policy: &HealthPolicy,
        answers: &[Signal],
        (now, needed): (OffsetDateTime, bool),
    ) -> Option<Self> {
        let faults = answers.iter().filter(|answer| answer.is_fault()).count();
        let count = answers.len();
        match self {
            Self::TakenOut { .. } => None,
            Self::Good => {
                let enough = count >= usize::try_from(policy.answers_min).unwrap_or(usize::MAX);
                let ill = enough && share(faults, count) >= i128::from(policy.faults.ppm());
                (ill && faults > 0 && !needed)
                    .then(|| Self::withdrawn((now, 1), policy, (faults, count)))
            }
            Self::Withdrawn { until, .. } if *until > now => None,
            Self::Withdrawn { failures, .. } => {
                if faults > 0 {
                    let again = failures.saturating_add(1);
                    return Some(Self::withdrawn((now, again), policy, (faults, count)));
                }
                let enough = usize::try_from(policy.trial_answers).unwrap_or(usize::MAX);
                (count >= enough.max(1)).then_some(Self::Good)
            }
        }
    }

    fn withdrawn(
        (now, failures): (OffsetDateTime, u32),
        policy: &HealthPolicy,
        (faults, count): (usize, usize),
    ) -> Self {
        let reason = format!("{faults} of the latest {count} requests had no answer");
        let until = now.saturating_add(policy.pause(failures));
        Self::Withdrawn { since: now, until, failures, reason }
    }
}

/// Parts per million.
fn share(part: usize, whole: usize) -> i128 {
    let (part, whole) = (i128::try_from(part).unwrap_or(0), i128::try_from(whole).unwrap_or(1));
    part * 1_000_000 / whole.max(1)
}

/// How many of a channel's latest requests were collected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuccessRate {
    /// Collected.
    pub collected: u32,
    /// All that are known to have ended or gone wrong.
    pub answers: u32,
}

impl SuccessRate {
    /// Of these answers; what a channel is still working on counts for neither side.
    #[must_use]
    pub fn of(answers: &[Signal]) -> Self {
        let mut rate = Self::default();
        for answer in answers.iter().filter(|answer| **answer != Signal::Processing) {
            rate.answers = rate.answers.saturating_add(1);
            if *answer == Signal::Collected {
                rate.collected = rate.collected.saturating_add(1);
            }
        }
        rate
    }

    /// Parts per million; a channel nobody asked lately is given the benefit of the doubt.
    #[must_use]
    pub fn ppm(self) -> i64 {
        match i64::from(self.answers) {
            0 => 1_000_000,
            answers => i64::from(self.collected) * 1_000_000 / answers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

    fn policy() -> HealthPolicy {
        HealthPolicy {
            window_seconds: 300,
            answers_min: 10,
            faults: Rate::from_ppm(500_000).unwrap(),
            pause_seconds: 60,
            trial: Rate::from_ppm(50_000).unwrap(),
            trial_answers: 3,
        }
    }

    fn answers(good: usize, faults: usize) -> Vec<Signal> {
        let mut answers = vec![Signal::Silent; faults];
        answers.extend(vec![Signal::Collected; good]);
        answers
    }

    #[test]
    fn thresholds_that_cannot_be_kept_are_refused_by_field() {
        let good = HealthPolicy {
            window_seconds: 300,
            answers_min: 20,
            faults: Rate::from_ppm(500_000).unwrap(),
            pause_seconds: 60,
            trial: Rate::from_ppm(50_000).unwrap(),
            trial_answers: 5,
        };
        assert_eq!(good.checked(), Ok(good));
        for (policy, field) in [
            (HealthPolicy { window_seconds: 0, ..good }, "window_seconds"),
            (HealthPolicy { window_seconds: 86_401, ..good }, "window_seconds"),
            (HealthPolicy { pause_seconds: -1, ..good }, "pause_seconds"),
            (HealthPolicy { answers_min: 0, ..good }, "answers_min"),
            (HealthPolicy { answers_min: 101, ..good }, "answers_min"),
            (HealthPolicy { trial_answers: 0, ..good }, "trial_answers"),
            (HealthPolicy { faults: Rate::ZERO, ..good }, "faults"),
            (HealthPolicy { trial: Rate::ZERO, ..good }, "trial"),
        ] {
            assert_eq!(policy.checked().unwrap_err().field(), field);
        }
    }

    #[test]
    fn a_channel_that_fails_too_often_is_withdrawn_rests_and_is_tried() {
        let state = HealthState::Good;
        assert_eq!(state.hear(&policy(), &answers(6, 5), (NOW, false)), None);
        assert_eq!(state.hear(&policy(), &answers(0, 9), (NOW, false)), None, "proves nothing");
        let state = state.hear(&policy(), &answers(5, 5), (NOW, false)).unwrap();
        assert!(matches!(state.fitness(&policy(), NOW), Fitness::Unfit { .. }));
        let later = NOW + Duration::seconds(60);
        assert_eq!(state.fitness(&policy(), later), Fitness::Trial(policy().trial));
        assert_eq!(state.hear(&policy(), &answers(2, 0), (later, false)), None);
        assert_eq!(state.hear(&policy(), &answers(3, 0), (later, false)), Some(HealthState::Good));
        let again = state.hear(&policy(), &answers(1, 1), (later, false)).unwrap();
        let HealthState::Withdrawn { until, failures: 2, .. } = again else { panic!("{again:?}") };
        assert_eq!(until, later + Duration::seconds(120), "the pause doubles");
    }

    #[test]
    fn refusals_are_the_payers_matter_and_do_not_withdraw_a_channel() {
        let declined = vec![Signal::Declined; 50];
        assert_eq!(HealthState::Good.hear(&policy(), &declined, (NOW, false)), None);
        assert_eq!(SuccessRate::of(&declined).ppm(), 0);
        let mixed = [Signal::Collected, Signal::Processing, Signal::Declined];
        assert_eq!(SuccessRate::of(&mixed), SuccessRate { collected: 1, answers: 2 });
        assert_eq!(SuccessRate::default().ppm(), 1_000_000);
    }

    #[test]
    fn the_last_channel_of_a_product_stays_and_a_person_may_take_any_out() {
        assert_eq!(HealthState::Good.hear(&policy(), &answers(0, 50), (NOW, true)), None);
        let out = HealthState::TakenOut { since: NOW, reason: "maintenance".to_owned() };
        assert_eq!(out.hear(&policy(), &answers(50, 0), (NOW, false)), None);
        let reason = "maintenance".to_owned();
        assert_eq!(out.fitness(&policy(), NOW + Duration::days(9)), Fitness::Unfit { reason });
    }

    proptest! {
        #[test]
        fn pauses_grow_and_stop_growing(failures in 1..1_000_u32) {
            let (this, next) = (policy().pause(failures), policy().pause(failures + 1));
            prop_assert!(this <= next && next <= Duration::seconds(60 * 64));
        }

        #[test]
        fn a_channel_without_faults_is_never_withdrawn(good in 0..500_usize) {
            let heard = HealthState::Good.hear(&policy(), &answers(good, 0), (NOW, false));
            prop_assert_eq!(heard, None);
        }
    }
}
