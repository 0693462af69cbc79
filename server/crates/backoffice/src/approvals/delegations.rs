//! Rights lent for an absence (代理审批): whoever is away lets a colleague who decides such things
//! too decide in their place, for a time. Nobody gets a second part in a request by it.

use super::{ApprovalError, event, store};
use crate::audit::{self, Who};
use crate::office::Office;
use domain::access::Actor;
use domain::approval::{Delegation, decides_something};
use domain::ids::StaffId;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Longest absence a right is lent for.
const LONGEST: Duration = Duration::days(31);

/// What is lent: to whom, from when until when, why.
#[derive(Debug, Clone)]
pub struct Lending {
    /// What the colleague signs in with.
    pub stand_in: String,
    /// From when.
    pub from: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
    /// Why.
    pub reason: String,
}

/// What is lent now or will be, by anybody.
///
/// # Errors
/// The database failed.
pub async fn list(office: &Office, _actor: &Actor) -> Result<Vec<Delegation>, ApprovalError> {
    let mut conn = office.db.acquire().await?;
    store::people::delegations(&mut conn, office.now()).await
}

/// The colleagues a person may lend their right to: those who decide something themselves.
///
/// # Errors
/// The database failed.
pub async fn stand_ins(
    office: &Office,
    actor: &Actor,
) -> Result<Vec<(String, String)>, ApprovalError> {
    let mut conn = office.db.acquire().await?;
    let everybody = store::people::sign_ins(&mut conn).await?;
    let mut found = Vec::new();
    for (staff, login, name) in everybody {
        let held = store::people::held(&mut conn, staff).await?;
        if staff != actor.staff && held.active && decides_something(&held.roles) {
            found.push((login, name));
        }
    }
    Ok(found)
}

/// Lends one's own right to decide.
///
/// # Errors
/// One has none, the colleague decides nothing themselves, or the time makes no sense.
pub async fn lend(
    office: &Office,
    actor: &Actor,
    lending: &Lending,
) -> Result<Uuid, ApprovalError> {
    if !decides_something(&actor.roles) {
        return Err(ApprovalError::NothingToLend);
    }
    let until_latest = lending.from.saturating_add(LONGEST);
    let sensible = lending.until > lending.from
        && lending.until > office.now()
        && lending.until <= until_latest;
    if !sensible {
        return Err(ApprovalError::LendingTime);
    }
    if lending.reason.trim().is_empty() {
        return Err(ApprovalError::LendingReason);
    }
    let mut tx = office.begin().await?;
    let everybody = store::people::sign_ins(&mut tx).await?;
    let colleague = everybody.iter().find(|(_, login, _)| *login == lending.stand_in);
    let (stand_in, ..) = colleague.ok_or(ApprovalError::NoStandIn)?;
    let held = store::people::held(&mut tx, *stand_in).await?;
    let myself = store::people::person(&mut tx, actor.staff).await?;
    if !held.active || held.person == myself || !decides_something(&held.roles) {
        return Err(ApprovalError::NoStandIn);
    }
    let id = office.new_id();
    store::people::insert_delegation(&mut tx, office, (id, actor.staff, *stand_in), lending)
        .await?;
    let event = event(Who::Staff(actor), "approvals.lend");
    let after = serde_json::json!({
        "stand_in": StaffId::to_string(stand_in), "from": lending.from.to_string(),
        "until": lending.until.to_string(), "reason": lending.reason,
    });
    audit::record(&mut tx, office, event, &id.to_string(), &after).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes back a right one lent, at once.
///
/// # Errors
/// It is not one's own.
pub async fn revoke(office: &Office, actor: &Actor, id: Uuid) -> Result<(), ApprovalError> {
    let mut tx = office.begin().await?;
    if !store::people::revoke(&mut tx, (id, actor.staff), office.now()).await? {
        return Err(ApprovalError::NotFound);
    }
    let event = event(Who::Staff(actor), "approvals.revoke");
    audit::record(&mut tx, office, event, &id.to_string(), &()).await?;
    tx.commit().await?;
    Ok(())
}
