//! Stop switches (止付开关): one person stops all sending, a bank, a merchant or an account at once;
//! two people together let it go on. Workers ask at the moment of sending.

mod store;

pub(super) use store::{pass, standing};

use super::PayoutError;
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::payout::{PayoutStop, StopScope};
use uuid::Uuid;

/// Stops in force, and the last ones that were lifted.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_stops(office: &Office, actor: &Actor) -> Result<Vec<PayoutStop>, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}

/// Stops sending. From the moment this returns, no send begins that it concerns; what a bank was
/// sent before stays sent.
///
/// # Errors
/// Not allowed, no reason, or it is stopped already.
pub async fn pull(
    office: &Office,
    actor: &Actor,
    (scope, reason): (&StopScope, &str),
) -> Result<Uuid, PayoutError> {
    let staff = actor.require(Permission::StopPayouts)?;
    if reason.trim().is_empty() {
        return Err(PayoutError::StopReason);
    }
    let id = office.new_id();
    let mut tx = office.begin().await?;
    store::close_gate(&mut tx).await?;
    store::insert(&mut tx, office, (id, staff), (scope, reason.trim())).await?;
    let event = event(actor, "payouts.stop");
    let after = serde_json::json!({ "stop": scope, "reason": reason.trim() });
    audit::record(&mut tx, office, event, &id.to_string(), &after).await?;
    tx.commit().await?;
    Ok(id)
}

/// Agrees to lift a stop. The second person's word lifts it.
///
/// # Errors
/// Not allowed, lifted already, or the same person's second word.
pub async fn lift(office: &Office, actor: &Actor, id: Uuid) -> Result<bool, PayoutError> {
    let staff = actor.require(Permission::LiftPayoutStop)?;
    let mut tx = office.begin().await?;
    let first = store::lock(&mut tx, id).await?;
    let first = first.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    let person = store::person(&mut tx, staff).await?;
    let lifted = match first {
        None => {
            store::first_word(&mut tx, (id, staff), &person, office.now()).await?;
            false
        }
        Some(first) if first == person => return Err(PayoutError::LiftedByOne),
        Some(_) => {
            store::second_word(&mut tx, (id, staff), &person, office.now()).await?;
            true
        }
    };
    let event = event(actor, "payouts.lift");
    let after = serde_json::json!({ "lifted": lifted });
    audit::record(&mut tx, office, event, &id.to_string(), &after).await?;
    tx.commit().await?;
    Ok(lifted)
}

fn event<'a>(actor: &'a Actor, action: &'static str) -> Event<'a> {
    Event { who: Who::Staff(actor), action, subject_kind: "payout_stop" }
}
