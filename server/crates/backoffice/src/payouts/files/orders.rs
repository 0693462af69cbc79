//! The order of a reserve document as a file of its own: written like a batch's, one transfer, from
//! the same row of numbers.

use super::store;
use super::writing::{STOPPED_PAUSE, hash, number};
use crate::audit::{self, Who};
use crate::jobs::{JobError, Outcome};
use crate::office::Office;
use crate::payouts::PayoutError;
use crate::reserve::{self, FiledOrder, Filing, WriteDocumentFile};
use banks::write::pain001::Transfer;
use domain::ids::PayoutFileId;
use serde_json::json;
use sqlx::PgConnection;

/// Writes the file of a document's order; a document is in one file or in none.
///
/// # Errors
/// No key is configured, the format cannot carry it, or the database failed; the job is run again.
pub async fn write_document(
    office: &Office,
    message: WriteDocumentFile,
) -> Result<Outcome, JobError> {
    let mut tx = office.begin().await?;
    match reserve::order_to_file(&mut tx, message.document).await? {
        Filing::Nothing => return Ok(Outcome::Done),
        Filing::Stopped => return Ok(Outcome::Again(STOPPED_PAUSE)),
        Filing::Order(order) => write(&mut tx, office, &order).await?,
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}

async fn write(
    conn: &mut PgConnection,
    office: &Office,
    order: &FiledOrder,
) -> Result<(), PayoutError> {
    let (account, _) = reserve::available(conn, order.from).await?;
    let (front, day) = (account.front, office.today());
    let key = super::require_key(office, &front)?;
    let sequence = store::next_sequence(conn, &front, day).await?;
    let number = number(&front, day, sequence);
    let transfer = Transfer {
        number: &order.number,
        amount: order.amount,
        bank: order.to.bank.trim(),
        payee: order.to.name.trim(),
        account: order.to.account.trim(),
        remark: &order.remark,
    };
    let (file, _) = super::filled(conn, office, (order.from, &number), &[transfer]).await?;
    let id = PayoutFileId(office.new_id());
    let new = store::New {
        id,
        number: &number,
        place: (&front, day, sequence),
        batch: None,
        document: Some(order.document),
        payouts: &[],
        total: order.amount,
        sha256: &hash(&file),
        signature: &key.sign(&file.bytes),
        public_key: &key.public(),
        file: &file,
    };
    store::insert(conn, office, &new).await?;
    reserve::order_filed(conn, office, order.document).await?;
    let event = super::event(Who::System("worker"), "payouts.write_file");
    let after = json!({ "number": number, "sha256": new.sha256, "document": order.document });
    Ok(audit::record(conn, office, event, &id.to_string(), &after).await?)
}
