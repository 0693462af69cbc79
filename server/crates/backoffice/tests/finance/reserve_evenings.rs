//! The evening: the cover with what banks and books have apart, a gap and its incident, the
//! signature, the month's tables on the screen and in the file.

use crate::fixture::{self, CUSTODY, House, day, lost, missing};
use backoffice::reserve::{self, ReserveError};
use calamine::{Data, Reader, Xlsx};
use domain::approval::Verdict;
use domain::ids::StatementLineId;
use domain::money::Money;
use domain::page::PageRequest;
use domain::reserve::cover::Cell;
use domain::reserve::incident::CheckKind;
use domain::reserve::tables::{TableKind, money};
use domain::reserve::unreached::Kind;
use ledger::entries::{self, Banks};
use sqlx::PgPool;
use std::io::Cursor;

const BANKS: Banks<'_> = Banks { reserve: "", own: "" };

/// The bank's statement of a day, with one line nothing explains.
async fn statement(house: &House, date: &str, (closing, line): (i64, i64)) -> StatementLineId {
    let id = house.office.new_id();
    let file = house.office.new_id();
    sqlx::query(
        "INSERT INTO source_files (id, kind, scope, account_no, name, sha256, bytes, length, format,
             parser_version, encoding, clearing_date, rows, totals, imported_by, imported_at)
         VALUES ($1, 'statement', $2, $2, 'statement', encode(sha256($3::bytea), 'hex'), '', 0,
             'camt053', 1, 'utf-8', $4, 1, '[]', 'test', $5)",
    )
    .bind(file)
    .bind(CUSTODY)
    .bind(file.as_bytes().as_slice())
    .bind(day(date).0)
    .bind(house.office.now())
    .execute(&house.office.db)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO statement_lines (id, file_id, line, account_no, bank_ref, amount_minor,
             currency, booking_date, remittance)
         VALUES ($1, $2, 1, $3, 'BANK-1', $4, 'CNY', $5, 'something')",
    )
    .bind(id)
    .bind(file)
    .bind(CUSTODY)
    .bind(line)
    .bind(day(date).0)
    .execute(&house.office.db)
    .await
    .unwrap();
    let mut conn = house.office.db.acquire().await.unwrap();
    let closing = Money::cny(closing);
    reserve::record_statement_balance(&mut conn, CUSTODY, day(date), closing).await.unwrap();
    id.into()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_line_the_books_do_not_know_is_unreached_and_no_gap(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(10_000).await;
    let line = statement(&house, "2026-03-31", (9_700, -300)).await;
    let mut conn = house.office.db.acquire().await.unwrap();
    let cover = reserve::proof_on(&mut conn, day("2026-03-31")).await.unwrap();
    assert_eq!(cover.amount(Cell::M1), Money::cny(9_700));
    assert_eq!(cover.amount(Cell::M10), Money::cny(300));
    assert!(cover.holds(), "{cover:#?}");
    drop(conn);
    let (shown, items) = reserve::unreached_items(&house.office, &house.maker, None).await.unwrap();
    assert_eq!(shown, day("2026-03-31"));
    let unknown = items.iter().filter(|item| item.kind == Kind::J04);
    let unknown: Vec<_> = unknown.map(|item| (item.line, item.amount)).collect();
    assert_eq!(unknown, [(Some(line), Money::cny(300))]);
    // These stories state no clearing dates, so payment and arrival are items that cancel out.
    let due = items.iter().filter(|item| item.kind == Kind::J01);
    assert_eq!(due.map(|item| item.amount.minor()).sum::<i64>(), 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_gap_is_an_incident_until_a_check_finds_it_gone(pool: PgPool) {
    let house = fixture::open(pool).await;
    let id = house.paid((house.shop, None), "2026-03-31").await.into();
    missing(&house, id, 10_000).await;
    let sound = reserve::check_cover(&house.office, CheckKind::Schedule).await.unwrap();
    assert!(sound.holds());
    lost(&house, id, 10_000).await;
    reserve::check_cover(&house.office, CheckKind::Schedule).await.unwrap();
    house.office.clock.forward(time::Duration::minutes(15));
    reserve::check_cover(&house.office, CheckKind::DayCut).await.unwrap();
    let page = PageRequest::default();
    let incidents = reserve::incidents(&house.office, &house.checker, page).await.unwrap();
    let [incident] = incidents.rows.as_slice() else { panic!("{incidents:#?}") };
    assert_eq!((incident.opened_by, incident.gap), (CheckKind::Schedule, Money::cny(9_940)));
    let mut conn = house.office.db.acquire().await.unwrap();
    let gate = reserve::gate(&mut conn).await.unwrap().join("");
    assert_eq!(gate, "the reserve differs by 99.40 CNY since 2026-03-31 12:00:00");
    drop(conn);

    let silent = reserve::acknowledge(&house.office, &house.checker, (incident.id, " ")).await;
    assert!(matches!(silent, Err(ReserveError::NoteMissing)));
    let note = (incident.id, "own funds are on their way");
    reserve::acknowledge(&house.office, &house.checker, note).await.unwrap();
    let again = reserve::acknowledge(&house.office, &house.maker, note).await;
    assert!(matches!(again, Err(ReserveError::Acknowledged(by)) if by == "checker"));

    let paid_in = Money::cny(10_000);
    house.books(id, |event| entries::own_funds_lodged(event, BANKS, paid_in)).await;
    let mut conn = house.office.db.acquire().await.unwrap();
    let gate = reserve::gate(&mut conn).await.unwrap().join("");
    assert!(gate.contains("no check has closed it"), "{gate}");
    drop(conn);
    reserve::check_now(&house.office, &house.maker).await.unwrap();
    let incidents = reserve::incidents(&house.office, &house.checker, page).await.unwrap();
    let closed = incidents.rows[0].closed.unwrap();
    assert_eq!(closed.1, CheckKind::ByHand);
    let mut conn = house.office.db.acquire().await.unwrap();
    assert!(reserve::gate(&mut conn).await.unwrap().is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_evening_is_signed_by_two_people_and_a_later_change_shows(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(10_000).await;
    let today = day("2026-03-31");
    let ahead = reserve::propose_proof(&house.office, &house.maker, today.next()).await;
    assert!(matches!(ahead, Err(ReserveError::DayAhead(_))));
    let id = reserve::propose_proof(&house.office, &house.maker, today).await.unwrap();
    let twice = reserve::propose_proof(&house.office, &house.maker, today).await;
    assert!(matches!(twice, Err(ReserveError::Approval(_))));
    assert!(house.decide(&house.maker, id, Verdict::Approve).await.is_err());
    house.decide(&house.checker, id, Verdict::Approve).await.unwrap();
    house.work().await;
    let proof = reserve::find_proof(&house.office, &house.checker, today).await.unwrap();
    let [signed] = proof.signed.as_slice() else { panic!("{proof:#?}") };
    assert_eq!((signed.maker.as_str(), signed.checker.as_str()), ("maker", "checker"));
    assert_eq!(signed.evening, proof.now);
    assert!(proof.differences.is_empty() && proof.waiting.is_none());
    let canonical = serde_json::to_value(&signed.evening).unwrap();
    assert_eq!(signed.hash, backoffice::approvals::content_hash(&canonical));

    house.paid((house.shop, None), "2026-03-31").await;
    let proof = reserve::find_proof(&house.office, &house.checker, today).await.unwrap();
    let cells: Vec<_> = proof.differences.iter().map(|one| one.cell).collect();
    assert_eq!(cells, [Cell::M4, Cell::M7, Cell::M12, Cell::M13]);
    let may: bool = sqlx::query_scalar(
        "SELECT has_table_privilege('countinghouse_app', 'reserve_proofs', 'UPDATE, DELETE')",
    )
    .fetch_one(&house.office.db)
    .await
    .unwrap();
    assert!(!may, "a signed proof is never changed");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_day_that_changes_before_it_is_signed_is_not_signed(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-31").await;
    let today = day("2026-03-31");
    let id = reserve::propose_proof(&house.office, &house.maker, today).await.unwrap();
    house.funds_arrive(10_000).await;
    house.decide(&house.checker, id, Verdict::Approve).await.unwrap();
    house.work().await;
    let proof = reserve::find_proof(&house.office, &house.checker, today).await.unwrap();
    assert!(proof.signed.is_empty());
    let payment = house.paid((house.shop, None), "2026-03-31").await.into();
    missing(&house, payment, 9_000).await;
    lost(&house, payment, 9_000).await;
    let gap = reserve::propose_proof(&house.office, &house.maker, today).await;
    assert!(matches!(gap, Err(ReserveError::NotCovered { .. })));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_file_says_what_the_screens_say(pool: PgPool) {
    let house = fixture::open(pool).await;
    for _ in 0..3 {
        house.paid((house.shop, None), "2026-03-31").await;
    }
    house.funds_arrive(20_000).await;
    statement(&house, "2026-03-31", (20_150, 150)).await;
    let month = Some(day("2026-03-15"));
    let tables = reserve::tables(&house.office, &house.maker, month).await.unwrap();
    assert_eq!(tables.len(), TableKind::ALL.len());
    let row = |kind, code: &str| {
        let table = tables.iter().find(|table| table.kind == kind).unwrap();
        let row = table.rows.iter().find(|row| row.code == code).unwrap();
        *row.values.last().unwrap()
    };
    assert_eq!(row(TableKind::T1_1, "A07"), 30_000);
    assert_eq!(row(TableKind::T1_1, "A08"), 72);
    assert_eq!(row(TableKind::T1_4, "D03"), 180);
    assert_eq!(row(TableKind::T1_5, "E06"), 29_820);
    assert_eq!(row(TableKind::T1_9, "J01"), 10_000);
    assert_eq!(row(TableKind::T1_9, "J03"), 150);
    assert_eq!(row(TableKind::T1_10, "K01"), 4);
    assert_eq!(row(TableKind::T1_10, "K02"), 10_000);
    assert_eq!(row(TableKind::T1_11, "L21"), row(TableKind::T1_11, "L24"));
    assert_eq!(row(TableKind::T1_12, "M14"), 0);
    assert_eq!(row(TableKind::T2_1, "PBOC-1"), 20_150);
    let one = (TableKind::T1_12, month);
    let single = reserve::table(&house.office, &house.maker, one).await.unwrap();
    assert!(tables.contains(&single));

    let file = reserve::tables_file(&house.office, &house.maker, month).await.unwrap();
    assert_eq!(file.name, "reserve-tables-202603.xlsx");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).unwrap();
    for table in &tables {
        let sheet = book.worksheet_range(table.kind.heading().0).unwrap();
        for (at, row) in table.rows.iter().enumerate() {
            let at = u32::try_from(at).unwrap() + 2;
            assert_eq!(sheet.get_value((at, 0)), Some(&Data::String(row.code.clone())));
            assert_eq!(sheet.get_value((at, 1)), Some(&Data::String(row.zh.clone())));
            for (column, value) in (3..).zip(row.values.iter().copied().chain(row.total)) {
                let shown = if row.counts { value.to_string() } else { money(value).plain() };
                let Some(Data::Float(stored)) = sheet.get_value((at, column)) else {
                    panic!("{} {at} {column} is no number", row.code)
                };
                let stored =
                    if row.counts { format!("{stored:.0}") } else { format!("{stored:.2}") };
                assert_eq!(stored, shown, "{} {at} {column}", row.code);
            }
        }
    }
    let ahead = reserve::tables(&house.office, &house.maker, Some(day("2026-05-01"))).await;
    assert!(matches!(ahead, Err(ReserveError::MonthAhead(_))));
}
