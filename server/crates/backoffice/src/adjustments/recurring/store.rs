use crate::adjustments::AdjustmentError;
use crate::explain::Inconsistent;
use domain::adjustment::{Baseline, Reason, RecurringTemplate, TemplateTerms};
use domain::ids::{AdjustmentTemplateId, ApprovalId};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

struct Row {
    id: Uuid,
    name: String,
    baseline: String,
    reason: String,
    lines: Value,
    created_at: OffsetDateTime,
    month: Option<String>,
    document: Option<Uuid>,
    number: Option<String>,
}

impl TryFrom<Row> for RecurringTemplate {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |what: &str| Inconsistent::new("adjustment_templates", row.id, what);
        let latest = match (row.month, row.document, row.number) {
            (Some(month), Some(document), Some(number)) => {
                let month = month.parse().map_err(|_| wrong("unreadable month"))?;
                Some((month, document.into(), number))
            }
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            terms: TemplateTerms {
                name: row.name,
                baseline: Baseline::named(&row.baseline)
                    .ok_or_else(|| wrong("unknown baseline"))?,
                reason: Reason::named(&row.reason).ok_or_else(|| wrong("unknown reason"))?,
                lines: serde_json::from_value(row.lines).map_err(|_| wrong("unreadable lines"))?,
            },
            since: row.created_at,
            latest,
        })
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
) -> Result<Vec<RecurringTemplate>, AdjustmentError> {
    rows(conn, None).await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: AdjustmentTemplateId,
) -> Result<Option<RecurringTemplate>, AdjustmentError> {
    Ok(rows(conn, Some(id)).await?.pop())
}

async fn rows(
    conn: &mut PgConnection,
    id: Option<AdjustmentTemplateId>,
) -> Result<Vec<RecurringTemplate>, AdjustmentError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT t.id, t.name, t.baseline, t.reason, t.lines, t.created_at,
                  d.month AS "month?", d.id AS "document?", d.number AS "number?"
           FROM adjustment_templates t
           LEFT JOIN LATERAL (
               SELECT a.month, a.id, a.number FROM adjustments a
               WHERE a.template_id = t.id AND a.state IN ('proposed', 'executed')
               ORDER BY a.month DESC LIMIT 1) d ON true
           WHERE t.retired_at IS NULL AND ($1::uuid IS NULL OR t.id = $1)
           ORDER BY t.name"#,
        id.map(Uuid::from),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(RecurringTemplate::try_from).collect::<Result<_, _>>()?)
}

/// Whether a template of this name is in use.
pub(super) async fn named(conn: &mut PgConnection, name: &str) -> Result<bool, AdjustmentError> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM adjustment_templates WHERE name = $1 AND retired_at IS NULL",
        name,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    (id, terms): (AdjustmentTemplateId, &TemplateTerms),
    (approval, at): (ApprovalId, OffsetDateTime),
) -> Result<(), AdjustmentError> {
    let lines = serde_json::to_value(&terms.lines).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO adjustment_templates
            (id, name, baseline, reason, lines, approval_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::from(id),
        terms.name.trim(),
        terms.baseline.name(),
        terms.reason.name(),
        lines,
        Uuid::from(approval),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn retire(
    conn: &mut PgConnection,
    id: AdjustmentTemplateId,
    at: OffsetDateTime,
) -> Result<(), AdjustmentError> {
    sqlx::query!(
        "UPDATE adjustment_templates SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL",
        Uuid::from(id),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
