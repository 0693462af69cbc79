//! Notifications (商户通知): merchants' systems are told what became of their payments,
//! refunds and payouts.
//!
//! A message is made in the transaction it tells of and delivered by a job, signed as Standard
//! Webhooks has it, under one id however often it is tried. Who does not answer is tried again
//! over days; an address that fails for five days is switched off, and its messages are held.

mod courier;
mod delivering;
mod endpoints;
mod error;
pub mod jobs;
mod store;

pub use courier::Courier;
pub use endpoints::{
    EndpointSet, approval_concluded, endpoint, endpoints, propose_endpoint, secret, set_endpoint,
};
pub use error::NotificationError;

use self::jobs::{DeliverNotification, ResendNotification};
use crate::audit::{self, Event, Who};
use crate::jobs::{self as queue, NewJob};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::{MerchantId, NotificationId, OrderId};
use domain::notification::{
    NotificationDetail, NotificationEvent, NotificationFilter, NotificationState,
    NotificationSummary,
};
use domain::page::{Page, PageRequest};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Something a merchant is to be told.
#[derive(Debug)]
pub struct Announcement {
    /// The merchant.
    pub merchant: MerchantId,
    /// What happened.
    pub event: NotificationEvent,
    /// The order it is about; a payout belongs to none.
    pub order: Option<OrderId>,
    /// The payment, refund or payout.
    pub subject: Uuid,
    /// What the merchant needs to know of it.
    pub data: Value,
}

/// Has a merchant told, once per object and event, if it gave an address.
///
/// # Errors
/// The database failed.
pub async fn announce(
    conn: &mut PgConnection,
    office: &Office,
    news: &Announcement,
) -> Result<(), NotificationError> {
    announce_all(conn, &[(office, news)]).await
}

/// Has merchants told of several events at once, each as part of its own request.
///
/// # Errors
/// The database failed.
pub async fn announce_all(
    conn: &mut PgConnection,
    told: &[(&Office, &Announcement)],
) -> Result<(), NotificationError> {
    let merchants: BTreeSet<Uuid> = told.iter().map(|(_, news)| news.merchant.into()).collect();
    let merchants: Vec<Uuid> = merchants.into_iter().collect();
    let addressed = store::addressed(conn, &merchants).await?;
    let mut messages = Vec::new();
    for (office, news) in told {
        let Some(disabled) = addressed.get(&news.merchant) else { continue };
        messages.push(Message::of(office, news, *disabled)?);
    }
    let new = store::insert(conn, &messages).await?;
    let mut jobs = Vec::new();
    for message in messages {
        if message.state == NotificationState::Pending && new.contains(&message.id) {
            let notification = message.id;
            let first = DeliverNotification { notification, attempt: 1, taken_up: 0 };
            jobs.push(NewJob::of(message.office, &first)?);
        }
    }
    Ok(queue::enqueue_all(conn, &jobs).await?)
}

/// A message that is to be stored.
struct Message<'a> {
    id: NotificationId,
    state: NotificationState,
    office: &'a Office,
    news: &'a Announcement,
    body: String,
}

impl<'a> Message<'a> {
    fn of(
        office: &'a Office,
        news: &'a Announcement,
        disabled: bool,
    ) -> Result<Self, NotificationError> {
        let id = NotificationId(office.new_id());
        let at = office.now().format(&Rfc3339).map_err(|_| NotificationError::Clock)?;
        let body = json!({ "type": news.event.name(), "timestamp": at, "data": news.data });
        let state = if disabled { NotificationState::Held } else { NotificationState::Pending };
        Ok(Self { id, state, office, news, body: body.to_string() })
    }
}

/// Notifications, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(
    office: &Office,
    actor: &Actor,
    filter: &NotificationFilter,
    page: PageRequest,
) -> Result<Page<NotificationSummary>, NotificationError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, filter, page).await
}

/// One notification with every try.
///
/// # Errors
/// Not allowed, or there is no such notification.
pub async fn find(
    office: &Office,
    actor: &Actor,
    id: NotificationId,
) -> Result<NotificationDetail, NotificationError> {
    actor.require(Permission::ViewPayments)?;
    let mut conn = office.db.acquire().await?;
    let (summary, body) = store::find(&mut conn, id).await?.ok_or(NotificationError::NotFound)?;
    let attempts = store::attempts(&mut conn, id).await?;
    let endpoint = store::endpoint(&mut conn, summary.merchant).await?;
    Ok(NotificationDetail { summary, body, attempts, endpoint: endpoint.map(|one| one.shown) })
}

/// Sends a notification once more, to where the merchant is notified today.
///
/// # Errors
/// Not allowed, no such notification, or the merchant's address is switched off.
pub async fn resend(
    office: &Office,
    actor: &Actor,
    id: NotificationId,
) -> Result<(), NotificationError> {
    actor.require(Permission::ResendNotification)?;
    let mut tx = office.begin().await?;
    let (summary, _) = store::find(&mut tx, id).await?.ok_or(NotificationError::NotFound)?;
    let endpoint = store::endpoint(&mut tx, summary.merchant).await?;
    if endpoint.is_none_or(|endpoint| endpoint.shown.disabled.is_some()) {
        return Err(NotificationError::NoAddress);
    }
    let again = ResendNotification { notification: id, sent_by: actor.name.clone() };
    queue::enqueue(&mut tx, office, &again).await?;
    let event = Event {
        who: Who::Staff(actor),
        action: "notifications.resend",
        subject_kind: "notification",
    };
    audit::record(&mut tx, office, event, &id.to_string(), &summary).await?;
    tx.commit().await?;
    Ok(())
}
