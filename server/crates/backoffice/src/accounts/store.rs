use domain::account::check::{BooksCheckDetail, BooksCheckSummary, CheckedRule};
use domain::ids::BooksCheckId;
use domain::page::{Page, PageRequest};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub(super) async fn insert_check(
    conn: &mut PgConnection,
    id: BooksCheckId,
    (started_at, finished_at): (OffsetDateTime, OffsetDateTime),
    rules: &[CheckedRule],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO accounts_checks (id, started_at, finished_at) VALUES ($1, $2, $3)",
        id.0,
        started_at,
        finished_at
    )
    .execute(&mut *conn)
    .await?;
    for (place, rule) in (1_i16..).zip(rules) {
        sqlx::query!(
            "INSERT INTO accounts_check_rules (check_id, place, rule, findings)
             VALUES ($1, $2, $3, $4)",
            id.0,
            place,
            rule.rule,
            &rule.findings
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

struct CheckRow {
    id: Uuid,
    started_at: OffsetDateTime,
    finished_at: OffsetDateTime,
    rules: i64,
    broken: i64,
}

impl From<CheckRow> for BooksCheckSummary {
    fn from(row: CheckRow) -> Self {
        Self {
            id: BooksCheckId(row.id),
            started_at: row.started_at,
            finished_at: row.finished_at,
            rules: row.rules,
            broken: row.broken,
        }
    }
}

pub(super) async fn list_checks(
    conn: &mut PgConnection,
    request: PageRequest,
) -> Result<Page<BooksCheckSummary>, sqlx::Error> {
    let total = sqlx::query_scalar!(r#"SELECT count(*) AS "total!" FROM accounts_checks"#)
        .fetch_one(&mut *conn)
        .await?;
    let rows = sqlx::query_as!(
        CheckRow,
        r#"SELECT c.id, c.started_at, c.finished_at, count(r.rule) AS "rules!",
                  count(r.rule) FILTER (WHERE cardinality(r.findings) > 0) AS "broken!"
           FROM (SELECT * FROM accounts_checks ORDER BY started_at DESC, id LIMIT $1 OFFSET $2) c
           LEFT JOIN accounts_check_rules r ON r.check_id = c.id
           GROUP BY c.id, c.started_at, c.finished_at
           ORDER BY c.started_at DESC, c.id"#,
        request.limit(),
        request.offset()
    )
    .fetch_all(conn)
    .await?;
    Ok(Page { rows: rows.into_iter().map(Into::into).collect(), total, request })
}

pub(super) async fn find_check(
    conn: &mut PgConnection,
    id: BooksCheckId,
) -> Result<Option<BooksCheckDetail>, sqlx::Error> {
    let head = sqlx::query_as!(
        CheckRow,
        r#"SELECT c.id, c.started_at, c.finished_at, count(r.rule) AS "rules!",
                  count(r.rule) FILTER (WHERE cardinality(r.findings) > 0) AS "broken!"
           FROM accounts_checks c LEFT JOIN accounts_check_rules r ON r.check_id = c.id
           WHERE c.id = $1 GROUP BY c.id"#,
        id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(head) = head else { return Ok(None) };
    let rules = sqlx::query_as!(
        CheckedRule,
        "SELECT rule, findings FROM accounts_check_rules WHERE check_id = $1 ORDER BY place",
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(BooksCheckDetail { summary: head.into(), rules }))
}
