//! Where merchants are notified. A merchant sets its own address over the API; a colleague's
//! proposal takes a second person. The secret is made here and shown to the merchant only.

use super::jobs::TakeUpHeld;
use super::{NotificationError, store};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::{self, JobError};
use crate::merchants;
use crate::office::Office;
use banks::signing::Secret;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::{ApprovalId, MerchantId};
use domain::notification::Endpoint;
use rand::Rng;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// An address as it is to be set.
#[derive(Debug, Clone, Copy)]
pub struct EndpointSet<'a> {
    /// Whose.
    pub merchant: MerchantId,
    /// The address.
    pub url: &'a str,
    /// By whom, in words.
    pub by: &'a str,
}

/// Sets where a merchant is notified, with a new secret if it is another address, and takes up what
/// was held.
///
/// # Errors
/// The address is none to send to.
pub async fn set_endpoint(
    conn: &mut PgConnection,
    office: &Office,
    set: EndpointSet<'_>,
) -> Result<Endpoint, NotificationError> {
    office.notify.check(set.url)?;
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    store::set_endpoint(conn, office, set, &bytes).await?;
    jobs::enqueue(conn, office, &TakeUpHeld { merchant: set.merchant }).await?;
    let endpoint = store::endpoint(conn, set.merchant).await?;
    let endpoint = endpoint.ok_or(NotificationError::NoMerchant)?.shown;
    let event = Event {
        who: Who::System("notifications"),
        action: "notifications.set_endpoint",
        subject_kind: "merchant",
    };
    audit::record(conn, office, event, &set.merchant.to_string(), &endpoint).await?;
    Ok(endpoint)
}

/// Where a merchant is notified, if it gave an address.
///
/// # Errors
/// The database failed.
pub async fn endpoint(
    conn: &mut PgConnection,
    merchant: MerchantId,
) -> Result<Option<Endpoint>, NotificationError> {
    Ok(store::endpoint(conn, merchant).await?.map(|stored| stored.shown))
}

/// The secret its notifications are signed with, for the merchant itself.
///
/// # Errors
/// The database failed.
pub async fn secret(
    conn: &mut PgConnection,
    merchant: MerchantId,
) -> Result<Option<Secret>, NotificationError> {
    Ok(store::endpoint(conn, merchant).await?.map(|stored| stored.secret))
}

/// All addresses, those that are switched off first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn endpoints(office: &Office, actor: &Actor) -> Result<Vec<Endpoint>, NotificationError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::endpoints(&mut conn).await
}

/// Proposes where a merchant is notified.
///
/// # Errors
/// Not allowed, no such merchant, an address that is none to send to, or the one it has.
pub async fn propose_endpoint(
    office: &Office,
    actor: &Actor,
    merchant_code: &str,
    url: &str,
) -> Result<ApprovalId, NotificationError> {
    actor.require(Permission::MakeMerchantChange)?;
    office.notify.check(url)?;
    let mut tx = office.begin().await?;
    let merchant = merchants::by_code(&mut tx, merchant_code.trim()).await;
    let merchant = merchant.ok().flatten().ok_or(NotificationError::NoMerchant)?;
    let before = endpoint(&mut tx, merchant).await?;
    if before.as_ref().is_some_and(|one| one.url == url && one.disabled.is_none()) {
        return Err(NotificationError::NothingToChange);
    }
    let proposal = Proposal {
        kind: ApprovalKind::NotificationEndpoint,
        subject: merchant.into(),
        title: format!("{}: notify {url}", merchant_code.trim()),
        content: content(merchant_code.trim(), before.as_ref(), url),
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided change of an address.
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
    let text = |name: &str| approved[name].as_str().unwrap_or_default().to_owned();
    let (code, url) = (text("merchant"), text("url"));
    let before = endpoint(&mut tx, merchant).await?;
    let now = content(&code, before.as_ref(), &url);
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        let by = "staff, by two people";
        set_endpoint(&mut tx, office, EndpointSet { merchant, url: &url, by }).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn content(code: &str, before: Option<&Endpoint>, url: &str) -> Value {
    json!({ "merchant": code, "before": before.map(|one| &one.url), "url": url })
}
