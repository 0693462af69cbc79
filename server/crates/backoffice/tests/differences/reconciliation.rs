//! Stories about reconciliation runs.

use crate::desk::{self, DAY, Desk, as_bill, as_kind, bill, row, scope};
use backoffice::error_items;
use backoffice::reconciliation::{self, NewFile, ReconciliationError};
use banks::front::NamedFile;
use domain::account::AccountRef;
use domain::approval::Verdict as Decided;
use domain::error_item::{Action, Cause, ErrorItemStatus, Leg, Resolution};
use domain::journal::Entry;
use domain::matching::Verdict;
use domain::money::Money;
use domain::source_file::FileKind;
use sqlx::PgPool;

async fn causes(desk: &Desk) -> Vec<(Cause, String)> {
    let mut causes: Vec<_> =
        desk.items().await.into_iter().map(|item| (item.cause, item.record_number)).collect();
    causes.sort();
    causes
}

#[sqlx::test(migrations = "../../../migrations")]
async fn equal_totals_do_not_hide_two_opposite_errors(pool: PgPool) {
    let desk = desk::open(pool).await;
    for n in 1..=3 {
        desk.paid(n, 10_000).await;
    }
    let rows = [row(1, 10_050), row(2, 10_000), row(3, 9_950)];
    desk.import(as_bill(bill(&rows))).await.unwrap();
    let run = desk.reconcile_bank().await;
    assert!(run.summary.totals_agree, "the totals gate is passed");
    assert_eq!(run.summary.differences, 2, "the detail has its own result");
    let expected = [(Cause::Amount, desk::number(1)), (Cause::Amount, desk::number(3))];
    assert_eq!(causes(&desk).await, expected);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_good_run_is_not_run_twice(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    let first = desk.reconcile_bank().await;
    assert_eq!((first.summary.version, first.summary.differences), (1, 0));
    assert_eq!(desk.reconcile_bank().await.summary.id, first.summary.id);
    assert_eq!(first.inputs.len(), 2);
    assert!(first.inputs.iter().all(|input| input.sha256.len() == 64));
    desk.paid(2, 5_000).await;
    let second = desk.reconcile_bank().await;
    assert_eq!((second.summary.version, second.summary.differences), (2, 1));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn without_a_bill_there_is_nothing_to_compare_with(pool: PgPool) {
    let desk = desk::open(pool).await;
    let scope = scope(Leg::GatewayBank, "unionpay");
    let error = reconciliation::run(&desk.office, &desk.operations, &scope).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no bill of unionpay for 2026-03-31 yet: import it first"
    );
    let error = reconciliation::run(&desk.office, &desk.auditor, &scope).await.unwrap_err();
    assert!(matches!(error, ReconciliationError::Forbidden(_)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_clearing_date_is_the_files(pool: PgPool) {
    let desk = desk::open(pool).await;
    let payment = desk.paid(1, 10_000).await;
    sqlx::query("UPDATE payments SET clearing_date = $2 WHERE id = $1")
        .bind(payment.0)
        .bind(DAY.next().0)
        .execute(&desk.office.db)
        .await
        .unwrap();
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    let run = desk.reconcile_bank().await;
    assert_eq!(run.differences[0].verdict, Verdict::Date);
    assert_eq!(causes(&desk).await, [(Cause::Date, desk::number(1))]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_unfinished_payment_is_repaired_by_the_bill(pool: PgPool) {
    let desk = desk::open(pool).await;
    let payment = desk.payment(1, 10_000, "unknown").await;
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    desk.reconcile_bank().await;
    let item = &desk.items().await[0];
    assert_eq!((item.cause, item.difference), (Cause::Status, Money::cny(10_000)));
    let found = error_items::find(&desk.office, &desk.auditor, item.id).await.unwrap();
    let (action, entries) = (&found.options[0].offer.action, &found.options[0].entries);
    assert_eq!(*action, Action::RepairToSuccess);
    let kinds: Vec<_> = entries.iter().map(|entry| entry.entry).collect();
    assert_eq!(kinds, [Entry::Collection, Entry::FeeCharged, Entry::ChannelCost]);
    let unsettled = AccountRef::merchant_unsettled(desk.shop);
    assert_eq!(entries[0].lines[0].credit, unsettled);
    assert_eq!(desk.balance(&unsettled).await, 0, "showing it books nothing");

    let wanted = Resolution { action: *action, reason: "the bill has it".to_owned() };
    let office = &desk.office;
    let approval = error_items::propose(office, &desk.operations, item.id, &wanted).await.unwrap();
    desk.decide(&desk.checker, approval, Decided::Approve).await.unwrap();
    let resolved = error_items::find(office, &desk.auditor, item.id).await.unwrap();
    assert_eq!(resolved.item.state.status(), ErrorItemStatus::Executed);
    assert!(resolved.journal.is_some());
    assert_eq!(desk.balance(&unsettled).await, 10_000 - 60);
    let state: (String, time::Date) =
        sqlx::query_as("SELECT state, clearing_date FROM payments WHERE id = $1")
            .bind(payment.0)
            .fetch_one(&desk.office.db)
            .await
            .unwrap();
    assert_eq!(state, ("succeeded".to_owned(), DAY.0));
    let run = desk.reconcile_bank().await;
    assert_eq!((run.summary.version, run.summary.differences), (2, 0), "the next run verifies it");
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn orders_and_payments_of_a_day_are_compared(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    let lost = desk.paid(2, 5_000).await;
    desk.payment(3, 700, "failed").await;
    sqlx::query("UPDATE orders SET amount_minor = 5001 WHERE merchant_order_no = 'O-002'")
        .execute(&desk.office.db)
        .await
        .unwrap();
    let run = desk.reconcile(&scope(Leg::BusinessGateway, "")).await;
    assert_eq!((run.summary.differences, run.differences[0].payment), (1, Some(lost)));
    let items = desk.items().await;
    assert_eq!((items[0].leg, items[0].cause), (Leg::BusinessGateway, Cause::Amount));
    let found = error_items::find(&desk.office, &desk.auditor, items[0].id).await.unwrap();
    assert_eq!(found.options.len(), 1);
    assert_eq!(found.options[0].offer.action, Action::Ignore, "records, not money");
    assert!(found.options[0].entries.is_empty());
}

fn list(text: &str) -> NamedFile {
    NamedFile { name: "M100001.csv".to_owned(), bytes: text.as_bytes().to_vec() }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_merchants_own_list_is_compared_with_its_orders(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.paid(2, 5_000).await;
    desk.paid(3, 700).await;
    desk.payment(4, 800, "unknown").await;
    let file = list(
        "order_no,amount,currency,status\nO-001,100.00,CNY,paid\nO-003,7.01,CNY,paid\n\
         O-004,8.00,CNY,paid\nO-005,9.00,CNY,paid\nO-001,100.00,CNY,paid\n",
    );
    let new = NewFile { merchant: Some(desk.shop), ..as_kind(FileKind::MerchantOrders, file) };
    desk.import(new).await.unwrap();
    let run = desk.reconcile(&scope(Leg::BusinessMerchant, desk.shop)).await;
    assert_eq!(run.summary.differences, 5);
    let expected = [
        (Cause::OnlyInBusiness, "O-002".to_owned()),
        (Cause::OnlyInMerchant, "O-005".to_owned()),
        (Cause::Amount, "O-003".to_owned()),
        (Cause::Status, "O-004".to_owned()),
        (Cause::DuplicateInMerchant, "O-001".to_owned()),
    ];
    assert_eq!(causes(&desk).await, expected);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_ignored_difference_of_records_books_nothing(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    let file = list("order_no,amount,currency,status\nO-001,99.00,CNY,paid\n");
    let new = NewFile { merchant: Some(desk.shop), ..as_kind(FileKind::MerchantOrders, file) };
    desk.import(new).await.unwrap();
    desk.reconcile(&scope(Leg::BusinessMerchant, desk.shop)).await;
    let id = desk.items().await[0].id;
    let reason = "the merchant corrected its list".to_owned();
    let wanted = Resolution { action: Action::Ignore, reason };
    let approval = error_items::propose(&desk.office, &desk.operations, id, &wanted).await.unwrap();
    desk.decide(&desk.checker, approval, Decided::Approve).await.unwrap();
    let done = error_items::find(&desk.office, &desk.auditor, id).await.unwrap();
    assert_eq!(done.item.state.status(), ErrorItemStatus::Executed);
    assert_eq!(done.journal, None);
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_worker_fetches_a_bill_and_reconciles_it(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    let office = &desk.office;
    let request = || reconciliation::request_bill(office, &desk.operations, "unionpay", DAY);
    request().await.unwrap();
    desk.work().await;
    assert_eq!(desk.stored().await, 0, "the file is not ready yet");
    desk.counterparty.hands_out("2026-03-31", bill(&[row(1, 10_000), row(2, 300)]));
    desk.wait(1);
    desk.work().await;
    assert_eq!(causes(&desk).await, [(Cause::OnlyInChannel, desk::number(2))]);
    request().await.unwrap();
    desk.work().await;
    assert_eq!(desk.items().await.len(), 1, "fetching again changes nothing");
    let refused = reconciliation::request_bill(office, &desk.operations, "wechat", DAY).await;
    assert!(matches!(refused, Err(ReconciliationError::NoFront(_))));
}
