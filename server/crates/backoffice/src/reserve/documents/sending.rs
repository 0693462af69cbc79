//! Ordering the bank to move a document's money: once, under the document's number. What the bank
//! answers is only its word; its statement decides.

use super::{event, store};
use crate::audit::{self, Who};
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use crate::reserve::ReserveError;
use banks::front::{Answer, Fault, PayoutInstruction};
use domain::ids::ReserveDocumentId;
use domain::reserve::document::{DocumentDetail, DocumentState};
use serde::{Deserialize, Serialize};
use time::Duration;

/// Pause before an order that certainly did not arrive is sent again, under the same number.
const RESEND_PAUSE: Duration = Duration::seconds(30);

/// Orders the bank to move an approved document's money.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SendDocument {
    /// The document.
    pub document: ReserveDocumentId,
}

impl Message for SendDocument {
    const KIND: &'static str = "reserve.send_document";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.document))
    }
}

impl Job for SendDocument {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let Some((document, from, to)) = begin(office, self.document).await? else {
            return Ok(Outcome::Done);
        };
        let Some(front) = office.fronts.of(&from.2).and_then(|front| front.payout.clone()) else {
            note(office, self.document, Some("by_hand"), None).await?;
            return Ok(Outcome::Done);
        };
        let instruction = PayoutInstruction {
            number: order_number(&document.summary.number),
            from_account: from.1,
            to_account: to.1,
            to_name: to.2,
            amount: document.request.amount,
            remark: document.summary.number.clone(),
            request_id: office.request_id.clone(),
        };
        match front.pay_out(&instruction).await {
            Ok(Answer::Done { .. }) => note(office, self.document, Some("accepted"), None).await?,
            Ok(Answer::Declined { code, reason }) => {
                note(office, self.document, None, Some(format!("{code}: {reason}"))).await?;
            }
            Err(Fault::NotSent(_)) => {
                note(office, self.document, None, None).await?;
                return Ok(Outcome::Again(RESEND_PAUSE));
            }
            Ok(Answer::Processing | Answer::NotFound) | Err(Fault::Unclear(_)) => {
                note(office, self.document, Some("unknown"), None).await?;
            }
        }
        Ok(Outcome::Done)
    }
}

/// The number banks know a document by: letters and digits only.
pub(in crate::reserve) fn order_number(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).collect()
}

type Account = (domain::ids::ReserveAccountId, String, String);

/// Writes down that the bank is about to be asked. `None`: there is nothing to send. An order found
/// in the middle of sending may have arrived, and is never sent again.
async fn begin(
    office: &Office,
    id: ReserveDocumentId,
) -> Result<Option<(DocumentDetail, Account, Account)>, JobError> {
    let mut tx = office.begin().await?;
    let document = store::lock(&mut tx, id).await?.ok_or(ReserveError::DocumentNotFound)?;
    let sent = store::sent(&mut tx, id).await?;
    let (leaves, reaches) = document.request.kind.accounts(document.request.from);
    let (Some(leaves), Some(reaches)) = (leaves, reaches) else { return Ok(None) };
    let from = store::account_numbered(&mut tx, leaves).await?;
    let to = store::account_numbered(&mut tx, reaches).await?;
    let waiting = document.summary.state == DocumentState::Approved;
    let (Some(from), Some(to), true) = (from, to, waiting) else { return Ok(None) };
    match sent.as_deref() {
        None => store::set_sent(&mut tx, id, Some("sending")).await?,
        Some("sending") => {
            store::set_sent(&mut tx, id, Some("unknown")).await?;
            tx.commit().await?;
            return Ok(None);
        }
        Some(_) => return Ok(None),
    }
    tx.commit().await?;
    Ok(Some((document, from, to)))
}

async fn note(
    office: &Office,
    id: ReserveDocumentId,
    sent: Option<&str>,
    refused: Option<String>,
) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    let document = store::lock(&mut tx, id).await?.ok_or(ReserveError::DocumentNotFound)?;
    // The statement may have been quicker.
    if document.summary.state == DocumentState::Approved {
        store::set_sent(&mut tx, id, sent).await?;
        if let Some(why) = &refused {
            let rejected = (DocumentState::Rejected, why.as_str());
            store::save(&mut tx, id, rejected, office.now()).await?;
        }
        let event = event(Who::System("worker"), "reserve.document_sent");
        audit::record(&mut tx, office, event, &id.to_string(), &(sent, refused)).await?;
    }
    tx.commit().await?;
    Ok(())
}
