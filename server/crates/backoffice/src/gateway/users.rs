//! Users over the merchant API: registering them, their own bank account, their balance and
//! statement, and what they withdraw.

use super::idempotency::{self, Call, Key};
use super::money::entries_of;
use super::{Came, GatewayError, MerchantStatement};
use crate::office::Office;
use crate::payouts::{self, Asker, WithdrawalWanted};
use crate::users;
use domain::gateway::{ApiClient, FieldError, StatementRequest};
use domain::ids::{PayoutId, UserId};
use domain::money::Money;
use domain::payout::Payee;
use domain::user::{User, UserRequest, Withdrawal};

/// A user as their merchant sees them.
#[derive(Debug, Clone)]
pub struct UserView {
    /// The user.
    pub user: User,
    /// What we owe them.
    pub balance: Money,
    /// The own bank account that counts.
    pub account: Option<Payee>,
}

/// A withdrawal a business system asks for, as it arrived.
#[derive(Debug, Clone)]
pub struct WithdrawalCall {
    /// The merchant's own reference of the user.
    pub reference: String,
    /// The merchant's own number of the withdrawal.
    pub merchant_withdrawal_no: String,
    /// Major units as text.
    pub amount: String,
    /// ISO code.
    pub currency: String,
}

/// Registers a user.
///
/// # Errors
/// A field is wrong, or the reference names somebody else.
pub async fn register_user(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    request: &UserRequest,
) -> Result<Came<UserId>, GatewayError> {
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(answer) => return Ok(Came::Before(answer)),
        Key::Unanswered(id) => return Ok(Came::New(UserId(id))),
    }
    let user = users::register(&mut tx, office, client, request).await?;
    idempotency::about(&mut tx, client, call, user.id.into()).await?;
    tx.commit().await?;
    Ok(Came::New(user.id))
}

/// Writes down the own bank account of a merchant's user.
///
/// # Errors
/// There is no such user of theirs, or it is not the user's own account.
pub async fn set_user_account(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    (reference, payee): (&str, &Payee),
) -> Result<Came<()>, GatewayError> {
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(answer) => return Ok(Came::Before(answer)),
        Key::Unanswered(_) => return Ok(Came::New(())),
    }
    let user = theirs(&mut tx, client, reference).await?;
    users::set_account(&mut tx, office, (client, &user), payee).await?;
    idempotency::about(&mut tx, client, call, user.id.into()).await?;
    tx.commit().await?;
    Ok(Came::New(()))
}

/// A user with their balance.
///
/// # Errors
/// There is no such user of theirs.
pub async fn find_user(
    office: &Office,
    client: &ApiClient,
    reference: &str,
) -> Result<UserView, GatewayError> {
    let mut conn = office.db.acquire().await?;
    let user = theirs(&mut conn, client, reference).await?;
    Ok(UserView {
        balance: users::balance(&mut conn, user.id).await?,
        account: users::known_payee(&mut conn, user.id).await?,
        user,
    })
}

/// The entries of a user's balance.
///
/// # Errors
/// A field is wrong, or there is no such user of theirs.
pub async fn user_statement(
    office: &Office,
    client: &ApiClient,
    (reference, request): (&str, &StatementRequest),
) -> Result<MerchantStatement, GatewayError> {
    let filter = request.span()?;
    let mut conn = office.db.acquire().await?;
    let user = theirs(&mut conn, client, reference).await?;
    entries_of(&mut conn, office, &users::account(user.id), &filter).await
}

/// Takes a withdrawal of a user.
///
/// # Errors
/// A field is wrong, no such user of theirs, or the balance does not cover it.
pub async fn withdraw(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    asked: &WithdrawalCall,
) -> Result<Came<PayoutId>, GatewayError> {
    let currency = asked.currency.parse().map_err(|error| FieldError::new("currency", error))?;
    let amount = Money::parse_positive(&asked.amount, currency)
        .map_err(|error| FieldError::new("amount", error))?;
    if currency != domain::money::Currency::Cny {
        return Err(FieldError::new("currency", "balances are kept in CNY only").into());
    }
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(answer) => return Ok(Came::Before(answer)),
        Key::Unanswered(id) => return Ok(Came::New(PayoutId(id))),
    }
    let user = theirs(&mut tx, client, &asked.reference).await?.id;
    let wanted = WithdrawalWanted { user, number: asked.merchant_withdrawal_no.clone(), amount };
    let id = payouts::withdraw(&mut tx, office, Asker::Merchant(client), &wanted).await?;
    idempotency::about(&mut tx, client, call, id.into()).await?;
    tx.commit().await?;
    Ok(Came::New(id))
}

/// A withdrawal as its merchant sees it.
///
/// # Errors
/// There is no such withdrawal of theirs.
pub async fn find_withdrawal(
    office: &Office,
    client: &ApiClient,
    id: PayoutId,
) -> Result<Withdrawal, GatewayError> {
    let mut conn = office.db.acquire().await?;
    let found = payouts::find_withdrawal(&mut conn, id).await?;
    found
        .filter(|withdrawal| withdrawal.merchant == client.merchant)
        .ok_or(GatewayError::NotFound("withdrawal"))
}

async fn theirs(
    conn: &mut sqlx::PgConnection,
    client: &ApiClient,
    reference: &str,
) -> Result<User, GatewayError> {
    let user = users::by_reference(conn, client.merchant, reference).await?;
    user.ok_or(GatewayError::NotFound("user"))
}
