//! What the institution set for its reserve (备付金设置): clearing houses, the house an account is
//! cleared over, accounts in use, the protection fund's share. Two people change it.

mod store;

use super::{ReserveError, quotas, store as accounts};
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState, ApprovalSummary};
use domain::ids::ApprovalId;
use domain::reserve::settings::{
    ClearingHouse, ReserveChange, ReserveChangeRefused, ReserveSettings,
};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// What is set.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn settings(office: &Office, actor: &Actor) -> Result<ReserveSettings, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    store::settings(&mut conn).await
}

/// The latest requests for a change of it, newest first.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn settings_changes(
    office: &Office,
    actor: &Actor,
) -> Result<Vec<ApprovalSummary>, ReserveError> {
    actor.require(Permission::ViewReserve)?;
    let mut conn = office.db.acquire().await?;
    Ok(approvals::history::about(&mut conn, ApprovalKind::ReserveSettings, None).await?)
}

/// Proposes a change.
///
/// # Errors
/// Not allowed, it makes no sense, or another of the same thing is waiting.
pub async fn propose_settings(
    office: &Office,
    actor: &Actor,
    change: &ReserveChange,
) -> Result<ApprovalId, ReserveError> {
    actor.require(Permission::MakeReserve)?;
    let mut tx = office.begin().await?;
    let content = content(&mut tx, office, change).await?;
    let proposal = Proposal {
        kind: ApprovalKind::ReserveSettings,
        subject: subject(change),
        title: title(change),
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
pub async fn settings_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, _, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let change: ReserveChange = serde_json::from_value(approved["change"].clone())?;
    store::lock(&mut tx).await?;
    // What has become impossible meanwhile is no longer what was approved.
    let now = match content(&mut tx, office, &change).await {
        Ok(now) => now,
        Err(ReserveError::Settings(_)) => Value::Null,
        Err(error) => return Err(error.into()),
    };
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        match &change {
            ReserveChange::House { house } => store::set_house(&mut tx, house).await?,
            ReserveChange::ClearOver { account, house } => {
                store::set_clearing(&mut tx, account, house.as_deref()).await?;
            }
            ReserveChange::InUse { account, active } => {
                store::set_active(&mut tx, account, *active).await?;
            }
            ReserveChange::FundShare { share } => store::set_fund(&mut tx, *share).await?,
        }
        let event = Event {
            who: Who::System("worker"),
            action: "reserve.settings",
            subject_kind: "reserve_settings",
        };
        audit::record(&mut tx, office, event, &change.aspect(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What the checker sees: how it is set, and how it would be. Refuses what would strand money.
async fn content(
    conn: &mut PgConnection,
    office: &Office,
    change: &ReserveChange,
) -> Result<Value, ReserveError> {
    let settings = store::settings(conn).await?;
    settings.refuse(change)?;
    match change {
        ReserveChange::House { house } if !house.active => {
            if let Some(session) = quotas::session(conn, office, &house.code).await?
                && session.quota.available()?.is_positive()
            {
                return Err(ReserveChangeRefused::HouseInUse(house.code.clone()).into());
            }
        }
        ReserveChange::InUse { account, active: false } => {
            let known = accounts::list(conn).await?;
            if known.iter().any(|one| one.code == *account && one.promised.is_positive()) {
                return Err(ReserveChangeRefused::Promised(account.clone()).into());
            }
        }
        _ => {}
    }
    let (before, after) = (part(&settings, change), part(&settings.after(change), change));
    Ok(json!({ "change": change, "before": before, "after": after }))
}

/// The part of the settings a change is about.
fn part(settings: &ReserveSettings, change: &ReserveChange) -> Value {
    let account = |code: &str| settings.accounts.iter().find(|one| one.code == code);
    match change {
        ReserveChange::House { house } => {
            let same = |one: &&ClearingHouse| one.code == house.code;
            json!(settings.houses.iter().find(same))
        }
        ReserveChange::ClearOver { account: code, .. } => {
            json!({ "account": code, "clearing_house": account(code).map(|one| &one.house) })
        }
        ReserveChange::InUse { account: code, .. } => {
            json!({ "account": code, "active": account(code).map(|one| one.active) })
        }
        ReserveChange::FundShare { .. } => json!({ "share": settings.fund_share.to_string() }),
    }
}

fn title(change: &ReserveChange) -> String {
    match change {
        ReserveChange::House { house } if house.active => {
            format!("clearing house {}", house.code)
        }
        ReserveChange::House { house } => format!("close the clearing house {}", house.code),
        ReserveChange::ClearOver { account, house: Some(house) } => {
            format!("payouts of {account} are cleared over {house}")
        }
        ReserveChange::ClearOver { account, house: None } => {
            format!("payouts of {account} are cleared over no house")
        }
        ReserveChange::InUse { account, active: true } => format!("take {account} into use"),
        ReserveChange::InUse { account, active: false } => format!("take {account} out of use"),
        ReserveChange::FundShare { share } => {
            format!("{share} of reserve interest goes to the protection fund")
        }
    }
}

fn subject(change: &ReserveChange) -> Uuid {
    approvals::subject_of(&format!("reserve/{}", change.aspect()))
}
