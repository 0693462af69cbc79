use crate::explain::Inconsistent;
use crate::reserve::ReserveError;
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, StaffId};
use domain::page::{Page, PageRequest};
use domain::reserve::proof::{ProofDay, SignedProof};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// A proof to be kept.
pub(super) struct New<'a> {
    pub day: BusinessDate,
    pub version: i32,
    pub content: &'a Value,
    pub hash: &'a str,
    pub approval: ApprovalId,
}

pub(super) async fn next_version(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<i32, ReserveError> {
    let last = sqlx::query_scalar!("SELECT max(version) FROM reserve_proofs WHERE day = $1", day.0)
        .fetch_one(conn)
        .await?;
    Ok(last.unwrap_or(0).saturating_add(1))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    new: &New<'_>,
    (maker, checker): (StaffId, StaffId),
    at: OffsetDateTime,
) -> Result<(), ReserveError> {
    sqlx::query!(
        "INSERT INTO reserve_proofs
            (day, version, content, hash, maker_id, checker_id, approval_id, signed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.day.0,
        new.version,
        new.content,
        new.hash,
        Uuid::from(maker),
        Uuid::from(checker),
        Uuid::from(new.approval),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn days(
    conn: &mut PgConnection,
    page: PageRequest,
) -> Result<Page<ProofDay>, ReserveError> {
    let rows = sqlx::query!(
        r#"SELECT d.accounting_date, d.state = 'closed' AS "closed!", p.version AS "version?",
                  p.signed_at AS "signed_at?", m.name AS "maker?", c.name AS "checker?",
                  count(*) OVER () AS "total!"
           FROM ledger_days d
           LEFT JOIN LATERAL (
               SELECT version, signed_at, maker_id, checker_id FROM reserve_proofs
               WHERE day = d.accounting_date ORDER BY version DESC LIMIT 1) p ON true
           LEFT JOIN staff m ON m.id = p.maker_id
           LEFT JOIN staff c ON c.id = p.checker_id
           ORDER BY d.accounting_date DESC LIMIT $1 OFFSET $2"#,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let days = rows.into_iter().map(|row| ProofDay {
        day: BusinessDate(row.accounting_date),
        closed: row.closed,
        signed: match (row.version, row.signed_at, row.maker, row.checker) {
            (Some(version), Some(at), Some(maker), Some(checker)) => {
                Some((version, at, maker, checker))
            }
            _ => None,
        },
        waiting: None,
    });
    Ok(Page { rows: days.collect(), total, request: page })
}

/// The signed versions of a day, the latest first.
pub(super) async fn signed(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<Vec<SignedProof>, ReserveError> {
    let rows = sqlx::query!(
        "SELECT p.version, p.content, p.hash, m.name AS maker, c.name AS checker, p.approval_id,
                p.signed_at
         FROM reserve_proofs p JOIN staff m ON m.id = p.maker_id JOIN staff c ON c.id = p.checker_id
         WHERE p.day = $1 ORDER BY p.version DESC",
        day.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let evening = serde_json::from_value(row.content)
                .map_err(|error| Inconsistent::new("reserve_proofs", day, error))?;
            Ok(SignedProof {
                day,
                version: row.version,
                evening,
                hash: row.hash,
                maker: row.maker,
                checker: row.checker,
                approval: row.approval_id.into(),
                signed_at: row.signed_at,
            })
        })
        .collect()
}

/// The request about a day that waits to be decided or carried out.
pub(super) async fn waiting(
    conn: &mut PgConnection,
    subject: Uuid,
) -> Result<Option<ApprovalId>, ReserveError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM approvals
         WHERE kind = 'reserve_proof' AND subject_id = $1 AND state IN ('pending', 'approved')",
        subject,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ApprovalId))
}
