//! A payment request on its way: business system, gateway, CRM, payment gateway, each step written
//! down.

use super::idempotency::{self, Call, Key};
use super::{Came, GatewayError};
use crate::audit::{self, Event, Who};
use crate::limits;
use crate::merchants;
use crate::office::Office;
use crate::orders::{self, Change, Hop, NewOrder, Visit};
use crate::payments;
use domain::gateway::{ApiClient, CheckedRequest, FieldError, PaymentRequest, PaymentView};
use domain::ids::{MerchantId, OrderId, PaymentId};
use domain::limits::Payer;
use domain::merchant::{Entitlement, Refusal, Sale};
use domain::order::{Cause, FunnelStep, HopOutcome, Order, OrderState, Station};
use domain::payment::{Payment, PaymentState, PaymentStatus};
use sqlx::PgConnection;

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
    call: &Call<'_>,
    request: &PaymentRequest,
) -> Result<Came<Taken>, GatewayError> {
    let checked = request.check()?;
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(answer) => return Ok(Came::Before(answer)),
        Key::Unanswered(order) => {
            return Ok(Came::New(Taken { order: OrderId(order), refusal: None }));
        }
    }
    let seller = seller(&mut tx, client.merchant, checked.seller.as_deref()).await?;
    let payer = checked.payer.clone();
    let order = take_order(&mut tx, office, client, (checked, seller)).await?;
    idempotency::about(&mut tx, client, call, order.id.into()).await?;
    let refusal = match ask_crm(&mut tx, office, (&order, payer.as_ref())).await? {
        Ok(entitlement) => {
            visited(&mut tx, office, &order, FunnelStep::OrderCreated).await?;
            let paid = (&order, payer.as_ref());
            payments::open(&mut tx, office, paid, &entitlement).await?;
            None
        }
        Err(refusal) => {
            let reason = refusal.to_string();
            let why = (order.id, Change::by("business gateway", Cause::Refusal));
            orders::advance(&mut tx, office, why, |state| state.fail(&reason)).await?;
            Some(refusal)
        }
    };
    let event = Event {
        who: Who::System("gateway"),
        action: "gateway.create_payment",
        subject_kind: "order",
    };
    audit::record(&mut tx, office, event, &order.id.to_string(), request).await?;
    tx.commit().await?;
    office.bell.work_is_there();
    Ok(Came::New(Taken { order: order.id, refusal }))
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
    call: &Call<'_>,
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

async fn seller(
    conn: &mut PgConnection,
    platform: MerchantId,
    code: Option<&str>,
) -> Result<Option<MerchantId>, GatewayError> {
    let Some(code) = code else { return Ok(None) };
    let seller = merchants::seller_on(conn, platform, code).await?;
    let unknown = || FieldError::new("seller", "this seller is not active on your platform");
    Ok(Some(seller.ok_or_else(unknown)?))
}

async fn take_order(
    conn: &mut PgConnection,
    office: &Office,
    client: &ApiClient,
    (checked, seller): (CheckedRequest, Option<MerchantId>),
) -> Result<Order, GatewayError> {
    let started_at = office.now();
    let order = orders::create(
        conn,
        office,
        NewOrder {
            merchant: client.merchant,
            seller,
            merchant_order_no: checked.merchant_order_no,
            product: checked.product,
            amount: checked.amount,
            subject: checked.subject,
        },
    )
    .await?;
    let outcome = HopOutcome::Ok;
    let detail = format!("order {} over {}", order.merchant_order_no, order.amount);
    let hop = Hop { station: Station::Orders, step: "take_order", outcome, detail, started_at };
    orders::hop(conn, office, order.id, hop).await?;
    let detail = format!("request of key {}", client.key_id);
    let hop = Hop { station: Station::Gateway, step: "receive", outcome, detail, started_at };
    orders::hop(conn, office, order.id, hop).await?;
    visited(conn, office, &order, FunnelStep::OrderRequested).await?;
    Ok(order)
}

/// Whether the merchant may; CRM's word is written down either way.
async fn ask_crm(
    conn: &mut PgConnection,
    office: &Office,
    (order, payer): (&Order, Option<&Payer>),
) -> Result<Result<Entitlement, Refusal>, GatewayError> {
    let started_at = office.now();
    let card = payer.and_then(|payer| payer.card);
    let sale = Sale { product: order.product, amount: order.amount, card };
    let word = merchants::entitlement(conn, order.merchant, sale, order.business_date).await?;
    let word = match (word, payer) {
        (Ok(entitlement), Some(payer)) => {
            let held = limits::hold(conn, office, order, payer).await?;
            held.map(|()| entitlement).map_err(Refusal::OverLimit)
        }
        (word, _) => word,
    };
    let (outcome, detail) = match &word {
        Ok(entitlement) => (HopOutcome::Ok, format!("the fee is {}", entitlement.fee)),
        Err(refusal) => (HopOutcome::Refused, format!("{}: {refusal}", refusal.code())),
    };
    let station = Station::Merchants;
    let hop = Hop { station, step: "check_entitlement", outcome, detail, started_at };
    orders::hop(conn, office, order.id, hop).await?;
    Ok(word)
}

async fn visited(
    conn: &mut PgConnection,
    office: &Office,
    order: &Order,
    step: FunnelStep,
) -> Result<(), GatewayError> {
    let visit = Visit {
        merchant: order.merchant,
        order: Some(order.id),
        visitor: &order.merchant_order_no,
        step,
        product: Some(order.product),
    };
    Ok(orders::visited(conn, office, visit).await?)
}

fn view(order: Order, payment: Option<Payment>) -> PaymentView {
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
