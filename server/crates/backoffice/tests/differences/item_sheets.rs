//! Stories about items that leave as a workbook and come back edited.

use crate::desk::{self, Desk};
use crate::item_cases::at_times;
use backoffice::error_items::{self, ErrorItemError};
use calamine::{Data, Reader, Xlsx};
use domain::approval::Verdict;
use domain::error_item::{
    Action, BulkPhase, ErrorItemFilter, ErrorItemStatus, RowState, SheetDetail, SheetRefused,
};
use domain::ids::ErrorItemSheetId;
use rust_xlsxwriter::{Formula, Workbook};
use sqlx::PgPool;
use std::io::Cursor;

const OWNER: usize = 13;
const ACTION: usize = 14;
const COMMENT: usize = 15;

async fn export(desk: &Desk) -> Vec<Vec<String>> {
    let open = ErrorItemFilter { open_only: true, ..Default::default() };
    let file = error_items::export_sheet(&desk.office, &desk.operations, &open).await.unwrap();
    assert!(file.name.ends_with(".xlsx"));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| cell.to_string();
    range
        .rows()
        .map(|row| {
            let mut row: Vec<_> = row.iter().map(text).collect();
            row.resize(16, String::new());
            row
        })
        .collect()
}

fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (line, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(line, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

async fn bring(desk: &Desk, bytes: &[u8]) -> Result<ErrorItemSheetId, ErrorItemError> {
    error_items::receive_sheet(&desk.office, &desk.operations, ("edited.xlsx", bytes)).await
}

async fn look(desk: &Desk, id: ErrorItemSheetId) -> SheetDetail {
    error_items::sheet(&desk.office, &desk.auditor, id).await.unwrap()
}

fn refusals(detail: &SheetDetail) -> Vec<(i64, &str, &str)> {
    let rows = detail.rows.iter();
    rows.filter_map(|row| {
        let (field, why) = row.change.as_ref().err()?;
        Some((row.line, field.as_str(), why.as_str()))
    })
    .collect()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_was_edited_in_a_workbook_is_applied_as_a_bulk(pool: PgPool) {
    let desk = desk::open(pool).await;
    at_times(&desk, &[(2, 0), (2, 1), (2, 2), (2, 3)]).await;
    let mut rows = export(&desk).await;
    assert_eq!(rows.len(), 5);
    rows[1][OWNER] = "Mei".to_owned();
    rows[2][COMMENT] = "asked UnionPay".to_owned();
    rows[3][OWNER] = "Mei".to_owned();
    rows[3][ACTION] = Action::SuspendLong.name().to_owned();
    rows[3][COMMENT] = "=nobody knows; case 4711".to_owned();
    let id = bring(&desk, &workbook(&rows)).await.unwrap();
    let sheet = look(&desk, id).await;
    let counts = (sheet.summary.edited, sheet.summary.refused, sheet.summary.unchanged);
    assert_eq!(counts, (3, 0, 1));
    let (office, lin) = (&desk.office, &desk.operations);
    let other = error_items::apply_sheet(office, &desk.maker, id).await;
    assert!(matches!(other, Err(ErrorItemError::Sheet(SheetRefused::NotYours))), "{other:?}");
    let bulk = error_items::apply_sheet(office, lin, id).await.unwrap();
    let twice = error_items::apply_sheet(office, lin, id).await;
    assert!(matches!(twice, Err(ErrorItemError::Sheet(SheetRefused::AppliedAlready))));
    desk.work().await;
    let tried = error_items::bulk(office, lin, bulk).await.unwrap();
    assert_eq!((tried.summary.phase, tried.count(RowState::Ready)), (BulkPhase::Checked, 3));
    error_items::confirm_bulk(office, lin, bulk).await.unwrap();
    desk.work().await;
    let proposed = error_items::bulk(office, lin, bulk).await.unwrap();
    assert_eq!(proposed.summary.phase, BulkPhase::Proposed, "money waits for a second person");
    assert_eq!((proposed.count(RowState::Done), proposed.count(RowState::Proposed)), (2, 1));
    let approval = proposed.summary.approval.unwrap();
    desk.decide(&desk.checker, approval, Verdict::Approve).await.unwrap();
    let done = error_items::bulk(office, lin, bulk).await.unwrap();
    assert_eq!((done.summary.phase, done.count(RowState::Done)), (BulkPhase::Done, 3));
    let mine = ErrorItemFilter { mine: true, ..Default::default() };
    let of_mei = error_items::list(office, &desk.maker, &mine, None).await.unwrap().rows;
    let states: Vec<_> = of_mei.iter().map(|item| item.status).collect();
    assert_eq!(states, [ErrorItemStatus::Assigned, ErrorItemStatus::Executed]);
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn rows_that_changed_or_were_tampered_with_are_refused_with_field_and_reason(pool: PgPool) {
    let desk = desk::open(pool).await;
    at_times(&desk, &[(2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (2, 6), (2, 7)]).await;
    let mut rows = export(&desk).await;
    let (office, lin) = (&desk.office, &desk.operations);
    let items = desk.items().await;
    for row in &mut rows[1..] {
        row[COMMENT] = "seen".to_owned();
    }
    // Line 2: a colleague took it meanwhile. Line 3: only its version grew.
    error_items::assign_to_me(office, &desk.maker, items[0].id).await.unwrap();
    error_items::undo(office, &desk.maker, {
        error_items::assign_to_me(office, &desk.maker, items[1].id).await.unwrap();
        items[1].id
    })
    .await
    .unwrap();
    rows[3][8] = "99999.00".to_owned();
    rows[4][OWNER] = "nobody".to_owned();
    rows[5][ACTION] = "make_it_vanish".to_owned();
    rows[6][ACTION] = Action::AcceptFee.name().to_owned();
    rows[7][ACTION] = Action::SuspendLong.name().to_owned();
    rows[7][COMMENT] = String::new();
    rows.push(rows[8].clone());
    let mut unknown = rows[8].clone();
    unknown[0] = "EI-none".to_owned();
    rows.push(unknown);
    let id = bring(&desk, &workbook(&rows)).await.unwrap();
    let sheet = look(&desk, id).await;
    assert_eq!((sheet.summary.edited, sheet.summary.refused), (1, 9));
    let found = refusals(&sheet);
    let of = |line: i64| found.iter().find(|row| row.0 == line).map(|row| (row.1, row.2));
    assert_eq!(of(2), Some(("status", "it was new when exported and is assigned now")));
    assert_eq!(of(3), Some(("version", "the item changed since it was exported")));
    assert_eq!(of(4), Some(("seal", "a locked cell of this row was changed")));
    assert_eq!(of(5).unwrap().0, "owner");
    assert_eq!(of(6).unwrap().0, "action");
    assert_eq!(of(7).unwrap().0, "action");
    assert_eq!(of(8), Some(("comment", "an action needs its reason in the comment")));
    assert_eq!(of(10), Some(("number", "the item stands twice in the workbook")));
    assert_eq!(of(11), Some(("number", "there is no such error item")));
    // What changes between the upload and the bulk is skipped there.
    error_items::assign_to_me(office, lin, items[7].id).await.unwrap();
    let bulk = error_items::apply_sheet(office, lin, id).await.unwrap();
    desk.work().await;
    let tried = error_items::bulk(office, lin, bulk).await.unwrap();
    assert_eq!(tried.count(RowState::Skipped), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_file_that_is_no_workbook_of_ours_is_refused_whole(pool: PgPool) {
    let desk = desk::open(pool).await;
    at_times(&desk, &[(2, 0)]).await;
    let rows = export(&desk).await;
    let refused = async |bytes: &[u8]| match bring(&desk, bytes).await {
        Err(ErrorItemError::Sheet(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused(b"number,owner\n1,Lin\n").await, SheetRefused::Unreadable(_)));
    assert!(matches!(refused(b"PK\x03\x04 and then nothing").await, SheetRefused::Unreadable(_)));
    assert_eq!(refused(&vec![0; 8 * 1024 * 1024 + 1]).await, SheetRefused::TooLarge);
    let good = workbook(&rows);
    assert!(matches!(refused(&good[..good.len() / 2]).await, SheetRefused::Unreadable(_)));
    let other = vec![vec!["number".to_owned(), "owner".to_owned()]];
    assert_eq!(refused(&workbook(&other)).await, SheetRefused::NotOurs);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (line, row) in (0..).zip(&rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(line, column, cell).unwrap();
        }
    }
    let formula = Formula::new("=WEBSERVICE(\"http://example.invalid\")").set_result("Mei");
    sheet.write_formula(1, 13, formula).unwrap();
    assert_eq!(refused(&book.save_to_buffer().unwrap()).await, SheetRefused::Formulas);
    let nobody = error_items::receive_sheet(&desk.office, &desk.auditor, ("x.xlsx", &good)).await;
    assert!(matches!(nobody, Err(ErrorItemError::Forbidden(_))), "{nobody:?}");
    // Unedited it changes nothing, and there is nothing to apply.
    let id = bring(&desk, &good).await.unwrap();
    assert_eq!(look(&desk, id).await.summary.unchanged, 1);
    let nothing = error_items::apply_sheet(&desk.office, &desk.operations, id).await;
    assert!(matches!(nothing, Err(ErrorItemError::Sheet(SheetRefused::NothingToApply))));
}
