use super::*;
use crate::reconciliation::ReconciliationError;
use crate::reconciliation::files::copied;
use banks::bill::BillRow;
use domain::money::Currency;
use futures_util::stream;
use proptest::prelude::*;
use sqlx::PgPool;
use time::UtcOffset;
use time::macros::datetime;

#[test]
fn a_row_is_named_by_its_file_and_line() {
    let file = FileId("01900000-1234-7abc-8def-0123456789ab".parse().unwrap());
    let id = row_id(file, 258);
    assert_eq!(Uuid::from(id).to_string(), "01900000-1234-7abc-8def-012300000102");
    let ((from, to), line) = file_of(id.into());
    assert!(from <= Uuid::from(file) && Uuid::from(file) <= to && line == 258);
}

#[test]
fn the_mark_of_a_number_stays_what_it_was() {
    assert_eq!(mark("123456789"), 0xCBF4_3926);
    assert_eq!(mark("4200001234202611240000000001"), 0x939D_DF9F);
    assert_eq!(mark(""), 0);
}

fn a_row() -> impl Strategy<Value = BillRow> {
    // Anything may stand in a number, also what separates numbers.
    let text = || prop_oneof!["[0-9]{0,32}", "[\\\\nbN\n账,\t ]{0,6}"];
    let money = (any::<i64>(), prop_oneof![Just(Currency::Cny), Just(Currency::Usd)]);
    let kind = prop_oneof![Just(RowKind::Payment), Just(RowKind::Refund)];
    let status = prop_oneof![
        Just(RowStatus::Success),
        Just(RowStatus::Processing),
        Just(RowStatus::Failed),
    ];
    let seconds = proptest::option::of(0..4_000_000_000_i64);
    (text(), text(), proptest::option::of(text()), money, any::<i64>(), kind, status, seconds)
        .prop_map(
            |(channel_no, order_no, refund_no, (minor, currency), fee_e5, kind, status, at)| {
                let at = at.map(|at| datetime!(1970-01-01 0:00) + time::Duration::milliseconds(at));
                BillRow {
                    line: 0,
                    kind,
                    channel_no,
                    order_no,
                    refund_no,
                    merchant_no: String::new(),
                    event_time: at,
                    gross: Money::new(minor, currency),
                    fee_e5,
                    status,
                }
            },
        )
}

fn bill() -> BillFile {
    let id = FileId("01900000-1234-7abc-8def-0123456789ab".parse().unwrap());
    BillFile { id, name: "bill".to_owned(), day: "2026-03-31".parse().unwrap() }
}

fn zone() -> UtcOffset {
    UtcOffset::from_hms(8, 0, 0).unwrap()
}

fn expected(row: &BillRow) -> BillRecord {
    let of = bill();
    BillRecord {
        id: row_id(of.id, row.line.into()),
        file: of.id,
        file_name: of.name,
        clearing_date: of.day,
        line: row.line.into(),
        kind: row.kind,
        channel_no: row.channel_no.clone(),
        order_no: row.order_no.clone(),
        refund_no: row.refund_no.clone(),
        gross: row.gross,
        fee_e5: row.fee_e5,
        status: row.status,
        event_time: row.event_time.map(|at| at.assume_offset(zone())),
    }
}

fn packed(rows: &[BillRow], batch: usize) -> Vec<u8> {
    let mut packing = Packing::new(zone(), bill().id);
    let mut bytes: Vec<u8> = rows.chunks(batch).flat_map(|rows| packing.take(rows)).collect();
    bytes.extend(packing.finish());
    bytes
}

/// What is read of what was packed, with the rows before each and the marks of its block.
async fn unpacked(bytes: Vec<u8>) -> Vec<(i64, BillRecord, Vec<u8>)> {
    let mut found = Vec::new();
    let pieces = stream::iter([Ok(bytes)]);
    copied::each::<17, _>(pieces, |values| {
        let [_, _, _, before, rows, rest @ ..] = values;
        let [a, b, c, d, e, f, g, h, i, j, ids, numbers] = rest;
        let values = [before, rows, a, b, c, d, e, f, g, h, i, j, ids];
        unpacking::rows::<ReconciliationError>(bill().id, values, &mut |row| {
            found.push((row.place, row.record(&bill())?, copied::bytes(numbers)?.to_vec()));
            Ok(())
        })
    })
    .await
    .unwrap();
    found
}

fn with_lines(mut rows: Vec<BillRow>, step: u32) -> Vec<BillRow> {
    for (line, row) in (2..).step_by(usize::try_from(step).unwrap()).zip(&mut rows) {
        row.line = line;
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn blocks_give_back_the_rows_they_were_given(
        some in prop::collection::vec(a_row(), 1..12),
        (times, batch, step) in (1..1_300_usize, 1..700_usize, 1..4_u32),
    ) {
        let rows = with_lines(some.iter().cycle().take(times).cloned().collect(), step);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(unpacked(packed(&rows, batch)));
        prop_assert_eq!(found.len(), rows.len());
        for ((place, row), (at, found, numbers)) in (0..).zip(&rows).zip(found) {
            prop_assert_eq!(at, place);
            prop_assert_eq!(&found, &expected(row));
            let mut names = Names::default();
            names.channel_nos.insert(row.channel_no.clone());
            prop_assert!(row.channel_no.is_empty() || Marks::of(&names).are_in(&numbers));
        }
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_view_shows_what_was_packed(pool: PgPool) {
    let row = |channel_no: &str, order_no: &str, refund_no: Option<&str>| BillRow {
        line: 0,
        kind: if refund_no.is_some() { RowKind::Refund } else { RowKind::Payment },
        channel_no: channel_no.to_owned(),
        order_no: order_no.to_owned(),
        refund_no: refund_no.map(str::to_owned),
        merchant_no: String::new(),
        event_time: refund_no.is_none().then_some(datetime!(2026-03-31 10:00:00.25)),
        gross: Money::cny(100),
        fee_e5: -60,
        status: RowStatus::Success,
    };
    let some = [
        row("42", "", None),
        row("4\n2", "a\\nb", None),
        row("\\", "x", Some("R\\N")),
        row("账", "\\N", Some("1")),
    ];
    let rows = with_lines(some.iter().cycle().take(800).cloned().collect(), 3);
    let mut conn = pool.acquire().await.unwrap();
    sqlx::raw_sql("SET session_replication_role = replica").execute(&mut *conn).await.unwrap();
    sqlx::query(
        "INSERT INTO source_files (id, kind, scope, channel, name, sha256, length, format,
                                   parser_version, encoding, clearing_date, rows, totals,
                                   imported_by, imported_at, arrival_id)
         VALUES ($1, 'bill', 'wechat', 'wechat', 'bill', '', 0, '', 1, '', '2026-03-31', 800, '[]',
                 '', now(), $1)",
    )
    .bind(Uuid::from(bill().id))
    .execute(&mut *conn)
    .await
    .unwrap();
    let mut writing = Writing::begin(&mut conn).await.unwrap();
    writing.send(&packed(&rows, 1_000)).await.unwrap();
    writing.finish().await.unwrap();
    type Seen = (Uuid, i64, String, String, Option<String>, Option<OffsetDateTime>);
    let seen: Vec<Seen> = sqlx::query_as(
        "SELECT id, line, channel_no, order_no, refund_no, event_time FROM bill_rows ORDER BY line",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    let expected: Vec<Seen> = rows
        .iter()
        .map(expected)
        .map(|it| (it.id.into(), it.line, it.channel_no, it.order_no, it.refund_no, it.event_time))
        .collect();
    assert_eq!(seen, expected);
    let mut names = Names::default();
    names.order_nos.insert("a\\nb".to_owned());
    let found = naming(&mut conn, &bill(), &names).await.unwrap();
    assert_eq!(found.len(), 200);
    names.order_nos = std::iter::once("nobody".to_owned()).collect();
    assert!(naming(&mut conn, &bill(), &names).await.unwrap().is_empty());
}
