use crate::explain::Inconsistent;
use crate::office::Office;
use crate::payouts::PayoutError;
use crate::payouts::store::Payout;
use banks::front::NamedFile;
use domain::date::BusinessDate;
use domain::ids::{PayoutBatchId, PayoutFileId, PayoutId, ReserveDocumentId, StaffId};
use domain::money::Money;
use domain::page::{Page, PageRequest};
use domain::payout::{FileAnswer, FileStanding, Handout, PayoutFileSummary};
use sqlx::PgConnection;
use uuid::Uuid;

/// A file to be kept.
pub(super) struct New<'a> {
    pub id: PayoutFileId,
    pub number: &'a str,
    pub place: (&'a str, BusinessDate, i32),
    /// What it carries: a batch's payouts, or the order of a document.
    pub batch: Option<PayoutBatchId>,
    pub document: Option<ReserveDocumentId>,
    pub payouts: &'a [Payout],
    pub total: Money,
    pub sha256: &'a str,
    pub signature: &'a str,
    pub public_key: &'a str,
    pub file: &'a NamedFile,
}

/// A file as it is kept.
pub(super) struct Kept {
    pub name: String,
    pub content: Vec<u8>,
    pub sha256: String,
    pub signature: String,
    pub public_key: String,
}

/// The next number of a bank's day; held until the transaction ends, given back if it fails.
pub(super) async fn next_sequence(
    conn: &mut PgConnection,
    front: &str,
    day: BusinessDate,
) -> Result<i32, PayoutError> {
    let last = sqlx::query_scalar!(
        "INSERT INTO payout_file_numbers AS given (front, day, last) VALUES ($1, $2, 1)
         ON CONFLICT (front, day) DO UPDATE SET last = given.last + 1 RETURNING last",
        front,
        day.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(last)
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    new: &New<'_>,
) -> Result<(), PayoutError> {
    let (front, day, sequence) = new.place;
    let id = Uuid::from(new.id);
    let payouts: Vec<Uuid> = new.payouts.iter().map(|payout| payout.id.into()).collect();
    sqlx::query!(
        "INSERT INTO payout_files
            (id, number, front, day, sequence, batch_id, count, total_minor, currency, name,
             content, sha256, signature, public_key, created_at, document_id)
         VALUES ($1, $2, $3, $4, $5, $6, GREATEST(cardinality($7::uuid[]), 1), $8, $9, $10, $11,
                 $12, $13, $14, $15, $16)",
        id,
        new.number,
        front,
        day.0,
        sequence,
        new.batch.map(Uuid::from),
        &payouts,
        new.total.minor(),
        new.total.currency().code(),
        new.file.name,
        new.file.bytes,
        new.sha256,
        new.signature,
        new.public_key,
        office.now(),
        new.document.map(Uuid::from),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO payout_file_items (payout_id, file_id, position)
         SELECT payout, $2, place::integer
         FROM unnest($1::uuid[]) WITH ORDINALITY AS given (payout, place)",
        &payouts,
        id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn kept(
    conn: &mut PgConnection,
    id: PayoutFileId,
) -> Result<Option<Kept>, PayoutError> {
    let kept = sqlx::query_as!(
        Kept,
        "SELECT name, content, sha256, signature, public_key FROM payout_files WHERE id = $1",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(kept)
}

/// The document whose order a file carries, if it does.
pub(super) async fn document_of(
    conn: &mut PgConnection,
    id: PayoutFileId,
) -> Result<Option<ReserveDocumentId>, PayoutError> {
    let id = Uuid::from(id);
    let document = sqlx::query_scalar!("SELECT document_id FROM payout_files WHERE id = $1", id)
        .fetch_optional(conn)
        .await?;
    Ok(document.flatten().map(ReserveDocumentId))
}

/// The number the bank knows the order of a document by.
pub(super) async fn order_of(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<String, PayoutError> {
    let number = sqlx::query_scalar!(
        r#"SELECT replace(number, '-', '') AS "number!" FROM reserve_documents WHERE id = $1"#,
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(number)
}

pub(super) async fn number_of(
    conn: &mut PgConnection,
    id: PayoutFileId,
) -> Result<String, PayoutError> {
    Ok(sqlx::query_scalar!("SELECT number FROM payout_files WHERE id = $1", Uuid::from(id))
        .fetch_one(conn)
        .await?)
}

pub(super) async fn numbered(
    conn: &mut PgConnection,
    number: &str,
) -> Result<Option<PayoutFileId>, PayoutError> {
    let id = sqlx::query_scalar!("SELECT id FROM payout_files WHERE number = $1", number)
        .fetch_optional(conn)
        .await?;
    Ok(id.map(PayoutFileId))
}

/// The payouts of a file that have no answer yet, held until the transaction ends.
pub(super) async fn waiting(
    conn: &mut PgConnection,
    id: PayoutFileId,
) -> Result<Vec<PayoutId>, PayoutError> {
    let ids = sqlx::query_scalar!(
        "SELECT p.id FROM payouts p JOIN payout_file_items i ON i.payout_id = p.id
         WHERE i.file_id = $1 AND p.state IN ('sending', 'unknown') ORDER BY p.id FOR UPDATE OF p",
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(PayoutId).collect())
}

pub(super) async fn insert_handout(
    conn: &mut PgConnection,
    office: &Office,
    (file, staff): (PayoutFileId, StaffId),
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO payout_file_handouts (file_id, staff_id, at) VALUES ($1, $2, $3)",
        Uuid::from(file),
        Uuid::from(staff),
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn handouts(
    conn: &mut PgConnection,
    file: PayoutFileId,
) -> Result<Vec<Handout>, PayoutError> {
    let handouts = sqlx::query_as!(
        Handout,
        "SELECT s.name AS by_name, h.at FROM payout_file_handouts h JOIN staff s ON s.id = h.staff_id
         WHERE h.file_id = $1 ORDER BY h.id",
        Uuid::from(file),
    )
    .fetch_all(conn)
    .await?;
    Ok(handouts)
}

pub(super) async fn insert_answer(
    conn: &mut PgConnection,
    office: &Office,
    file: PayoutFileId,
    (status, reason): (&str, Option<&str>),
) -> Result<(), PayoutError> {
    sqlx::query!(
        "INSERT INTO payout_file_answers (file_id, status, reason, at) VALUES ($1, $2, $3, $4)",
        Uuid::from(file),
        status,
        reason,
        office.now(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn answers(
    conn: &mut PgConnection,
    file: PayoutFileId,
) -> Result<Vec<FileAnswer>, PayoutError> {
    let answers = sqlx::query_as!(
        FileAnswer,
        "SELECT status, reason, at FROM payout_file_answers WHERE file_id = $1 ORDER BY id",
        Uuid::from(file),
    )
    .fetch_all(conn)
    .await?;
    Ok(answers)
}

pub(super) async fn list(
    conn: &mut PgConnection,
    office: &Office,
    (id, batch): (Option<PayoutFileId>, Option<PayoutBatchId>),
    page: PageRequest,
) -> Result<Page<PayoutFileSummary>, PayoutError> {
    let rows = sqlx::query!(
        r#"SELECT f.id, f.number, f.batch_id, b.number AS "batch_number?", f.document_id,
                  d.number AS "document_number?", a.code AS account, f.count,
                  f.total_minor, f.currency, f.created_at,
                  (SELECT min(h.at) FROM payout_file_handouts h WHERE h.file_id = f.id) AS handed_out,
                  (SELECT count(*) FROM payout_file_items i JOIN payouts p ON p.id = i.payout_id
                   WHERE i.file_id = f.id AND p.state IN ('sending', 'unknown'))
                    + (CASE WHEN d.state = 'approved' AND d.sent IN ('sending', 'unknown')
                            THEN 1 ELSE 0 END) AS "open!",
                  count(*) OVER () AS "total!"
           FROM payout_files f
           LEFT JOIN payout_batches b ON b.id = f.batch_id
           LEFT JOIN reserve_documents d ON d.id = f.document_id
           JOIN reserve_accounts a ON a.id = COALESCE(b.reserve_account_id,
               (SELECT r.id FROM reserve_accounts r
                WHERE r.purpose = d.leaves ORDER BY r.active DESC, r.code LIMIT 1))
           WHERE ($1::uuid IS NULL OR f.id = $1) AND ($2::uuid IS NULL OR f.batch_id = $2)
           ORDER BY f.created_at DESC, f.id DESC LIMIT $3 OFFSET $4"#,
        id.map(Uuid::from),
        batch.map(Uuid::from),
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        let currency =
            row.currency.parse().map_err(|e| Inconsistent::new("payout_files", row.id, e))?;
        files.push(PayoutFileSummary {
            id: row.id.into(),
            number: row.number,
            batch: row.batch_id.map(PayoutBatchId).zip(row.batch_number),
            document: row.document_id.map(ReserveDocumentId).zip(row.document_number),
            account: row.account,
            count: row.count.into(),
            total: Money::new(row.total_minor, currency),
            open: row.open,
            created_at: row.created_at,
            handed_out_at: row.handed_out,
            standing: FileStanding::of(row.handed_out, row.open, office.now()),
        });
    }
    Ok(Page { rows: files, total, request: page })
}
