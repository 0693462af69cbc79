//! Deciding requests (复核): one, or several at once. Here, below every system, the content of a
//! request is read as it is at the moment of the decision; if it is not what the person was shown,
//! nothing is decided, and the request is asked about again.

use crate::adjustments::{self, AdjustmentError};
use crate::approvals::{self, Answer, ApprovalError, Decided};
use crate::explain::{Explain, Kind};
use crate::office::Office;
use crate::payouts::{self, PayoutError};
use domain::access::Actor;
use domain::approval::{ApprovalDetail, ApprovalKind, BatchItem, BatchOutcome, Verdict};
use domain::ids::{AdjustmentId, ApprovalId, PayoutBatchId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Most requests decided by one command.
const TOGETHER_MAX: usize = 200;

/// Why a decision was refused.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// The rules of approval say no.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The payouts cannot be paid as they are.
    #[error(transparent)]
    Payout(#[from] PayoutError),
    /// The adjustment cannot be read.
    #[error(transparent)]
    Adjustment(#[from] AdjustmentError),
    /// Nothing was chosen, or too much.
    #[error("choose between one and 200 requests")]
    Number,
    /// The database failed.
    #[error("the decision could not be stored")]
    Database(#[from] sqlx::Error),
}

impl Explain for DecisionError {
    fn kind(&self) -> Kind {
        match self {
            Self::Approval(error) => error.kind(),
            Self::Payout(error) => error.kind(),
            Self::Adjustment(error) => error.kind(),
            Self::Number => Kind::Invalid(Some("ids")),
            Self::Database(_) => Kind::Unexpected,
        }
    }
}

/// What a person says, and the code of their second factor where a step asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// What they say.
    pub verdict: Verdict,
    /// Why; needed to reject.
    pub note: &'a str,
    /// The code; empty where none is asked for.
    pub code: &'a str,
}

/// Decides one request.
///
/// # Errors
/// The person may not, is late, or something else stands there by now.
pub async fn decide(
    office: &Office,
    checker: &Actor,
    (id, shown_hash): (ApprovalId, &str),
    saying: Saying<'_>,
) -> Result<(), DecisionError> {
    let proven = approvals::prove(office, checker, (id, saying.verdict, saying.code)).await?;
    settle(office, checker, (id, shown_hash), (saying, proven)).await
}

async fn settle(
    office: &Office,
    checker: &Actor,
    (id, shown_hash): (ApprovalId, &str),
    (saying, proven): (Saying<'_>, bool),
) -> Result<(), DecisionError> {
    let mut tx = office.begin().await?;
    let (kind, subject, pending) = approvals::opened(&mut tx, id).await?;
    let content = if pending { content_now(&mut tx, (kind, subject)).await? } else { None };
    let Saying { verdict, note, .. } = saying;
    let answer = Answer { shown_hash, verdict, note, proven, content_now: content.as_ref() };
    let decided = approvals::decide_in(&mut tx, office, checker, (id, &answer)).await?;
    let approves = decided == Decided::Done && verdict == Verdict::Approve;
    if approves && kind == ApprovalKind::PayoutBatch {
        payouts::require_payable(&mut tx, office, PayoutBatchId(subject)).await?;
    }
    tx.commit().await?;
    Ok(decided.told()?)
}

/// The content of a request as it is now, where it can change while it waits. What the other
/// systems propose is compared when it is carried out.
async fn content_now(
    conn: &mut PgConnection,
    (kind, subject): (ApprovalKind, Uuid),
) -> Result<Option<Value>, DecisionError> {
    Ok(match kind {
        ApprovalKind::Adjustment => adjustments::content_now(conn, AdjustmentId(subject)).await?,
        ApprovalKind::PayoutBatch => payouts::content_now(conn, PayoutBatchId(subject)).await?,
        _ => None,
    })
}

/// What would become of several requests if one person approved them now: nothing is done.
///
/// # Errors
/// Nothing is chosen, or too much.
pub async fn rehearse(
    office: &Office,
    checker: &Actor,
    ids: &[ApprovalId],
) -> Result<Vec<BatchItem>, DecisionError> {
    let mut items = Vec::new();
    for id in few(ids)? {
        let item = match approvals::find(office, checker, id).await {
            Ok(detail) => rehearsed(office, detail).await?,
            Err(ApprovalError::NotFound) => {
                BatchItem::missing(id, &ApprovalError::NotFound.to_string())
            }
            Err(error) => return Err(error.into()),
        };
        items.push(item);
    }
    Ok(items)
}

async fn rehearsed(office: &Office, detail: ApprovalDetail) -> Result<BatchItem, DecisionError> {
    let mut refusal = detail.cannot.clone();
    if refusal.is_none() {
        // Read in a transaction that is given up again.
        let mut tx = office.begin().await?;
        let key = (detail.summary.kind, detail.summary.subject);
        let now = content_now(&mut tx, key).await?;
        if now.is_some_and(|now| approvals::content_hash(&now) != detail.content_hash) {
            let changed = ApprovalError::Refused(domain::approval::DecisionRefused::ContentChanged);
            refusal = Some(changed.to_string());
        }
        tx.rollback().await?;
    }
    Ok(BatchItem::new(detail, refusal))
}

/// Decides several requests, each for itself: one that is refused changes nothing for the rest.
///
/// # Errors
/// Nothing is chosen, too much, or the code is wrong.
pub async fn decide_several(
    office: &Office,
    checker: &Actor,
    shown: &[(ApprovalId, String)],
    saying: Saying<'_>,
) -> Result<Vec<BatchOutcome>, DecisionError> {
    let ids: Vec<_> = shown.iter().map(|(id, _)| *id).collect();
    let ids = few(&ids)?;
    let mut proven = false;
    for id in &ids {
        let asks = proven || saying.code.trim().is_empty();
        if !asks {
            let question = (*id, saying.verdict, saying.code);
            proven = match approvals::prove(office, checker, question).await {
                Err(ApprovalError::NotFound) => false,
                answer => answer?,
            };
        }
    }
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let hash = shown.iter().find(|(shown, _)| *shown == id).map(|(_, hash)| hash.as_str());
        let decided =
            settle(office, checker, (id, hash.unwrap_or_default()), (saying, proven)).await;
        let refusal = match decided {
            Ok(()) => None,
            Err(error) if error.kind() == Kind::Unexpected => return Err(error),
            Err(error) => Some(error.to_string()),
        };
        outcomes.push(BatchOutcome { id, refusal });
    }
    Ok(outcomes)
}

fn few(ids: &[ApprovalId]) -> Result<Vec<ApprovalId>, DecisionError> {
    let mut few: Vec<ApprovalId> = Vec::new();
    for id in ids {
        if !few.contains(id) {
            few.push(*id);
        }
    }
    if (1..=TOGETHER_MAX).contains(&few.len()) { Ok(few) } else { Err(DecisionError::Number) }
}
