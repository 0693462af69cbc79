//! One try: what is to be sent is read, the network is asked without a transaction, and what came
//! of it is written down with what follows.

use super::courier::{Courier, Delivered};
use super::jobs::DeliverNotification;
use super::store::{self, Sending};
use super::{NotificationError, NotificationId};
use crate::audit::{self, Event, Who};
use crate::jobs::{self, Outcome, Run};
use crate::office::Office;
use banks::notify::{Message, Receipt};
use domain::ids::MerchantId;
use domain::notification::{
    AttemptRecord, DISABLED_AFTER, NotificationState, Tried, pause_after, rest_after,
};
use sqlx::PgConnection;
use time::Duration;

/// The status by which an address says that it is gone for good.
const GONE: u16 = 410;
/// Messages taken up at once when an address works again.
const TAKEN_UP: i64 = 1000;

/// Why it is tried.
#[derive(Debug, Clone, Copy)]
pub(super) enum Try<'a> {
    /// As planned.
    Planned(&'a DeliverNotification, &'a Run),
    /// Because a person wants it.
    Wanted(&'a str),
}

pub(super) async fn deliver(
    office: &Office,
    (id, why): (NotificationId, Try<'_>),
    courier: Option<&Courier>,
) -> Result<Outcome, NotificationError> {
    let mut conn = office.db.acquire().await?;
    let sending = store::sending(&mut conn, id).await?.ok_or(NotificationError::NotFound)?;
    let planned = matches!(why, Try::Planned(..));
    if planned && sending.state != NotificationState::Pending {
        return Ok(Outcome::Done);
    }
    let Some(secret) = sending.secret.as_ref().filter(|_| sending.disabled_at.is_none()) else {
        store::hold(&mut conn, id).await?;
        return Ok(Outcome::Done);
    };
    if let Some(until) = sending.rests_until.filter(|until| planned && *until > office.now()) {
        return Ok(Outcome::Again((until - office.now()).max(Duration::seconds(1))));
    }
    drop(conn);
    let started_at = office.now();
    let message_id = id.to_string();
    let message = Message {
        url: sending.url.clone(),
        timestamp: started_at.unix_timestamp(),
        signature: secret.sign(&message_id, started_at, sending.body.as_bytes()),
        id: message_id,
        body: sending.body.clone(),
    };
    let receipt = office.notify.deliver(&message).await;
    let attempt = AttemptRecord {
        number: 0,
        url: sending.url.clone(),
        started_at,
        finished_at: office.now(),
        status: receipt.status.map(i32::from),
        failure: receipt.failure.clone(),
        excerpt: receipt.excerpt.clone(),
        sent_by: match why {
            Try::Planned(..) => "worker".to_owned(),
            Try::Wanted(name) => name.to_owned(),
        },
    };
    if let (None, Try::Planned(_, run), Some(courier)) = (&receipt.failure, why, courier) {
        let (office, merchant, attempt) = (office.clone(), sending.merchant, attempt.clone());
        if courier.delivered(Delivered { office, id, merchant, attempt, run: *run }).await? {
            return Ok(Outcome::Concluded);
        }
    }
    conclude(office, (id, why), &sending, (&attempt, &receipt)).await?;
    Ok(Outcome::Done)
}

async fn conclude(
    office: &Office,
    (id, why): (NotificationId, Try<'_>),
    sending: &Sending,
    (attempt, receipt): (&AttemptRecord, &Receipt),
) -> Result<(), NotificationError> {
    let mut tx = office.begin().await?;
    let state = store::lock(&mut tx, id).await?.ok_or(NotificationError::NotFound)?;
    let pause = match why {
        Try::Planned(this, _) => pause_after(this.attempt, id).map(|pause| (this, pause)),
        Try::Wanted(_) => None,
    };
    let tried = match (&receipt.failure, &pause, why) {
        (None, ..) => Tried::Taken,
        (Some(_), None, Try::Planned(..)) => Tried::Enough,
        _ => Tried::Again,
    };
    let after = state.after(tried);
    let next = pause.filter(|_| after == NotificationState::Pending);
    let next_at = next.map(|(_, pause)| office.now().saturating_add(pause));
    store::add_attempt(&mut tx, id, attempt, (after, next_at)).await?;
    if let Some(((this, _), at)) = next.zip(next_at) {
        let again = DeliverNotification { attempt: this.attempt + 1, ..this.clone() };
        jobs::enqueue_at(&mut tx, office, &again, at).await?;
    }
    judge(&mut tx, office, sending, receipt).await?;
    tx.commit().await?;
    Ok(())
}

/// What a try says about the address: it works, it is left in peace for a while, or it is switched
/// off, with notice to whoever looks at notifications.
async fn judge(
    conn: &mut PgConnection,
    office: &Office,
    sending: &Sending,
    receipt: &Receipt,
) -> Result<(), NotificationError> {
    let now = office.now();
    if receipt.failure.is_none() {
        store::works(conn, sending).await?;
        return Ok(());
    }
    let failing_since = sending.failing_since.unwrap_or(now);
    let failing_for = now - failing_since;
    let because = if receipt.status == Some(GONE) {
        Some("it answered that it is gone for good".to_owned())
    } else if failing_for >= DISABLED_AFTER {
        Some(format!("nothing could be delivered for {} days", failing_for.whole_days()))
    } else {
        None
    };
    let rests_until = now.saturating_add(rest_after(failing_for));
    let disabled = because.as_deref();
    if store::fails(conn, sending, (failing_since, rests_until), disabled.map(|why| (now, why)))
        .await?
        && let Some(because) = disabled
    {
        tracing::warn!(merchant.id = %sending.merchant, because, "an address was switched off");
        let event = Event {
            who: Who::System("worker"),
            action: "notifications.disable_endpoint",
            subject_kind: "merchant",
        };
        audit::record(conn, office, event, &sending.merchant.to_string(), &because).await?;
    }
    Ok(())
}

pub(super) async fn take_up_held(
    office: &Office,
    merchant: MerchantId,
) -> Result<(), NotificationError> {
    let mut tx = office.begin().await?;
    let taken_up = office.now().unix_timestamp();
    for notification in store::take_up_held(&mut tx, office, merchant, TAKEN_UP).await? {
        let again = DeliverNotification { notification, attempt: 1, taken_up };
        jobs::enqueue(&mut tx, office, &again).await?;
    }
    tx.commit().await?;
    Ok(())
}
