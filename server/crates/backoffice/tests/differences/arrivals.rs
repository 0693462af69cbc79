//! Stories about files as they come in: kept, looked at, decided.

use crate::desk::{self, DAY, Desk, as_bill, bill, number, row};
use backoffice::reconciliation::arrivals::{self, Receiving};
use backoffice::reconciliation::{self, NewFormat, ReconciliationError};
use banks::front::NamedFile;
use domain::approval::Verdict;
use domain::arrival::{
    ArrivalDecision, ArrivalDetail, ArrivalFilter, ArrivalState, ArrivalWay, Given,
};
use domain::error_item::Leg;
use domain::file_format::{
    AmountUnit, BillField, DaySource, FeeSign, FormatSpec, Layout, Mapping, TextEncoding,
    TotalsLine,
};
use domain::ids::ArrivalId;
use domain::money::Currency;
use domain::page::PageRequest;
use domain::source_file::FileKind;
use sqlx::PgPool;

fn given() -> Given {
    Given {
        kind: FileKind::Bill,
        channel: Some("unionpay".to_owned()),
        merchant: None,
        day: None,
        member: None,
        format: None,
        no_trades: false,
    }
}

/// Uploads a file in small parts, as a slow line would.
async fn upload(desk: &Desk, file: &NamedFile, given: Given) -> ArrivalId {
    let (office, actor) = (&desk.office, &desk.operations);
    let mut receiving = Receiving::begin(office, actor, &file.name, given).await.unwrap();
    for part in file.bytes.chunks(1_000) {
        receiving.take(office, part).await.unwrap();
    }
    receiving.finish(office).await.unwrap()
}

async fn found(desk: &Desk, id: ArrivalId) -> ArrivalDetail {
    arrivals::find(&desk.office, &desk.auditor, id).await.unwrap()
}

async fn decide(desk: &Desk, id: ArrivalId, decision: ArrivalDecision) -> ArrivalDetail {
    arrivals::decide(&desk.office, &desk.operations, id, decision).await.unwrap();
    found(desk, id).await
}

const IMPORT: ArrivalDecision = ArrivalDecision::Import { replaces: None };

#[sqlx::test(migrations = "../../../migrations")]
async fn a_file_is_looked_at_first_and_imported_when_somebody_says_so(pool: PgPool) {
    let desk = desk::open(pool).await;
    let file = bill(&[row(1, 100), row(2, 200)]);
    let before = desk.stored().await;
    let id = upload(&desk, &file, given()).await;
    let detail = found(&desk, id).await;
    let preview = detail.preview.unwrap();
    assert_eq!(detail.arrival.state, ArrivalState::Waiting);
    assert_eq!((preview.rows, preview.acceptable, preview.checks.len()), (2, true, 1));
    assert_eq!(preview.totals[0].gross, "3.00");
    assert_eq!(desk.stored().await, before, "nothing of it is part of a reconciliation");
    let detail = decide(&desk, id, IMPORT).await;
    assert_eq!(detail.arrival.state, ArrivalState::Imported);
    let kept = reconciliation::download(&desk.office, &desk.auditor, detail.arrival.file.unwrap());
    assert_eq!(kept.await.unwrap().bytes, file.bytes, "byte for byte");
    let again = upload(&desk, &file, given()).await;
    let detail = found(&desk, again).await;
    assert!(detail.refused.unwrap().contains("already imported"));
    assert!(detail.preview.unwrap().known_as.is_some());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_cannot_be_read_stands_in_a_queue_of_its_own(pool: PgPool) {
    let desk = desk::open(pool).await;
    let mut file = bill(&[row(1, 100), row(2, 200)]);
    file.bytes[607 + 1 + 70] = b'x';
    let id = upload(&desk, &file, given()).await;
    let detail = found(&desk, id).await;
    assert_eq!(detail.arrival.state, ArrivalState::Unreadable);
    let problem = &detail.preview.unwrap().problems[0];
    assert_eq!((problem.line, problem.field.as_deref()), (Some(2), Some("交易金额")));
    let filter = ArrivalFilter { state: Some(ArrivalState::Unreadable), way: None };
    let queue = arrivals::list(&desk.office, &desk.auditor, &filter, PageRequest::default()).await;
    assert_eq!(queue.unwrap().total, 1);
    assert!(desk.items().await.is_empty(), "what cannot be read is no disagreement");
    let refused = arrivals::decide(&desk.office, &desk.operations, id, IMPORT).await;
    assert!(matches!(refused, Err(ReconciliationError::PutAside)));
    let detail = decide(&desk, id, ArrivalDecision::Drop).await;
    assert_eq!(detail.arrival.state, ArrivalState::Dropped);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_replacement_shows_which_rows_are_added_removed_and_changed(pool: PgPool) {
    let desk = desk::open(pool).await;
    let first = desk.import(as_bill(bill(&[row(1, 100), row(2, 200), row(3, 300)]))).await.unwrap();
    let id = upload(&desk, &bill(&[row(1, 100), row(2, 201), row(4, 400)]), given()).await;
    let detail = found(&desk, id).await;
    assert_eq!(detail.stands.as_ref().map(|(id, _)| *id), Some(first));
    let difference = detail.difference.unwrap();
    assert_eq!((difference.added, difference.removed, difference.changed), (1, 1, 1));
    let changed = difference.rows.iter().find(|row| row.old.is_some() && row.new.is_some());
    assert!(changed.unwrap().old.as_ref().unwrap().1.starts_with("2.00"));
    // Without a word about the file that stands, it is not replaced.
    let detail = decide(&desk, id, IMPORT).await;
    assert_eq!(detail.arrival.state, ArrivalState::Waiting);
    assert!(detail.refused.unwrap().contains("is already the bill of unionpay"));
    let detail = decide(&desk, id, ArrivalDecision::Import { replaces: Some(first) }).await;
    assert_eq!(detail.arrival.state, ArrivalState::Imported);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_day_without_trades_is_confirmed_and_never_assumed(pool: PgPool) {
    let desk = desk::open(pool).await;
    let name = bill(&[row(1, 100)]).name;
    let empty = NamedFile { name, bytes: Vec::new() };
    let id = upload(&desk, &empty, given()).await;
    let detail = found(&desk, id).await;
    assert!(detail.preview.unwrap().no_record);
    let confirmed = Given { no_trades: true, ..given() };
    let detail = decide(&desk, id, ArrivalDecision::ReadAs { given: confirmed.clone() }).await;
    assert!(detail.preview.unwrap().acceptable);
    assert_eq!(decide(&desk, id, IMPORT).await.arrival.state, ArrivalState::Imported);
    // Another day without trades has the same bytes, and is another file.
    let next = NamedFile { name: empty.name.replace("260331", "260401"), bytes: Vec::new() };
    let id = upload(&desk, &next, confirmed).await;
    assert_eq!(decide(&desk, id, IMPORT).await.arrival.state, ArrivalState::Imported);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_fetched_day_without_trades_goes_on_only_when_our_books_know_of_none(pool: PgPool) {
    let desk = desk::open(pool).await;
    let name = bill(&[row(1, 100)]).name;
    let empty = NamedFile { name: name.clone(), bytes: Vec::new() };
    desk.counterparty.hands_out(&DAY.to_string(), empty);
    reconciliation::request_bill(&desk.office, &desk.operations, "unionpay", DAY).await.unwrap();
    desk.work().await;
    let filter = ArrivalFilter { state: None, way: Some(ArrivalWay::Fetch) };
    let page = PageRequest::default();
    let list = arrivals::list(&desk.office, &desk.auditor, &filter, page).await.unwrap();
    assert_eq!(list.rows[0].state, ArrivalState::Imported);
    // Of the day after we know a payment: a person decides.
    desk.paid(1, 100).await;
    sqlx::query("UPDATE payments SET clearing_date = '2026-04-01'")
        .execute(&desk.office.db)
        .await
        .unwrap();
    let next = NamedFile { name: name.replace("260331", "260401"), bytes: Vec::new() };
    desk.counterparty.hands_out(&DAY.next().to_string(), next);
    let day = DAY.next();
    reconciliation::request_bill(&desk.office, &desk.operations, "unionpay", day).await.unwrap();
    desk.work().await;
    let list = arrivals::list(&desk.office, &desk.auditor, &filter, page).await.unwrap();
    assert_eq!(list.rows[0].state, ArrivalState::Waiting);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_import_that_was_killed_left_nothing_and_begins_again(pool: PgPool) {
    let desk = desk::open(pool).await;
    let file = bill(&(1..=50).map(|n| row(n, 100)).collect::<Vec<_>>());
    let before = desk.stored().await;
    let id = upload(&desk, &file, given()).await;
    // As a kill between the decision and the commit leaves it: decided, and no row stored.
    sqlx::query("UPDATE file_arrivals SET state = 'importing', decided_by = 'worker'")
        .execute(&desk.office.db)
        .await
        .unwrap();
    assert_eq!(desk.stored().await, before);
    let mut conn = desk.office.db.acquire().await.unwrap();
    let job = backoffice::reconciliation::jobs::ImportArrival { arrival: id, replaces: None };
    backoffice::jobs::enqueue(&mut conn, &desk.office, &job).await.unwrap();
    desk.work().await;
    let detail = found(&desk, id).await;
    assert_eq!(detail.arrival.state, ArrivalState::Imported);
    let page = PageRequest { number: 1, size: 100 };
    let stored = detail.arrival.file.unwrap();
    let lines = reconciliation::find_file(&desk.office, &desk.auditor, stored, page).await.unwrap();
    assert_eq!(lines.bill_lines.len(), 50);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_format_set_up_by_staff_reads_bills_once_a_second_person_agreed(pool: PgPool) {
    let desk = desk::open(pool).await;
    let column = |field, place: &str| Mapping { field, place: place.to_owned() };
    let spec = FormatSpec {
        layout: Layout::Csv,
        encoding: TextEncoding::Gbk,
        skip: 1,
        header: true,
        columns: vec![
            column(BillField::ChannelNo, "流水"),
            column(BillField::OrderNo, "订单"),
            column(BillField::Gross, "金额"),
            column(BillField::Fee, "手续费"),
            column(BillField::EventTime, "时间"),
        ],
        unit: AmountUnit::Major,
        fee_sign: FeeSign::PositiveCharged,
        currency: Currency::Cny,
        time_pattern: "YYYY/MM/DD hh:mm".to_owned(),
        day_pattern: String::new(),
        day_source: DaySource::Name,
        payment_words: Vec::new(),
        refund_words: Vec::new(),
        success_words: Vec::new(),
        processing_words: Vec::new(),
        failure_words: Vec::new(),
        totals: Some(TotalsLine {
            begins: "合计".to_owned(),
            count: Some("2".to_owned()),
            gross: Some("3".to_owned()),
            fee: None,
        }),
    };
    let text = format!(
        "某渠道对账单\n流水,订单,金额,手续费,时间\nC1,{},\"1,000.00\",0.60,2026/03/31 09:00\n\
         C2,{},-1.00,0,2026/03/31 10:00\n合计,2,999.00\n",
        number(1),
        number(2)
    );
    let (bytes, _, _) = encoding_rs::GBK.encode(&text);
    let file = NamedFile { name: "bill-20260331.csv".to_owned(), bytes: bytes.into_owned() };
    let new = NewFormat {
        code: "some_bank".to_owned(),
        name: "Some bank".to_owned(),
        channel: "unionpay".to_owned(),
        spec,
    };
    let approval =
        reconciliation::propose_format(&desk.office, &desk.operations, new).await.unwrap();
    // It can be tried out, and imports nothing yet.
    let tried = Given { format: Some("some_bank@1".to_owned()), ..given() };
    let id = upload(&desk, &file, tried).await;
    let detail = found(&desk, id).await;
    assert_eq!(detail.preview.unwrap().totals.len(), 2);
    assert!(detail.refused.unwrap().contains("a second person has to agree"));
    let manager = desk::person(&desk.office, "Zhao", &[domain::access::Role::Manager]).await;
    desk.decide(&manager, approval, Verdict::Approve).await.unwrap();
    let given = Given { format: Some("some_bank".to_owned()), ..given() };
    decide(&desk, id, ArrivalDecision::ReadAs { given }).await;
    let detail = decide(&desk, id, IMPORT).await;
    assert_eq!(detail.arrival.state, ArrivalState::Imported, "{:?}", detail.refused);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_person_imports_is_compared_without_a_further_click(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 100).await;
    let id = upload(&desk, &bill(&[row(1, 101)]), given()).await;
    decide(&desk, id, IMPORT).await;
    assert!(desk.items().await.is_empty());
    desk.work().await;
    let filter = domain::reconciliation::RunFilter::default();
    let runs =
        reconciliation::list_runs(&desk.office, &desk.auditor, &filter, PageRequest::default())
            .await
            .unwrap();
    let [run] = runs.rows.as_slice() else { panic!("one run: {:?}", runs.rows) };
    assert_eq!((run.scope.leg, run.scope.day, run.differences), (Leg::GatewayBank, DAY, 1));
    assert_eq!(run.started_by, "worker");
    assert_eq!(desk.items().await.len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_bill_must_be_at_its_import_what_it_was_when_it_was_looked_at(pool: PgPool) {
    let desk = desk::open(pool).await;
    let id = upload(&desk, &bill(&[row(1, 100), row(2, 200)]), given()).await;
    let before = desk.stored().await;
    sqlx::query(
        "UPDATE file_arrivals SET reading = jsonb_set(reading, '{totals,0,gross,minor}', '\"301\"')",
    )
    .execute(&desk.office.db)
    .await
    .unwrap();
    let detail = decide(&desk, id, IMPORT).await;
    assert_eq!(detail.arrival.state, ArrivalState::Waiting, "{:?}", detail.refused);
    assert!(detail.refused.unwrap().contains("when it was looked at"));
    assert_eq!(desk.stored().await, before, "nothing of it is stored");
    // What an earlier version of the reader found is found anew.
    sqlx::query("UPDATE file_arrivals SET reading = jsonb_set(reading, '{parser_version}', '1')")
        .execute(&desk.office.db)
        .await
        .unwrap();
    let detail = decide(&desk, id, IMPORT).await;
    assert_eq!(detail.arrival.state, ArrivalState::Imported, "{:?}", detail.refused);
}
