pub(super) mod people;
mod reading;
pub(super) mod rules;

pub(super) use reading::{detail, latest, list, revisions, waiting};

use super::{ApprovalError, Weighed};
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::approval::{Approval, ApprovalKind, ApprovalState, Decision, Hand, Scope, Step, Vote};
use domain::date::BusinessDate;
use domain::ids::{ApprovalId, StaffId};
use domain::money::Money;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

fn small(number: usize) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

fn written<T: serde::Serialize>(value: &T) -> Result<Value, ApprovalError> {
    serde_json::to_value(value).map_err(ApprovalError::Unwritable)
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    new: &Weighed<'_>,
) -> Result<(), ApprovalError> {
    let amount = new.facts.amount;
    sqlx::query!(
        "INSERT INTO approvals
            (id, kind, subject_id, title, content, content_hash, maker_id, made_at, state,
             request_id, steps, votes_missing, rules, facts, amount_minor, currency, counted_on,
             hours, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9, $10, $11, $12, $13, $14, $15, $16,
                 $17, $18)",
        Uuid::from(new.id),
        new.proposal.kind.name(),
        new.proposal.subject,
        new.proposal.title,
        new.proposal.content,
        super::content_hash(&new.proposal.content),
        Uuid::from(new.maker),
        new.at,
        office.request_id,
        written(&new.demand.steps)?,
        small(new.demand.steps.len()),
        &new.demand.rules,
        written(new.facts)?,
        amount.map(Money::minor),
        amount.map(|amount| amount.currency().code()),
        office.today().0,
        i16::try_from(new.demand.hours).unwrap_or(i16::MAX),
        new.expires_at(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_revision(
    conn: &mut PgConnection,
    id: ApprovalId,
    (revision, content): (i32, &Value),
    at: OffsetDateTime,
) -> Result<(), ApprovalError> {
    sqlx::query!(
        "INSERT INTO approval_revisions (approval_id, revision, content, content_hash, at)
         VALUES ($1, $2, $3, $4, $5)",
        Uuid::from(id),
        revision,
        content,
        super::content_hash(content),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a person a part in a request. Nobody gets two.
pub(super) async fn insert_person(
    conn: &mut PgConnection,
    (id, revision): (ApprovalId, i32),
    person: &str,
    part: &str,
) -> Result<(), ApprovalError> {
    sqlx::query!(
        "INSERT INTO approval_people (approval_id, revision, person, part)
         VALUES ($1, $2, $3, $4)",
        Uuid::from(id),
        revision,
        person,
        part,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_vote(
    conn: &mut PgConnection,
    (approval, (revision, step)): (&Approval, (i32, usize)),
    (hand, asked): (&Hand, Step),
    decision: &Decision<'_>,
) -> Result<(), ApprovalError> {
    let verdict = match decision.verdict {
        domain::approval::Verdict::Approve => "approve",
        domain::approval::Verdict::Reject => "reject",
    };
    sqlx::query!(
        "INSERT INTO approval_votes
            (approval_id, revision, step, staff_id, absent_id, verdict, content_hash, level,
             second_factor, note, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        Uuid::from(approval.id),
        revision,
        small(step),
        Uuid::from(hand.staff),
        hand.absent.as_ref().map(|absent| Uuid::from(absent.staff)),
        verdict,
        decision.shown_hash,
        asked.level.name(),
        hand.second_factor,
        decision.note.trim(),
        decision.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds to a sum of a day, holds it until the transaction ends, and says what it is then.
pub(super) async fn add_to_sum(
    conn: &mut PgConnection,
    day: BusinessDate,
    (scope, subject): (Scope, &str),
    amount: Money,
) -> Result<Money, ApprovalError> {
    let minor = sqlx::query_scalar!(
        "INSERT INTO approval_sums (day, scope, subject, currency, amount_minor)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (day, scope, subject, currency)
             DO UPDATE SET amount_minor = approval_sums.amount_minor + EXCLUDED.amount_minor
         RETURNING amount_minor",
        day.0,
        scope.name(),
        subject,
        amount.currency().code(),
        amount.minor(),
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::new(minor, amount.currency()))
}

pub(super) async fn note_counted(
    conn: &mut PgConnection,
    id: ApprovalId,
    counted: &BTreeMap<(Scope, String), Money>,
) -> Result<(), ApprovalError> {
    for ((scope, subject), amount) in counted {
        sqlx::query!(
            "INSERT INTO approval_counted (approval_id, scope, subject, currency, amount_minor)
             VALUES ($1, $2, $3, $4, $5)",
            Uuid::from(id),
            scope.name(),
            subject,
            amount.currency().code(),
            amount.minor(),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Takes a request out of the sums of its day, in the order they were counted.
pub(super) async fn uncount(conn: &mut PgConnection, id: ApprovalId) -> Result<(), ApprovalError> {
    let rows = sqlx::query!(
        r#"SELECT c.scope, c.subject, c.currency, c.amount_minor, a.counted_on AS "day!"
           FROM approval_counted c JOIN approvals a ON a.id = c.approval_id
           WHERE c.approval_id = $1
           ORDER BY CASE c.scope WHEN 'maker' THEN 1 WHEN 'merchant' THEN 2 ELSE 3 END, c.subject"#,
        Uuid::from(id),
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        sqlx::query!(
            "UPDATE approval_sums SET amount_minor = amount_minor - $5
             WHERE day = $1 AND scope = $2 AND subject = $3 AND currency = $4",
            row.day,
            row.scope,
            row.subject,
            row.currency,
            row.amount_minor,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

struct Row {
    id: Uuid,
    kind: String,
    content_hash: String,
    maker_id: Uuid,
    maker_person: String,
    subject_id: Uuid,
    subject_person: Option<String>,
    revision: i32,
    steps: Value,
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
        let steps = serde_json::from_value(row.steps).map_err(|e| wrong(&e.to_string()))?;
        Ok(Self {
            id: row.id.into(),
            kind,
            maker: row.maker_id.into(),
            maker_person: row.maker_person,
            concerned: row
                .subject_person
                .filter(|_| kind.is_about_a_colleague())
                .map(|person| (row.subject_id.into(), person)),
            content_hash: row.content_hash,
            revision: row.revision,
            steps,
            votes: Vec::new(),
            state,
        })
    }
}

/// A request, held, with the votes about the content it has.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<Option<Approval>, ApprovalError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT a.id, a.kind, a.content_hash, a.maker_id,
                  COALESCE(m.employee_no, m.id::text) AS "maker_person!", a.subject_id,
                  (SELECT COALESCE(c.employee_no, c.id::text) FROM staff c
                   WHERE c.id = a.subject_id) AS subject_person, a.revision, a.steps,
                  a.state, a.checker_id, a.decided_at, a.concluded_at, a.note
           FROM approvals a JOIN staff m ON m.id = a.maker_id
           WHERE a.id = $1 FOR UPDATE OF a"#,
        Uuid::from(id),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut approval = Approval::try_from(row)?;
    let ids = [Uuid::from(id)];
    approval.votes = votes(conn, &ids).await?.remove(&ids[0]).unwrap_or_default();
    Ok(Some(approval))
}

/// Who agreed to the contents some requests have, first to last.
async fn votes(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<Vote>>, ApprovalError> {
    let rows = sqlx::query!(
        r#"SELECT v.approval_id, v.staff_id, COALESCE(s.employee_no, s.id::text) AS "person!",
                  v.absent_id, COALESCE(b.employee_no, b.id::text) AS absent_person
           FROM approval_votes v
           JOIN approvals a ON a.id = v.approval_id AND a.revision = v.revision
           JOIN staff s ON s.id = v.staff_id LEFT JOIN staff b ON b.id = v.absent_id
           WHERE v.approval_id = ANY($1) AND v.verdict = 'approve'
           ORDER BY v.approval_id, v.step"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    let mut found: BTreeMap<Uuid, Vec<Vote>> = BTreeMap::new();
    for row in rows {
        let absent = row.absent_id.map(StaffId).zip(row.absent_person);
        let vote = Vote { staff: row.staff_id.into(), person: row.person, absent };
        found.entry(row.approval_id).or_default().push(vote);
    }
    Ok(found)
}

/// Steps nobody has agreed to yet. What was decided before there were votes misses none.
fn missing(approval: &Approval) -> i16 {
    match approval.state {
        ApprovalState::Pending
        | ApprovalState::Rejected { .. }
        | ApprovalState::Withdrawn { .. } => {
            small(approval.steps.len().saturating_sub(approval.votes.len()))
        }
        _ => 0,
    }
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
                concluded_at = $5, note = CASE WHEN $6 = '' THEN note ELSE $6 END,
                votes_missing = $7
         WHERE id = $1",
        Uuid::from(approval.id),
        approval.state.name(),
        checker.map(Uuid::from),
        decided,
        concluded,
        note,
        missing(approval),
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

/// Stores the content a request has from this moment on.
pub(super) async fn save_content(
    conn: &mut PgConnection,
    approval: &Approval,
    content: &Value,
) -> Result<(), ApprovalError> {
    sqlx::query!(
        "UPDATE approvals SET content = $2, content_hash = $3, revision = $4, votes_missing = $5
         WHERE id = $1",
        Uuid::from(approval.id),
        content,
        approval.content_hash,
        approval.revision,
        small(approval.steps.len()),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Hours until the open step of a request is escalated, and how often it was.
pub(super) async fn patience(
    conn: &mut PgConnection,
    id: ApprovalId,
) -> Result<(i16, i32), ApprovalError> {
    let row =
        sqlx::query!("SELECT hours, escalations FROM approvals WHERE id = $1", Uuid::from(id))
            .fetch_one(conn)
            .await?;
    Ok((row.hours, row.escalations))
}

pub(super) async fn escalate(
    conn: &mut PgConnection,
    raised: &Approval,
    expires_at: OffsetDateTime,
) -> Result<(), ApprovalError> {
    sqlx::query!(
        "UPDATE approvals SET steps = $2, escalations = escalations + 1, expires_at = $3
         WHERE id = $1 AND state = 'pending'",
        Uuid::from(raised.id),
        written(&raised.steps)?,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
