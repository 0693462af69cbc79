//! What merchants are told of their payments, in the words of the API.

use crate::notifications::{self, Announcement, NotificationError};
use crate::office::Office;
use domain::notification::NotificationEvent;
use domain::order::Order;
use domain::payment::{Payment, PaymentState};
use serde_json::json;
use sqlx::PgConnection;
use time::format_description::well_known::Rfc3339;

/// Has the merchant told of a payment that is decided.
pub(super) async fn announce(
    conn: &mut PgConnection,
    office: &Office,
    (order, payment): (&Order, &Payment),
) -> Result<(), NotificationError> {
    let event = match &payment.state {
        PaymentState::Succeeded(_) => NotificationEvent::PaymentSucceeded,
        PaymentState::Failed { .. } => NotificationEvent::PaymentFailed,
        _ => return Ok(()),
    };
    let failure = match &payment.state {
        PaymentState::Failed { reason } => Some(reason),
        _ => None,
    };
    let success = payment.success();
    let data = json!({
        "id": payment.id,
        "order_id": order.id,
        "merchant_order_no": order.merchant_order_no,
        "product": payment.product.name(),
        "amount": payment.amount.plain(),
        "currency": payment.amount.currency().code(),
        "status": payment.state.status().name(),
        "failure": failure,
        "paid_at": success.and_then(|success| success.event_time.format(&Rfc3339).ok()),
        "clearing_date": success.map(|success| success.clearing_date.to_string()),
    });
    let (merchant, subject) = (payment.merchant, payment.id.into());
    let news = Announcement { merchant, event, order: order.id, subject, data };
    notifications::announce(conn, office, &news).await
}
