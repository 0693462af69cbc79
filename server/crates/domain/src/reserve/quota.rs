//! Quotas at clearing houses (映射额度): part of the central-bank balance is earmarked (圈存) for a
//! clearing house, and only that much can be paid over it until the session is settled.

use crate::date::BusinessDate;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The quota of one clearing house in one session (场次).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// What is earmarked, 映射额度.
    pub mapped: Money,
    /// What the house received for us in the session, 收款.
    pub received: Money,
    /// What was paid over it in the session, 出款, given back when refused.
    pub paid: Money,
}

/// The quota does not cover it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the quota at {house} has {available} left but {wanted} is wanted: {short} short; earmark more \
     or pay fewer"
)]
pub struct QuotaShort {
    /// The clearing house.
    pub house: String,
    /// What is left.
    pub available: Money,
    /// What was asked for.
    pub wanted: Money,
    /// What is missing.
    pub short: Money,
}

/// Why a quota refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaRefused {
    /// Too little.
    #[error(transparent)]
    Short(#[from] QuotaShort),
    /// Out of range.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Quota {
    /// A new session with this much earmarked.
    #[must_use]
    pub const fn opened(mapped: Money) -> Self {
        let zero = Money::zero(mapped.currency());
        Self { mapped, received: zero, paid: zero }
    }

    /// 可用额度 = 映射额度 + 收款 − 出款.
    ///
    /// # Errors
    /// Out of range.
    pub fn available(&self) -> Result<Money, MoneyError> {
        self.mapped.checked_add(self.received)?.checked_sub(self.paid)
    }

    /// What the session moves on the central-bank account, 净额: received less paid.
    ///
    /// # Errors
    /// Out of range.
    pub fn net_position(&self) -> Result<Money, MoneyError> {
        self.received.checked_sub(self.paid)
    }

    /// Pays over the house.
    ///
    /// # Errors
    /// The quota does not cover it, and by how much.
    pub fn pay(self, house: &str, amount: Money) -> Result<Self, QuotaRefused> {
        let available = self.available()?;
        let short = amount.checked_sub(available)?;
        if short.is_positive() {
            let house = house.to_owned();
            return Err(QuotaShort { house, available, wanted: amount, short }.into());
        }
        Ok(Self { paid: self.paid.checked_add(amount)?, ..self })
    }

    /// A payment that was refused does not count.
    ///
    /// # Errors
    /// Out of range.
    pub fn give_back(self, amount: Money) -> Result<Self, MoneyError> {
        Ok(Self { paid: self.paid.checked_sub(amount)?, ..self })
    }

    /// Earmarks more, or with a negative amount gives some back to the central-bank account.
    ///
    /// # Errors
    /// More would be given back than is left.
    pub fn earmark(self, house: &str, amount: Money) -> Result<Self, QuotaRefused> {
        let given_back = amount.checked_neg()?;
        let available = self.available()?;
        let short = given_back.checked_sub(available)?;
        if given_back.is_positive() && short.is_positive() {
            let house = house.to_owned();
            return Err(QuotaShort { house, available, wanted: given_back, short }.into());
        }
        Ok(Self { mapped: self.mapped.checked_add(amount)?, ..self })
    }

    /// The next session: what was left is earmarked in it.
    ///
    /// # Errors
    /// Out of range.
    pub fn next_session(self) -> Result<Self, MoneyError> {
        Ok(Self::opened(self.available()?))
    }
}

/// A clearing house with its session of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaSession {
    /// The clearing house: the rail channels use, `nucc` or `unionpay`.
    pub house: String,
    /// The day of the session.
    pub day: BusinessDate,
    /// The quota.
    pub quota: Quota,
    /// Up to when receipts are counted.
    pub received_until: OffsetDateTime,
    /// When the session ended and its net position went to the central bank.
    pub closed_at: Option<OffsetDateTime>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Event {
        Pay(i64),
        GiveBackLast,
        Receive(i64),
        Earmark(i64),
        Settle,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            4 => (1..5_000_i64).prop_map(Event::Pay),
            1 => Just(Event::GiveBackLast),
            3 => (1..4_000_i64).prop_map(Event::Receive),
            2 => (-4_000..4_000_i64).prop_map(Event::Earmark),
            1 => Just(Event::Settle),
        ]
    }

    proptest! {
        /// The model is one number: the money behind the quota.
        #[test]
        fn no_order_of_events_pays_more_than_is_there(
            start in 0..10_000_i64,
            events in prop::collection::vec(event(), 0..60),
        ) {
            let mut quota = Quota::opened(Money::cny(start));
            let mut model = start;
            let mut last = None;
            for event in events {
                match event {
                    Event::Pay(fen) => match quota.pay("nucc", Money::cny(fen)) {
                        Ok(after) => {
                            prop_assert!(fen <= model);
                            model -= fen;
                            last = Some(fen);
                            quota = after;
                        }
                        Err(QuotaRefused::Short(short)) => {
                            prop_assert_eq!(short.short.minor(), fen - model);
                            prop_assert_eq!(short.available.minor(), model);
                        }
                        Err(other) => return Err(TestCaseError::fail(other.to_string())),
                    },
                    Event::GiveBackLast => {
                        if let Some(fen) = last.take() {
                            quota = quota.give_back(Money::cny(fen)).unwrap();
                            model += fen;
                        }
                    }
                    Event::Receive(fen) => {
                        quota.received = quota.received.checked_add(Money::cny(fen)).unwrap();
                        model += fen;
                    }
                    Event::Earmark(fen) => match quota.earmark("nucc", Money::cny(fen)) {
                        Ok(after) => {
                            model += fen;
                            quota = after;
                        }
                        Err(_) => prop_assert!(-fen > model),
                    },
                    Event::Settle => {
                        let net = quota.net_position().unwrap().minor();
                        let next = quota.next_session().unwrap();
                        prop_assert_eq!(quota.mapped.minor() + net, next.mapped.minor());
                        quota = next;
                        last = None;
                    }
                }
                prop_assert_eq!(quota.available().unwrap().minor(), model);
                prop_assert!(model >= 0);
            }
        }
    }
}
