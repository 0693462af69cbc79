//! Members of staff, the change of their roles and the reset of their second factor, which take two
//! people like every change of a rule.

mod error;
mod second_factor;
mod store;

pub use error::StaffError;
pub use second_factor::{propose_reset, second_factor_concluded};

use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission, Role};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::{ApprovalId, StaffId};
use domain::staff::StaffDetail;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Everybody, by name.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list(office: &Office, actor: &Actor) -> Result<Vec<StaffDetail>, StaffError> {
    actor.require(Permission::ViewStaff)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn).await
}

/// One person.
///
/// # Errors
/// Not allowed, or there is no such person.
pub async fn find(office: &Office, actor: &Actor, id: StaffId) -> Result<StaffDetail, StaffError> {
    actor.require(Permission::ViewStaff)?;
    let mut conn = office.db.acquire().await?;
    store::find(&mut conn, id).await?.ok_or(StaffError::NotFound)
}

/// Proposes other roles for a colleague.
///
/// # Errors
/// Not allowed, one's own roles, or a change is already waiting.
pub async fn propose_roles(
    office: &Office,
    actor: &Actor,
    id: StaffId,
    roles: &BTreeSet<Role>,
) -> Result<ApprovalId, StaffError> {
    let maker = actor.require(Permission::MakeStaffRoles)?;
    if maker == id {
        return Err(StaffError::OwnRoles);
    }
    let mut tx = office.begin().await?;
    let person = store::lock(&mut tx, id).await?.ok_or(StaffError::NotFound)?;
    let proposal = Proposal {
        kind: ApprovalKind::StaffRoles,
        subject: id.into(),
        title: format!("{}: {}", person.name, names(roles)),
        content: content(&person, roles),
    };
    let approval = approvals::propose(&mut tx, office, actor, &proposal).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Carries out a decided change of roles.
///
/// # Errors
/// The database failed; the job is run again.
pub async fn approval_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let staff = StaffId(subject);
    let person = store::lock(&mut tx, staff).await?.ok_or(StaffError::NotFound)?;
    let roles: BTreeSet<Role> = serde_json::from_value(approved["after"].clone())?;
    let leave = approvals::execute(&mut tx, office, id, &content(&person, &roles)).await?;
    if let Leave::Granted { .. } = leave {
        store::replace_roles(&mut tx, staff, &roles).await?;
        let event =
            Event { who: Who::System("worker"), action: "staff.roles", subject_kind: "staff" };
        audit::record(&mut tx, office, event, &staff.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What the checker sees: the person, the roles before and after.
fn content(person: &StaffDetail, roles: &BTreeSet<Role>) -> Value {
    json!({ "login": person.login, "name": person.name, "before": person.roles, "after": roles })
}

fn names(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}
