//! A payment request on its way: business system, gateway, CRM, payment gateway, each step written
//! down.

use super::idempotency::{self, Call, Key};
use super::taking::{Asking, take};
use super::{Came, GatewayError};
use crate::office::Office;
use crate::{orders, payments};
use domain::gateway::{ApiClient, PaymentRequest, PaymentView};
use domain::ids::{OrderId, PaymentId};
use domain::merchant::Refusal;
use domain::order::{Order, OrderState};
use domain::payment::{Payment, PaymentState, PaymentStatus};

/// An order that was taken, and the reason if it went no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The order.
    pub order: OrderId,
    /// Why CRM refused it, if it did.
    pub refusal: Option<Refusal>,
}

/// Takes a payment request: the order, CRM's word, the routing and the hand-over to the payment
/// gateway, all in one transaction. The same request under the same key is taken once.
///
/// # Errors
/// A field is wrong, the order number was used, or the key was used for something else.
pub async fn create_payment(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    request: &PaymentRequest,
) -> Result<Came<Taken>, GatewayError> {
    let asking = Asking {
        office: office.clone(),
        client: client.clone(),
        call: call.clone(),
        request: request.clone(),
        checked: request.check()?,
        at_once: false,
    };
    loop {
        let mut tx = office.begin().await?;
        match take(&mut tx, std::slice::from_ref(&asking)).await {
            // Somebody took the key at the same moment: they are found now.
            Err(GatewayError::InProgress) => {}
            Err(error) => return Err(error),
            Ok(took) => {
                let took = took.into_iter().next();
                let (came, _) = took.unwrap_or(Err(GatewayError::InProgress))?;
                tx.commit().await?;
                office.bell.work_is_there();
                return Ok(came);
            }
        }
    }
}

/// A payment as its merchant sees it.
///
/// # Errors
/// There is no such payment of theirs.
pub async fn find_payment(
    office: &Office,
    client: &ApiClient,
    id: PaymentId,
) -> Result<PaymentView, GatewayError> {
    let mut conn = office.db.acquire().await?;
    let found = payments::by_id(&mut conn, id).await?;
    let payment = found.filter(|payment| payment.merchant == client.merchant);
    let payment = payment.ok_or(GatewayError::NotFound("payment"))?;
    let order = orders::get(&mut conn, payment.order).await?;
    Ok(view(order, Some(payment)))
}

/// The payment of an order, by the merchant's own number of it.
///
/// # Errors
/// There is no such order of theirs.
pub async fn find_by_number(
    office: &Office,
    client: &ApiClient,
    merchant_order_no: &str,
) -> Result<PaymentView, GatewayError> {
    let mut conn = office.db.acquire().await?;
    let order = orders::by_number(&mut conn, client.merchant, merchant_order_no).await?;
    let order = order.ok_or(GatewayError::NotFound("order"))?;
    let payment = payments::of_order(&mut conn, order).await?;
    Ok(view(orders::get(&mut conn, order).await?, payment))
}

/// Closes a payment that was not sent yet, with its order. What has failed is closed as it is.
///
/// # Errors
/// It is not theirs, it succeeded, or the channel may have it.
pub async fn close_payment(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    id: PaymentId,
) -> Result<Came<PaymentId>, GatewayError> {
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(answer) => return Ok(Came::Before(answer)),
        Key::Unanswered(id) => return Ok(Came::New(PaymentId(id))),
    }
    payments::close_unsent(&mut tx, office, (id, client.merchant)).await?;
    idempotency::about(&mut tx, client, call, id.into()).await?;
    tx.commit().await?;
    Ok(Came::New(id))
}

/// Where an order's payment stands right now.
///
/// # Errors
/// There is no such order of theirs.
pub async fn standing(
    office: &Office,
    client: &ApiClient,
    id: OrderId,
) -> Result<PaymentView, GatewayError> {
    let mut conn = office.db.acquire().await?;
    let order = orders::get(&mut conn, id).await?;
    if order.merchant != client.merchant {
        return Err(GatewayError::NotFound("order"));
    }
    let payment = payments::of_order(&mut conn, id).await?;
    Ok(view(order, payment))
}

/// What a merchant is told of an order and its payment.
pub(super) fn view(order: Order, payment: Option<Payment>) -> PaymentView {
    let refused = match &order.state {
        OrderState::Failed { reason } => Some(reason.clone()),
        _ => None,
    };
    let failure = match payment.as_ref().map(|payment| &payment.state) {
        Some(PaymentState::Failed { reason } | PaymentState::Unknown { reason }) => {
            Some(reason.clone())
        }
        Some(_) => None,
        None => refused,
    };
    let status = match (&payment, &order.state) {
        (Some(payment), _) => payment.state.status(),
        (None, OrderState::Failed { .. } | OrderState::Closed) => PaymentStatus::Failed,
        (None, _) => PaymentStatus::Created,
    };
    let success = payment.as_ref().and_then(Payment::success);
    PaymentView {
        id: payment.as_ref().map(|payment| payment.id),
        order: order.id,
        status,
        failure,
        paid_at: success.map(|success| success.event_time),
        clearing_date: success.map(|success| success.clearing_date),
        merchant_order_no: order.merchant_order_no,
        product: order.product,
        amount: order.amount,
        created_at: order.created_at,
    }
}
