use super::super::ErrorItemError;
use crate::approvals::content_hash;
use crate::explain::Inconsistent;
use crate::office::Office;
use domain::access::Actor;
use domain::error_item::{
    ApprovalLevel, BookedTotal, BulkCommand, BulkPhase, BulkRow, BulkSummary, Edit, ErrorItem,
    RowState, RowTally, Selection,
};
use domain::ids::{ErrorItemBulkId, ErrorItemId, SessionId, StaffId};
use domain::journal::Entry;
use domain::money::Money;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

fn encoded(value: &impl Serialize) -> Result<Value, sqlx::Error> {
    serde_json::to_value(value).map_err(|e| sqlx::Error::Encode(Box::new(e)))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    office: &Office,
    (id, maker): (ErrorItemBulkId, StaffId),
    (selection, command): (&Selection, &BulkCommand),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO error_item_bulks (id, maker_id, made_at, command, selection, phase, total)
         VALUES ($1, $2, $3, $4, $5, 'checking', 0)",
        Uuid::from(id),
        Uuid::from(maker),
        office.now(),
        encoded(command)?,
        encoded(selection)?,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn freeze_ids(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    items: &[ErrorItemId],
) -> Result<u64, sqlx::Error> {
    let items: Vec<Uuid> = items.iter().map(|item| item.0).collect();
    let done = sqlx::query!(
        "INSERT INTO error_item_bulk_rows (bulk_id, position, item_id, version)
         SELECT $1, min(w.position), i.id, i.version
         FROM unnest($2::uuid[]) WITH ORDINALITY w (id, position)
         JOIN error_items i ON i.id = w.id GROUP BY i.id",
        Uuid::from(id),
        &items,
    );
    Ok(done.execute(conn).await?.rows_affected())
}

/// The rows of a workbook, each with the version that was exported and its own command.
pub(super) async fn freeze_edits(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    rows: &[(ErrorItemId, i64, Edit)],
) -> Result<u64, sqlx::Error> {
    let items: Vec<Uuid> = rows.iter().map(|row| row.0.0).collect();
    let versions: Vec<i64> = rows.iter().map(|row| row.1).collect();
    let commands = rows.iter().map(|row| encoded(&BulkCommand::Edited(Box::new(row.2.clone()))));
    let commands = commands.collect::<Result<Vec<Value>, _>>()?;
    let done = sqlx::query!(
        "INSERT INTO error_item_bulk_rows (bulk_id, position, item_id, version, command)
         SELECT $1, r.position, r.item, r.version, r.command
         FROM unnest($2::uuid[], $3::bigint[], $4::jsonb[])
              WITH ORDINALITY r (item, version, command, position)",
        Uuid::from(id),
        &items,
        &versions,
        &commands,
    );
    Ok(done.execute(conn).await?.rows_affected())
}

pub(super) async fn set_total(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    total: i64,
) -> Result<(), sqlx::Error> {
    let id = Uuid::from(id);
    sqlx::query!("UPDATE error_item_bulks SET total = $2 WHERE id = $1", id, total)
        .execute(conn)
        .await?;
    Ok(())
}

struct BulkOf {
    id: Uuid,
    maker_id: Uuid,
    maker_name: String,
    made_at: OffsetDateTime,
    command: Value,
    phase: String,
    total: i64,
    approval_id: Option<Uuid>,
    conclusion: String,
}

impl TryFrom<BulkOf> for BulkSummary {
    type Error = Inconsistent;

    fn try_from(row: BulkOf) -> Result<Self, Inconsistent> {
        let wrong = |what: String| Inconsistent::new("error_item_bulks", row.id, what);
        Ok(Self {
            id: row.id.into(),
            command: serde_json::from_value(row.command).map_err(|e| wrong(e.to_string()))?,
            phase: BulkPhase::named(&row.phase).ok_or_else(|| wrong("phase".to_owned()))?,
            total: row.total,
            maker: row.maker_id.into(),
            maker_name: row.maker_name,
            made_at: row.made_at,
            approval: row.approval_id.map(Into::into),
            conclusion: row.conclusion,
        })
    }
}

macro_rules! select {
    ($tail:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            BulkOf,
            "SELECT b.id, b.maker_id, s.name AS maker_name, b.made_at, b.command, b.phase, b.total,
                    b.approval_id, b.conclusion
             FROM error_item_bulks b JOIN staff s ON s.id = b.maker_id " + $tail
            $(, $argument)*
        )
    };
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
) -> Result<Option<BulkSummary>, ErrorItemError> {
    let row = select!("WHERE b.id = $1 FOR UPDATE OF b", Uuid::from(id));
    Ok(row.fetch_optional(conn).await?.map(BulkSummary::try_from).transpose()?)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
) -> Result<Option<BulkSummary>, ErrorItemError> {
    let row = select!("WHERE b.id = $1", Uuid::from(id));
    Ok(row.fetch_optional(conn).await?.map(BulkSummary::try_from).transpose()?)
}

pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<BulkSummary>, ErrorItemError> {
    let rows = select!("ORDER BY b.made_at DESC, b.id DESC LIMIT 50").fetch_all(conn).await?;
    Ok(rows.into_iter().map(BulkSummary::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn set_phase(
    conn: &mut PgConnection,
    office: &Office,
    id: ErrorItemBulkId,
    (phase, conclusion): (BulkPhase, &str),
) -> Result<(), sqlx::Error> {
    let over = matches!(phase, BulkPhase::Done | BulkPhase::Cancelled);
    sqlx::query!(
        "UPDATE error_item_bulks SET phase = $2, finished_at = $3, conclusion = $4 WHERE id = $1",
        Uuid::from(id),
        phase.name(),
        over.then(|| office.now()),
        conclusion,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn set_approval(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    approval: Option<domain::ids::ApprovalId>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE error_item_bulks SET approval_id = $2 WHERE id = $1",
        Uuid::from(id),
        approval.map(Uuid::from),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who made it, to write down their steps; what they may do was asked when they went on.
pub(super) async fn maker(conn: &mut PgConnection, id: StaffId) -> Result<Actor, sqlx::Error> {
    let name = sqlx::query_scalar!("SELECT name FROM staff WHERE id = $1", Uuid::from(id));
    let name = name.fetch_one(conn).await?;
    Ok(Actor { staff: id, name, session: SessionId(Uuid::nil()), roles: Vec::new() })
}

/// A row that is to be worked on.
pub(super) struct Row {
    pub position: i64,
    pub item: Uuid,
    pub version: i64,
    pub command: Option<BulkCommand>,
    pub content_hash: Option<String>,
}

pub(super) async fn next(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    state: RowState,
    limit: i64,
) -> Result<Vec<Row>, ErrorItemError> {
    let rows = sqlx::query!(
        "SELECT position, item_id, version, command, content_hash FROM error_item_bulk_rows
         WHERE bulk_id = $1 AND state = $2 ORDER BY position LIMIT $3",
        Uuid::from(id),
        state.name(),
        limit,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let wrong = |e| Inconsistent::new("error_item_bulk_rows", row.item_id, e);
        Ok(Row {
            position: row.position,
            item: row.item_id,
            version: row.version,
            command: row.command.map(serde_json::from_value).transpose().map_err(wrong)?,
            content_hash: row.content_hash,
        })
    });
    rows.collect()
}

/// What a row would come to.
#[derive(Serialize)]
pub(super) struct Checked {
    position: i64,
    state: &'static str,
    note: String,
    content_hash: Option<String>,
    entries: Option<Value>,
    level: Option<String>,
    minor: Option<i64>,
    currency: Option<&'static str>,
}

impl Checked {
    pub(super) fn skipped(row: &Row, why: &str) -> Self {
        Self {
            position: row.position,
            state: RowState::Skipped.name(),
            note: why.to_owned(),
            content_hash: None,
            entries: None,
            level: None,
            minor: None,
            currency: None,
        }
    }

    pub(super) fn ready(row: &Row, item: &ErrorItem, content: Option<Value>) -> Self {
        let difference = item.difference.difference;
        Self {
            state: RowState::Ready.name(),
            content_hash: content.as_ref().map(content_hash),
            level: content.as_ref().and_then(|one| one["level"].as_str().map(str::to_owned)),
            entries: content.map(|mut one| one["entries"].take()),
            minor: Some(difference.minor()),
            currency: Some(difference.currency().code()),
            ..Self::skipped(row, "")
        }
    }
}

pub(super) async fn save_checked(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    rows: &[Checked],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE error_item_bulk_rows r
         SET state = c.state, note = c.note, content_hash = c.content_hash, entries = c.entries,
             level = c.level, minor = c.minor, currency = c.currency
         FROM jsonb_to_recordset($2) AS c (position bigint, state text, note text,
              content_hash text, entries jsonb, level text, minor bigint, currency text)
         WHERE r.bulk_id = $1 AND r.position = c.position",
        Uuid::from(id),
        encoded(&rows)?,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn save_results(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    rows: &[(i64, RowState, String)],
) -> Result<(), sqlx::Error> {
    let positions: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let states: Vec<String> = rows.iter().map(|row| row.1.name().to_owned()).collect();
    let notes: Vec<String> = rows.iter().map(|row| row.2.clone()).collect();
    sqlx::query!(
        "UPDATE error_item_bulk_rows r SET state = c.state, note = c.note
         FROM unnest($2::bigint[], $3::text[], $4::text[]) AS c (position, state, note)
         WHERE r.bulk_id = $1 AND r.position = c.position",
        Uuid::from(id),
        &positions,
        &states,
        &notes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Rows that are neither done nor proposed are left out.
pub(super) async fn skip_rest(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    why: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE error_item_bulk_rows SET state = 'skipped', note = $2
         WHERE bulk_id = $1 AND state IN ('frozen', 'ready')",
        Uuid::from(id),
        why,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn count(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
    state: RowState,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM error_item_bulk_rows
           WHERE bulk_id = $1 AND state = $2"#,
        Uuid::from(id),
        state.name(),
    )
    .fetch_one(conn)
    .await
}

/// How many rows were found to work, at which level, and a digest of what is decided about each.
pub(super) struct About {
    pub count: i64,
    pub digest: String,
    pub level: ApprovalLevel,
}

pub(super) async fn about(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
) -> Result<About, ErrorItemError> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "count!", max(level) AS level,
                  encode(sha256(convert_to(COALESCE(
                      string_agg(content_hash, '' ORDER BY position), ''), 'UTF8')), 'hex')
                      AS "digest!"
           FROM error_item_bulk_rows WHERE bulk_id = $1 AND content_hash IS NOT NULL"#,
        Uuid::from(id),
    )
    .fetch_one(conn)
    .await?;
    let level = row.level.as_deref().and_then(ApprovalLevel::named);
    Ok(About { count: row.count, digest: row.digest, level: level.unwrap_or(ApprovalLevel::L4) })
}

/// The differences of the rows that were found to work, added up without their signs. Of several
/// currencies one that is not the yuan: the approval rules take it for more than any limit.
pub(super) async fn amount(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
) -> Result<Option<Money>, ErrorItemError> {
    let row = sqlx::query!(
        r#"SELECT currency AS "currency!", sum(abs(minor))::bigint AS "minor!"
           FROM error_item_bulk_rows
           WHERE bulk_id = $1 AND content_hash IS NOT NULL AND minor <> 0
           GROUP BY currency ORDER BY currency = 'CNY', currency LIMIT 1"#,
        Uuid::from(id),
    )
    .fetch_optional(conn)
    .await?;
    let amount = row.map(|row| {
        let wrong = |_| Inconsistent::new("error_item_bulk_rows", id, "currency");
        Ok::<_, Inconsistent>(Money::new(row.minor, row.currency.parse().map_err(wrong)?))
    });
    Ok(amount.transpose()?)
}

/// What the rows that were found to work book in all.
pub(super) async fn totals(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
) -> Result<Vec<BookedTotal>, ErrorItemError> {
    let rows = sqlx::query!(
        r#"SELECT e ->> 'entry' AS "entry!", l -> 'debit' ->> 'code' AS "debit!",
                  l -> 'credit' ->> 'code' AS "credit!", l -> 'amount' ->> 'currency' AS "currency!",
                  sum((l -> 'amount' ->> 'minor')::bigint)::bigint AS "minor!", count(*) AS "lines!"
           FROM error_item_bulk_rows r, jsonb_array_elements(r.entries) e,
                jsonb_array_elements(e -> 'lines') l
           WHERE r.bulk_id = $1 AND r.content_hash IS NOT NULL
           GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"#,
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    let totals = rows.into_iter().map(|row| {
        let wrong = |what: &str| Inconsistent::new("error_item_bulk_rows", id, what);
        let currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        Ok(BookedTotal {
            entry: Entry::named(&row.entry).ok_or_else(|| wrong("entry"))?,
            debit: row.debit,
            credit: row.credit,
            amount: Money::new(row.minor, currency),
            lines: row.lines,
        })
    });
    totals.collect()
}

pub(super) async fn tallies(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
) -> Result<Vec<RowTally>, ErrorItemError> {
    let rows = sqlx::query!(
        r#"SELECT state, note, count(*) AS "count!" FROM error_item_bulk_rows
           WHERE bulk_id = $1 GROUP BY state, note ORDER BY state, 3 DESC, note LIMIT 50"#,
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    let tallies = rows.into_iter().map(|row| {
        let wrong = || Inconsistent::new("error_item_bulk_rows", id, "state");
        let state = RowState::named(&row.state).ok_or_else(wrong)?;
        Ok(RowTally { state, note: row.note, count: row.count })
    });
    tallies.collect()
}

pub(super) async fn skipped(
    conn: &mut PgConnection,
    id: ErrorItemBulkId,
) -> Result<Vec<BulkRow>, ErrorItemError> {
    let rows = sqlx::query!(
        "SELECT r.item_id, i.number, r.note FROM error_item_bulk_rows r
         JOIN error_items i ON i.id = r.item_id
         WHERE r.bulk_id = $1 AND r.state = 'skipped' ORDER BY r.position LIMIT 100",
        Uuid::from(id),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| BulkRow {
        item: row.item_id.into(),
        number: row.number,
        state: RowState::Skipped,
        note: row.note,
    });
    Ok(rows.collect())
}
