//! The business gateway (业务网关): the one door through which business systems come in. It asks CRM
//! whether the merchant may, asks the payment gateway to collect, and answers; what it answered to
//! a key it answers again, whatever happens in between.

mod counter;
mod error;
mod idempotency;
mod money;
mod payments;
mod store;
mod taking;
mod topping;
mod users;

pub use counter::{Counter, Served};
pub use error::GatewayError;
pub use idempotency::{Answer, Call};
pub use money::{MerchantStatement, balance, endpoint, set_endpoint, statement};
pub use payments::{Taken, close_payment, create_payment, find_by_number, find_payment, standing};
pub use users::{
    UserView, WithdrawalCall, find_user, find_withdrawal, register_user, set_user_account,
    user_statement, withdraw,
};

use crate::merchants;
use crate::office::Office;
use crate::orders::{self, Visit};
use crate::refunds::{self, Requester};
use domain::gateway::{ApiClient, FieldError, KEY_MAX, PageEvent, check_number};
use domain::ids::{MerchantId, PaymentId, RefundId};
use domain::money::Money;
use domain::refund::{RefundRequest, RefundSummary};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use self::idempotency::Key;

/// What came of a request with an idempotency key.
#[derive(Debug)]
pub enum Came<T> {
    /// It was done just now, or was done without ever being answered.
    New(T),
    /// It was answered before: answer the same.
    Before(Answer),
}

/// Who sends a request, by its bearer token `<key_id>.<secret>`.
///
/// # Errors
/// One and the same refusal for an unknown key and a wrong secret.
pub async fn authenticate(office: &Office, bearer: &str) -> Result<ApiClient, GatewayError> {
    let (key_id, secret) = bearer.split_once('.').ok_or(GatewayError::NotAuthenticated)?;
    let mut conn = office.db.acquire().await?;
    let found = merchants::api_keys(&mut conn, &[key_id]).await?.remove(key_id);
    fitting(key_id, secret, found)
}

/// The business system whose key this is, if the secret fits.
fn fitting(
    key_id: &str,
    secret: &str,
    found: Option<(MerchantId, Vec<u8>)>,
) -> Result<ApiClient, GatewayError> {
    let given = Sha256::digest(secret.as_bytes());
    // An unknown key takes as long as a wrong secret.
    let known = found.as_ref().map_or([0_u8; 32].as_slice(), |(_, hash)| hash.as_slice());
    let fits = bool::from(given.as_slice().ct_eq(known));
    match found {
        Some((merchant, _)) if fits => Ok(ApiClient { merchant, key_id: key_id.to_owned() }),
        _ => Err(GatewayError::NotAuthenticated),
    }
}

/// Notes down what a visitor did, for the funnel.
///
/// # Errors
/// A field is wrong, or the key was used for something else.
pub async fn record_event(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    event: &PageEvent,
) -> Result<(), GatewayError> {
    let visible = event.visitor.bytes().all(|byte| byte.is_ascii_graphic());
    if !(1..=KEY_MAX).contains(&event.visitor.len()) || !visible {
        let reason = format!("the visitor mark must have 1 to {KEY_MAX} printable characters");
        return Err(FieldError::new("visitor", reason).into());
    }
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(_) | Key::Unanswered(_) => return Ok(()),
    }
    let order = match &event.merchant_order_no {
        Some(number) => {
            let id = orders::by_number(&mut tx, client.merchant, number).await?;
            let unknown = || FieldError::new("merchant_order_no", "there is no such order");
            Some(id.ok_or_else(unknown)?)
        }
        None => None,
    };
    let visit = Visit {
        merchant: client.merchant,
        order,
        visitor: &event.visitor,
        step: event.step,
        product: event.product,
    };
    orders::visited(&mut tx, office, visit).await?;
    let noted = Answer { status: 204, body: Value::Null };
    store::save_answers(&mut tx, &[(client.merchant, call.clone(), noted)]).await?;
    tx.commit().await?;
    Ok(())
}

/// A refund a business system asks for, as it arrived.
#[derive(Debug, Clone)]
pub struct RefundCall {
    /// The payment.
    pub payment: PaymentId,
    /// The merchant's own number of the refund.
    pub merchant_refund_no: String,
    /// Major units as text.
    pub amount: String,
    /// ISO code.
    pub currency: String,
    /// Why.
    pub reason: String,
}

/// Asks for a refund by the original route.
///
/// # Errors
/// A field is wrong, it is not their payment, or the refund was refused.
pub async fn create_refund(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    refund: &RefundCall,
) -> Result<Came<RefundId>, GatewayError> {
    check_number("merchant_refund_no", &refund.merchant_refund_no)?;
    let currency = refund.currency.parse().map_err(|error| FieldError::new("currency", error))?;
    let amount = Money::parse_positive(&refund.amount, currency)
        .map_err(|error| FieldError::new("amount", error))?;
    let asked = RefundRequest {
        payment: refund.payment,
        merchant_refund_no: refund.merchant_refund_no.clone(),
        amount,
        reason: refund.reason.clone(),
    };
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(answer) => return Ok(Came::Before(answer)),
        Key::Unanswered(id) => return Ok(Came::New(RefundId(id))),
    }
    let id = refunds::open(&mut tx, office, Requester::Merchant(client.merchant), &asked).await?;
    idempotency::about(&mut tx, client, call, id.into()).await?;
    tx.commit().await?;
    Ok(Came::New(id))
}

/// A refund as its merchant sees it.
///
/// # Errors
/// There is no such refund of theirs.
pub async fn find_refund(
    office: &Office,
    client: &ApiClient,
    id: RefundId,
) -> Result<RefundSummary, GatewayError> {
    let mut conn = office.db.acquire().await?;
    let found = refunds::by_id(&mut conn, id).await?;
    found
        .filter(|refund| refund.merchant == client.merchant)
        .ok_or(GatewayError::NotFound("refund"))
}

/// Remembers what a request was answered, so that it is answered the same again.
///
/// # Errors
/// The database failed.
pub async fn remember(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    (status, body): (u16, &Value),
) -> Result<(), GatewayError> {
    let mut conn = office.db.acquire().await?;
    let answer = Answer { status, body: body.clone() };
    store::save_answers(&mut conn, &[(client.merchant, call.clone(), answer)]).await
}
