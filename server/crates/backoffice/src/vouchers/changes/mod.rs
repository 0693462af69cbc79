//! Changes of the vouchers' rules, and red vouchers, take two people.

mod store;

use super::{VoucherError, draft, lock_day, require_open};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::date::{BusinessDate, Month};
use domain::fee::Rate;
use domain::ids::{ApprovalId, VoucherId};
use domain::voucher::{Mapping, VoucherChange};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Proposes a change.
///
/// # Errors
/// Not allowed, nothing would change, the change makes no sense, or one about the same thing is
/// already waiting.
pub async fn propose_change(
    office: &Office,
    actor: &Actor,
    change: VoucherChange,
) -> Result<ApprovalId, VoucherError> {
    actor.require(Permission::MakeVoucherChange)?;
    let change = checked(change)?;
    let mut tx = office.begin().await?;
    let content = content(&mut tx, &change).await?;
    if content["before"] == content["after"] {
        return Err(VoucherError::NothingToChange);
    }
    let proposal = Proposal {
        kind: ApprovalKind::VoucherChange,
        subject: subject(&change),
        title: title(&change),
        content,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided change.
///
/// # Errors
/// The database failed.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let change: VoucherChange = serde_json::from_value(approved["change"].clone())?;
    if let VoucherChange::Reverse { voucher, .. } = &change
        && let Some(found) = super::store::find(&mut tx, *voucher).await?
    {
        lock_day(&mut tx, found.summary.accounting_date).await?;
    }
    // What has become impossible meanwhile is no longer what was approved.
    let now = match content(&mut tx, &change).await {
        Ok(now) => now,
        Err(VoucherError::Refused(_) | VoucherError::NothingToChange) => json!(null),
        Err(error) => return Err(error.into()),
    };
    let leave = approvals::execute(&mut tx, office, id, &now).await?;
    if let Leave::Granted { .. } = leave {
        apply(&mut tx, office, (&change, id)).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "vouchers.change",
            subject_kind: "voucher_change",
        };
        audit::record(&mut tx, office, event, &id.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The months the general ledger has closed, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn closed_periods(office: &Office, actor: &Actor) -> Result<Vec<Month>, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::closed(&mut conn).await
}

/// The tax rates that are split off fee income, each from its day on, the latest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn vat_rates(
    office: &Office,
    actor: &Actor,
) -> Result<Vec<(BusinessDate, Rate)>, VoucherError> {
    actor.require(Permission::ViewVouchers)?;
    let mut conn = office.db.acquire().await?;
    store::vat_rates(&mut conn).await
}

/// Whether the general ledger has closed a month.
pub(super) async fn is_closed(
    conn: &mut PgConnection,
    period: Month,
) -> Result<bool, VoucherError> {
    store::is_closed(conn, period).await
}

fn checked(change: VoucherChange) -> Result<VoucherChange, VoucherError> {
    match change {
        VoucherChange::Mapping(mapping) => Ok(VoucherChange::Mapping(mapping.checked()?)),
        VoucherChange::Reverse { voucher, reason } => {
            let reason = reason.trim().to_owned();
            if reason.is_empty() {
                return Err(VoucherError::NoReason);
            }
            Ok(VoucherChange::Reverse { voucher, reason })
        }
        other => Ok(other),
    }
}

async fn apply(
    conn: &mut PgConnection,
    office: &Office,
    (change, approval): (&VoucherChange, ApprovalId),
) -> Result<(), VoucherError> {
    match change {
        VoucherChange::Mapping(mapping) => store::set_mapping(conn, mapping).await,
        VoucherChange::Vat { valid_from, rate } => store::set_vat(conn, *valid_from, *rate).await,
        VoucherChange::ClosePeriod { period } => {
            store::set_closed(conn, (*period, true), (approval, office.now())).await
        }
        VoucherChange::ReopenPeriod { period } => {
            store::set_closed(conn, (*period, false), (approval, office.now())).await
        }
        VoucherChange::Reverse { voucher, .. } => reverse(conn, office, *voucher).await,
    }
}

/// Writes the red voucher, which waits for the next file of its day.
async fn reverse(
    conn: &mut PgConnection,
    office: &Office,
    id: VoucherId,
) -> Result<(), VoucherError> {
    let voucher = super::store::find(conn, id).await?.ok_or(VoucherError::NotFound)?;
    voucher.summary.state.reverse()?;
    let number = store::next_number(conn, voucher.summary.accounting_date).await?;
    super::store::mark_reversed(conn, id).await?;
    super::store::insert(conn, &draft::red(office, &voucher, number)?).await
}

/// What the checker sees: how it is, and how it would be.
async fn content(conn: &mut PgConnection, change: &VoucherChange) -> Result<Value, VoucherError> {
    let (before, after) = match change {
        VoucherChange::Mapping(mapping) => {
            let known = store::mapping(conn, &mapping.code).await?;
            let known = known.ok_or_else(|| VoucherError::NoSuchAccount(mapping.code.clone()))?;
            (shown(&known), shown(mapping))
        }
        VoucherChange::Vat { valid_from, rate } => {
            let before = store::vat_on(conn, *valid_from).await?;
            (json!(before.unwrap_or(Rate::ZERO).to_string()), json!(rate.to_string()))
        }
        VoucherChange::ClosePeriod { period } => {
            (json!(is_closed(conn, *period).await?), json!(true))
        }
        VoucherChange::ReopenPeriod { period } => {
            (json!(is_closed(conn, *period).await?), json!(false))
        }
        VoucherChange::Reverse { voucher, .. } => {
            let found = super::store::find(conn, *voucher).await?.ok_or(VoucherError::NotFound)?;
            found.summary.state.reverse()?;
            require_open(conn, found.summary.accounting_date).await?;
            let summary = &found.summary;
            (
                json!({
                    "day": summary.accounting_date,
                    "number": summary.number,
                    "total": summary.total.to_string(),
                }),
                json!({ "total": summary.total.checked_neg()?.to_string() }),
            )
        }
    };
    Ok(json!({ "change": change, "before": before, "after": after }))
}

fn shown(mapping: &Mapping) -> Value {
    json!({
        "u8_code": mapping.u8_code,
        "dimension": mapping.dimension,
        "department": mapping.department,
        "project": mapping.project,
    })
}

fn title(change: &VoucherChange) -> String {
    match change {
        VoucherChange::Mapping(mapping) => {
            format!("{} is {} in the general ledger", mapping.code, mapping.u8_code)
        }
        VoucherChange::Vat { valid_from, rate } => {
            format!("fees contain {rate} value added tax from {valid_from}")
        }
        VoucherChange::ClosePeriod { period } => format!("close {period} for vouchers"),
        VoucherChange::ReopenPeriod { period } => format!("reopen {period} for vouchers"),
        VoucherChange::Reverse { reason, .. } => format!("cancel a voucher: {reason}"),
    }
}

/// What a request is about, as an id: one change of the same thing waits at a time.
fn subject(change: &VoucherChange) -> Uuid {
    let about = match change {
        VoucherChange::Mapping(mapping) => format!("mapping {}", mapping.code),
        VoucherChange::Vat { valid_from, .. } => format!("vat {valid_from}"),
        VoucherChange::ClosePeriod { period } | VoucherChange::ReopenPeriod { period } => {
            format!("period {period}")
        }
        VoucherChange::Reverse { voucher, .. } => return voucher.0,
    };
    let hash = Sha256::digest(about.as_bytes());
    let (bytes, _) = hash.as_slice().split_at(16);
    Uuid::from_slice(bytes).unwrap_or_default()
}
