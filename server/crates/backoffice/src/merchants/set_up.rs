//! Setting merchants up: for the command line, the demonstration and tests. What is there already
//! is left as it is.

use super::{MerchantError, fees, store};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::date::BusinessDate;
use domain::fee::{FeeSchedule, FeeTerms};
use domain::ids::MerchantId;
use domain::merchant::SplitMode;
use domain::merchant::{MerchantKind, MerchantStatus, SettlementAccount, SplitLabel, SplitShare};
use domain::product::{CardType, Product};
use rand::Rng;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// A merchant to be onboarded.
#[derive(Debug, Clone)]
pub struct NewMerchant {
    /// Its number, `M100001`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind.
    pub kind: MerchantKind,
    /// For suppliers and logistics: the platform they work on.
    pub platform: Option<MerchantId>,
    /// N of T+N, in business days.
    pub settlement_cycle_days: u16,
    /// Where its money goes.
    pub settlement_account: SettlementAccount,
}

/// A share of a platform's orders, to be agreed.
#[derive(Debug, Clone)]
pub struct NewSplitRule {
    /// The platform.
    pub platform: MerchantId,
    /// Who gets the share.
    pub payee: MerchantId,
    /// What it is for.
    pub label: SplitLabel,
    /// How large it is.
    pub share: SplitShare,
    /// How it is booked.
    pub mode: SplitMode,
    /// First day it counts.
    pub valid_from: BusinessDate,
}

/// A new API key. The secret is shown this once; we keep only its hash.
#[derive(Clone)]
pub struct ApiSecret {
    /// The key's public part.
    pub key_id: String,
    secret: String,
}

impl ApiSecret {
    /// What the business system sends: `Authorization: Bearer <key_id>.<secret>`.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("{}.{}", self.key_id, self.secret)
    }
}

impl std::fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiSecret").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Onboards a merchant; one whose number is known stays as it is.
///
/// # Errors
/// The database refused it.
pub async fn add(
    conn: &mut PgConnection,
    office: &Office,
    new: &NewMerchant,
) -> Result<MerchantId, MerchantError> {
    if let Some(known) = store::by_code(conn, &new.code).await? {
        return Ok(known);
    }
    let id = MerchantId(office.new_id());
    store::insert(conn, office, id, new).await?;
    witness(conn, office, "merchants.add", (id, &new.code)).await?;
    Ok(id)
}

/// Opens a product for a merchant.
///
/// # Errors
/// The database failed.
pub async fn enable(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
    product: Product,
) -> Result<(), MerchantError> {
    store::set_product(conn, merchant, product, true).await?;
    witness(conn, office, "merchants.enable", (merchant, product.name())).await
}

/// Agrees fee terms from a day on.
///
/// # Errors
/// The terms make no sense.
pub async fn agree_fee(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
    (product, terms, valid_from): (Product, FeeTerms, BusinessDate),
) -> Result<(), MerchantError> {
    agree_schedule(conn, office, merchant, (product, None, terms.into(), valid_from)).await
}

/// Agrees a fee schedule from a day on, for one kind of card or for all.
///
/// # Errors
/// The terms make no sense.
pub async fn agree_schedule(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
    (product, card, schedule, valid_from): (Product, Option<CardType>, FeeSchedule, BusinessDate),
) -> Result<(), MerchantError> {
    let schedule = schedule.checked()?;
    fees::set(conn, merchant, (product, card), (&schedule, valid_from)).await?;
    witness(conn, office, "merchants.agree_fee", (merchant, product.name())).await
}

/// Agrees a split rule; the same one again changes nothing.
///
/// # Errors
/// The database refused it.
pub async fn add_split_rule(
    conn: &mut PgConnection,
    office: &Office,
    rule: &NewSplitRule,
) -> Result<(), MerchantError> {
    store::insert_split_rule(conn, office, rule).await?;
    witness(conn, office, "merchants.add_split_rule", (rule.platform, rule.label.name())).await
}

/// Suspends a merchant, or works for it again.
///
/// # Errors
/// The database failed.
pub async fn set_status(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
    status: MerchantStatus,
) -> Result<(), MerchantError> {
    store::set_status(conn, merchant, status).await?;
    witness(conn, office, "merchants.set_status", (merchant, status.name())).await
}

/// Makes a new API key for a merchant's business system.
///
/// # Errors
/// The database failed.
pub async fn issue_api_key(
    conn: &mut PgConnection,
    office: &Office,
    merchant: MerchantId,
) -> Result<ApiSecret, MerchantError> {
    let mut bytes = [0_u8; 40];
    rand::rng().fill_bytes(&mut bytes);
    let (id, secret) = bytes.split_at(8);
    let key = ApiSecret { key_id: format!("ck_{}", hex::encode(id)), secret: hex::encode(secret) };
    let hash = Sha256::digest(key.secret.as_bytes()).to_vec();
    store::insert_api_key(conn, office, merchant, (&key.key_id, &hash)).await?;
    witness(conn, office, "merchants.issue_api_key", (merchant, &key.key_id)).await?;
    Ok(key)
}

async fn witness(
    conn: &mut PgConnection,
    office: &Office,
    action: &'static str,
    (merchant, what): (MerchantId, &str),
) -> Result<(), MerchantError> {
    let event = Event { who: Who::System("set-up"), action, subject_kind: "merchant" };
    Ok(audit::record(conn, office, event, &merchant.to_string(), &what).await?)
}
