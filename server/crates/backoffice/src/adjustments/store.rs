use super::AdjustmentError;
use crate::explain::Inconsistent;
use domain::account::{AccountRef, BalanceEffect};
use domain::adjustment::{
    AdjustmentDetail, AdjustmentFilter, AdjustmentLine, AdjustmentRequest, AdjustmentState,
    AdjustmentSummary, Baseline, Reason, Recurrence, Signature,
};
use domain::date::BusinessDate;
use domain::ids::{AdjustmentId, ApprovalId, JournalId, StaffId};
use domain::money::{Currency, Money};
use domain::page::Page;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// A document to be stored.
pub(super) struct New<'a> {
    pub number: &'a str,
    pub request: &'a AdjustmentRequest,
    pub approval: ApprovalId,
    pub effects: &'a [BalanceEffect],
}

/// The next free number of a day: `TZ20260331-0001`.
pub(super) async fn next_number(
    conn: &mut PgConnection,
    day: BusinessDate,
) -> Result<String, AdjustmentError> {
    let number = sqlx::query_scalar!(
        r#"INSERT INTO adjustment_numbers AS given (day, last) VALUES ($1, 1)
           ON CONFLICT (day) DO UPDATE SET last = given.last + 1
           RETURNING last"#,
        day.0
    )
    .fetch_one(conn)
    .await?;
    Ok(format!("TZ{}-{number:04}", day.compact()))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    new: &New<'_>,
    maker: StaffId,
    at: OffsetDateTime,
) -> Result<(), AdjustmentError> {
    let request = new.request;
    let effects =
        serde_json::to_value(new.effects).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        r#"INSERT INTO adjustments (id, number, baseline, reason, evidence, corrects, effects,
                                    state, maker_id, approval_id, created_at, reverses,
                                    template_id, month)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9, $10, $11, $12, $13)"#,
        request.id.0,
        new.number,
        request.baseline.name(),
        request.reason.name(),
        request.evidence,
        request.corrects.map(|journal| journal.0),
        effects,
        maker.0,
        new.approval.0,
        at,
        request.reverses.map(|document| document.0),
        request.recurring.map(|one| one.template.0),
        request.recurring.map(|one| one.month.to_string())
    )
    .execute(&mut *conn)
    .await?;
    for (number, line) in (1_i16..).zip(&request.lines) {
        sqlx::query!(
            r#"INSERT INTO adjustment_lines (adjustment_id, line, debit_code, debit_owner,
                                             credit_code, credit_owner, amount_minor, currency,
                                             memo)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"#,
            request.id.0,
            number,
            line.debit.code,
            line.debit.owner,
            line.credit.code,
            line.credit.owner,
            line.amount.minor(),
            line.amount.currency().code(),
            line.memo
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// The document, kept from changing until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: AdjustmentId,
) -> Result<Option<AdjustmentDetail>, AdjustmentError> {
    sqlx::query!("SELECT id FROM adjustments WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    find(conn, id).await
}

pub(super) async fn conclude(
    conn: &mut PgConnection,
    id: AdjustmentId,
    state: &AdjustmentState,
) -> Result<(), AdjustmentError> {
    let (journal, reason, at) = match state {
        AdjustmentState::Proposed => (None, "", None),
        AdjustmentState::Executed { journal, at } => (Some(journal.0), "", Some(*at)),
        AdjustmentState::Rejected { reason, at } | AdjustmentState::Stale { reason, at } => {
            (None, reason.as_str(), Some(*at))
        }
        AdjustmentState::Withdrawn { at } => (None, "", Some(*at)),
    };
    sqlx::query!(
        r#"UPDATE adjustments
           SET state = $2, journal_id = $3, conclusion = $4, concluded_at = $5 WHERE id = $1"#,
        id.0,
        state.name(),
        journal,
        reason,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: AdjustmentId,
) -> Result<Option<AdjustmentDetail>, AdjustmentError> {
    let row = sqlx::query!(
        r#"SELECT d.number, d.baseline, d.reason, d.evidence, d.corrects, d.effects, d.state,
                  d.maker_id, s.name AS maker_name, s.login AS maker_login, d.approval_id,
                  d.journal_id, d.conclusion, d.created_at, d.concluded_at, d.reverses,
                  d.template_id, d.month, o.number AS "undoes?", t.name AS "template?",
                  u.id AS "undone_by?", u.number AS "undone_by_number?"
           FROM adjustments d JOIN staff s ON s.id = d.maker_id
           LEFT JOIN adjustments o ON o.id = d.reverses
           LEFT JOIN adjustment_templates t ON t.id = d.template_id
           LEFT JOIN adjustments u
                  ON u.reverses = d.id AND u.state IN ('proposed', 'executed')
           WHERE d.id = $1"#,
        id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let lines = lines(conn, id).await?;
    let head = Head {
        id: id.0,
        number: row.number,
        baseline: row.baseline,
        reason: row.reason,
        state: row.state,
        journal_id: row.journal_id,
        conclusion: row.conclusion,
        maker_id: row.maker_id,
        maker_name: row.maker_name,
        maker_login: row.maker_login,
        created_at: row.created_at,
        concluded_at: row.concluded_at,
        totals: Vec::new(),
    };
    let mut summary = AdjustmentSummary::try_from(head)?;
    summary.totals = totals(&lines).map_err(|e| Inconsistent::new("adjustment_lines", id, e))?;
    let month = row.month.map(|month| month.parse()).transpose();
    let month = month.map_err(|error| Inconsistent::new("adjustments", id, error))?;
    let recurring = row.template_id.zip(month);
    let request = AdjustmentRequest {
        id,
        baseline: summary.baseline,
        reason: summary.reason,
        evidence: row.evidence,
        corrects: row.corrects.map(JournalId),
        reverses: row.reverses.map(AdjustmentId),
        recurring: recurring
            .map(|(template, month)| Recurrence { template: template.into(), month }),
        lines,
    };
    let effects = serde_json::from_value(row.effects)
        .map_err(|error| Inconsistent::new("adjustments", id, error))?;
    Ok(Some(AdjustmentDetail {
        summary,
        request,
        approval: row.approval_id.into(),
        effects,
        files: super::evidence::list(conn, id).await?,
        signatures: signatures(conn, row.approval_id.into()).await?,
        undoes: row.reverses.map(AdjustmentId).zip(row.undoes),
        undone_by: row.undone_by.map(AdjustmentId).zip(row.undone_by_number),
        template_name: row.template,
    }))
}

/// Who agreed to the content as it is, in the order of the steps.
async fn signatures(
    conn: &mut PgConnection,
    approval: ApprovalId,
) -> Result<Vec<Signature>, AdjustmentError> {
    let rows = sqlx::query_as!(
        Signature,
        r#"SELECT s.login, s.name, v.at
           FROM approval_votes v
           JOIN approvals a ON a.id = v.approval_id AND a.revision = v.revision
           JOIN staff s ON s.id = v.staff_id
           WHERE v.approval_id = $1 AND v.verdict = 'approve' ORDER BY v.step"#,
        approval.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The documents a filter wants, made from a moment on and before another.
pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &AdjustmentFilter,
    (from, before): (Option<OffsetDateTime>, Option<OffsetDateTime>),
) -> Result<Page<AdjustmentSummary>, AdjustmentError> {
    let rows = sqlx::query!(
        r#"SELECT d.id, d.number, d.baseline, d.reason, d.state, d.journal_id, d.conclusion,
                  d.maker_id, s.name AS maker_name, s.login AS maker_login, d.created_at,
                  d.concluded_at, count(*) OVER () AS "total!",
                  ARRAY(SELECT l.currency || ' ' || sum(l.amount_minor)
                        FROM adjustment_lines l WHERE l.adjustment_id = d.id
                        GROUP BY l.currency ORDER BY l.currency) AS "totals!"
           FROM adjustments d JOIN staff s ON s.id = d.maker_id
           WHERE ($1::text IS NULL OR d.state = $1)
             AND ($2::timestamptz IS NULL OR d.created_at >= $2)
             AND ($3::timestamptz IS NULL OR d.created_at < $3)
             AND ($4::text IS NULL OR d.reason = $4)
             AND ($5::text IS NULL OR d.baseline = $5)
             AND ($6::text IS NULL OR strpos(lower(s.name), lower($6)) > 0 OR s.login = $6)
             AND ($7::bigint IS NULL OR EXISTS (
                 SELECT 1 FROM adjustment_lines l
                 WHERE l.adjustment_id = d.id AND l.amount_minor >= $7))
             AND ($8::text IS NULL OR strpos(lower(d.number), lower($8)) > 0
                  OR strpos(lower(d.evidence), lower($8)) > 0
                  OR EXISTS (
                      SELECT 1 FROM adjustment_lines l
                      WHERE l.adjustment_id = d.id
                        AND ($8 IN (l.debit_code, l.credit_code, l.debit_owner, l.credit_owner)
                             OR strpos(lower(l.memo), lower($8)) > 0)))
           ORDER BY d.created_at DESC, d.id DESC
           LIMIT $9 OFFSET $10"#,
        filter.state,
        from,
        before,
        filter.reason.map(Reason::name),
        filter.baseline.map(Baseline::name),
        filter.maker,
        filter.least.map(Money::minor),
        filter.text,
        filter.page.limit(),
        filter.page.offset()
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let heads = rows.into_iter().map(|row| Head {
        id: row.id,
        number: row.number,
        baseline: row.baseline,
        reason: row.reason,
        state: row.state,
        journal_id: row.journal_id,
        conclusion: row.conclusion,
        maker_id: row.maker_id,
        maker_name: row.maker_name,
        maker_login: row.maker_login,
        created_at: row.created_at,
        concluded_at: row.concluded_at,
        totals: row.totals,
    });
    let rows = heads.map(AdjustmentSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: filter.page })
}

async fn lines(
    conn: &mut PgConnection,
    id: AdjustmentId,
) -> Result<Vec<AdjustmentLine>, AdjustmentError> {
    let rows = sqlx::query!(
        r#"SELECT debit_code, debit_owner, credit_code, credit_owner, amount_minor, currency, memo
           FROM adjustment_lines WHERE adjustment_id = $1 ORDER BY line"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency: Currency = row
                .currency
                .parse()
                .map_err(|error| Inconsistent::new("adjustment_lines", id, error))?;
            Ok(AdjustmentLine {
                debit: AccountRef { code: row.debit_code, owner: row.debit_owner },
                credit: AccountRef { code: row.credit_code, owner: row.credit_owner },
                amount: Money::new(row.amount_minor, currency),
                memo: row.memo,
            })
        })
        .collect()
}

/// Sums per currency, in the order of the currencies.
fn totals(lines: &[AdjustmentLine]) -> Result<Vec<Money>, domain::money::MoneyError> {
    let mut sums = std::collections::BTreeMap::new();
    for line in lines {
        let currency = line.amount.currency();
        let sum = sums.entry(currency).or_insert(Money::zero(currency));
        *sum = sum.checked_add(line.amount)?;
    }
    Ok(sums.into_values().collect())
}

struct Head {
    id: Uuid,
    number: String,
    baseline: String,
    reason: String,
    state: String,
    journal_id: Option<Uuid>,
    conclusion: String,
    maker_id: Uuid,
    maker_name: String,
    maker_login: String,
    created_at: OffsetDateTime,
    concluded_at: Option<OffsetDateTime>,
    /// `CNY 12345`, one per currency.
    totals: Vec<String>,
}

impl TryFrom<Head> for AdjustmentSummary {
    type Error = Inconsistent;

    fn try_from(row: Head) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("adjustments", row.id, what);
        let ended = || row.concluded_at.ok_or_else(|| wrong("ended without a time"));
        let state = match row.state.as_str() {
            "proposed" => AdjustmentState::Proposed,
            "executed" => {
                let journal = row.journal_id.ok_or_else(|| wrong("executed without journal"))?;
                AdjustmentState::Executed { journal: JournalId(journal), at: ended()? }
            }
            "rejected" => {
                AdjustmentState::Rejected { reason: row.conclusion.clone(), at: ended()? }
            }
            "withdrawn" => AdjustmentState::Withdrawn { at: ended()? },
            "stale" => AdjustmentState::Stale { reason: row.conclusion.clone(), at: ended()? },
            _ => return Err(wrong("unknown state")),
        };
        let total = |text: &String| {
            let (code, minor) = text.split_once(' ')?;
            Some(Money::new(minor.parse().ok()?, code.parse().ok()?))
        };
        let totals = row.totals.iter().map(total).collect::<Option<_>>();
        Ok(Self {
            id: AdjustmentId(row.id),
            baseline: Baseline::named(&row.baseline).ok_or_else(|| wrong("unknown baseline"))?,
            reason: Reason::named(&row.reason).ok_or_else(|| wrong("unknown reason"))?,
            totals: totals.ok_or_else(|| wrong("unreadable total"))?,
            number: row.number,
            state,
            maker: StaffId(row.maker_id),
            maker_name: row.maker_name,
            maker_login: row.maker_login,
            created_at: row.created_at,
        })
    }
}
