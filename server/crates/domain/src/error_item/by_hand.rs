//! An error item that a person opens because they saw something (手工登记差错).

use super::{Cause, Difference, Leg, Links, RecordView, record_key};
use crate::account::AccountRef;
use crate::date::BusinessDate;
use crate::matching::{Direction, Standing};
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

/// Longest number of a record.
const NUMBER_MAX: usize = 64;

/// What somebody saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOpening {
    /// What the difference consists in; one of [`Cause::BY_HAND`].
    pub cause: Cause,
    /// Which way the money goes.
    pub direction: Direction,
    /// At which channel.
    pub channel: Option<String>,
    /// Under which clearing date.
    pub clearing_date: BusinessDate,
    /// The number the record is known by.
    pub number: String,
    /// What we say, where we have a record; of a fee the fee.
    pub ours: Option<Money>,
    /// What they say, where they have one; of a fee the fee.
    pub theirs: Option<Money>,
    /// What was seen, and where.
    pub note: String,
}

/// Why an item is not opened by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandRefused {
    /// Somebody else has to understand it.
    #[error("say what you saw, and where")]
    NoteMissing,
    /// The record has to be found again.
    #[error("write the number of the record, at most 64 characters")]
    NumberMissing,
    /// Some causes only a run can prove.
    #[error("an item of this cause is opened by comparing records, not by hand")]
    NotByHand,
    /// Money at a channel needs the channel.
    #[error("choose the channel: this cause is about money at a channel")]
    ChannelMissing,
    /// A day that has not come has no records.
    #[error("the clearing date must not lie in the future")]
    InTheFuture,
    /// The cause says who has the record.
    #[error("this cause needs our amount above zero")]
    OursMissing,
    /// The cause says who has the record.
    #[error("this cause needs their amount above zero")]
    TheirsMissing,
    /// The cause says who has no record.
    #[error("this cause says that we have no record: leave our amount empty")]
    OursNotThere,
    /// The cause says who has no record.
    #[error("this cause says that they have no record: leave their amount empty")]
    TheirsNotThere,
    /// Where both say the same nothing differs.
    #[error("both amounts are the same: there is no difference")]
    NothingDiffers,
    /// The amounts cannot be compared.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Who has a record of what a cause is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Has {
    Ours,
    Theirs,
    Both,
}

impl Cause {
    /// The causes an item can be opened with by hand: what a person can see and name. The states of
    /// two records, days of clearing and breaks of the books are proven by a run.
    pub const BY_HAND: &'static [Self] = &[
        Self::OnlyInChannel,
        Self::OnlyInPlatform,
        Self::OnlyInBusiness,
        Self::OnlyInMerchant,
        Self::Amount,
        Self::Fee,
        Self::DuplicateInChannel,
        Self::DuplicatePay,
        Self::Chargeback,
        Self::FundsMissing,
        Self::FundsExtra,
    ];

    /// Between whom a cause is seen by hand, and who has a record of it.
    const fn by_hand(self) -> Option<(Leg, Has)> {
        Some(match self {
            Self::OnlyInChannel
            | Self::DuplicateInChannel
            | Self::DuplicatePay
            | Self::Chargeback => (Leg::GatewayBank, Has::Theirs),
            Self::OnlyInPlatform => (Leg::GatewayBank, Has::Ours),
            Self::Amount | Self::Fee => (Leg::GatewayBank, Has::Both),
            Self::OnlyInBusiness => (Leg::BusinessGateway, Has::Ours),
            Self::OnlyInMerchant => (Leg::BusinessMerchant, Has::Theirs),
            Self::FundsMissing => (Leg::Funds, Has::Ours),
            Self::FundsExtra => (Leg::Funds, Has::Theirs),
            _ => return None,
        })
    }
}

impl HandOpening {
    /// The difference that was seen, as a run would write it down, with its record under the same
    /// key: a run that finds it too finds this item.
    ///
    /// # Errors
    /// What was seen is not whole, or contradicts itself.
    pub fn difference(
        &self,
        (by, today): (&str, BusinessDate),
        links: Links,
    ) -> Result<Difference, HandRefused> {
        let number = self.number.trim();
        let (leg, has) = self.cause.by_hand().ok_or(HandRefused::NotByHand)?;
        if self.note.trim().is_empty() {
            return Err(HandRefused::NoteMissing);
        }
        if number.is_empty() || number.chars().count() > NUMBER_MAX {
            return Err(HandRefused::NumberMissing);
        }
        if self.clearing_date > today {
            return Err(HandRefused::InTheFuture);
        }
        let at_channel = matches!(leg, Leg::GatewayBank | Leg::Funds);
        if at_channel && self.channel.is_none() {
            return Err(HandRefused::ChannelMissing);
        }
        self.check_sides(has)?;
        let second = matches!(self.cause, Cause::DuplicateInChannel | Cause::DuplicatePay);
        let scope = self.channel.as_deref().unwrap_or("hand");
        let record = (number, if second { 2 } else { 1 });
        Ok(Difference {
            leg,
            cause: self.cause,
            direction: self.direction,
            channel: self.channel.clone(),
            clearing_date: self.clearing_date,
            record_key: record_key(leg, scope, self.direction, record),
            difference: self.gap()?,
            account: self
                .channel
                .as_deref()
                .filter(|_| at_channel)
                .map(AccountRef::due_from_channel),
            ours: self.ours.map(|amount| self.record(by, amount)),
            theirs: self.theirs.map(|amount| self.record(by, amount)),
            links,
        })
    }

    fn check_sides(&self, has: Has) -> Result<(), HandRefused> {
        let some = |amount: Option<Money>| amount.is_some_and(Money::is_positive);
        match has {
            Has::Ours | Has::Both if !some(self.ours) => Err(HandRefused::OursMissing),
            Has::Theirs | Has::Both if !some(self.theirs) => Err(HandRefused::TheirsMissing),
            Has::Ours if self.theirs.is_some() => Err(HandRefused::TheirsNotThere),
            Has::Theirs if self.ours.is_some() => Err(HandRefused::OursNotThere),
            Has::Both if self.ours == self.theirs => Err(HandRefused::NothingDiffers),
            Has::Ours | Has::Theirs | Has::Both => Ok(()),
        }
    }

    /// Theirs minus ours, as money towards us; of a fee their fee minus ours. What a payer's bank
    /// takes back is money away from us.
    fn gap(&self) -> Result<Money, MoneyError> {
        let some = self.ours.or(self.theirs).unwrap_or(Money::cny(0));
        let zero = Money::zero(some.currency());
        let (ours, theirs) = (self.ours.unwrap_or(zero), self.theirs.unwrap_or(zero));
        let outwards = self.direction == Direction::Out && self.cause != Cause::Fee;
        if outwards { ours.checked_sub(theirs) } else { theirs.checked_sub(ours) }
    }

    fn record(&self, by: &str, amount: Money) -> RecordView {
        let fee = self.cause == Cause::Fee;
        RecordView {
            number: self.number.trim().to_owned(),
            channel_no: String::new(),
            amount: if fee { Money::zero(amount.currency()) } else { amount },
            fee: fee.then_some(amount),
            standing: Standing::Success,
            status: "seen".to_owned(),
            event_time: None,
            clearing_date: Some(self.clearing_date),
            place: format!("told by {by}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use HandRefused as R;

    fn seen(cause: Cause, ours: Option<i64>, theirs: Option<i64>) -> HandOpening {
        HandOpening {
            cause,
            direction: Direction::In,
            channel: Some("unionpay".into()),
            clearing_date: "2026-03-31".parse().unwrap(),
            number: " N1 ".into(),
            ours: ours.map(Money::cny),
            theirs: theirs.map(Money::cny),
            note: "the channel's hotline".into(),
        }
    }

    fn found(seen: &HandOpening) -> Result<Difference, HandRefused> {
        seen.difference(("Lin", "2026-03-31".parse().unwrap()), Links::default())
    }

    #[test]
    fn what_was_seen_becomes_the_difference_a_run_would_find() {
        let long = found(&seen(Cause::OnlyInChannel, None, Some(500))).unwrap();
        assert_eq!(long.difference, Money::cny(500));
        assert_eq!(long.record_key, "gateway_bank:unionpay:in:N1");
        assert_eq!(long.account, Some(AccountRef::due_from_channel("unionpay")));
        let back = HandOpening {
            direction: Direction::Out,
            ..seen(Cause::OnlyInChannel, None, Some(500))
        };
        assert_eq!(found(&back).unwrap().difference, Money::cny(-500), "a refund of theirs");
        let fee = found(&seen(Cause::Fee, Some(24), Some(30))).unwrap();
        assert_eq!(fee.difference, Money::cny(6));
        assert_eq!(fee.theirs.unwrap().fee, Some(Money::cny(30)));
        let missing = found(&seen(Cause::FundsMissing, Some(9), None)).unwrap();
        assert_eq!((missing.leg, missing.difference), (Leg::Funds, Money::cny(-9)));
    }

    #[test]
    fn every_cause_by_hand_has_a_leg_and_no_other_has() {
        for cause in Cause::ALL {
            assert_eq!(cause.by_hand().is_some(), Cause::BY_HAND.contains(cause), "{cause:?}");
        }
    }

    #[test]
    fn what_is_not_whole_or_contradicts_itself_is_refused() {
        let good = seen(Cause::Amount, Some(1), Some(2));
        assert!(found(&good).is_ok());
        for (bad, why) in [
            (HandOpening { note: " ".into(), ..good.clone() }, R::NoteMissing),
            (HandOpening { number: " ".into(), ..good.clone() }, R::NumberMissing),
            (HandOpening { number: "9".repeat(65), ..good.clone() }, R::NumberMissing),
            (HandOpening { channel: None, ..good.clone() }, R::ChannelMissing),
            (
                HandOpening { clearing_date: "2026-04-01".parse().unwrap(), ..good.clone() },
                R::InTheFuture,
            ),
            (seen(Cause::LedgerBreak, Some(1), None), R::NotByHand),
            (seen(Cause::Amount, Some(1), Some(1)), R::NothingDiffers),
            (seen(Cause::Amount, None, Some(1)), R::OursMissing),
            (seen(Cause::Amount, Some(1), Some(-1)), R::TheirsMissing),
            (seen(Cause::OnlyInChannel, Some(1), Some(1)), R::OursNotThere),
            (seen(Cause::OnlyInPlatform, Some(1), Some(1)), R::TheirsNotThere),
            (seen(Cause::OnlyInPlatform, Some(0), None), R::OursMissing),
        ] {
            assert_eq!(found(&bad), Err(why), "{bad:?}");
        }
        let extremes = HandOpening {
            direction: Direction::Out,
            ..seen(Cause::Amount, Some(i64::MAX), Some(1))
        };
        assert!(found(&extremes).is_ok());
    }
}
