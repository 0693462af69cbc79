//! Users with a payment account (用户支付账户): whom merchants brought, the own bank account their
//! money goes to (本人银行账户), and the top-ups that raised their balance, each with the account it
//! came from. What they take out is a payout.

mod error;
mod lists;
mod store;

pub use error::UserError;
pub use lists::{find, list};

use crate::audit::{self, Event, Who};
use crate::limits;
use crate::office::Office;
use domain::account::AccountRef;
use domain::gateway::{ApiClient, FieldError};
use domain::ids::{MerchantId, OrderId, PaymentId, UserId};
use domain::limits::LimitExceeded;
use domain::money::{Currency, Money};
use domain::payout::Payee;
use domain::user::{ToppedUp, User, UserRequest};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// How long a changed account is not paid (冷静期).
pub const COOLING: Duration = Duration::hours(24);

/// A top-up on its way, with the account its money comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The order.
    pub order: OrderId,
    /// Through whom.
    pub merchant: MerchantId,
    /// Whose balance it raises; none: the merchant's own.
    pub user: Option<UserId>,
    /// Where the money comes from, and alone may go back to.
    pub payee: Payee,
}

/// The account of a user in the books.
#[must_use]
pub fn account(user: UserId) -> AccountRef {
    AccountRef::user(&user.to_string())
}

/// Registers a user a merchant brings. The same user again is the one already registered.
///
/// # Errors
/// A field is wrong, or the reference names somebody else.
pub async fn register(
    conn: &mut PgConnection,
    office: &Office,
    client: &ApiClient,
    request: &UserRequest,
) -> Result<User, UserError> {
    let (name, class) = request.check()?;
    let user = User {
        id: UserId(office.new_id()),
        merchant: client.merchant,
        reference: request.reference.clone(),
        name,
        class,
        created_at: office.now(),
    };
    if store::insert(conn, &user).await? {
        let event = event("users.register");
        audit::record(conn, office, event, &user.id.to_string(), &user).await?;
        return Ok(user);
    }
    let known = by_reference(conn, client.merchant, &request.reference).await?;
    let known = known.ok_or_else(|| UserError::NotFound(request.reference.clone()))?;
    let same = (&known.name, known.class) == (&user.name, user.class);
    if same { Ok(known) } else { Err(UserError::ReferenceTaken) }
}

/// A merchant's user, by its own reference.
///
/// # Errors
/// The database failed.
pub async fn by_reference(
    conn: &mut PgConnection,
    merchant: MerchantId,
    reference: &str,
) -> Result<Option<User>, UserError> {
    store::by_reference(conn, merchant, reference).await
}

/// Writes down the user's own bank account; earlier ones stay. An account that replaces another is
/// not paid before it has cooled.
///
/// # Errors
/// It is no account, or held by somebody else (同名校验).
pub async fn set_account(
    conn: &mut PgConnection,
    office: &Office,
    (client, user): (&ApiClient, &User),
    given: &Payee,
) -> Result<Payee, UserError> {
    let payee = Payee::typed(&given.account, &given.name, &given.bank)
        .map_err(|error| FieldError::new("account", error))?;
    if !payee.is_held_by(&user.name) {
        let reason = "the account is held by somebody else: only the user's own is taken";
        return Err(FieldError::new("name", reason).into());
    }
    lock(conn, user.id).await?;
    if store::payee(conn, user.id).await?.is_some_and(|(known, _)| known == payee) {
        return Ok(payee);
    }
    let by = format!("API key {}", client.key_id);
    store::insert_account(conn, (user.id, &payee), (&by, office.now())).await?;
    audit::record(conn, office, event("users.set_account"), &user.id.to_string(), &payee).await?;
    Ok(payee)
}

/// The account of a user that counts now, and since when, if it replaced another.
///
/// # Errors
/// The user gave none.
pub async fn payee(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<(Payee, Option<OffsetDateTime>), UserError> {
    let found = store::payee(conn, user).await?;
    found.ok_or_else(|| UserError::NotFound(format!("{user} has no bank account of their own")))
}

/// The account of a user that counts now, if they gave one.
///
/// # Errors
/// The database failed.
pub async fn known_payee(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<Payee>, UserError> {
    Ok(store::payee(conn, user).await?.map(|(payee, _)| payee))
}

/// The account a top-up came from.
///
/// # Errors
/// The database failed.
pub async fn origin(conn: &mut PgConnection, order: OrderId) -> Result<Option<Payee>, UserError> {
    store::origin(conn, order).await
}

/// Holds a user for the rest of the transaction, so that the balance is taken from by one at a
/// time.
///
/// # Errors
/// There is no such user.
pub async fn lock(conn: &mut PgConnection, id: UserId) -> Result<User, UserError> {
    store::lock(conn, id).await?.ok_or_else(|| UserError::NotFound(id.to_string()))
}

/// What we owe a user.
///
/// # Errors
/// The books could not be read.
pub async fn balance(conn: &mut PgConnection, user: UserId) -> Result<Money, UserError> {
    Ok(ledger::balance(conn, &account(user), Currency::Cny).await?)
}

/// Whether a user's account has room for a top-up: the class says what it may hold, and top-ups on
/// their way count. `beside` is what the same transaction takes already.
///
/// # Errors
/// The database failed. Too little room is an answer.
pub async fn room(
    conn: &mut PgConnection,
    office: &Office,
    (user, amount, beside): (&User, Money, Money),
) -> Result<Result<(), LimitExceeded>, UserError> {
    lock(conn, user.id).await?;
    let Some(limit) = limits::holds_at_most(conn, user.class, office.today()).await? else {
        return Ok(Ok(()));
    };
    let coming = store::coming(conn, user.id).await?;
    let held = balance(conn, user.id).await?.checked_add(coming)?.checked_add(beside)?;
    let left = limit.checked_sub(held)?;
    if left.checked_sub(amount)?.is_negative() {
        let left = if left.is_negative() { Money::zero(left.currency()) } else { left };
        return Ok(Err(LimitExceeded::Balance { limit, left }));
    }
    Ok(Ok(()))
}

/// Keeps where a top-up comes from; its order is there already.
///
/// # Errors
/// The database failed.
pub async fn keep_origin(
    conn: &mut PgConnection,
    office: &Office,
    origin: &Origin,
) -> Result<(), UserError> {
    store::insert_origin(conn, origin, office.now()).await
}

/// The top-up a payment is, if it is one.
///
/// # Errors
/// The database failed.
pub async fn top_up_of(
    conn: &mut PgConnection,
    payment: PaymentId,
) -> Result<Option<ToppedUp>, UserError> {
    store::top_up_of(conn, payment).await
}

/// What a withdrawal of this amount costs.
///
/// # Errors
/// The database failed, or the fee is out of range.
pub async fn withdrawal_fee(conn: &mut PgConnection, amount: Money) -> Result<Money, UserError> {
    Ok(store::withdrawal_terms(conn).await?.fee_on(amount)?)
}

fn event(action: &'static str) -> Event<'static> {
    Event { who: Who::System("gateway"), action, subject_kind: "user" }
}
