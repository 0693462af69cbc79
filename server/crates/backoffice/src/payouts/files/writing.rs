//! The work on payout files: writing them, and noticing that no answer came.

use super::store;
use crate::audit::{self, Who};
use crate::jobs::{Job, JobError, Message, Outcome, Run};
use crate::office::Office;
use crate::payouts::store::Payout;
use crate::payouts::{PayoutError, batches, results, stops, store as payout_store};
use crate::reserve;
use banks::front::NamedFile;
use domain::date::BusinessDate;
use domain::ids::{PayoutBatchId, PayoutFileId};
use domain::money::{Currency, Money};
use domain::payout::{PayoutEvent, PayoutState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::Duration;

/// Pause before payouts that a stop holds back are looked at again.
pub(super) const STOPPED_PAUSE: Duration = Duration::seconds(30);
/// Longest name of a bank in a number: MsgId has 35 signs.
const BANK_MAX: usize = 20;

/// Writes the file of an approved batch.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct WritePayoutFile {
    /// The batch.
    pub batch: PayoutBatchId,
}

impl Message for WritePayoutFile {
    const KIND: &'static str = "payouts.write_file";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.batch))
    }
}

impl Job for WritePayoutFile {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let mut tx = office.begin().await?;
        let account = batches::lock_account(&mut tx, self.batch).await?;
        let (mut now, mut held) = (Vec::new(), false);
        for payout in payout_store::of_batch(&mut tx, self.batch).await? {
            if payout.state != PayoutState::Queued {
                continue;
            }
            match stops::pass(&mut tx, payout.id).await? {
                Some(_) => held = true,
                None => now.push(payout),
            }
        }
        if !now.is_empty() {
            write(&mut tx, office, (self.batch, account), &now).await?;
            tx.commit().await?;
        }
        Ok(if held { Outcome::Again(STOPPED_PAUSE) } else { Outcome::Done })
    }
}

/// Writes, signs and keeps the file, gives it its number, and moves its payouts on: all or nothing.
async fn write(
    conn: &mut PgConnection,
    office: &Office,
    (batch, account): (PayoutBatchId, domain::ids::ReserveAccountId),
    payouts: &[Payout],
) -> Result<(), PayoutError> {
    let front = payouts.first().and_then(|payout| payout.front.clone()).unwrap_or_default();
    let key = super::require_key(office, &front)?;
    let day = office.today();
    let sequence = store::next_sequence(conn, &front, day).await?;
    let number = number(&front, day, sequence);
    let (file, _) = super::written(conn, office, (account, payouts), &number).await?;
    let id = PayoutFileId(office.new_id());
    let new = store::New {
        id,
        number: &number,
        place: (&front, day, sequence),
        batch: Some(batch),
        document: None,
        payouts,
        total: Money::sum(payouts.iter().map(|payout| payout.amount), Currency::Cny)?,
        sha256: &hash(&file),
        signature: &key.sign(&file.bytes),
        public_key: &key.public(),
        file: &file,
    };
    store::insert(conn, office, &new).await?;
    for payout in payouts {
        let sending = payout.state.clone().after(PayoutEvent::Send)?;
        payout_store::save(conn, office, payout.id, &sending).await?;
    }
    let event = super::event(Who::System("worker"), "payouts.write_file");
    let after = json!({ "number": number, "sha256": new.sha256, "payouts": payouts.len() });
    Ok(audit::record(conn, office, event, &id.to_string(), &after).await?)
}

pub(super) fn hash(file: &NamedFile) -> String {
    hex::encode(Sha256::digest(&file.bytes))
}

/// A file's number: the bank, the day, and the number of the day.
pub(super) fn number(front: &str, day: BusinessDate, sequence: i32) -> String {
    let bank: String = front.chars().filter(char::is_ascii_alphanumeric).take(BANK_MAX).collect();
    format!("{}-{}-{sequence:04}", bank.to_uppercase(), day.compact())
}

/// Looks whether a file that was handed out is answered; what is not becomes unknown, and the bank
/// is asked about it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AgePayoutFile {
    /// The file.
    pub file: PayoutFileId,
}

impl Message for AgePayoutFile {
    const KIND: &'static str = "payouts.age_file";

    fn unique_key(&self) -> Option<String> {
        Some(format!("{}:{}", Self::KIND, self.file))
    }
}

impl Job for AgePayoutFile {
    async fn run(&self, office: &Office, _run: &Run) -> Result<Outcome, JobError> {
        let mut tx = office.begin().await?;
        let number = store::number_of(&mut tx, self.file).await?;
        for id in store::waiting(&mut tx, self.file).await? {
            let Some(payout) = payout_store::lock(&mut tx, id).await? else { continue };
            if payout.state == PayoutState::Sending {
                let reason = format!("no status report about file {number} came in time");
                let late = PayoutEvent::Unclear { reason };
                results::apply(&mut tx, office, &payout, late).await?;
            }
        }
        if let Some(document) = store::document_of(&mut tx, self.file).await? {
            reserve::order_overdue(&mut tx, office, document).await?;
        }
        tx.commit().await?;
        Ok(Outcome::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_bank_day_and_place_and_fits() {
        let day: BusinessDate = "2026-03-31".parse().unwrap();
        assert_eq!(number("bank", day, 7), "BANK-20260331-0007");
        let long = number(&"very-long-name-".repeat(5), day, i32::MAX);
        assert!(long.len() <= 40 && number(&"x".repeat(60), day, 9_999).len() <= 35, "{long}");
    }
}
