//! The reserve-fund system (备付金系统): the institution's bank accounts, each with a purpose, the
//! leave every payout needs before it may leave one of them, and the daily proof that the money
//! held covers what customers are owed.

mod books;
mod documents;
mod error;
mod forecasts;
mod incidents;
mod proofs;
mod quotas;
mod settings;
mod store;

pub use books::{
    gap_after, proof, proof_on, show_proof, table, tables, tables_file, unreached_items,
};
pub use documents::{
    Evidence, FiledOrder, Filing, Heard, OrderWord, QueryDocument, SendDocument, WriteDocumentFile,
    confirm, document_concluded, documents, find_document, order_filed, order_is_stopped,
    order_overdue, order_reported, order_to_file, preview_document, propose_document,
};
pub use error::ReserveError;
pub use forecasts::forecast;
pub use incidents::{
    CheckCover, acknowledge, check_cover, check_now, gate, incidents, open_incident, schedule_check,
};
pub use proofs::{find_proof, proof_concluded, proofs, propose_proof};
pub use quotas::quotas;
pub use settings::{propose_settings, settings, settings_changes, settings_concluded};

use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::AccountRef;
use domain::date::BusinessDate;
use domain::ids::{MerchantId, OrderId, PayoutId, RefundId, ReserveAccountId, UserId};
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use domain::payout::{Payee, PayoutSource, WaySetting};
use domain::reserve::{
    Destination, InstructionState, Purpose, ReserveAccount, ReserveAccountDetail,
};
use sqlx::PgConnection;

/// A bank account to be set up.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its short code, `PBOC-1`.
    pub code: String,
    /// What it is for; says which account of the chart it is.
    pub purpose: Purpose,
    /// Where it is kept.
    pub bank_name: String,
    /// Its number at the bank.
    pub account_no: String,
    /// Code of the channel whose front reaches it.
    pub front: String,
}

/// Money a payout wants from an account.
#[derive(Debug, Clone)]
pub struct Instruction<'a> {
    /// The account to be debited.
    pub account: ReserveAccountId,
    /// The payout.
    pub payout: PayoutId,
    /// What it comes from.
    pub source: PayoutSource,
    /// The merchant it pays, or through whom it came to be paid.
    pub merchant: MerchantId,
    /// Whom alone it may reach.
    pub whom: Whom,
    /// Where the money goes.
    pub payee: &'a Payee,
    /// How much.
    pub amount: Money,
}

/// Whom alone a payout may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The merchant, at the registered settlement account.
    Merchant,
    /// The payer a refund was approved for.
    Refund(RefundId),
    /// A user, at the own account registered.
    User(UserId),
    /// Whoever topped up with this order, at the account the money came from.
    TopUp(OrderId),
}

/// The account of the chart in which a bank account is kept.
#[must_use]
pub fn ledger_account(purpose: Purpose) -> AccountRef {
    match purpose {
        Purpose::Custody => AccountRef::reserve(),
        Purpose::Special => AccountRef::special_reserve_at(""),
        Purpose::OwnFunds => AccountRef::own_funds(),
    }
}

/// Sets up a bank account, when the institution is.
///
/// # Errors
/// Its code, number or ledger account is taken.
pub async fn open_account(
    conn: &mut PgConnection,
    office: &Office,
    account: &NewAccount,
) -> Result<ReserveAccountId, ReserveError> {
    let id = ReserveAccountId(office.new_id());
    store::insert(conn, office, id, account).await?;
    Ok(id)
}

/// Says over which clearing house payouts of an account go, and so whose quota they use.
///
/// # Errors
/// There is no such account.
pub async fn clear_over(
    conn: &mut PgConnection,
    id: ReserveAccountId,
    house: &str,
) -> Result<(), ReserveError> {
    store::clear_over(conn, id, house).await
}

/// How payouts leave an account. Keeps it from being changed until the transaction ends.
///
/// # Errors
/// There is no such account.
pub async fn payout_way(
    conn: &mut PgConnection,
    id: ReserveAccountId,
) -> Result<WaySetting, ReserveError> {
    store::payout_way(conn, id).await?.ok_or(ReserveError::NotFound(id))
}

/// Sets how payouts leave an account, once two people decided it.
///
/// # Errors
/// The database failed.
pub async fn set_payout_way(
    conn: &mut PgConnection,
    id: ReserveAccountId,
    setting: &WaySetting,
) -> Result<(), ReserveError> {
    store::set_payout_way(conn, id, setting).await
}

/// The account merchants are paid from, if it is set up.
///
/// # Errors
/// The database failed.
pub async fn custody_account(
    conn: &mut PgConnection,
) -> Result<Option<ReserveAccountId>, ReserveError> {
    store::active_custody(conn).await
}

/// Locks an account and tells what of it is neither paid nor promised.
///
/// # Errors
/// There is no such account, or it is not in use.
pub async fn available(
    conn: &mut PgConnection,
    id: ReserveAccountId,
) -> Result<(ReserveAccount, Money), ReserveError> {
    store::lock(conn, id).await?;
    let account = find_account(conn, id).await?;
    if !account.active {
        return Err(ReserveError::Inactive(account.code));
    }
    let free = account.booked.checked_sub(account.promised)?;
    Ok((account, free))
}

/// Refuses, and says by how much, if an account does not cover an amount.
///
/// # Errors
/// It is short, not in use, or unknown.
pub async fn require_cover(
    conn: &mut PgConnection,
    id: ReserveAccountId,
    wanted: Money,
) -> Result<ReserveAccount, ReserveError> {
    let (account, available) = available(conn, id).await?;
    let short = wanted.checked_sub(available)?;
    if short.is_positive() {
        return Err(ReserveError::Short { account: account.code, available, wanted, short });
    }
    Ok(account)
}

/// Gives a payout leave to take money from an account, and promises it that money.
///
/// # Errors
/// The account's purpose does not allow it, the payee is not the merchant's registered settlement
/// account, the payer's a refund was approved for, the user's own or the one a top-up came from, or
/// there is not enough on the account or of the quota at its clearing house.
pub async fn authorise(
    conn: &mut PgConnection,
    office: &Office,
    instruction: &Instruction<'_>,
) -> Result<(), ReserveError> {
    let account = require_cover(conn, instruction.account, instruction.amount).await?;
    let payee = instruction.payee;
    let (registered, way) = match instruction.whom {
        Whom::Merchant => {
            let registered = store::is_registered(conn, instruction.merchant, payee).await?;
            (registered, Destination::RegisteredPayee)
        }
        Whom::Refund(refund) => {
            (store::is_payers(conn, refund, payee).await?, Destination::OriginalPayer)
        }
        Whom::User(user) => {
            (store::is_users(conn, user, payee).await?, Destination::RegisteredUserAccount)
        }
        Whom::TopUp(order) => {
            (store::is_origin(conn, order, payee).await?, Destination::OriginalPayer)
        }
    };
    let destination = if registered { way } else { Destination::UnregisteredPayee };
    let transfer = instruction.source.transfer(account.purpose, destination)?;
    let house = store::clearing_house(conn, instruction.account).await?;
    let session = match &house {
        Some(house) => Some(quotas::pay(conn, office, (house, instruction.amount)).await?),
        None => None,
    };
    store::promise(conn, office, (instruction, transfer), session.as_ref()).await
}

/// Writes down how a promise ended: paid by the statement, or released because the bank refused.
///
/// # Errors
/// The database failed.
pub async fn conclude(
    conn: &mut PgConnection,
    office: &Office,
    payout: PayoutId,
    state: InstructionState,
) -> Result<(), ReserveError> {
    if state == InstructionState::Released {
        quotas::give_back(conn, office, payout).await?;
    }
    store::conclude(conn, office, payout, state).await
}

/// Keeps the closing balance of an imported bank statement.
///
/// # Errors
/// None of our accounts has this number.
pub async fn record_statement_balance(
    conn: &mut PgConnection,
    account_no: &str,
    day: BusinessDate,
    closing: Money,
) -> Result<(), ReserveError> {
    if !store::record_statement(conn, account_no, (day, closing)).await? {
        return Err(ReserveError::UnknownAccount(account_no.to_owned()));
    }
    Ok(())
}

/// The account of ours with this number at the bank.
///
/// # Errors
/// None has it.
pub async fn account_numbered(
    conn: &mut PgConnection,
    account_no: &str,
) -> Result<ReserveAccount, ReserveError> {
    let id = store::numbered(conn, account_no)
        .await?
        .ok_or_else(|| ReserveError::UnknownAccount(account_no.to_owned()))?;
    find_account(conn, id).await
}

/// The institution's bank accounts.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(office: &Office, actor: &Actor) -> Result<Vec<ReserveAccount>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    let mut accounts = Vec::new();
    for row in store::list(&mut conn).await? {
        accounts.push(with_balance(&mut conn, row).await?);
    }
    Ok(accounts)
}

/// One bank account, with what was promised out of it.
///
/// # Errors
/// Not allowed, or there is no such account.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: ReserveAccountId,
    page: PageRequest,
) -> Result<ReserveAccountDetail, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    let account = find_account(&mut conn, id).await?;
    let instructions = store::instructions(&mut conn, id, page).await?;
    Ok(ReserveAccountDetail { account, instructions })
}

async fn find_account(
    conn: &mut PgConnection,
    id: ReserveAccountId,
) -> Result<ReserveAccount, ReserveError> {
    let account = store::find(conn, id).await?.ok_or(ReserveError::NotFound(id))?;
    with_balance(conn, account).await
}

async fn with_balance(
    conn: &mut PgConnection,
    account: ReserveAccount,
) -> Result<ReserveAccount, ReserveError> {
    let booked = ledger::balance(conn, &ledger_account(account.purpose), Currency::Cny).await?;
    Ok(ReserveAccount { booked, ..account })
}
