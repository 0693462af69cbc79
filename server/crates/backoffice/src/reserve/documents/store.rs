use super::Evidence;
use super::sending::order_number;
use crate::explain::Inconsistent;
use crate::reserve::{ReserveError, ledger_account};
use domain::account::BalanceEffect;
use domain::date::BusinessDate;
use domain::ids::{
    ApprovalId, JournalId, PayoutFileId, ReserveAccountId, ReserveDocumentId, StaffId,
    StatementLineId,
};
use domain::money::{Currency, Money};
use domain::page::Page;
use domain::reserve::Purpose;
use domain::reserve::document::{
    DocumentDetail, DocumentFilter, DocumentKind, DocumentRequest, DocumentState, DocumentSummary,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// A document to be stored.
pub(super) struct New<'a> {
    pub number: &'a str,
    pub request: &'a DocumentRequest,
    pub ppm: i64,
    pub effects: &'a [BalanceEffect],
    pub approval: ApprovalId,
}

pub(super) async fn fund_ppm(conn: &mut PgConnection) -> Result<i64, ReserveError> {
    Ok(sqlx::query_scalar!("SELECT fund_ppm FROM reserve_settings").fetch_one(conn).await?)
}

pub(super) async fn next_number(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<String, ReserveError> {
    let number = sqlx::query_scalar!(
        "INSERT INTO reserve_document_numbers AS given (day, last) VALUES ($1, 1)
         ON CONFLICT (day) DO UPDATE SET last = given.last + 1 RETURNING last",
        day.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(format!("BF{}-{number:04}", day.compact()))
}

/// The account in use for a purpose: its id, its number at the bank, and its front.
pub(super) async fn account_numbered(
    conn: &mut PgConnection,
    purpose: Purpose,
) -> Result<Option<(ReserveAccountId, String, String)>, ReserveError> {
    let row = sqlx::query!(
        "SELECT id, account_no, front FROM reserve_accounts
         WHERE purpose = $1 AND active ORDER BY code LIMIT 1",
        purpose.name(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id.into(), row.account_no, row.front)))
}

pub(super) async fn is_house(conn: &mut PgConnection, house: &str) -> Result<bool, ReserveError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM clearing_houses WHERE code = $1 AND active)
               AS "found!""#,
        house,
    )
    .fetch_one(conn)
    .await?;
    Ok(found)
}

/// What approved documents of a kind have not carried over yet.
pub(super) async fn under_way(
    conn: &mut PgConnection,
    kind: DocumentKind,
) -> Result<Money, ReserveError> {
    let minor = sqlx::query_scalar!(
        r#"SELECT COALESCE(sum(amount_minor), 0)::bigint AS "minor!" FROM reserve_documents
           WHERE kind = $1 AND state = 'approved'"#,
        kind.name(),
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::cny(minor))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    new: &New<'_>,
    maker: StaffId,
    at: OffsetDateTime,
) -> Result<(), ReserveError> {
    let request = new.request;
    let effects =
        serde_json::to_value(new.effects).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let (leaves, reaches) = request.kind.accounts(request.from);
    sqlx::query!(
        "INSERT INTO reserve_documents
            (id, number, kind, amount_minor, currency, from_purpose, leaves, reaches, house,
             bank_ref, grounds, fund_ppm, effects, state, maker_id, approval_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'proposed', $14, $15, $16)",
        Uuid::from(request.id),
        new.number,
        request.kind.name(),
        request.amount.minor(),
        request.amount.currency().code(),
        request.from.name(),
        leaves.map(Purpose::name),
        reaches.map(Purpose::name),
        request.house,
        request.bank_ref,
        request.grounds,
        new.ppm,
        effects,
        Uuid::from(maker),
        Uuid::from(new.approval),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The document, kept from changing until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<Option<DocumentDetail>, ReserveError> {
    sqlx::query!("SELECT id FROM reserve_documents WHERE id = $1 FOR UPDATE", Uuid::from(id))
        .fetch_optional(&mut *conn)
        .await?;
    find(conn, id).await
}

/// The approved document a statement line names, by our number or the bank's reference; locked.
pub(super) async fn lock_named(
    conn: &mut PgConnection,
    evidence: &Evidence<'_>,
) -> Result<Option<DocumentDetail>, ReserveError> {
    let number = evidence.number.map(order_number).filter(|number| !number.is_empty());
    let id = sqlx::query_scalar!(
        "SELECT id FROM reserve_documents
         WHERE (replace(number, '-', '') = $1 AND state IN ('approved', 'in_transit', 'booked'))
            OR (bank_ref <> '' AND bank_ref = $2 AND state = 'booked'
                AND kind IN ('interest', 'bank_charge'))
         ORDER BY created_at LIMIT 1",
        number,
        evidence.bank_ref,
    )
    .fetch_optional(&mut *conn)
    .await?;
    match id {
        Some(id) => lock(conn, id.into()).await,
        None => Ok(None),
    }
}

pub(super) async fn save(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
    (state, why): (DocumentState, &str),
    at: OffsetDateTime,
) -> Result<(), ReserveError> {
    let open = matches!(
        state,
        DocumentState::Proposed | DocumentState::Approved | DocumentState::InTransit
    );
    sqlx::query!(
        "UPDATE reserve_documents SET state = $2, conclusion = $3, concluded_at = $4 WHERE id = $1",
        Uuid::from(id),
        state.name(),
        why,
        (!open).then_some(at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn sent(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<Option<String>, ReserveError> {
    let id = Uuid::from(id);
    Ok(sqlx::query_scalar!("SELECT sent FROM reserve_documents WHERE id = $1", id)
        .fetch_one(conn)
        .await?)
}

pub(super) async fn set_sent(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
    sent: Option<&str>,
) -> Result<(), ReserveError> {
    sqlx::query!("UPDATE reserve_documents SET sent = $2 WHERE id = $1", Uuid::from(id), sent)
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts a query, and says how many there were.
pub(super) async fn count_query(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<i32, ReserveError> {
    let queries = sqlx::query_scalar!(
        "UPDATE reserve_documents SET queries = queries + 1 WHERE id = $1 RETURNING queries",
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(queries)
}

/// Whether a stop holds back everything, or what goes over this front. Passes the gate of sends:
/// stops that are being pulled wait until the caller's transaction ends.
pub(super) async fn is_stopped(conn: &mut PgConnection, front: &str) -> Result<bool, ReserveError> {
    sqlx::query!("SELECT id FROM payout_gate WHERE id = 1 FOR SHARE").fetch_one(&mut *conn).await?;
    let stopped = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM payout_stops
                          WHERE lifted_at IS NULL
                            AND (scope = 'all' OR (scope = 'bank' AND subject = $1))) AS "is!""#,
        front,
    )
    .fetch_one(conn)
    .await?;
    Ok(stopped)
}

/// One of our accounts, as a file names it.
pub(super) struct OwnAccount {
    pub id: ReserveAccountId,
    pub account_no: String,
    pub bank_name: String,
    pub holder: Option<String>,
    pub front: String,
}

pub(super) async fn own_account(
    conn: &mut PgConnection,
    purpose: Purpose,
) -> Result<Option<OwnAccount>, ReserveError> {
    let account = sqlx::query_as!(
        OwnAccount,
        "SELECT id, account_no, bank_name, holder, front FROM reserve_accounts
         WHERE purpose = $1 AND active ORDER BY code LIMIT 1",
        purpose.name(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(account)
}

/// Whether the order of a document stands in a file.
pub(super) async fn is_filed(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<bool, ReserveError> {
    let filed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM payout_files WHERE document_id = $1) AS "is!""#,
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(filed)
}

/// The document whose order went out in a file under this number.
pub(super) async fn ordered_as(
    conn: &mut PgConnection,
    number: &str,
) -> Result<Option<ReserveDocumentId>, ReserveError> {
    let id = sqlx::query_scalar!(
        "SELECT d.id FROM reserve_documents d JOIN payout_files f ON f.document_id = d.id
         WHERE replace(d.number, '-', '') = $1",
        number,
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(ReserveDocumentId))
}

/// Says whether the line is new to this side of the document.
pub(super) async fn link(
    conn: &mut PgConnection,
    (document, line): (ReserveDocumentId, StatementLineId),
    side: &str,
    at: OffsetDateTime,
) -> Result<bool, ReserveError> {
    let result = sqlx::query!(
        "INSERT INTO reserve_document_lines (statement_line_id, document_id, side, at)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        Uuid::from(line),
        Uuid::from(document),
        side,
        at,
    )
    .execute(conn)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// Of interest and charges, the bank's line may have been imported before the document was made:
/// it is explained now.
pub(super) async fn link_known_line(
    conn: &mut PgConnection,
    request: &DocumentRequest,
    at: OffsetDateTime,
) -> Result<(), ReserveError> {
    let (amount, side) = match request.kind {
        DocumentKind::Interest => (request.amount, "in"),
        DocumentKind::BankCharge => (request.amount.checked_neg()?, "out"),
        _ => return Ok(()),
    };
    let line = sqlx::query_scalar!(
        "UPDATE statement_lines SET explained_by = 'reserve_document', explained_at = $4
         WHERE id = (SELECT s.id FROM statement_lines s
                     JOIN reserve_accounts a ON a.account_no = s.account_no
                     WHERE s.bank_ref = $1 AND s.amount_minor = $2 AND a.ledger_code = $3
                       AND (s.explained_by IS NULL OR s.explained_by = 'error_item')
                     ORDER BY s.id LIMIT 1)
         RETURNING id",
        request.bank_ref,
        amount.minor(),
        ledger_account(Purpose::Custody).code,
        at,
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(line) = line {
        link(conn, (request.id, line.into()), side, at).await?;
    }
    Ok(())
}

struct Row {
    id: Uuid,
    number: String,
    kind: String,
    amount_minor: i64,
    currency: String,
    state: String,
    maker_name: String,
    created_at: OffsetDateTime,
    total: i64,
}

impl TryFrom<Row> for DocumentSummary {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("reserve_documents", row.id, what);
        let currency: Currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        Ok(Self {
            id: row.id.into(),
            kind: DocumentKind::named(&row.kind).ok_or_else(|| wrong("unknown kind"))?,
            amount: Money::new(row.amount_minor, currency),
            state: DocumentState::named(&row.state).ok_or_else(|| wrong("unknown state"))?,
            number: row.number,
            maker_name: row.maker_name,
            created_at: row.created_at,
        })
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &DocumentFilter,
) -> Result<Page<DocumentSummary>, ReserveError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT d.id, d.number, d.kind, d.amount_minor, d.currency, d.state,
                  s.name AS maker_name, d.created_at, count(*) OVER () AS "total!"
           FROM reserve_documents d JOIN staff s ON s.id = d.maker_id
           WHERE ($1::text IS NULL OR d.kind = $1) AND ($2::text IS NULL OR d.state = $2)
           ORDER BY d.created_at DESC, d.id DESC LIMIT $3 OFFSET $4"#,
        filter.kind.map(DocumentKind::name),
        filter.state.map(DocumentState::name),
        filter.page.limit(),
        filter.page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(DocumentSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: filter.page })
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: ReserveDocumentId,
) -> Result<Option<DocumentDetail>, ReserveError> {
    let row = sqlx::query!(
        "SELECT d.number, d.kind, d.amount_minor, d.currency, d.from_purpose, d.house, d.bank_ref,
                d.grounds, d.fund_ppm, d.effects, d.state, d.approval_id, d.conclusion,
                d.created_at, d.concluded_at, s.name AS maker_name, d.sent,
                f.id AS \"file?\", f.number AS \"file_number?\"
         FROM reserve_documents d JOIN staff s ON s.id = d.maker_id
         LEFT JOIN payout_files f ON f.document_id = d.id WHERE d.id = $1",
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let head = Row {
        id: id.into(),
        number: row.number,
        kind: row.kind,
        amount_minor: row.amount_minor,
        currency: row.currency,
        state: row.state,
        maker_name: row.maker_name,
        created_at: row.created_at,
        total: 1,
    };
    let summary = DocumentSummary::try_from(head)?;
    let wrong = |what: &str| Inconsistent::new("reserve_documents", id, what);
    let request = DocumentRequest {
        id,
        kind: summary.kind,
        amount: summary.amount,
        from: Purpose::named(&row.from_purpose).ok_or_else(|| wrong("unknown purpose"))?,
        house: row.house,
        bank_ref: row.bank_ref,
        grounds: row.grounds,
    };
    let effects = serde_json::from_value(row.effects).map_err(|_| wrong("effects"))?;
    let journals = sqlx::query_scalar!(
        "SELECT id FROM ledger_journals
         WHERE source_kind = 'reserve_document' AND source_id = $1 ORDER BY posted_at, id",
        id.to_string(),
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(DocumentDetail {
        summary,
        request,
        fund_ppm: row.fund_ppm,
        approval: row.approval_id.into(),
        effects,
        journals: journals.into_iter().map(JournalId).collect(),
        sent: row.sent,
        file: row.file.map(PayoutFileId).zip(row.file_number),
        conclusion: row.conclusion,
        concluded_at: row.concluded_at,
    }))
}
