//! CRM: merchants, the products opened for them, what they pay, and how platform orders are split.
//! Every payment asks here first whether the merchant may take it.

mod changes;
mod error;
mod fees;
mod names;
mod set_up;
mod store;

pub use changes::{approval_concluded, propose_change};
pub use error::MerchantError;
pub use fees::{fee_on, fee_schedule};
pub use names::names;
pub use set_up::{
    ApiSecret, NewMerchant, NewSplitRule, add, add_split_rule, agree_fee, agree_schedule, enable,
    issue_api_key, set_status,
};

use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::MerchantId;
use domain::merchant::{
    Entitlement, MerchantDetail, MerchantFilter, MerchantSummary, Refusal, Sale, SettlementAccount,
    SplitRule, Standing, entitle,
};
use domain::page::{Page, PageRequest};
use domain::product::{CardType, Product};
use sqlx::PgConnection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Merchants by number.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &MerchantFilter,
    page: PageRequest,
) -> Result<Page<MerchantSummary>, MerchantError> {
    actor.require(Permission::ViewMerchants)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One merchant with its terms.
///
/// # Errors
/// Not allowed, or there is no such merchant.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: MerchantId,
) -> Result<MerchantDetail, MerchantError> {
    actor.require(Permission::ViewMerchants)?;
    let mut conn = office.db.acquire().await?;
    store::detail(&mut conn, id).await?.ok_or(MerchantError::NotFound)
}

/// The merchant with this number (`M100001`), for whoever may see merchants.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn numbered(
    office: &Office,
    actor: &Actor,
    code: &str,
) -> Result<Option<MerchantId>, MerchantError> {
    actor.require(Permission::ViewMerchants)?;
    let mut conn = office.db.acquire().await?;
    store::by_code(&mut conn, code).await
}

/// What is known of merchants, as one transaction saw it: several orders are checked against it.
#[derive(Debug, Default)]
pub struct Register {
    standings: HashMap<(MerchantId, Product, Option<CardType>, BusinessDate), Option<Standing>>,
}

impl Register {
    /// Whether a merchant may take this amount with this product on this day, and at which fee
    /// (产品开通校验). The refusal is an answer, to be stored with the order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn entitlement(
        &mut self,
        conn: &mut PgConnection,
        merchant: MerchantId,
        sale: impl Into<Sale>,
        day: BusinessDate,
    ) -> Result<Result<Entitlement, Refusal>, MerchantError> {
        let Sale { product, amount, card } = sale.into();
        let standing = match self.standings.entry((merchant, product, card, day)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(store::standing(conn, merchant, (product, card), day).await?)
            }
        };
        Ok(entitle(standing.as_ref(), product, amount, day))
    }
}

/// The split rules of a platform's orders that count on a day, in the order shares are taken.
///
/// # Errors
/// The database failed.
pub async fn split_rules(
    conn: &mut PgConnection,
    platform: MerchantId,
    day: BusinessDate,
) -> Result<Vec<SplitRule>, MerchantError> {
    store::split_rules(conn, platform, Some(day)).await
}

/// Where a merchant's money goes, and the N of its T+N.
///
/// # Errors
/// There is no such merchant.
pub async fn settlement_terms(
    conn: &mut PgConnection,
    merchant: MerchantId,
) -> Result<(SettlementAccount, u16), MerchantError> {
    store::settlement_terms(conn, merchant).await?.ok_or(MerchantError::NotFound)
}

/// The merchant with this number (`M100001`).
///
/// # Errors
/// The database failed.
pub async fn by_code(
    conn: &mut PgConnection,
    code: &str,
) -> Result<Option<MerchantId>, MerchantError> {
    store::by_code(conn, code).await
}

/// The number of a merchant.
///
/// # Errors
/// The database failed.
pub async fn code_of(
    conn: &mut PgConnection,
    id: MerchantId,
) -> Result<Option<String>, MerchantError> {
    store::code_of(conn, id).await
}

/// The seller with this number, if it sells on this platform.
///
/// # Errors
/// The database failed.
pub async fn seller_on(
    conn: &mut PgConnection,
    platform: MerchantId,
    code: &str,
) -> Result<Option<MerchantId>, MerchantError> {
    store::seller_on(conn, platform, code).await
}

/// Whom API keys belong to, with the hashes of their secrets; keys that were switched off and keys
/// of closed merchants are unknown.
///
/// # Errors
/// The database failed.
pub async fn api_keys(
    conn: &mut PgConnection,
    key_ids: &[&str],
) -> Result<HashMap<String, (MerchantId, Vec<u8>)>, MerchantError> {
    store::api_keys(conn, key_ids).await
}
