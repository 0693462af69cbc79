//! Payout files (付款文件): what an approved batch pays, handed to its bank as a signed pain.001.
//!
//! A worker writes the file in one transaction with the state of its payouts and its number, so
//! that a payout is in one file or in none and no number is missing. The bytes are kept: taking a
//! file away again gives the same. What becomes of its payouts only the bank's status report and
//! its statement say; where no report comes, the payouts are unknown and asked about, never sent
//! again.

mod answers;
mod orders;
mod store;
pub mod writing;

pub use answers::{answered, awaits};
pub use orders::write_document;

use super::store::Payout;
use super::{PayoutError, stops};
use crate::audit::{self, Event, Who};
use crate::jobs;
use crate::office::Office;
use crate::reserve;
use banks::front::NamedFile;
use banks::seal::FileKey;
use banks::write::pain001::{self, Batch, Transfer};
use domain::access::{Actor, Permission};
use domain::ids::{PayoutBatchId, PayoutFileId, ReserveAccountId};
use domain::page::{Page, PageRequest};
use domain::payout::{ANSWER_WITHIN, PayoutFileDetail, PayoutFileSummary};
use sqlx::PgConnection;
use std::sync::Arc;

/// The number a file gets before it is known, to try whether it can be written.
const TRIAL: &str = "TRIAL-00000000-0000";

/// The key files for a front are signed with, if one is configured.
pub(super) fn key(office: &Office, front: &str) -> Option<Arc<FileKey>> {
    office.fronts.of(front).and_then(|front| front.seal.clone())
}

/// The key files for a front are signed with.
///
/// # Errors
/// None is configured.
pub(super) fn require_key(office: &Office, front: &str) -> Result<Arc<FileKey>, PayoutError> {
    key(office, front).ok_or_else(|| PayoutError::NoFileKey(front.to_owned()))
}

/// Refuses payouts that a file could not carry: whoever submits learns it, not the worker.
///
/// # Errors
/// The format cannot carry one of them, or no key is configured.
pub(super) async fn require_writable(
    conn: &mut PgConnection,
    office: &Office,
    (account, payouts): (ReserveAccountId, &[Payout]),
) -> Result<(), PayoutError> {
    let (file, front) = written(conn, office, (account, payouts), TRIAL).await?;
    require_key(office, &front)?;
    drop(file);
    Ok(())
}

/// The file of these payouts under a number, and the front it is for.
async fn written(
    conn: &mut PgConnection,
    office: &Office,
    (account, payouts): (ReserveAccountId, &[Payout]),
    number: &str,
) -> Result<(NamedFile, String), PayoutError> {
    let transfers: Vec<Transfer<'_>> = payouts
        .iter()
        .map(|payout| Transfer {
            number: &payout.number,
            amount: payout.amount,
            bank: payout.payee.bank.trim(),
            payee: payout.payee.name.trim(),
            account: payout.payee.account.trim(),
            remark: payout.source().name(),
        })
        .collect();
    filled(conn, office, (account, number), &transfers).await
}

/// The file of these transfers from an account under a number, and the front it is for.
async fn filled(
    conn: &mut PgConnection,
    office: &Office,
    (account, number): (ReserveAccountId, &str),
    transfers: &[Transfer<'_>],
) -> Result<(NamedFile, String), PayoutError> {
    let setting = reserve::payout_way(conn, account).await?;
    let (account, _) = reserve::available(conn, account).await?;
    let file = pain001::write(&Batch {
        number,
        created: office.now(),
        execute_on: office.today(),
        payer: setting.holder.as_deref().ok_or(PayoutError::NoHolder)?,
        account: &account.account_no,
        bank: account.bank_name.trim(),
        transfers,
    })?;
    Ok((file, account.front))
}

/// Payout files, newest first; of one batch if it is named.
///
/// # Errors
/// Not allowed, or the database failed.
pub async fn list_files(
    office: &Office,
    actor: &Actor,
    (batch, page): (Option<PayoutBatchId>, PageRequest),
) -> Result<Page<PayoutFileSummary>, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    store::list(&mut conn, office, (None, batch), page).await
}

/// One file with its payouts, who took it away, and what the bank said of it.
///
/// # Errors
/// Not allowed, or there is no such file.
pub async fn find_file(
    office: &Office,
    actor: &Actor,
    id: PayoutFileId,
) -> Result<PayoutFileDetail, PayoutError> {
    actor.require(Permission::ViewPayouts)?;
    let mut conn = office.db.acquire().await?;
    let one = PageRequest { number: 1, size: 1 };
    let summary = store::list(&mut conn, office, (Some(id), None), one).await?.rows.pop();
    let summary = summary.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    let kept = store::kept(&mut conn, id).await?;
    let kept = kept.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    let payouts = super::lists::in_file(&mut conn, id).await?;
    Ok(PayoutFileDetail {
        summary,
        sha256: kept.sha256,
        signature: kept.signature,
        public_key: kept.public_key,
        payouts,
        handouts: store::handouts(&mut conn, id).await?,
        answers: store::answers(&mut conn, id).await?,
    })
}

/// Hands a file to the person who takes it to the bank; the same bytes every time. From the first
/// time on the bank has [`ANSWER_WITHIN`] to say what becomes of its payouts.
///
/// # Errors
/// Not allowed, no such file, or a stop holds back one of its payouts and the file is still here.
pub async fn hand_out(
    office: &Office,
    actor: &Actor,
    id: PayoutFileId,
) -> Result<NamedFile, PayoutError> {
    let staff = actor.require(Permission::MakePayout)?;
    let mut tx = office.begin().await?;
    let kept = store::kept(&mut tx, id).await?;
    let kept = kept.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    let payouts = store::waiting(&mut tx, id).await?; // held, so that two first times are one
    if store::handouts(&mut tx, id).await?.is_empty() {
        for payout in payouts {
            if let Some(reason) = stops::pass(&mut tx, payout).await? {
                return Err(PayoutError::FileStopped(reason));
            }
        }
        if let Some(document) = store::document_of(&mut tx, id).await?
            && reserve::order_is_stopped(&mut tx, document).await?
        {
            return Err(PayoutError::OrderStopped);
        }
        let late = office.now().saturating_add(ANSWER_WITHIN);
        jobs::enqueue_at(&mut tx, office, &writing::AgePayoutFile { file: id }, late).await?;
    }
    store::insert_handout(&mut tx, office, (id, staff)).await?;
    let event = event(Who::Staff(actor), "payouts.hand_out_file");
    let after = serde_json::json!({ "name": kept.name, "sha256": kept.sha256 });
    audit::record(&mut tx, office, event, &id.to_string(), &after).await?;
    tx.commit().await?;
    Ok(NamedFile { name: kept.name, bytes: kept.content })
}

/// The signature of a file, as a file beside it.
///
/// # Errors
/// Not allowed, or no such file.
pub async fn signature(
    office: &Office,
    actor: &Actor,
    id: PayoutFileId,
) -> Result<NamedFile, PayoutError> {
    actor.require(Permission::MakePayout)?;
    let mut conn = office.db.acquire().await?;
    let kept = store::kept(&mut conn, id).await?;
    let kept = kept.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    Ok(NamedFile { name: format!("{}.sig", kept.name), bytes: kept.signature.into_bytes() })
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "payout_file" }
}
