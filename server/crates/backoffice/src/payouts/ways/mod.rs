//! How payouts leave an account (出款方式): the bank is asked directly, or handed a signed file.
//! Two people change it, and a batch goes out as its checkers were shown.

mod store;

use super::PayoutError;
use crate::approvals::{self, Leave, Proposal};
use crate::audit::{self, Event, Who};
use crate::jobs::JobError;
use crate::office::Office;
use crate::reserve;
use domain::access::{Actor, Permission};
use domain::approval::{ApprovalKind, ApprovalState};
use domain::ids::{ApprovalId, ReserveAccountId};
use domain::payout::{AccountWay, PayoutWay, WaySetting};
use domain::reserve::Purpose;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// How payouts leave each account customers' money is paid from.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn ways(office: &Office, actor: &Actor) -> Result<Vec<AccountWay>, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    let mut ways = store::list(&mut conn).await?;
    for (way, front) in &mut ways {
        way.public_key = super::files::key(office, front).map(|key| key.public());
    }
    Ok(ways.into_iter().map(|(way, _)| way).collect())
}

/// The accounts that pay by file though no key to sign files with is configured, by their codes.
///
/// # Errors
/// The database failed.
pub async fn without_key(office: &Office) -> Result<Vec<String>, PayoutError> {
    let mut conn = office.db.acquire().await?;
    let ways = store::list(&mut conn).await?;
    let unsigned = ways.into_iter().filter(|(way, front)| {
        way.setting.way == PayoutWay::File && super::files::key(office, front).is_none()
    });
    Ok(unsigned.map(|(way, _)| way.code).collect())
}

/// Proposes another way to a second person.
///
/// # Errors
/// Not allowed, nothing would change, the account pays nobody, a file would name no holder or could
/// not be signed, or a change waits already.
pub async fn propose_way(
    office: &Office,
    actor: &Actor,
    (id, setting): (ReserveAccountId, WaySetting),
) -> Result<ApprovalId, PayoutError> {
    actor.require(Permission::MakePayout)?;
    let setting = tidy(setting);
    let mut tx = office.begin().await?;
    let (account, _) = reserve::available(&mut tx, id).await?;
    if account.purpose != Purpose::Custody {
        return Err(PayoutError::PaysNobody(account.code));
    }
    if setting.way == PayoutWay::File {
        super::files::require_key(office, &account.front)?;
        setting.holder.as_ref().ok_or(PayoutError::NoHolder)?;
    }
    let content = content(&mut tx, id, &setting).await?;
    if content["before"] == content["after"] {
        return Err(PayoutError::WayUnchanged(account.code));
    }
    let proposal = Proposal {
        kind: ApprovalKind::PayoutWay,
        subject: id.into(),
        title: format!("{}: {}", account.code, setting.way.name()),
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
pub async fn way_concluded(office: &Office, id: ApprovalId) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let (state, subject, approved) = approvals::standing(&mut tx, id).await?;
    if !matches!(state, ApprovalState::Approved { .. }) {
        return Ok(());
    }
    let account = ReserveAccountId(subject);
    let setting: WaySetting = serde_json::from_value(approved["after"].clone())?;
    let now = content(&mut tx, account, &setting).await?;
    if let Leave::Granted { .. } = approvals::execute(&mut tx, office, id, &now).await? {
        reserve::set_payout_way(&mut tx, account, &setting).await?;
        let who = Who::System("worker");
        let event = Event { who, action: "payouts.set_way", subject_kind: "reserve_account" };
        audit::record(&mut tx, office, event, &account.to_string(), &approved).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn content(
    conn: &mut PgConnection,
    id: ReserveAccountId,
    setting: &WaySetting,
) -> Result<Value, PayoutError> {
    let before = reserve::payout_way(conn, id).await?;
    let (account, _) = reserve::available(conn, id).await?;
    Ok(json!({
        "account": { "code": account.code, "account": account.account_no },
        "before": before,
        "after": setting,
    }))
}

fn tidy(setting: WaySetting) -> WaySetting {
    let holder = setting.holder.map(|holder| holder.trim().to_owned());
    WaySetting { holder: holder.filter(|holder| !holder.is_empty()), ..setting }
}
