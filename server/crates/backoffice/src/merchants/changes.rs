//! Changes of a merchant's terms take two people.

use super::{MerchantError, fees, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::fee::FeeRow;
use domain::ids::{ApprovalId, MerchantId};
use domain::merchant::{MerchantChange, MerchantDetail, MerchantStatus};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Proposes to open or close a product, or to agree other fee terms.
///
/// # Errors
/// Not allowed, nothing would change, the terms make no sense or begin in the past, or a change is
/// already waiting.
pub async fn propose_change(
    office: &Office,
    actor: &Actor,
    id: MerchantId,
    change: &MerchantChange,
) -> Result<ApprovalId, MerchantError> {
    actor.require(Permission::MakeMerchantChange)?;
    if let MerchantChange::Fee { schedule, valid_from, .. } = change {
        schedule.clone().checked()?;
        if *valid_from < office.today() {
            return Err(MerchantError::BeginsInThePast(*valid_from));
        }
    }
    if let MerchantChange::Account { account } = change {
        account.check()?;
    }
    let mut tx = office.begin().await?;
    let merchant = store::lock(&mut tx, id).await?.ok_or(MerchantError::NotFound)?;
    let closed = merchant.summary.status == MerchantStatus::Closed;
    if closed && matches!(change, MerchantChange::Suspension { .. }) {
        return Err(MerchantError::Closed);
    }
    let content = content(&merchant, change);
    if content["before"] == content["after"] {
        return Err(MerchantError::NothingToChange);
    }
    let proposal = Proposal {
        kind: ApprovalKind::MerchantChange,
        subject: id.into(),
        title: title(&merchant, change),
        content,
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided change.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let merchant = MerchantId(subject);
    let detail = store::lock(&mut tx, merchant).await?.ok_or(MerchantError::NotFound)?;
    let change: MerchantChange = serde_json::from_value(approved["change"].clone())?;
    let leave = approvals::execute(&mut tx, office, id, &content(&detail, &change)).await?;
    if let Leave::Granted { .. } = leave {
        apply(&mut tx, office, (merchant, &change)).await?;
        let event = Event {
            who: Who::System("worker"),
            action: "merchants.change",
            subject_kind: "merchant",
        };
        audit::record(&mut tx, office, event, &merchant.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn apply(
    conn: &mut PgConnection,
    office: &Office,
    (merchant, change): (MerchantId, &MerchantChange),
) -> Result<(), MerchantError> {
    match change {
        MerchantChange::Account { account } => {
            store::set_account(conn, merchant, (account, office.now())).await
        }
        MerchantChange::Suspension { suspended } => {
            store::set_status(conn, merchant, after_suspension(*suspended)).await
        }
        MerchantChange::Product { product, enabled } => {
            store::set_product(conn, merchant, *product, *enabled).await
        }
        MerchantChange::Fee { product, card, schedule, valid_from } => {
            fees::set(conn, merchant, (*product, *card), (schedule, *valid_from)).await
        }
    }
}

/// A merchant that was closed is neither suspended nor taken back.
const fn after_suspension(suspended: bool) -> MerchantStatus {
    if suspended { MerchantStatus::Suspended } else { MerchantStatus::Active }
}

/// What the checker sees: the merchant, and the terms before and after.
fn content(merchant: &MerchantDetail, change: &MerchantChange) -> Value {
    let (before, after) = match change {
        MerchantChange::Account { account } => (json!(merchant.settlement_account), json!(account)),
        MerchantChange::Suspension { suspended } => {
            (json!(merchant.summary.status), json!(after_suspension(*suspended)))
        }
        MerchantChange::Product { product, enabled } => {
            let before = merchant.summary.products.contains(product);
            (json!(before), json!(enabled))
        }
        MerchantChange::Fee { product, card, schedule, valid_from } => {
            // Newest first: the first row that began by then is the one that counts.
            let counts = |row: &&FeeRow| {
                row.product == *product && row.card == *card && row.valid_from <= *valid_from
            };
            let before = merchant.fees.iter().find(counts).map(|row| &row.schedule);
            (json!(before.map(ToString::to_string)), json!(schedule.to_string()))
        }
    };
    json!({
        "merchant": merchant.summary.code,
        "name": merchant.summary.name,
        "change": change,
        "before": before,
        "after": after,
    })
}

fn title(merchant: &MerchantDetail, change: &MerchantChange) -> String {
    let name = &merchant.summary.name;
    match change {
        MerchantChange::Account { account } => {
            format!("{name}: settlement account {}", account.account_no)
        }
        MerchantChange::Suspension { suspended: true } => format!("{name}: suspend"),
        MerchantChange::Suspension { suspended: false } => format!("{name}: work for it again"),
        MerchantChange::Product { product, enabled: true } => format!("{name}: open {product}"),
        MerchantChange::Product { product, enabled: false } => format!("{name}: close {product}"),
        MerchantChange::Fee { product, card, schedule, valid_from } => {
            let card = card.map(|card| format!(" by {card} card")).unwrap_or_default();
            format!("{name}: {product}{card} at {schedule} from {valid_from}")
        }
    }
}
