//! A real day of UnionPay's, against an order book derived from it with known mutations.

use crate::desk::{self, Desk, as_bill};
use backoffice::payments;
use backoffice::reconciliation;
use banks::bill::BillRow;
use banks::formats::{self, Document};
use banks::front::NamedFile;
use domain::access::Role;
use domain::date::BusinessDate;
use domain::error_item::{Cause, Leg};
use domain::matching::{Direction, Verdict};
use domain::money::Money;
use domain::page::PageRequest;
use domain::reconciliation::{Explanation, RunDetail, RunScope};
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

const NAME: &str = "unionpay-INN17071888ZM_898319849000018.part1";
const MISSING_IN_BOOK: usize = 17;
const MISSING_IN_BILL: &str = "20170718999999999999999";
const CHANGED: usize = 204;
const DUPLICATED: usize = 299;

/// A sample file, or nothing where samples are not kept.
pub fn sample(name: &str) -> Option<NamedFile> {
    let home = std::env::var_os("COUNTINGHOUSE_SAMPLES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples"),
        PathBuf::from,
    );
    match std::fs::read(home.join(name)) {
        Ok(bytes) => Some(NamedFile { name: name.to_owned(), bytes }),
        Err(_) => {
            eprintln!("SKIPPED: samples absent: {}", home.join(name).display());
            None
        }
    }
}

fn clearing_date() -> BusinessDate {
    "2017-07-18".parse().unwrap()
}

/// The order book of the day: one row left out, one row too many, one amount changed.
fn order_book(rows: &[BillRow]) -> String {
    let mut book = "order_no,merchant,product,amount,currency,status,paid_at,channel,channel_no,\
                    clearing_date\n"
        .to_owned();
    let mut line = |number: &str, amount: Money, channel_no: &str| {
        let amount = amount.plain();
        writeln!(
            book,
            "{number},M100001,quick_pay,{amount},CNY,paid,2017-07-18 10:00:00,unionpay,\
             {channel_no},2017-07-18"
        )
        .unwrap();
    };
    for (index, row) in rows.iter().enumerate() {
        if index == MISSING_IN_BOOK {
            continue;
        }
        let more = if index == CHANGED { 100 } else { 0 };
        let amount = row.gross.checked_add(Money::cny(more)).unwrap();
        line(&row.order_no, amount, &row.channel_no);
    }
    line(MISSING_IN_BILL, Money::cny(12_345), "209907180000000000000");
    book
}

async fn reconcile(desk: &Desk) -> RunDetail {
    let scope = RunScope { leg: Leg::GatewayBank, of: "unionpay".to_owned(), day: clearing_date() };
    desk.reconcile(&scope).await
}

async fn found(desk: &Desk) -> BTreeSet<(Cause, String)> {
    desk.items().await.into_iter().map(|item| (item.cause, item.record_number)).collect()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn exactly_the_mutated_rows_of_a_real_day_come_out(pool: PgPool) {
    let Some(file) = sample(NAME) else { return };
    let Ok(Document::Bill(bill)) = formats::read(&file) else { panic!("the sample is a bill") };
    let desk = desk::open(pool).await;
    let importer = desk::person(&desk.office, "Ivy", &[Role::Operations]).await;
    let book = order_book(&bill.rows);
    payments::import_orders(&desk.office, &importer, "orders.csv", book.as_bytes()).await.unwrap();
    desk.work().await;

    let id = desk.import(as_bill(file.clone())).await.unwrap();
    let page = PageRequest::default();
    let stored = reconciliation::find_file(&desk.office, &desk.auditor, id, page).await.unwrap();
    let total = stored.summary.totals[0];
    assert_eq!(
        (stored.summary.rows, total.direction, total.count, total.gross, total.fee_e5),
        (603, Direction::In, 603, Money::cny(2_353_463_979), Some(14_472_000))
    );
    assert_eq!(stored.summary.clearing_date, clearing_date());
    let kept = reconciliation::download(&desk.office, &desk.auditor, id).await.unwrap();
    assert_eq!(kept, file, "kept byte for byte");

    let run = reconcile(&desk).await;
    let [totals] = run.summary.totals.lines.as_slice() else { panic!("only payments") };
    assert_eq!((totals.theirs.count, totals.theirs.gross), (603, Money::cny(2_353_463_979)));
    assert_eq!(totals.theirs.fee, Some(Money::cny(14_472)));
    assert_eq!(totals.theirs.net, Some(Money::cny(2_353_449_507)));
    assert_eq!(totals.ours.count, 603, "one less and one more");
    assert!(!run.summary.totals_agree);
    let number = |index: usize| bill.rows[index].order_no.clone();
    let mut expected = BTreeSet::from([
        (Cause::OnlyInChannel, number(MISSING_IN_BOOK)),
        (Cause::OnlyInPlatform, MISSING_IN_BILL.to_owned()),
        (Cause::Amount, number(CHANGED)),
    ]);
    assert_eq!(found(&desk).await, expected);
    let matched = run.summary.counts.iter().find(|one| one.verdict == Verdict::Matched);
    assert_eq!(matched.map(|one| one.count), Some(601));

    let mut again = as_bill(with_a_row_twice(&file));
    again.replaces = Some(id);
    desk.import(again).await.unwrap();
    let run = reconcile(&desk).await;
    assert_eq!((run.summary.version, run.summary.differences), (2, 4));
    expected.insert((Cause::DuplicateInChannel, number(DUPLICATED)));
    assert_eq!(found(&desk).await, expected);
    assert_eq!(desk.items().await.len(), 4, "one record never has two open items");
    desk.books_are_sound().await;
}

/// The same file, in which the channel repeats a row at the end.
fn with_a_row_twice(file: &NamedFile) -> NamedFile {
    let mut bytes = file.bytes.clone();
    let row = file.bytes.split(|byte| *byte == b'\n').nth(DUPLICATED).unwrap().to_vec();
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    bytes.extend(row);
    bytes.push(b'\n');
    NamedFile { name: file.name.clone(), bytes }
}

/// Trades after 23:02 of the evening before: UnionPay's day ends at eleven.
const EVENING_BEFORE: usize = 16;

/// The order book of the very trades of the bill at their own times, each under the clearing date
/// that `day_of` gives it.
fn book_of(rows: &[BillRow], day_of: impl Fn(&BillRow) -> BusinessDate) -> String {
    let mut book = "order_no,merchant,product,amount,currency,status,paid_at,channel,channel_no,\
                    clearing_date\n"
        .to_owned();
    for row in rows {
        let (amount, day) = (row.gross.plain(), day_of(row));
        let at = row.event_time.unwrap();
        let (date, (hour, minute, second)) = (BusinessDate(at.date()), at.as_hms());
        writeln!(
            book,
            "{},M100001,quick_pay,{amount},CNY,paid,{date} {hour:02}:{minute:02}:{second:02},\
             unionpay,{},{day}",
            row.order_no, row.channel_no
        )
        .unwrap();
    }
    book
}

async fn desk_with(pool: PgPool, book: &str) -> Desk {
    let desk = desk::open(pool).await;
    let importer = desk::person(&desk.office, "Ivy", &[Role::Operations]).await;
    payments::import_orders(&desk.office, &importer, "orders.csv", book.as_bytes()).await.unwrap();
    desk.work().await;
    desk
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_trades_of_the_evening_before_stand_on_the_clearing_date_of_the_file(pool: PgPool) {
    let Some(file) = sample(NAME) else { return };
    let Ok(Document::Bill(bill)) = formats::read(&file) else { panic!("the sample is a bill") };
    let desk = desk_with(pool, &book_of(&bill.rows, |_| clearing_date())).await;
    let id = desk.import(as_bill(file)).await.unwrap();

    let mut evening = Vec::new();
    for number in 1.. {
        let page = PageRequest::number(number);
        let shown = reconciliation::find_file(&desk.office, &desk.auditor, id, page).await.unwrap();
        assert_eq!(shown.summary.clearing_date, clearing_date(), "the whole file is of one day");
        if shown.bill_lines.is_empty() {
            break;
        }
        let zone = desk.office.settings.zone;
        evening.extend(shown.bill_lines.into_iter().filter_map(|line| line.event_time).filter_map(
            |at| {
                let local = at.to_offset(zone.0);
                (BusinessDate(local.date()) < clearing_date()).then(|| local.time())
            },
        ));
    }
    assert_eq!(evening.len(), EVENING_BEFORE, "rows of 17 July in the file of 18 July");
    assert!(evening.iter().all(|at| *at >= time::macros::time!(23:02:00)), "{evening:?}");

    let run = reconcile(&desk).await;
    assert!(run.summary.totals_agree);
    assert_eq!((run.summary.differences, run.shown), (0, 0), "nothing is shifted by a day");
    let matched = run.summary.counts.iter().find(|one| one.verdict == Verdict::Matched);
    assert_eq!(matched.map(|one| one.count), Some(603));
    assert_eq!(found(&desk).await, BTreeSet::new());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_evening_booked_by_the_calendar_is_noticed_row_by_row(pool: PgPool) {
    let Some(file) = sample(NAME) else { return };
    let Ok(Document::Bill(bill)) = formats::read(&file) else { panic!("the sample is a bill") };
    let by_calendar = |row: &BillRow| BusinessDate(row.event_time.unwrap().date());
    let desk = desk_with(pool, &book_of(&bill.rows, by_calendar)).await;
    desk.import(as_bill(file)).await.unwrap();
    let run = reconcile(&desk).await;
    let count =
        |verdict| run.summary.counts.iter().find(|one| one.verdict == verdict).map(|one| one.count);
    assert_eq!((count(Verdict::Matched), count(Verdict::Date)), (Some(587), Some(16)));
    // Within half an hour of the cut the two sides may differ about the day; later they may not.
    let evening = bill.rows.iter().filter(|row| by_calendar(row) < clearing_date());
    let late = evening.filter(|row| row.event_time.unwrap().time() > time::macros::time!(23:30));
    let late: BTreeSet<_> = late.map(|row| (Cause::Date, row.order_no.clone())).collect();
    assert_eq!(found(&desk).await, late);
    let by_cut =
        run.differences.iter().filter(|one| one.explained == Some(Explanation::CutOver)).count();
    assert_eq!(by_cut + late.len(), EVENING_BEFORE);
    assert!(by_cut > 0 && !late.is_empty());
}
