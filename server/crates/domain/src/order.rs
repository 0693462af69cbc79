//! Business orders (业务订单): what a merchant's customer wants to pay for, the order's way through
//! the systems, and what visitors did on the pages before it.

mod transition;

pub use transition::{Cause, Subject, TransitionRecord};

use crate::date::BusinessDate;
use crate::ids::{FileId, MerchantId, OrderId, PaymentId};
use crate::merchant::named;
use crate::money::Money;
use crate::product::Product;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Where an order stands, with what belongs to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum OrderState {
    /// Taken, not yet handed to the payment gateway.
    Created,
    /// A payment is under way.
    Paying,
    /// Paid.
    Paid {
        /// When.
        at: OffsetDateTime,
    },
    /// Will not be paid.
    Failed {
        /// Why.
        reason: String,
    },
    /// Given up by the business system before anybody paid.
    Closed,
    /// Paid, and everything went back.
    Refunded {
        /// When it was paid.
        paid_at: OffsetDateTime,
    },
}

/// The name of a state, for lists and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Taken.
    Created,
    /// A payment is under way.
    Paying,
    /// Paid.
    Paid,
    /// Will not be paid.
    Failed,
    /// Given up.
    Closed,
    /// Everything went back.
    Refunded,
}
named!(OrderStatus {
    Created = "created",
    Paying = "paying",
    Paid = "paid",
    Failed = "failed",
    Closed = "closed",
    Refunded = "refunded",
});

/// What was asked of an order that its state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {from} cannot be {event}")]
pub struct InvalidTransition {
    /// Name of the state it is in.
    pub from: &'static str,
    /// What was asked.
    pub event: &'static str,
}

impl OrderState {
    /// The name of the state.
    #[must_use]
    pub const fn status(&self) -> OrderStatus {
        match self {
            Self::Created => OrderStatus::Created,
            Self::Paying => OrderStatus::Paying,
            Self::Paid { .. } => OrderStatus::Paid,
            Self::Failed { .. } => OrderStatus::Failed,
            Self::Closed => OrderStatus::Closed,
            Self::Refunded { .. } => OrderStatus::Refunded,
        }
    }

    /// A payment begins. Hearing it twice changes nothing.
    ///
    /// # Errors
    /// The order is no longer open.
    pub fn pay(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Created | Self::Paying => Ok(Self::Paying),
            other => Err(other.refuse("paid for")),
        }
    }

    /// The payment succeeded. Hearing it twice changes nothing.
    ///
    /// # Errors
    /// No payment is under way: never handed on, failed, given up, or already refunded.
    pub fn paid(self, at: OffsetDateTime) -> Result<Self, InvalidTransition> {
        match self {
            Self::Paying => Ok(Self::Paid { at }),
            Self::Paid { at } => Ok(Self::Paid { at }),
            other => Err(other.refuse("marked as paid")),
        }
    }

    /// The channel's bill proves that it was paid (补单), also when it had failed or was given up.
    ///
    /// # Errors
    /// Never handed to the payment gateway, or already refunded.
    pub fn proven(self, at: OffsetDateTime) -> Result<Self, InvalidTransition> {
        match self {
            Self::Paying | Self::Failed { .. } | Self::Closed => Ok(Self::Paid { at }),
            Self::Paid { at } => Ok(Self::Paid { at }),
            other => Err(other.refuse("proven to be paid")),
        }
    }

    /// It will not be paid. Hearing it twice keeps the first reason.
    ///
    /// # Errors
    /// Already paid, or given up.
    pub fn fail(self, reason: &str) -> Result<Self, InvalidTransition> {
        match self {
            Self::Created | Self::Paying => Ok(Self::Failed { reason: reason.to_owned() }),
            Self::Failed { reason } => Ok(Self::Failed { reason }),
            other => Err(other.refuse("marked as failed")),
        }
    }

    /// The business system gives it up. Whether its payment allows that, the payment decides.
    ///
    /// # Errors
    /// It was paid, or it failed.
    pub fn close(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Created | Self::Paying | Self::Closed => Ok(Self::Closed),
            other => Err(other.refuse("closed")),
        }
    }

    /// Everything went back.
    ///
    /// # Errors
    /// It was never paid.
    pub fn refunded(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Paid { at } => Ok(Self::Refunded { paid_at: at }),
            Self::Refunded { paid_at } => Ok(Self::Refunded { paid_at }),
            other => Err(other.refuse("refunded")),
        }
    }

    const fn refuse(&self, event: &'static str) -> InvalidTransition {
        InvalidTransition { from: self.status().name(), event }
    }
}

/// How we got an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSource {
    /// Over the merchant API.
    Api,
    /// By import of an order book.
    Import,
}
named!(OrderSource { Api = "api", Import = "import" });

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The merchant who took it.
    pub merchant: MerchantId,
    /// For platform orders: the sub-merchant who sells.
    pub seller: Option<MerchantId>,
    /// The merchant's own number.
    pub merchant_order_no: String,
    /// How it is paid.
    pub product: Product,
    /// What is paid.
    pub amount: Money,
    /// What for.
    pub subject: String,
    /// Where it stands.
    pub state: OrderState,
    /// How we got it.
    pub source: OrderSource,
    /// Its day in the business zone.
    pub business_date: BusinessDate,
    /// When it was taken.
    pub created_at: OffsetDateTime,
}

/// A part of the house an order passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Station {
    /// Business system, 业务系统.
    Orders,
    /// Business gateway, 业务网关.
    Gateway,
    /// CRM.
    Merchants,
    /// Payment gateway, 支付网关.
    Payments,
    /// Bank front, 银行前置.
    BankFront,
    /// Account system, 帐户系统.
    Ledger,
    /// Clearing and settlement, 清结算系统.
    Settlement,
    /// Refund system, 退费系统.
    Refunds,
    /// Error handling, 差错处理系统.
    ErrorItems,
}
named!(Station {
    Orders = "orders",
    Gateway = "gateway",
    Merchants = "merchants",
    Payments = "payments",
    BankFront = "bank_front",
    Ledger = "ledger",
    Settlement = "settlement",
    Refunds = "refunds",
    ErrorItems = "error_items",
});

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HopOutcome {
    /// As wanted.
    Ok,
    /// A rule said no.
    Refused,
    /// It went wrong, finally.
    Failed,
    /// Nobody knows yet.
    Unknown,
}
named!(HopOutcome { Ok = "ok", Refused = "refused", Failed = "failed", Unknown = "unknown" });

/// One step of an order through the systems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopRecord {
    /// Where.
    pub station: Station,
    /// What was done there (`check_entitlement`, `route`, `pay`).
    pub step: String,
    /// How it ended.
    pub outcome: HopOutcome,
    /// What there is to say about it.
    pub detail: String,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it ended.
    pub finished_at: OffsetDateTime,
    /// The request it belongs to.
    pub request_id: String,
}

/// A step of the payment funnel: what a visitor, or their order, reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunnelStep {
    /// Page: order confirmation, 订单确认页.
    OrderConfirmPage,
    /// Page: cashier, 收银台.
    CashierPage,
    /// Page: pay button pressed, 确认支付.
    ConfirmPay,
    /// Order: asked for, 下单请求.
    OrderRequested,
    /// Order: taken, 创建订单.
    OrderCreated,
    /// Quick pay: code obtained, 获取验证码.
    SmsCode,
    /// Quick pay: code entered, 确认支付.
    PayConfirmed,
    /// Paid, 支付成功.
    Paid,
}
named!(FunnelStep {
    OrderConfirmPage = "order_confirm_page",
    CashierPage = "cashier_page",
    ConfirmPay = "confirm_pay",
    OrderRequested = "order_requested",
    OrderCreated = "order_created",
    SmsCode = "sms_code",
    PayConfirmed = "pay_confirmed",
    Paid = "paid",
});

/// An order as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    /// The order.
    pub order: Order,
    /// The merchant's name.
    pub merchant_name: String,
    /// The seller's name, for platform orders.
    pub seller_name: Option<String>,
    /// Its payment, once there is one.
    pub payment: Option<PaymentId>,
}

/// An order, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDetail {
    /// What the list shows.
    pub summary: OrderSummary,
    /// Its way through the systems.
    pub hops: Vec<HopRecord>,
    /// Every change of state of the order, its payment and its refunds.
    pub transitions: Vec<TransitionRecord>,
    /// The imported file and line it came from.
    pub origin: Option<(FileId, i64)>,
}

/// Which orders are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// This number, ours or the merchant's.
    pub text: Option<String>,
    /// In this state only.
    pub status: Option<OrderStatus>,
    /// Of this merchant only.
    pub merchant: Option<MerchantId>,
    /// Of this day only.
    pub business_date: Option<BusinessDate>,
}

/// What became of an order file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFile {
    /// Its id.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its encoding.
    pub encoding: String,
    /// Orders in it.
    pub rows: i64,
    /// Paid orders in it.
    pub paid_count: i64,
    /// How many of them are booked.
    pub booked_count: i64,
    /// Sum of its paid orders.
    pub paid: Money,
    /// When it was imported.
    pub imported_at: OffsetDateTime,
    /// When its last paid order was booked.
    pub booked_at: Option<OffsetDateTime>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);
    const LATER: OffsetDateTime = datetime!(2026-03-31 05:00 UTC);

    #[test]
    fn an_order_is_taken_paid_and_refunded() {
        let paid = OrderState::Created.pay().unwrap().paid(NOON).unwrap();
        assert_eq!(paid, OrderState::Paid { at: NOON });
        assert_eq!(paid.refunded().unwrap(), OrderState::Refunded { paid_at: NOON });
    }

    #[test]
    fn the_second_news_of_a_payment_changes_nothing() {
        let paid = OrderState::Paid { at: NOON };
        assert_eq!(paid.clone().paid(LATER), Ok(paid));
    }

    #[test]
    fn a_failed_order_is_repaired_by_proof() {
        let failed = OrderState::Paying.fail("declined").unwrap();
        assert!(failed.clone().paid(NOON).is_err());
        assert_eq!(failed.proven(NOON), Ok(OrderState::Paid { at: NOON }));
        assert_eq!(OrderState::Closed.proven(NOON), Ok(OrderState::Paid { at: NOON }));
    }

    #[test]
    fn what_the_state_does_not_allow_is_refused() {
        let paid = || OrderState::Paid { at: NOON };
        let refunded = || OrderState::Refunded { paid_at: NOON };
        assert!(OrderState::Created.paid(NOON).is_err());
        assert!(OrderState::Created.refunded().is_err());
        assert!(OrderState::Closed.pay().is_err());
        assert!(OrderState::Closed.paid(NOON).is_err());
        assert!(OrderState::Created.proven(NOON).is_err());
        assert!(refunded().proven(NOON).is_err());
        assert!(paid().close().is_err());
        assert!(paid().fail("x").is_err());
        assert!(paid().pay().is_err());
        assert!(refunded().paid(NOON).is_err());
        let refused = refunded().pay().unwrap_err();
        assert_eq!(refused.to_string(), "an order that is refunded cannot be paid for");
    }

    proptest! {
        #[test]
        fn money_that_came_is_never_forgotten(events in prop::collection::vec(0..6_u8, 0..20)) {
            let mut state = OrderState::Created;
            let mut came = false;
            for event in events {
                let next = match event {
                    0 => state.clone().pay(),
                    1 => state.clone().paid(NOON),
                    2 => state.clone().fail("declined"),
                    3 => state.clone().close(),
                    4 => state.clone().proven(NOON),
                    _ => state.clone().refunded(),
                };
                if let Ok(next) = next {
                    came |= event == 1 || event == 4;
                    state = next;
                }
                let shows =
                    matches!(state.status(), OrderStatus::Paid | OrderStatus::Refunded);
                prop_assert_eq!(shows, came);
            }
        }
    }
}
