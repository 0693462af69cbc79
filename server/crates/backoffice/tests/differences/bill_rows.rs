//! Stories about the rows of bills: they stand packed in blocks, and are found as if each stood by
//! itself.

use crate::desk::{self, DAY, Desk, as_bill, bill, row};
use backoffice::reconciliation::{self, NewFile};
use backoffice::{payments, search};
use banks::bill::BillRow;
use banks::write::unionpay_zm;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::ids::FileId;
use domain::matching::Verdict;
use domain::page::PageRequest;
use domain::reconciliation::RunScope;
use domain::search::FoundKind;
use domain::source_file::BillLine;
use sqlx::PgPool;
use uuid::Uuid;

fn bill_of(day: BusinessDate, rows: &[BillRow]) -> NewFile {
    as_bill(unionpay_zm::write(day, desk::OUR_NUMBER, rows).unwrap())
}

fn on(day: BusinessDate) -> RunScope {
    RunScope { leg: Leg::GatewayBank, of: "unionpay".to_owned(), day }
}

async fn rows_of(desk: &Desk, file: FileId) -> Vec<BillLine> {
    let page = PageRequest { number: 1, size: 100 };
    reconciliation::find_file(&desk.office, &desk.auditor, file, page).await.unwrap().bill_lines
}

/// How many rows are kept by themselves.
async fn kept(desk: &Desk) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM bill_lines").fetch_one(&desk.office.db).await.unwrap()
}

async fn found(desk: &Desk, typed: &str) -> Vec<(FoundKind, Uuid)> {
    let found = search::find(&desk.office, &desk.operations, typed).await.unwrap();
    found.into_iter().map(|one| (one.kind, one.id)).collect()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_row_that_agreed_at_once_is_seen_and_found_everywhere(pool: PgPool) {
    let desk = desk::open(pool).await;
    let payment = desk.paid(1, 10_000).await;
    desk.paid(2, 10_000).await;
    let file = desk.import(as_bill(bill(&[row(1, 10_000), row(2, 10_000)]))).await.unwrap();
    let lines = rows_of(&desk, file).await;
    let number = format!("{:021}", 1);
    let line = (FoundKind::BillLine, Uuid::from(lines[0].id));
    assert!(found(&desk, &number).await.contains(&line), "also before it is compared");
    assert_eq!(desk.reconcile_bank().await.summary.differences, 0);
    assert_eq!(kept(&desk).await, 0, "nothing refers to a row that agreed");

    assert_eq!((lines.len(), lines[0].line, lines[0].order_no.as_str()), (2, 1, &*desk::number(1)));
    let at = reconciliation::find_line(&desk.office, &desk.auditor, lines[1].id.into()).await;
    let (detail, page, line) = at.unwrap();
    assert_eq!((detail.summary.id, page.number, line), (file, 1, 2));
    let path = payments::find(&desk.office, &desk.operations, payment).await.unwrap();
    let seen: Vec<_> = path.bill_lines.iter().map(|one| (one.id, one.file, one.line)).collect();
    assert_eq!(seen, [(lines[0].id, file, 1)]);
    assert!(found(&desk, &number).await.contains(&(FoundKind::Payment, payment.0)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_row_that_stands_alone_is_kept_under_the_id_it_has(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    let file = desk.import(as_bill(bill(&[row(1, 10_000), row(9, 300)]))).await.unwrap();
    let lines = rows_of(&desk, file).await;
    let run = desk.reconcile_bank().await;
    assert_eq!(run.differences[0].bill_line, Some(lines[1].id));
    assert_eq!(kept(&desk).await, 1);
    let line = (FoundKind::BillLine, Uuid::from(lines[1].id));
    assert!(found(&desk, &format!("{:021}", 9)).await.contains(&line));
    assert_eq!(rows_of(&desk, file).await, lines);
    desk.paid(2, 500).await;
    assert_eq!(desk.reconcile_bank().await.summary.version, 2);
    assert_eq!(kept(&desk).await, 1, "kept twice is kept once");
    let nobody = Uuid::now_v7();
    assert!(reconciliation::find_line(&desk.office, &desk.auditor, nobody).await.is_err());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_bill_nobody_compared_is_looked_through_for_what_other_days_have(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    sqlx::query("UPDATE payments SET clearing_date = $1")
        .bind(DAY.next().0)
        .execute(&desk.office.db)
        .await
        .unwrap();
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    desk.import(bill_of(DAY.next(), &[row(9, 300)])).await.unwrap();
    let run = desk.reconcile(&on(DAY.next())).await;
    let mut verdicts: Vec<_> = run.differences.iter().map(|one| one.verdict).collect();
    verdicts.sort();
    assert_eq!(verdicts, [Verdict::OnlyTheirs, Verdict::Date]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn rows_from_before_there_were_blocks_keep_their_ids(pool: PgPool) {
    let desk = desk::open(pool).await;
    for n in 1..=2 {
        desk.paid(n, 10_000).await;
    }
    let rows = [row(1, 10_000), row(2, 9_000), row(9, 300)];
    let file = desk.import(as_bill(bill(&rows))).await.unwrap();
    // As the migration leaves a file that was there before it.
    sqlx::raw_sql(
        "INSERT INTO bill_lines
             (id, file_id, line, channel, clearing_date, kind, channel_no, order_no, refund_no,
              gross_minor, currency, fee_e5, status, event_time)
         SELECT gen_random_uuid(), file_id, line, channel, clearing_date, kind, channel_no,
                order_no, refund_no, gross_minor, currency, fee_e5, status, event_time
         FROM bill_rows;
         UPDATE bill_blocks SET numbers = '',
             ids = (SELECT string_agg(id::text, E'\\n' ORDER BY line) FROM bill_lines)",
    )
    .execute(&desk.office.db)
    .await
    .unwrap();
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM bill_lines ORDER BY line")
        .fetch_all(&desk.office.db)
        .await
        .unwrap();
    let lines = rows_of(&desk, file).await;
    assert_eq!(lines.iter().map(|line| Uuid::from(line.id)).collect::<Vec<_>>(), ids);
    let run = desk.reconcile_bank().await;
    let mut linked: Vec<_> =
        run.differences.iter().filter_map(|one| one.bill_line).map(Uuid::from).collect();
    linked.sort();
    let mut expected = vec![ids[1], ids[2]];
    expected.sort();
    assert_eq!((run.summary.differences, linked), (2, expected));
    assert_eq!(kept(&desk).await, 3);
    let at = reconciliation::find_line(&desk.office, &desk.auditor, ids[2]).await.unwrap();
    assert_eq!((at.0.summary.id, at.2), (file, 3));
}
