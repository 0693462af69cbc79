use super::{Row, votes};
use crate::approvals::ApprovalError;
use crate::explain::Inconsistent;
use domain::approval::{
    Approval, ApprovalDetail, ApprovalKind, ApprovalSummary, Facts, Step, VoteRecord,
};
use domain::ids::{ApprovalId, StaffId};
use domain::page::{Page, PageRequest};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most waiting requests that are looked at for one person's queue.
const WAITING_MAX: i64 = 1000;

/// Requests shown beside the thing they are about.
const LATEST: i64 = 20;

struct SummaryRow {
    id: Uuid,
    kind: String,
    subject_id: Uuid,
    title: String,
    maker_id: Uuid,
    maker_name: String,
    made_at: OffsetDateTime,
    state: String,
    checker_name: Option<String>,
    steps: Value,
    votes_missing: i16,
    facts: Value,
    expires_at: Option<OffsetDateTime>,
    escalations: i32,
}

impl TryFrom<SummaryRow> for ApprovalSummary {
    type Error = Inconsistent;

    fn try_from(row: SummaryRow) -> Result<Self, Inconsistent> {
        let wrong = |what: &dyn std::fmt::Display| Inconsistent::new("approvals", row.id, what);
        let kind = ApprovalKind::named(&row.kind).ok_or_else(|| wrong(&"unknown kind"))?;
        let steps: Vec<Step> = serde_json::from_value(row.steps).map_err(|e| wrong(&e))?;
        let facts: Facts = serde_json::from_value(row.facts).map_err(|e| wrong(&e))?;
        let missing = usize::try_from(row.votes_missing).unwrap_or_default();
        Ok(Self {
            id: row.id.into(),
            kind,
            subject: row.subject_id,
            title: row.title,
            maker: row.maker_id.into(),
            maker_name: row.maker_name,
            made_at: row.made_at,
            state: row.state,
            checker_name: row.checker_name,
            agreed: steps.len().saturating_sub(missing),
            steps,
            facts,
            expires_at: row.expires_at,
            escalations: row.escalations,
        })
    }
}

pub(in crate::approvals) async fn list(
    conn: &mut PgConnection,
    (kinds, maker): (&[ApprovalKind], Option<StaffId>),
    page: PageRequest,
) -> Result<Page<ApprovalSummary>, ApprovalError> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.name().to_owned()).collect();
    let maker = maker.map(Uuid::from);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM approvals
           WHERE kind = ANY($1) AND ($2::uuid IS NULL OR maker_id = $2)"#,
        &kinds,
        maker,
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"SELECT a.id, a.kind, a.subject_id, a.title, a.maker_id, m.name AS maker_name, a.made_at,
                  a.state, c.name AS "checker_name?", a.steps, a.votes_missing, a.facts,
                  a.expires_at, a.escalations
           FROM approvals a JOIN staff m ON m.id = a.maker_id LEFT JOIN staff c ON c.id = a.checker_id
           WHERE a.kind = ANY($1) AND ($2::uuid IS NULL OR a.maker_id = $2)
           ORDER BY a.made_at DESC, a.id DESC LIMIT $3 OFFSET $4"#,
        &kinds,
        maker,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(ApprovalSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

/// The latest requests of a kind, newest first; those about these objects, where some are named.
pub(in crate::approvals) async fn latest(
    conn: &mut PgConnection,
    kind: ApprovalKind,
    subjects: Option<&[Uuid]>,
) -> Result<Vec<ApprovalSummary>, ApprovalError> {
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"SELECT a.id, a.kind, a.subject_id, a.title, a.maker_id, m.name AS maker_name, a.made_at,
                  a.state, c.name AS "checker_name?", a.steps, a.votes_missing, a.facts,
                  a.expires_at, a.escalations
           FROM approvals a JOIN staff m ON m.id = a.maker_id LEFT JOIN staff c ON c.id = a.checker_id
           WHERE a.kind = $1 AND ($2::uuid[] IS NULL OR a.subject_id = ANY($2))
           ORDER BY a.made_at DESC, a.id DESC LIMIT $3"#,
        kind.name(),
        subjects,
        LATEST,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ApprovalSummary::try_from).collect::<Result<_, _>>()?)
}

/// What waits for somebody else than its maker, longest waiting first: overdue ones at the top.
pub(in crate::approvals) async fn waiting(
    conn: &mut PgConnection,
    me: StaffId,
) -> Result<Vec<(Approval, ApprovalSummary)>, ApprovalError> {
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"SELECT a.id, a.kind, a.subject_id, a.title, a.maker_id, m.name AS maker_name, a.made_at,
                  a.state, NULL AS "checker_name?", a.steps, a.votes_missing, a.facts,
                  a.expires_at, a.escalations
           FROM approvals a JOIN staff m ON m.id = a.maker_id
           WHERE a.state = 'pending' AND a.maker_id <> $1
           ORDER BY (a.escalations > 0) DESC, a.made_at DESC, a.id DESC LIMIT $2"#,
        Uuid::from(me),
        WAITING_MAX,
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let whole = sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.kind, a.content_hash, a.maker_id,
                  COALESCE(m.employee_no, m.id::text) AS "maker_person!", a.subject_id,
                  (SELECT COALESCE(c.employee_no, c.id::text) FROM staff c
                   WHERE c.id = a.subject_id) AS subject_person, a.revision, a.steps,
                  a.state, a.checker_id, a.decided_at, a.concluded_at, a.note
           FROM approvals a JOIN staff m ON m.id = a.maker_id
           WHERE a.id = ANY($1)"#,
        &ids,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut votes = votes(conn, &ids).await?;
    let mut approvals = std::collections::BTreeMap::new();
    for row in whole {
        let mut approval = Approval::try_from(row)?;
        approval.votes = votes.remove(&approval.id.into()).unwrap_or_default();
        approvals.insert(approval.id, approval);
    }
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let summary = ApprovalSummary::try_from(row)?;
        if let Some(approval) = approvals.remove(&summary.id) {
            found.push((approval, summary));
        }
    }
    Ok(found)
}

pub(in crate::approvals) async fn detail(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Option<ApprovalDetail>, ApprovalError> {
    let summary = sqlx::query_as!(
        SummaryRow,
        r#"SELECT a.id, a.kind, a.subject_id, a.title, a.maker_id, m.name AS maker_name, a.made_at,
                  a.state, c.name AS "checker_name?", a.steps, a.votes_missing, a.facts,
                  a.expires_at, a.escalations
           FROM approvals a JOIN staff m ON m.id = a.maker_id LEFT JOIN staff c ON c.id = a.checker_id
           WHERE a.id = $1"#,
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(summary) = summary else { return Ok(None) };
    let row = sqlx::query!(
        "SELECT content, content_hash, note, decided_at, revision, rules
         FROM approvals WHERE id = $1",
        Uuid::from(id),
    )
    .fetch_one(&mut *conn)
    .await?;
    let votes = sqlx::query_as!(
        VoteRecord,
        r#"SELECT v.revision, v.step, s.name AS staff_name, b.name AS "absent_name?", v.verdict,
                  v.second_factor, v.note, v.at
           FROM approval_votes v JOIN staff s ON s.id = v.staff_id
           LEFT JOIN staff b ON b.id = v.absent_id
           WHERE v.approval_id = $1 ORDER BY v.revision, v.step"#,
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(ApprovalDetail {
        summary: summary.try_into()?,
        content: format!("{:#}", row.content),
        content_hash: row.content_hash,
        note: row.note,
        decided_at: row.decided_at,
        revision: row.revision,
        changes: Vec::new(),
        votes,
        rules: row.rules,
        cannot: None,
        in_place_of: None,
        agreed_by_viewer: false,
    }))
}

/// Hash and content of each revision, first to last.
pub(in crate::approvals) async fn revisions(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Vec<(String, Value)>, ApprovalError> {
    let rows = sqlx::query!(
        "SELECT content_hash, content FROM approval_revisions WHERE approval_id = $1
         ORDER BY revision",
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.content_hash, row.content)).collect())
}
