use super::super::copied;
use super::unpacking::{self, COLUMNS, Row};
use super::{BillFile, BillRecord, Marks, Names, file_of, row_id};
use crate::explain::Inconsistent;
use crate::reconciliation::ReconciliationError;
use banks::bill::{RowKind, RowStatus};
use domain::date::BusinessDate;
use domain::ids::FileId;
use domain::money::Money;
use domain::page::PageRequest;
use sqlx::PgConnection;
use sqlx::postgres::PgCopyIn;
use std::collections::BTreeSet;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Blocks on their way into the database.
pub(in crate::reconciliation) struct Writing<'c>(PgCopyIn<&'c mut PgConnection>);

impl<'c> Writing<'c> {
    pub async fn begin(conn: &'c mut PgConnection) -> Result<Self, sqlx::Error> {
        let statement = "COPY bill_blocks (file_id, first_line, last_line, before, rows, lines,
                                kinds, channel_nos, order_nos, refund_nos, gross, currencies, fees,
                                statuses, event_times, ids, numbers)
                         FROM STDIN WITH (FORMAT binary)";
        Ok(Self(conn.copy_in_raw(statement).await?))
    }

    pub async fn send(&mut self, packed: &[u8]) -> Result<(), sqlx::Error> {
        self.0.send(packed).await.map(|_| ())
    }

    pub async fn finish(self) -> Result<(), sqlx::Error> {
        self.0.finish().await.map(|_| ())
    }

    /// Nothing of it is kept. The transaction around it is over, too.
    pub async fn abort(self) -> Result<(), sqlx::Error> {
        self.0.abort("the file was not read to its end").await
    }
}

/// Which blocks of a file.
enum Which<'a> {
    All,
    /// Those that begin with these lines.
    First(&'a [i64]),
}

/// Hands on the rows of a bill, in the order of the file.
pub(in crate::reconciliation) async fn each(
    conn: &mut PgConnection,
    file: FileId,
    take: impl FnMut(&Row<'_>) -> Result<(), ReconciliationError>,
) -> Result<(), ReconciliationError> {
    unpack(conn, (file, Which::All), take).await
}

async fn unpack(
    conn: &mut PgConnection,
    (file, which): (FileId, Which<'_>),
    mut take: impl FnMut(&Row<'_>) -> Result<(), ReconciliationError>,
) -> Result<(), ReconciliationError> {
    // COPY takes no parameters: what is written into it are numbers and an id.
    let which = match which {
        Which::All => String::new(),
        Which::First([]) => return Ok(()),
        Which::First(lines) => {
            let lines: Vec<String> = lines.iter().map(i64::to_string).collect();
            format!("AND first_line = ANY('{{{}}}')", lines.join(","))
        }
    };
    let statement = format!(
        "COPY (SELECT {COLUMNS} FROM bill_blocks WHERE file_id = '{file}' {which} ORDER BY before)
         TO STDOUT WITH (FORMAT binary)"
    );
    let blocks = conn.copy_out_raw(&statement).await?;
    copied::each(blocks, |values| unpacking::rows(file, values, &mut take)).await
}

/// Hands on the rows on these lines of a bill.
pub(in crate::reconciliation) async fn at_lines(
    conn: &mut PgConnection,
    file: FileId,
    lines: &BTreeSet<i64>,
    mut take: impl FnMut(&Row<'_>) -> Result<(), ReconciliationError>,
) -> Result<(), ReconciliationError> {
    if lines.is_empty() {
        return Ok(());
    }
    let blocks = sqlx::query!(
        "SELECT first_line, last_line FROM bill_blocks WHERE file_id = $1 ORDER BY before",
        Uuid::from(file),
    )
    .fetch_all(&mut *conn)
    .await?;
    let first: Vec<i64> = blocks
        .iter()
        .filter(|block| lines.range(block.first_line..=block.last_line).next().is_some())
        .map(|block| block.first_line)
        .collect();
    unpack(conn, (file, Which::First(&first)), |row| {
        if lines.contains(&row.line) { take(row) } else { Ok(()) }
    })
    .await
}

/// The rows of a bill that have one of these numbers. Of a bill imported before there were blocks,
/// all rows are kept by themselves: [`kept_naming`] finds them.
pub(in crate::reconciliation) async fn naming(
    conn: &mut PgConnection,
    bill: &BillFile,
    names: &Names,
) -> Result<Vec<BillRecord>, ReconciliationError> {
    let (marks, mut first) = (Marks::of(names), Vec::new());
    let statement = format!(
        "COPY (SELECT first_line, numbers FROM bill_blocks WHERE file_id = '{}')
         TO STDOUT WITH (FORMAT binary)",
        bill.id
    );
    let blocks = conn.copy_out_raw(&statement).await?;
    copied::each(blocks, |[line, numbers]| {
        if marks.are_in(copied::bytes(numbers)?) {
            first.push(copied::number(line)?);
        }
        Ok(())
    })
    .await?;
    let mut found = Vec::new();
    unpack(conn, (bill.id, Which::First(&first)), |row| {
        if names.name(row) {
            found.push(row.record(bill)?);
        }
        Ok(())
    })
    .await?;
    Ok(found)
}

/// The bills of a channel that count, of these days.
pub(in crate::reconciliation) async fn bills_of_days(
    conn: &mut PgConnection,
    channel: &str,
    days: &BTreeSet<BusinessDate>,
) -> Result<Vec<BillFile>, sqlx::Error> {
    let days: Vec<Date> = days.iter().map(|day| day.0).collect();
    let bills = sqlx::query!(
        "SELECT id, name, clearing_date FROM source_files
         WHERE kind = 'bill' AND scope = $1 AND clearing_date = ANY($2) AND replaced_at IS NULL
         ORDER BY clearing_date",
        channel,
        &days,
    )
    .fetch_all(conn)
    .await?;
    let bill = |id: Uuid, name, day| BillFile { id: id.into(), name, day: BusinessDate(day) };
    Ok(bills.into_iter().map(|row| bill(row.id, row.name, row.clearing_date)).collect())
}

/// The bills of a channel that count and that no run has looked through: nothing of them is kept
/// yet that stands on one side alone.
pub(in crate::reconciliation) async fn unseen_bills(
    conn: &mut PgConnection,
    channel: &str,
) -> Result<Vec<BillFile>, sqlx::Error> {
    let bills = sqlx::query!(
        "SELECT f.id, f.name, f.clearing_date FROM source_files f
         WHERE f.kind = 'bill' AND f.scope = $1 AND f.replaced_at IS NULL
           AND NOT EXISTS (
               SELECT FROM reconciliation_runs r
               WHERE r.leg = 'gateway_bank' AND r.scope = $1 AND r.day = f.clearing_date
                 AND r.inputs @> jsonb_build_array(jsonb_build_object('file', f.id)))
         ORDER BY f.clearing_date",
        channel,
    )
    .fetch_all(conn)
    .await?;
    let bill = |id: Uuid, name, day| BillFile { id: id.into(), name, day: BusinessDate(day) };
    Ok(bills.into_iter().map(|row| bill(row.id, row.name, row.clearing_date)).collect())
}

/// Rows of a channel's bills that have one of these numbers and are kept by themselves.
pub(in crate::reconciliation) async fn kept_naming(
    conn: &mut PgConnection,
    channel: &str,
    names: &Names,
) -> Result<Vec<BillRecord>, ReconciliationError> {
    let listed = |names: &std::collections::HashSet<String>| -> Vec<String> {
        names.iter().filter(|name| !name.is_empty()).cloned().collect()
    };
    let rows = sqlx::query!(
        "SELECT b.id, b.file_id, f.name, b.clearing_date, b.line, b.kind, b.channel_no, b.order_no,
                b.refund_no, b.gross_minor, b.currency, b.fee_e5, b.status, b.event_time
         FROM bill_lines b JOIN source_files f ON f.id = b.file_id AND f.replaced_at IS NULL
         WHERE b.id IN (
            SELECT id FROM bill_lines
            WHERE channel = $1 AND kind = 'payment' AND order_no <> '' AND order_no = ANY($2)
            UNION
            SELECT id FROM bill_lines
            WHERE channel = $1 AND kind = 'refund' AND refund_no IS NOT NULL
              AND refund_no = ANY($3)
            UNION
            SELECT id FROM bill_lines WHERE channel = $1 AND channel_no = ANY($4))
         ORDER BY b.clearing_date, b.line",
        channel,
        &listed(&names.order_nos),
        &listed(&names.refund_nos),
        &listed(&names.channel_nos),
    )
    .fetch_all(conn)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Inconsistent::new("bill_lines", row.id, what);
        let currency = row.currency.parse().map_err(|_| wrong("currency"))?;
        found.push(BillRecord {
            id: row.id.into(),
            file: row.file_id.into(),
            file_name: row.name,
            clearing_date: BusinessDate(row.clearing_date),
            line: row.line,
            kind: kind(&row.kind).ok_or_else(|| wrong("kind"))?,
            status: status(&row.status).ok_or_else(|| wrong("status"))?,
            channel_no: row.channel_no,
            order_no: row.order_no,
            refund_no: row.refund_no,
            gross: Money::new(row.gross_minor, currency),
            fee_e5: row.fee_e5,
            event_time: row.event_time,
        });
    }
    Ok(found)
}

fn kind(name: &str) -> Option<RowKind> {
    [RowKind::Payment, RowKind::Refund].into_iter().find(|kind| kind.name() == name)
}

fn status(name: &str) -> Option<RowStatus> {
    let all = [RowStatus::Success, RowStatus::Processing, RowStatus::Failed];
    all.into_iter().find(|status| status.name() == name)
}

/// Keeps rows by themselves, because something is about to refer to them. Those kept before stay as
/// they are.
#[expect(clippy::as_conversions, reason = "the query macro takes the cast as the type of an array")]
pub(in crate::reconciliation) async fn keep(
    conn: &mut PgConnection,
    channel: &str,
    rows: &[&BillRecord],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let all = || rows.iter();
    let ids: Vec<Uuid> = all().map(|row| row.id.into()).collect();
    let files: Vec<Uuid> = all().map(|row| row.file.into()).collect();
    let lines: Vec<i64> = all().map(|row| row.line).collect();
    let days: Vec<Date> = all().map(|row| row.clearing_date.0).collect();
    let kinds: Vec<String> = all().map(|row| row.kind.name().to_owned()).collect();
    let channel_nos: Vec<String> = all().map(|row| row.channel_no.clone()).collect();
    let order_nos: Vec<String> = all().map(|row| row.order_no.clone()).collect();
    let refund_nos: Vec<Option<String>> = all().map(|row| row.refund_no.clone()).collect();
    let gross: Vec<i64> = all().map(|row| row.gross.minor()).collect();
    let currencies: Vec<String> = all().map(|row| row.gross.currency().code().to_owned()).collect();
    let fees: Vec<i64> = all().map(|row| row.fee_e5).collect();
    let statuses: Vec<String> = all().map(|row| row.status.name().to_owned()).collect();
    let times: Vec<Option<OffsetDateTime>> = all().map(|row| row.event_time).collect();
    sqlx::query!(
        "INSERT INTO bill_lines
            (id, file_id, line, channel, clearing_date, kind, channel_no, order_no, refund_no,
             gross_minor, currency, fee_e5, status, event_time)
         SELECT r.id, r.file, r.line, $1, r.day, r.kind, r.channel_no, r.order_no, r.refund_no,
                r.gross, r.currency, r.fee, r.status, r.at
         FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::date[], $6::text[], $7::text[],
                     $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[],
                     $13::text[], $14::timestamptz[])
              AS r (id, file, line, day, kind, channel_no, order_no, refund_no, gross, currency,
                    fee, status, at)
         ON CONFLICT (file_id, line) DO NOTHING",
        channel,
        &ids,
        &files,
        &lines,
        &days,
        &kinds,
        &channel_nos,
        &order_nos,
        &refund_nos as &[Option<String>],
        &gross,
        &currencies,
        &fees,
        &statuses,
        &times as &[Option<OffsetDateTime>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A page of a file's rows.
pub(in crate::reconciliation) async fn page(
    conn: &mut PgConnection,
    file: FileId,
    page: PageRequest,
    mut take: impl FnMut(&Row<'_>) -> Result<(), ReconciliationError>,
) -> Result<(), ReconciliationError> {
    let (from, until) = (page.offset(), page.offset().saturating_add(page.limit()));
    let first = sqlx::query_scalar!(
        "SELECT first_line FROM bill_blocks
         WHERE file_id = $1 AND before < $3 AND before + rows > $2",
        Uuid::from(file),
        from,
        until,
    )
    .fetch_all(&mut *conn)
    .await?;
    unpack(conn, (file, Which::First(&first)), |row| {
        if (from..until).contains(&row.place) { take(row) } else { Ok(()) }
    })
    .await
}

/// The file a row stands in, its line, and how many rows stand before it: of a row that is kept by
/// itself, and of one that is only named by its file and line.
pub(in crate::reconciliation) async fn place_of(
    conn: &mut PgConnection,
    row: Uuid,
) -> Result<Option<(FileId, i64, i64)>, ReconciliationError> {
    let ((from, to), line) = file_of(row);
    let found = sqlx::query!(
        r#"SELECT file_id AS "file!", line AS "line!", true AS "kept!"
           FROM bill_lines WHERE id = $1
           UNION ALL
           SELECT id, $4, false FROM source_files WHERE id BETWEEN $2 AND $3 AND kind = 'bill'
           ORDER BY 3 DESC LIMIT 1"#,
        row,
        from,
        to,
        line,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let (file, line) = (FileId(found.file), found.line);
    let first = sqlx::query_scalar!(
        "SELECT first_line FROM bill_blocks
         WHERE file_id = $1 AND first_line <= $2 AND last_line >= $2",
        found.file,
        line,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut place = None;
    unpack(conn, (file, Which::First(&first)), |there| {
        if there.line == line && (found.kept || Uuid::from(row_id(file, line)) == row) {
            place = Some((file, line, there.place));
        }
        Ok(())
    })
    .await?;
    Ok(place)
}
