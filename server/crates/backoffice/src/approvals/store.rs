use super::{ApprovalError, Proposal, visible_kinds};
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::access::Actor;
use domain::approval::{
    Approval, ApprovalDetail, ApprovalKind, ApprovalState, ApprovalSummary, Inbox,
};
use domain::error_item::ApprovalLevel;
use domain::ids::{ApprovalId, StaffId};
use domain::page::{Page, PageRequest};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, maker): (ApprovalId, StaffId),
    proposal: &Proposal,
    hash: &str,
) -> Result<(), ApprovalError> {
    sqlx::query!(
        "INSERT INTO approvals
            (id, kind, subject_id, title, content, content_hash, maker_id, made_at, state,
             request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9)",
        Uuid::from(id),
        proposal.kind.name(),
        proposal.subject,
        proposal.title,
        proposal.content,
        hash,
        Uuid::from(maker),
        office.now(),
        office.request_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    kind: String,
    content_hash: String,
    maker_id: Uuid,
    state: String,
    checker_id: Option<Uuid>,
    decided_at: Option<OffsetDateTime>,
    concluded_at: Option<OffsetDateTime>,
    note: String,
}

impl TryFrom<Row> for Approval {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("approvals", row.id, what);
        let kind = ApprovalKind::named(&row.kind).ok_or_else(|| wrong("unknown kind"))?;
        let state = match (row.state.as_str(), row.checker_id.map(StaffId), row.decided_at) {
            ("pending", None, None) => ApprovalState::Pending,
            ("withdrawn", None, None) => {
                let at = row.concluded_at.ok_or_else(|| wrong("withdrawn without a time"))?;
                ApprovalState::Withdrawn { at }
            }
            ("approved", Some(checker), Some(at)) => ApprovalState::Approved { checker, at },
            ("rejected", Some(checker), Some(at)) => {
                ApprovalState::Rejected { checker, at, reason: row.note.clone() }
            }
            ("executed", Some(checker), Some(_)) => {
                let at = row.concluded_at.ok_or_else(|| wrong("executed without a time"))?;
                ApprovalState::Executed { checker, at }
            }
            ("stale", Some(checker), Some(_)) => {
                let reason = "the content changed after it was approved".to_owned();
                ApprovalState::Stale { checker, reason }
            }
            _ => return Err(wrong("state and decision do not fit")),
        };
        Ok(Self {
            id: row.id.into(),
            kind,
            maker: row.maker_id.into(),
            content_hash: row.content_hash,
            state,
        })
    }
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Option<Approval>, ApprovalError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, kind, content_hash, maker_id, state, checker_id, decided_at, concluded_at, note
         FROM approvals WHERE id = $1 FOR UPDATE",
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Approval::try_from).transpose()?)
}

/// The level at which the content asks to be decided, where it names one.
pub(super) async fn level(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Option<ApprovalLevel>, sqlx::Error> {
    let level = sqlx::query_scalar!(
        "SELECT content ->> 'level' FROM approvals WHERE id = $1",
        Uuid::from(id),
    );
    Ok(level.fetch_one(conn).await?.as_deref().and_then(ApprovalLevel::named))
}

pub(super) async fn save(
    conn: &mut PgConnection,
    approval: &Approval,
    note: &str,
    now: OffsetDateTime,
) -> Result<(), ApprovalError> {
    let (checker, decided, concluded) = match &approval.state {
        ApprovalState::Pending => (None, None, None),
        ApprovalState::Approved { checker, at } | ApprovalState::Rejected { checker, at, .. } => {
            (Some(*checker), Some(*at), None)
        }
        ApprovalState::Executed { checker, at } => (Some(*checker), None, Some(*at)),
        ApprovalState::Stale { checker, .. } => (Some(*checker), None, Some(now)),
        ApprovalState::Withdrawn { at } => (None, None, Some(*at)),
    };
    sqlx::query!(
        "UPDATE approvals SET state = $2, checker_id = $3, decided_at = COALESCE($4, decided_at),
                concluded_at = $5, note = CASE WHEN $6 = '' THEN note ELSE $6 END
         WHERE id = $1",
        Uuid::from(approval.id),
        approval.state.name(),
        checker.map(Uuid::from),
        decided,
        concluded,
        note,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn standing(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Option<(ApprovalState, Uuid, Value)>, ApprovalError> {
    let Some(approval) = lock(conn, id).await? else { return Ok(None) };
    let row =
        sqlx::query!("SELECT subject_id, content FROM approvals WHERE id = $1", Uuid::from(id))
            .fetch_one(conn)
            .await?;
    Ok(Some((approval.state, row.subject_id, row.content)))
}

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
}

impl TryFrom<SummaryRow> for ApprovalSummary {
    type Error = Inconsistent;

    fn try_from(row: SummaryRow) -> Result<Self, Inconsistent> {
        let kind = ApprovalKind::named(&row.kind)
            .ok_or_else(|| Inconsistent::new("approvals", row.id, "unknown kind"))?;
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
        })
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
    actor: &Actor,
    inbox: Inbox,
    page: PageRequest,
) -> Result<Page<ApprovalSummary>, ApprovalError> {
    let names = |kinds: Vec<ApprovalKind>| -> Vec<String> {
        kinds.into_iter().map(|kind| kind.name().to_owned()).collect()
    };
    let me = Uuid::from(actor.staff);
    let decidable =
        ApprovalKind::ALL.into_iter().filter(|kind| actor.may(kind.checker_permission()));
    let (kinds, state, maker, not_maker) = match inbox {
        Inbox::ToDecide => (names(decidable.collect()), Some("pending"), None, Some(me)),
        Inbox::Mine => (names(ApprovalKind::ALL.to_vec()), None, Some(me), None),
        Inbox::All => (names(visible_kinds(actor)), None, None, None),
    };
    let rows = sqlx::query!(
        r#"SELECT a.id, a.kind, a.subject_id, a.title, a.maker_id, m.name AS maker_name, a.made_at,
                  a.state, c.name AS "checker_name?", count(*) OVER () AS "total!"
           FROM approvals a JOIN staff m ON m.id = a.maker_id LEFT JOIN staff c ON c.id = a.checker_id
           WHERE a.kind = ANY($1) AND ($2::text IS NULL OR a.state = $2)
             AND ($3::uuid IS NULL OR a.maker_id = $3) AND ($4::uuid IS NULL OR a.maker_id <> $4)
           ORDER BY a.made_at DESC, a.id DESC LIMIT $5 OFFSET $6"#,
        &kinds,
        state,
        maker,
        not_maker,
        page.limit(),
        page.offset(),
    )
    .fetch_all(conn)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows
        .into_iter()
        .map(|row| {
            ApprovalSummary::try_from(SummaryRow {
                id: row.id,
                kind: row.kind,
                subject_id: row.subject_id,
                title: row.title,
                maker_id: row.maker_id,
                maker_name: row.maker_name,
                made_at: row.made_at,
                state: row.state,
                checker_name: row.checker_name,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Page { rows, total, request: page })
}

pub(super) async fn detail(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Option<ApprovalDetail>, ApprovalError> {
    let summary = sqlx::query_as!(
        SummaryRow,
        r#"SELECT a.id, a.kind, a.subject_id, a.title, a.maker_id, m.name AS maker_name, a.made_at,
                  a.state, c.name AS "checker_name?"
           FROM approvals a JOIN staff m ON m.id = a.maker_id LEFT JOIN staff c ON c.id = a.checker_id
           WHERE a.id = $1"#,
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(summary) = summary else { return Ok(None) };
    let row = sqlx::query!(
        "SELECT content, content_hash, note, decided_at FROM approvals WHERE id = $1",
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    Ok(Some(ApprovalDetail {
        summary: summary.try_into()?,
        content: format!("{:#}", row.content),
        content_hash: row.content_hash,
        note: row.note,
        decided_at: row.decided_at,
    }))
}
