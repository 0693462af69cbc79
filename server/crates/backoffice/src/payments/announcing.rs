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
    told: (&Order, &Payment),
) -> Result<(), NotificationError> {
    announce_all(conn, &[(office, told.0, told.1)]).await
}

/// Has merchants told of payments that are decided.
pub(super) async fn announce_all(
    conn: &mut PgConnection,
    decided: &[(&Office, &Order, &Payment)],
) -> Result<(), NotificationError> {
    let news: Vec<(&Office, Announcement)> = decided
        .iter()
        .filter_map(|(office, order, payment)| Some((*office, announcement(order, payment)?)))
        .collect();
    let told: Vec<_> = news.iter().map(|(office, news)| (*office, news)).collect();
    notifications::announce_all(conn, &told).await
}

fn announcement(order: &Order, payment: &Payment) -> Option<Announcement> {
    let (event, failure) = match &payment.state {
        PaymentState::Succeeded(_) => (NotificationEvent::PaymentSucceeded, None),
        PaymentState::Failed { reason } => (NotificationEvent::PaymentFailed, Some(reason)),
        _ => return None,
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
    Some(Announcement { merchant, event, order: Some(order.id), subject, data })
}
