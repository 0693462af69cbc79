//! Stories about files: accepted whole or refused whole.

use crate::desk::{self, DAY, Desk, as_bill, as_kind, bill, row};
use crate::real_day::sample;
use backoffice::explain::{Explain, Kind};
use backoffice::reconciliation::{self, NewFile, ReconciliationError};
use banks::bill::BillRow;
use banks::front::NamedFile;
use domain::page::PageRequest;
use domain::source_file::{FileFilter, FileKind};
use sqlx::PgPool;

/// Imports something that must be refused; nothing may be left behind.
async fn refused(desk: &Desk, new: NewFile) -> ReconciliationError {
    let before = desk.stored().await;
    let error = desk.import(new).await.unwrap_err();
    assert_eq!(desk.stored().await, before, "a refused file leaves nothing behind");
    error
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_truncated_fund_bill_is_refused_and_nothing_is_stored(pool: PgPool) {
    let Some(file) = sample("wechat-fundflow-basic-20210201.csv") else { return };
    let desk = desk::open(pool).await;
    let day = "2021-02-01".parse().ok();
    let channel = Some("wechat".to_owned());
    let new = NewFile { channel, clearing_date: day, ..as_kind(FileKind::FundBill, file) };
    let preview =
        reconciliation::preview(&desk.office, &desk.auditor, new.kind, new.file.clone()).await;
    let preview = preview.unwrap();
    assert!(!preview.acceptable);
    assert!(preview.checks.iter().any(|check| !check.holds && check.stated == "3"));
    let error = refused(&desk, new).await;
    assert!(matches!(error, ReconciliationError::Unreadable(_)), "{error:?}");
    assert_eq!(error.kind(), Kind::Invalid(Some("file")));
    let text = error.to_string();
    assert!(text.contains("nothing was stored") && text.contains("is stated as 3"), "{text}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_cut_off_bill_is_refused_with_its_line(pool: PgPool) {
    let desk = desk::open(pool).await;
    let mut file = bill(&[row(1, 100), row(2, 200)]);
    file.bytes.truncate(file.bytes.len() - 100);
    let text = refused(&desk, as_bill(file)).await.to_string();
    assert!(text.contains("line 2"), "{text}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn bytes_that_are_not_valid_in_their_encoding_are_refused(pool: PgPool) {
    let desk = desk::open(pool).await;
    let mut file = bill(&[row(1, 100)]);
    file.bytes[520] = 0xFF;
    file.bytes[521] = 0xFF;
    let text = refused(&desk, as_bill(file)).await.to_string();
    assert!(text.contains("line 1") && text.contains("not valid GBK"), "{text}");
    let list = NamedFile {
        name: "list.csv".to_owned(),
        bytes: b"order_no,amount,currency,status\nO\xFF,1,CNY,paid\n".to_vec(),
    };
    let new = NewFile { merchant: Some(desk.shop), ..as_kind(FileKind::MerchantOrders, list) };
    let text = refused(&desk, new).await.to_string();
    assert!(text.contains("line 2") && text.contains("not valid UTF-8"), "{text}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_same_file_twice_is_refused_and_named(pool: PgPool) {
    let desk = desk::open(pool).await;
    let file = bill(&[row(1, 100)]);
    let first = desk.import(as_bill(file.clone())).await.unwrap();
    let renamed = NamedFile { name: "other.txt".to_owned(), ..file.clone() };
    let error = refused(&desk, as_bill(renamed)).await;
    let text = error.to_string();
    assert!(matches!(error, ReconciliationError::AlreadyImported { file, .. } if file == first));
    assert!(text.contains(&file.name) && text.contains("2026-03-31 12:00:00 by Lin"), "{text}");
    let preview =
        reconciliation::preview(&desk.office, &desk.auditor, FileKind::Bill, file).await.unwrap();
    assert_eq!(preview.known_as, Some(first));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_second_bill_of_a_day_is_taken_only_as_a_replacement(pool: PgPool) {
    let desk = desk::open(pool).await;
    let first = desk.import(as_bill(bill(&[row(1, 100)]))).await.unwrap();
    let other = as_bill(bill(&[row(1, 100), row(2, 200)]));
    let error = refused(&desk, other.clone()).await;
    assert!(matches!(error, ReconciliationError::DayTaken { .. }), "{error:?}");
    let second = desk.import(NewFile { replaces: Some(first), ..other }).await.unwrap();
    let third = as_bill(bill(&[row(3, 300)]));
    let error = refused(&desk, NewFile { replaces: Some(first), ..third }).await;
    assert!(matches!(error, ReconciliationError::NotItsReplacement(_)), "{error:?}");
    let (filter, page) = (FileFilter::default(), PageRequest::default());
    let files = reconciliation::list_files(&desk.office, &desk.auditor, &filter, page).await;
    let files = files.unwrap().rows;
    let replaced: Vec<_> = files.iter().map(|file| (file.id, file.replaced_by)).collect();
    assert_eq!(replaced.len(), 2);
    assert!(replaced.contains(&(first, Some(second))) && replaced.contains(&(second, None)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_file_is_taken_only_for_what_it_is(pool: PgPool) {
    let desk = desk::open(pool).await;
    let good = as_bill(bill(&[row(1, 100)]));
    let other_day = NewFile { clearing_date: Some(DAY.next()), ..good.clone() };
    let error = refused(&desk, other_day).await;
    assert!(matches!(error, ReconciliationError::DayDiffers { .. }), "{error:?}");
    let statement = NewFile { kind: FileKind::Statement, ..good.clone() };
    let error = refused(&desk, statement).await;
    assert!(matches!(error, ReconciliationError::WrongKind { .. }), "{error:?}");
    let error = refused(&desk, NewFile { channel: None, ..good.clone() }).await;
    assert!(matches!(error, ReconciliationError::ChannelMissing), "{error:?}");
    let unknown = NewFile { channel: Some("swift".to_owned()), ..good.clone() };
    let error = refused(&desk, unknown).await;
    assert!(matches!(error, ReconciliationError::UnknownChannel(_)), "{error:?}");
    let neighbours = NewFile { channel: Some("wechat".to_owned()), ..good };
    let error = refused(&desk, neighbours).await;
    assert!(matches!(error, ReconciliationError::NotOurBill { .. }), "{error:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn who_may_not_reconcile_may_not_import(pool: PgPool) {
    let desk = desk::open(pool).await;
    let new = as_bill(bill(&[row(1, 100)]));
    let error = reconciliation::import(&desk.office, &desk.auditor, new).await.unwrap_err();
    assert!(matches!(error, ReconciliationError::Forbidden(_)), "{error:?}");
    assert_eq!(desk.stored().await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_large_bill_is_stored_whole_in_batches(pool: PgPool) {
    let desk = desk::open(pool).await;
    let rows: Vec<BillRow> = (1..=20_001).map(|n| row(n, i64::from(n))).collect();
    let id = desk.import(as_bill(bill(&rows))).await.unwrap();
    let last = PageRequest { number: 201, size: 100 };
    let file = reconciliation::find_file(&desk.office, &desk.auditor, id, last).await.unwrap();
    assert_eq!((file.summary.rows, file.bill_lines.len()), (20_001, 1));
    assert_eq!(file.bill_lines[0].gross.minor(), 20_001);
}

/// The same bytes under another name, with one byte changed, and with its rows in another order.
#[sqlx::test(migrations = "../../../migrations")]
async fn a_bill_that_comes_again_in_any_disguise_counts_once(pool: PgPool) {
    let desk = desk::open(pool).await;
    for (n, fen) in [(1, 100), (2, 200), (3, 300)] {
        desk.paid(n, fen).await;
    }
    let rows = [row(1, 100), row(2, 200), row(3, 301)];
    let first = desk.import(as_bill(bill(&rows))).await.unwrap();
    let found = desk.reconcile_bank().await;
    assert_eq!(found.summary.differences, 1);

    let renamed = NamedFile { name: format!("{}.bak", bill(&rows).name), ..bill(&rows) };
    let error = refused(&desk, as_bill(renamed)).await;
    assert!(matches!(error, ReconciliationError::AlreadyImported { .. }), "{error:?}");
    let changed = bill(&[row(1, 100), row(2, 200), row(3, 300)]);
    let [a, b, c] = rows;
    let turned = bill(&[c, a, b]);
    for file in [changed, turned.clone()] {
        let error = refused(&desk, as_bill(file)).await;
        assert!(matches!(error, ReconciliationError::DayTaken { .. }), "{error:?}");
    }
    // Issued again by the channel in another order: it says the same, and finds nothing new.
    desk.import(NewFile { replaces: Some(first), ..as_bill(turned) }).await.unwrap();
    let again = desk.reconcile_bank().await;
    assert_eq!((again.summary.version, again.summary.differences), (2, 1));
    assert_eq!(desk.items().await.len(), 1, "one record never has two open items");
    desk.books_are_sound().await;
}
