//! Our trial balance beside that of the general ledger, account by account: what is still on the
//! way there, and what its accountants must explain.

mod read;
mod store;

use super::VoucherError;
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::account::{Side, TrialBalance};
use domain::date::Month;
use domain::money::{Currency, Money};
use domain::voucher::{ComparedAccount, ErpComparison, PeriodBalance};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Keeps the general ledger's trial balance of a month (科目余额表, CSV or workbook), byte for byte.
/// The last one of a month counts.
///
/// # Errors
/// Not allowed, the file cannot be read, or it was uploaded before.
pub async fn upload_erp_balance(
    office: &Office,
    actor: &Actor,
    period: Month,
    (name, bytes): (&str, &[u8]),
) -> Result<(), VoucherError> {
    let by = actor.require(Permission::ExportVouchers)?;
    let accounts = read::balances(bytes)?;
    let sha256 = hex::encode(Sha256::digest(bytes));
    let mut tx = office.begin().await?;
    let file = store::NewBalance { id: office.new_id(), period, name, bytes, sha256: &sha256 };
    if !store::insert(&mut tx, &file, (by, office.now())).await? {
        return Err(VoucherError::KnownBalance);
    }
    store::insert_lines(&mut tx, file.id, &accounts).await?;
    let event = Event {
        who: Who::Staff(actor),
        action: "vouchers.upload_balance",
        subject_kind: "voucher_period",
    };
    let after = serde_json::json!({ "sha256": sha256, "accounts": accounts.len() });
    audit::record(&mut tx, office, event, &period.to_string(), &after).await?;
    tx.commit().await?;
    Ok(())
}

/// The books, the acknowledged vouchers and the general ledger's own trial balance of a month.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn compare(
    office: &Office,
    actor: &Actor,
    period: Month,
) -> Result<ErpComparison, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut tx = office.at_one_moment().await?;
    let (codes, books) = books(&mut tx, period).await?;
    let acknowledged = store::acknowledged(&mut tx, period).await?;
    let file = store::latest(&mut tx, period).await?;
    let erp = match &file {
        Some((id, _)) => Some(store::lines(&mut tx, *id).await?),
        None => None,
    };
    let mut all: BTreeSet<&String> = books.keys().chain(acknowledged.keys()).collect();
    all.extend(erp.iter().flat_map(BTreeMap::keys));
    let of = |side: &BTreeMap<String, PeriodBalance>, code: &String| {
        side.get(code).copied().unwrap_or_else(PeriodBalance::zero)
    };
    let mut accounts = Vec::with_capacity(all.len());
    for code in all {
        let ours = codes.get(code).cloned().unwrap_or_default();
        let there = erp.as_ref().and_then(|lines| lines.get(code)).copied();
        let (books, sent) = (of(&books, code), of(&acknowledged, code));
        accounts.push(ComparedAccount::new((code.clone(), ours), books, sent, there)?);
    }
    let (days_without_vouchers, not_acknowledged) = store::open_work(&mut tx, period).await?;
    Ok(ErpComparison {
        period,
        closed: super::changes::is_closed(&mut tx, period).await?,
        file: file.map(|(_, file)| file),
        accounts,
        days_without_vouchers,
        not_acknowledged,
    })
}

type Codes = BTreeMap<String, Vec<String>>;
type Balances = BTreeMap<String, PeriodBalance>;

/// Our trial balance of a month by the general ledger's codes, and which of our codes those are.
async fn books(conn: &mut PgConnection, period: Month) -> Result<(Codes, Balances), VoucherError> {
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut of: BTreeMap<String, String> = BTreeMap::new();
    for account in super::store::accounts(conn).await? {
        codes.entry(account.u8_code.clone()).or_default().push(account.code.clone());
        of.insert(account.code, account.u8_code);
    }
    let days = (period.first(), period.last());
    let TrialBalance { rows, .. } = ledger::period_trial_balance(conn, days, Currency::Cny).await?;
    let mut balances: Balances = BTreeMap::new();
    for row in rows {
        let Some(u8_code) = of.get(&row.account.code) else { continue };
        let closing = match row.normal_side {
            Side::Debit => row.closing,
            Side::Credit => row.closing.checked_neg()?,
        };
        let moved = PeriodBalance { debits: row.debits, credits: row.credits, closing };
        let known = balances.entry(u8_code.clone()).or_insert_with(PeriodBalance::zero);
        *known = known.checked_add(moved)?;
    }
    Ok((codes, balances))
}

/// An amount that the database added up.
fn added(text: &str, period: Month) -> Result<Money, VoucherError> {
    let minor = text.parse();
    let minor =
        minor.map_err(|error| crate::explain::Inconsistent::new("voucher_lines", period, error))?;
    Ok(Money::cny(minor))
}
