//! Ordering the bank to move a document's money: once, under the document's number. What the bank
//! answers is only its word; its statement decides. An outcome nobody knows is asked about under the
//! same number, and never sent again. From an account that pays by file the order leaves in a signed
//! file of its own (see `payouts::files`).

use super::{event, store};
use crate::audit::{self, Who};
use crate::jobs::{self, Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use crate::reserve::{self, ReserveError};
use banks::front::{Answer, Fault, PayoutInstruction};
use domain::ids::ReserveDocumentId;
use domain::payout::PayoutWay;
use domain::reserve::document::{DocumentDetail, DocumentState};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use time::Duration;

/// Pause before an order that certainly did not arrive is sent again, under the same number.
const RESEND_PAUSE: Duration = Duration::seconds(30);
/// Pause before an order that a stop holds back is looked at again.
const STOPPED_PAUSE: Duration = Duration::seconds(30);
/// Longest pause between two queries.
const QUERY_PAUSE_MAX: Duration = Duration::minutes(10);

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
        let (document, from, to) = match begin(office, self.document).await? {
            Begun::Send(order) => *order,
            Begun::Nothing => return Ok(Outcome::Done),
            Begun::Stopped => return Ok(Outcome::Again(STOPPED_PAUSE)),
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
            Err(Fault::NotSent(_)) => {
                note(office, self.document, None, None).await?;
                Ok(Outcome::Again(RESEND_PAUSE))
            }
            answer => {
                hear(office, &document, answer).await?;
                Ok(Outcome::Done)
            }
        }
    }
}

/// The order of a document is to leave in a file: the finance platform, further down, writes it (see
/// `work`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct WriteDocumentFile {
    /// The document.
    pub document: ReserveDocumentId,
}

impl Message for WriteDocumentFile {
    const KIND: &'static str = "reserve.write_document_file";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.document))
    }
}

/// Writes down what the bank says of an order; says whether that settles it.
async fn hear(
    office: &Office,
    document: &DocumentDetail,
    answer: Result<Answer, Fault>,
) -> Result<bool, JobError> {
    let id = document.summary.id;
    match answer {
        Ok(Answer::Done { amount, .. }) if amount == document.request.amount => {
            note(office, id, Some("accepted"), None).await?;
            Ok(true)
        }
        Ok(Answer::Declined { code, reason }) => {
            note(office, id, None, Some(format!("{code}: {reason}"))).await?;
            Ok(true)
        }
        // Another amount, still at it, never heard of it, no answer: only the statement can tell.
        Ok(Answer::Done { .. } | Answer::Processing | Answer::NotFound) | Err(_) => {
            note(office, id, Some("unknown"), None).await?;
            Ok(false)
        }
    }
}

/// Asks the bank what became of a document's order, until it tells or the statement does.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct QueryDocument {
    /// The document.
    pub document: ReserveDocumentId,
}

impl Message for QueryDocument {
    const KIND: &'static str = "reserve.query_document";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.document))
    }
}

impl Job for QueryDocument {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let mut tx = office.begin().await?;
        let document = store::lock(&mut tx, self.document).await?;
        let document = document.ok_or(ReserveError::DocumentNotFound)?;
        let sent = store::sent(&mut tx, self.document).await?;
        let open = document.summary.state == DocumentState::Approved;
        if !open || sent.as_deref() != Some("unknown") {
            return Ok(Outcome::Done);
        }
        let (leaves, _) = document.request.kind.accounts(document.request.from);
        let from = match leaves {
            Some(purpose) => store::account_numbered(&mut tx, purpose).await?,
            None => None,
        };
        let queries = store::count_query(&mut tx, self.document).await?;
        tx.commit().await?;
        let front = from.and_then(|(_, _, front)| office.fronts.of(&front)?.payout.clone());
        let Some(front) = front else { return Ok(Outcome::Done) };
        let number = order_number(&document.summary.number);
        let answer = front.query_payout(&number, &office.request_id).await;
        let settled = hear(office, &document, answer).await?;
        Ok(if settled { Outcome::Done } else { Outcome::Again(pause(queries)) })
    }
}

/// Doubles with each query, from two seconds up to the longest pause.
fn pause(queries: i32) -> Duration {
    let doublings = u32::try_from(queries.clamp(1, 10)).unwrap_or(1);
    Duration::seconds(2_i64.saturating_pow(doublings)).min(QUERY_PAUSE_MAX)
}

/// The number banks know a document by: letters and digits only.
pub(in crate::reserve) fn order_number(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).collect()
}

type Account = (domain::ids::ReserveAccountId, String, String);

/// Whether there is something to send.
enum Begun {
    /// This, from and to these accounts, and it is written down that it is being sent.
    Send(Box<(DocumentDetail, Account, Account)>),
    /// Nothing.
    Nothing,
    /// Not now: a stop holds it back.
    Stopped,
}

/// Writes down that the bank is about to be asked, unless a stop is pulled. An order found in the
/// middle of sending may have arrived, and is never sent again.
async fn begin(office: &Office, id: ReserveDocumentId) -> Result<Begun, JobError> {
    let mut tx = office.begin().await?;
    let document = store::lock(&mut tx, id).await?.ok_or(ReserveError::DocumentNotFound)?;
    let sent = store::sent(&mut tx, id).await?;
    let (leaves, reaches) = document.request.kind.accounts(document.request.from);
    let (Some(leaves), Some(reaches)) = (leaves, reaches) else { return Ok(Begun::Nothing) };
    let from = store::account_numbered(&mut tx, leaves).await?;
    let to = store::account_numbered(&mut tx, reaches).await?;
    let waiting = document.summary.state == DocumentState::Approved;
    let (Some(from), Some(to), true) = (from, to, waiting) else { return Ok(Begun::Nothing) };
    match sent.as_deref() {
        None if store::is_stopped(&mut tx, &from.2).await? => return Ok(Begun::Stopped),
        // Its bank is not asked directly: the order goes into a file.
        None if reserve::payout_way(&mut tx, from.0).await?.way == PayoutWay::File => {
            jobs::enqueue(&mut tx, office, &WriteDocumentFile { document: id }).await?;
            tx.commit().await?;
            return Ok(Begun::Nothing);
        }
        // It is in a file, and answered with it.
        Some(_) if store::is_filed(&mut tx, id).await? => return Ok(Begun::Nothing),
        None => store::set_sent(&mut tx, id, Some("sending")).await?,
        Some("sending") => {
            store::set_sent(&mut tx, id, Some("unknown")).await?;
            jobs::enqueue(&mut tx, office, &QueryDocument { document: id }).await?;
            tx.commit().await?;
            return Ok(Begun::Nothing);
        }
        Some(_) => return Ok(Begun::Nothing),
    }
    tx.commit().await?;
    Ok(Begun::Send(Box::new((document, from, to))))
}

async fn note(
    office: &Office,
    id: ReserveDocumentId,
    sent: Option<&str>,
    refused: Option<String>,
) -> Result<(), JobError> {
    let mut tx = office.begin().await?;
    note_in(&mut tx, office, id, (sent, refused)).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes down what is known of an order, in the caller's transaction; says whether that is new.
pub(super) async fn note_in(
    conn: &mut PgConnection,
    office: &Office,
    id: ReserveDocumentId,
    (sent, refused): (Option<&str>, Option<String>),
) -> Result<bool, ReserveError> {
    let document = store::lock(conn, id).await?.ok_or(ReserveError::DocumentNotFound)?;
    let before = store::sent(conn, id).await?;
    let news = before.as_deref() != sent || refused.is_some();
    // The statement may have been quicker.
    if document.summary.state != DocumentState::Approved || !news {
        return Ok(false);
    }
    store::set_sent(conn, id, sent).await?;
    if sent == Some("unknown") {
        jobs::enqueue(conn, office, &QueryDocument { document: id }).await?;
    }
    if let Some(why) = &refused {
        let rejected = (DocumentState::Rejected, why.as_str());
        store::save(conn, id, rejected, office.now()).await?;
    }
    let event = event(Who::System("worker"), "reserve.document_sent");
    audit::record(conn, office, event, &id.to_string(), &(sent, refused)).await?;
    Ok(true)
}
