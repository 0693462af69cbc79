use crate::approvals::ApprovalError;
use crate::explain::Inconsistent;
use domain::approval::{ApprovalKind, ApprovalSummary};
use sqlx::PgConnection;
use uuid::Uuid;

/// Requests shown.
const SHOWN: i64 = 20;

pub(super) async fn latest(
    conn: &mut PgConnection,
    kind: ApprovalKind,
    subjects: Option<&[Uuid]>,
) -> Result<Vec<ApprovalSummary>, ApprovalError> {
    let rows = sqlx::query!(
        r#"SELECT a.id, a.kind, a.subject_id, a.title, a.maker_id, m.name AS maker_name, a.made_at,
                  a.state, c.name AS "checker_name?"
           FROM approvals a JOIN staff m ON m.id = a.maker_id LEFT JOIN staff c ON c.id = a.checker_id
           WHERE a.kind = $1 AND ($2::uuid[] IS NULL OR a.subject_id = ANY($2))
           ORDER BY a.made_at DESC, a.id DESC LIMIT $3"#,
        kind.name(),
        subjects,
        SHOWN,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = ApprovalKind::named(&row.kind)
                .ok_or_else(|| Inconsistent::new("approvals", row.id, "unknown kind"))?;
            Ok(ApprovalSummary {
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
        })
        .collect()
}
