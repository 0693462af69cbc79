use super::HoldError;
use crate::explain::Inconsistent;
use domain::date::BusinessDate;
use domain::hold::{Hold, HoldFilter, HoldKind, HoldRelease, HoldRequest, HoldState};
use domain::ids::{ApprovalId, HoldId, MerchantId, StaffId};
use domain::money::Money;
use domain::page::Page;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// The next free number of a day: `DJ20260331-0001`.
pub(super) async fn next_number(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<String, HoldError> {
    let number = sqlx::query_scalar!(
        r#"INSERT INTO hold_numbers AS given (day, last) VALUES ($1, 1)
           ON CONFLICT (day) DO UPDATE SET last = given.last + 1
           RETURNING last"#,
        day.0
    )
    .fetch_one(conn)
    .await?;
    Ok(format!("DJ{}-{number:04}", day.compact()))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    (number, request): (&str, &HoldRequest),
    approval: ApprovalId,
    (maker, at): (StaffId, OffsetDateTime),
) -> Result<(), HoldError> {
    sqlx::query!(
        r#"INSERT INTO holds (id, number, merchant_id, kind, amount_minor, currency, reason, state,
                              maker_id, made_at, approval_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9, $10)"#,
        request.id.0,
        number,
        request.merchant.0,
        request.kind.name(),
        request.amount.minor(),
        request.amount.currency().code(),
        request.reason,
        maker.0,
        at,
        approval.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn ask_release(
    conn: &mut PgConnection,
    (id, state): (HoldId, HoldState),
    (reason, approval): (&str, ApprovalId),
    (maker, at): (StaffId, OffsetDateTime),
) -> Result<(), HoldError> {
    sqlx::query!(
        r#"UPDATE holds SET state = $2, release_reason = $3, release_approval_id = $4,
                            release_maker_id = $5, release_made_at = $6, refusal = ''
           WHERE id = $1"#,
        id.0,
        state.name(),
        reason,
        approval.0,
        maker.0,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn refuse(
    conn: &mut PgConnection,
    id: HoldId,
    state: HoldState,
    refusal: &str,
) -> Result<(), HoldError> {
    sqlx::query!(
        "UPDATE holds SET state = $2, refusal = $3 WHERE id = $1",
        id.0,
        state.name(),
        refusal
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn carried_out(
    conn: &mut PgConnection,
    id: HoldId,
    state: HoldState,
    at: OffsetDateTime,
) -> Result<(), HoldError> {
    sqlx::query!(
        r#"UPDATE holds SET state = $2, held_at = coalesce(held_at, $3),
                            released_at = CASE WHEN $2 = 'released' THEN $3 END
           WHERE id = $1"#,
        id.0,
        state.name(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The hold, kept from changing until the transaction ends.
pub(super) async fn lock(conn: &mut PgConnection, id: HoldId) -> Result<Option<Hold>, HoldError> {
    sqlx::query!("SELECT id FROM holds WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    find(conn, id).await
}

pub(super) async fn find(conn: &mut PgConnection, id: HoldId) -> Result<Option<Hold>, HoldError> {
    Ok(rows(conn, Some(id), &HoldFilter::default()).await?.pop())
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &HoldFilter,
) -> Result<Page<Hold>, HoldError> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "total!" FROM holds h JOIN merchants m ON m.id = h.merchant_id
           WHERE ($1::text IS NULL OR h.state = $1) AND ($2::text IS NULL OR h.kind = $2)
             AND ($3::text IS NULL OR m.code = $3)"#,
        filter.state.map(HoldState::name),
        filter.kind.map(HoldKind::name),
        filter.merchant
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = rows(conn, None, filter).await?;
    Ok(Page { rows, total, request: filter.page })
}

async fn rows(
    conn: &mut PgConnection,
    id: Option<HoldId>,
    filter: &HoldFilter,
) -> Result<Vec<Hold>, HoldError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT h.id, h.number, h.merchant_id, m.code AS merchant_code, m.name AS merchant_name,
                  h.kind, h.amount_minor, h.currency, h.reason, h.state, s.name AS maker_name,
                  h.made_at, h.approval_id, c.name AS "checker_name?", h.held_at, h.refusal,
                  h.release_reason, rs.name AS "release_maker_name?", h.release_made_at,
                  h.release_approval_id, rc.name AS "release_checker_name?", h.released_at
           FROM holds h
           JOIN merchants m ON m.id = h.merchant_id
           JOIN staff s ON s.id = h.maker_id
           JOIN approvals a ON a.id = h.approval_id
           LEFT JOIN staff c ON c.id = a.checker_id
           LEFT JOIN staff rs ON rs.id = h.release_maker_id
           LEFT JOIN approvals ra ON ra.id = h.release_approval_id
           LEFT JOIN staff rc ON rc.id = ra.checker_id
           WHERE ($1::uuid IS NULL OR h.id = $1)
             AND ($2::text IS NULL OR h.state = $2) AND ($3::text IS NULL OR h.kind = $3)
             AND ($4::text IS NULL OR m.code = $4)
           ORDER BY h.made_at DESC, h.id DESC
           LIMIT $5 OFFSET $6"#,
        id.map(|id| id.0),
        filter.state.map(HoldState::name),
        filter.kind.map(HoldKind::name),
        filter.merchant,
        filter.page.limit(),
        filter.page.offset()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Hold::try_from).collect::<Result<_, _>>()?)
}

struct Row {
    id: Uuid,
    number: String,
    merchant_id: Uuid,
    merchant_code: String,
    merchant_name: String,
    kind: String,
    amount_minor: i64,
    currency: String,
    reason: String,
    state: String,
    maker_name: String,
    made_at: OffsetDateTime,
    approval_id: Uuid,
    checker_name: Option<String>,
    held_at: Option<OffsetDateTime>,
    refusal: String,
    release_reason: Option<String>,
    release_maker_name: Option<String>,
    release_made_at: Option<OffsetDateTime>,
    release_approval_id: Option<Uuid>,
    release_checker_name: Option<String>,
    released_at: Option<OffsetDateTime>,
}

impl Row {
    fn release(&self) -> Option<HoldRelease> {
        Some(HoldRelease {
            maker_name: self.release_maker_name.clone()?,
            made_at: self.release_made_at?,
            reason: self.release_reason.clone()?,
            approval: self.release_approval_id?.into(),
            checker_name: self.release_checker_name.clone(),
            released_at: self.released_at,
        })
    }
}

impl TryFrom<Row> for Hold {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("holds", row.id, what);
        let currency = row.currency.parse().map_err(|_| wrong("unknown currency"))?;
        Ok(Self {
            id: HoldId(row.id),
            merchant: MerchantId(row.merchant_id),
            kind: HoldKind::named(&row.kind).ok_or_else(|| wrong("unknown kind"))?,
            amount: Money::new(row.amount_minor, currency),
            state: HoldState::named(&row.state).ok_or_else(|| wrong("unknown state"))?,
            release: row.release(),
            number: row.number,
            merchant_code: row.merchant_code,
            merchant_name: row.merchant_name,
            reason: row.reason,
            maker_name: row.maker_name,
            made_at: row.made_at,
            approval: row.approval_id.into(),
            checker_name: row.checker_name,
            held_at: row.held_at,
            refusal: row.refusal,
        })
    }
}
