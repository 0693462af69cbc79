//! What merchants ask about their money, and where they are told about it.

use super::idempotency::{self, Call, Key};
use super::{Came, GatewayError};
use crate::notifications::{self, EndpointSet};
use crate::office::Office;
use domain::account::{AccountFilter, AccountRef, StatementFilter, StatementRow};
use domain::gateway::{ApiClient, MerchantAccount, MerchantBalance, StatementRequest};
use domain::money::{Currency, Money};
use domain::notification::Endpoint;
use domain::page::Page;
use sqlx::PgConnection;

/// What we owe the merchant.
///
/// # Errors
/// The books could not be read.
pub async fn balance(office: &Office, client: &ApiClient) -> Result<MerchantBalance, GatewayError> {
    let mut conn = office.db.acquire().await?;
    let mut of = async |account: MerchantAccount| {
        ledger::balance(&mut conn, &account.of(client.merchant), Currency::Cny).await
    };
    Ok(MerchantBalance {
        unsettled: of(MerchantAccount::Unsettled).await?,
        available: of(MerchantAccount::Available).await?,
        held: of(MerchantAccount::Held).await?,
    })
}

/// A page of a merchant's account: opening and closing balance, and its entries.
#[derive(Debug, Clone)]
pub struct MerchantStatement {
    /// Before the first day.
    pub opening: Money,
    /// After the last day.
    pub closing: Money,
    /// The entries in the order of posting.
    pub page: Page<StatementRow>,
}

/// The entries of one of the merchant's balances.
///
/// # Errors
/// A field is wrong, or the books could not be read.
pub async fn statement(
    office: &Office,
    client: &ApiClient,
    request: &StatementRequest,
) -> Result<MerchantStatement, GatewayError> {
    let (account, filter) = request.check()?;
    let mut conn = office.db.acquire().await?;
    entries_of(&mut conn, office, &account.of(client.merchant), &filter).await
}

/// The entries of an account of the books.
pub(super) async fn entries_of(
    conn: &mut PgConnection,
    office: &Office,
    account: &AccountRef,
    filter: &StatementFilter,
) -> Result<MerchantStatement, GatewayError> {
    let wanted = AccountFilter {
        code: Some(account.code.clone()),
        owner: Some(account.owner.clone()),
        ..AccountFilter::default()
    };
    let found = ledger::list_accounts(conn, &wanted).await?;
    let id = found.rows.iter().find(|one| one.account == *account).map(|one| one.id);
    let statement = match id {
        Some(id) => ledger::statement(conn, id, filter, office.settings.zone).await?,
        None => None,
    };
    Ok(match statement {
        Some(statement) => MerchantStatement {
            opening: statement.opening,
            closing: statement.closing,
            page: statement.page,
        },
        // Nothing was ever booked on it.
        None => MerchantStatement {
            opening: Money::zero(Currency::Cny),
            closing: Money::zero(Currency::Cny),
            page: Page { rows: Vec::new(), total: 0, request: filter.page },
        },
    })
}

/// Where the merchant is notified, with the secret the messages are signed with.
///
/// # Errors
/// It gave no address.
pub async fn endpoint(
    office: &Office,
    client: &ApiClient,
) -> Result<(Endpoint, String), GatewayError> {
    let mut conn = office.db.acquire().await?;
    let endpoint = notifications::endpoint(&mut conn, client.merchant).await?;
    let secret = notifications::secret(&mut conn, client.merchant).await?;
    let found = endpoint.zip(secret.map(|secret| secret.text()));
    found.ok_or(GatewayError::NotFound("notification address"))
}

/// Sets where the merchant is notified.
///
/// # Errors
/// The address is none to send to.
pub async fn set_endpoint(
    office: &Office,
    client: &ApiClient,
    call: &Call,
    url: &str,
) -> Result<Came<()>, GatewayError> {
    let mut tx = office.begin().await?;
    match idempotency::begin(&mut tx, office, client, call).await? {
        Key::New => {}
        Key::Answered(answer) => return Ok(Came::Before(answer)),
        Key::Unanswered(_) => return Ok(Came::New(())),
    }
    let by = format!("API key {}", client.key_id);
    let set = EndpointSet { merchant: client.merchant, url, by: &by };
    notifications::set_endpoint(&mut tx, office, set).await?;
    idempotency::about(&mut tx, client, call, client.merchant.into()).await?;
    tx.commit().await?;
    Ok(Came::New(()))
}
