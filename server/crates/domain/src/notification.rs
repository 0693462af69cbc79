//! Notifications (商户通知): what merchants' systems are told, tried again over days, and when an
//! address that does not answer is left alone.

use crate::ids::{MerchantId, NotificationId, OrderId};
use crate::merchant::named;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long an address may fail before nothing more is sent to it.
pub const DISABLED_AFTER: Duration = Duration::days(5);

/// The pauses before the second try, the third, and so on: together about three days and a half.
const PAUSES: [Duration; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    Duration::hours(24),
];

/// The longest time an address that failed is left in peace.
const REST_MAX: Duration = Duration::minutes(5);

/// What merchants are told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NotificationEvent {
    /// A payment collected.
    #[serde(rename = "payment.succeeded")]
    PaymentSucceeded,
    /// A payment failed or was closed.
    #[serde(rename = "payment.failed")]
    PaymentFailed,
    /// The payer has a refund.
    #[serde(rename = "refund.succeeded")]
    RefundSucceeded,
    /// A refund failed or was rejected.
    #[serde(rename = "refund.failed")]
    RefundFailed,
    /// The statement of the bank shows a payout, 出款成功.
    #[serde(rename = "payout.paid")]
    PayoutPaid,
    /// The bank sent a payout back, 退票.
    #[serde(rename = "payout.returned")]
    PayoutReturned,
    /// The bank refused a payout; the balance has it back.
    #[serde(rename = "payout.rejected")]
    PayoutRejected,
}
named!(NotificationEvent {
    PaymentSucceeded = "payment.succeeded",
    PaymentFailed = "payment.failed",
    RefundSucceeded = "refund.succeeded",
    RefundFailed = "refund.failed",
    PayoutPaid = "payout.paid",
    PayoutReturned = "payout.returned",
    PayoutRejected = "payout.rejected",
});

/// Where a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationState {
    /// Will be tried, for the first time or again.
    Pending,
    /// The merchant's system took it.
    Delivered,
    /// The merchant's address is switched off: it waits for a new one.
    Held,
    /// Every try failed; only a person sends it again.
    GivenUp,
}
named!(NotificationState {
    Pending = "pending",
    Delivered = "delivered",
    Held = "held",
    GivenUp = "given_up",
});

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It was taken.
    Taken,
    /// It was not; there will be another try.
    Again,
    /// It was not, and that was the last one.
    Enough,
}

impl NotificationState {
    /// The state after a try. What was delivered stays delivered, whatever a second sending does;
    /// a person's try of what was given up or held changes nothing unless it is taken.
    #[must_use]
    pub const fn after(self, tried: Tried) -> Self {
        match (self, tried) {
            (Self::Delivered, _) | (_, Tried::Taken) => Self::Delivered,
            (Self::Pending, Tried::Enough) => Self::GivenUp,
            (state, _) => state,
        }
    }
}

/// The pause after try number `attempt` (from 1), a fifth more or less, by a draw that is the same
/// for the same message, so that messages that failed together are not tried together. None: that
/// was the last try.
#[must_use]
pub fn pause_after(attempt: u32, message: NotificationId) -> Option<Duration> {
    let at = usize::try_from(attempt).ok()?.checked_sub(1)?;
    let pause = PAUSES.get(at)?;
    let fifth = pause.whole_milliseconds() / 5;
    let draw = i128::try_from((message.0.as_u128() >> (attempt % 16)) & 0x3ff).ok()?;
    let jitter = i64::try_from(fifth * (draw - 512) / 512).ok()?;
    Some(*pause + Duration::milliseconds(jitter))
}

/// How long an address is left in peace after it failed once more.
#[must_use]
pub fn rest_after(failing_for: Duration) -> Duration {
    failing_for.clamp(Duration::seconds(2), REST_MAX)
}

/// Where a merchant is notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Whose.
    pub merchant: MerchantId,
    /// The merchant's number.
    pub merchant_code: String,
    /// Its name.
    pub merchant_name: String,
    /// The address.
    pub url: String,
    /// When it was set.
    pub changed_at: OffsetDateTime,
    /// By whom.
    pub changed_by: String,
    /// Since when nothing could be delivered.
    pub failing_since: Option<OffsetDateTime>,
    /// Since when nothing is sent to it, and why.
    pub disabled: Option<(OffsetDateTime, String)>,
}

/// A notification as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSummary {
    /// Its id, the `webhook-id` of every try.
    pub id: NotificationId,
    /// The merchant.
    pub merchant: MerchantId,
    /// Its name.
    pub merchant_name: String,
    /// What about.
    pub event: NotificationEvent,
    /// The payment, refund or payout.
    pub subject: Uuid,
    /// The order; a payout has none.
    pub order: Option<OrderId>,
    /// The merchant's number of the order; our number of a payout.
    pub merchant_order_no: String,
    /// Where it stands.
    pub state: NotificationState,
    /// Tries so far.
    pub attempts: i32,
    /// When it is tried next.
    pub next_attempt_at: Option<OffsetDateTime>,
    /// When it came to be.
    pub created_at: OffsetDateTime,
    /// When it was taken.
    pub delivered_at: Option<OffsetDateTime>,
}

/// A try to deliver a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// From 1.
    pub number: i32,
    /// Where to.
    pub url: String,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it ended.
    pub finished_at: OffsetDateTime,
    /// The HTTP status, if there was an answer.
    pub status: Option<i32>,
    /// What went wrong.
    pub failure: Option<String>,
    /// How the answer began.
    pub excerpt: String,
    /// A member of staff by name, or `worker`.
    pub sent_by: String,
}

/// A notification, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationDetail {
    /// What the list shows.
    pub summary: NotificationSummary,
    /// What is sent.
    pub body: String,
    /// Every try, oldest first.
    pub attempts: Vec<AttemptRecord>,
    /// Where the merchant is notified today.
    pub endpoint: Option<Endpoint>,
}

/// Which notifications are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationFilter {
    /// An id: the notification's, the payment's or refund's, the order's; or the merchant's number
    /// of the order.
    pub text: Option<String>,
    /// Where it stands.
    pub state: Option<NotificationState>,
    /// What about.
    pub event: Option<NotificationEvent>,
    /// Of this merchant.
    pub merchant: Option<MerchantId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tries_go_on_for_days_at_growing_pauses_near_the_plan(id in any::<u128>()) {
            let id = NotificationId(Uuid::from_u128(id));
            let mut together = Duration::ZERO;
            for (attempt, planned) in (1..).zip(PAUSES) {
                let pause = pause_after(attempt, id).unwrap();
                prop_assert!(pause >= planned * 4 / 5 && pause <= planned * 6 / 5);
                together += pause;
            }
            prop_assert_eq!(pause_after(10, id), None);
            prop_assert_eq!(pause_after(0, id), None);
            prop_assert!(together > Duration::days(2) && together < DISABLED_AFTER);
        }
    }

    #[test]
    fn what_was_delivered_stays_delivered() {
        use NotificationState as S;
        for (state, tried, after) in [
            (S::Pending, Tried::Taken, S::Delivered),
            (S::Pending, Tried::Again, S::Pending),
            (S::Pending, Tried::Enough, S::GivenUp),
            (S::Delivered, Tried::Again, S::Delivered),
            (S::GivenUp, Tried::Again, S::GivenUp),
            (S::GivenUp, Tried::Taken, S::Delivered),
            (S::Held, Tried::Enough, S::Held),
            (S::Held, Tried::Taken, S::Delivered),
        ] {
            assert_eq!(state.after(tried), after);
        }
    }

    #[test]
    fn an_address_that_fails_is_left_in_peace_for_minutes_at_most() {
        assert_eq!(rest_after(Duration::ZERO), Duration::seconds(2));
        assert_eq!(rest_after(Duration::days(2)), Duration::minutes(5));
    }
}
