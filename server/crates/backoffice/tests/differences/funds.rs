//! Stories about the money itself: bank statements explained line by line.

use crate::desk::{self, CUSTODY, DAY, Desk, as_bill, as_kind, bill, row, scope};
use backoffice::reconciliation::{self, ReconciliationError};
use backoffice::{error_items, payouts, settlement};
use banks::front::NamedFile;
use banks::statement::{Statement, StatementRow};
use banks::write::camt053;
use domain::account::AccountRef;
use domain::approval::Verdict as Decided;
use domain::error_item::{Action, Cause, Leg, Resolution};
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use domain::payout::PayoutFilter;
use domain::reconciliation::RunDetail;
use domain::source_file::{FileKind, StatementUse};
use sqlx::PgPool;

pub fn line(entry: u32, fen: i64, remittance: &str) -> StatementRow {
    StatementRow {
        entry,
        bank_ref: format!("REF{entry}"),
        end_to_end_id: None,
        amount: Money::cny(fen),
        booking_date: DAY,
        value_date: Some(DAY),
        counterparty: None,
        remittance: remittance.to_owned(),
        return_reason: None,
    }
}

fn statement(account: &str, rows: Vec<StatementRow>) -> NamedFile {
    let sum: i64 = rows.iter().map(|row| row.amount.minor()).sum();
    let statement = Statement {
        number: "S-1".to_owned(),
        account: account.to_owned(),
        currency: Currency::Cny,
        day: Some(DAY),
        opening: Money::cny(1_000_000),
        closing: Money::cny(1_000_000 + sum),
        rows,
    };
    camt053::write("statement.xml", time::macros::datetime!(2026-03-31 12:00 UTC), &[statement])
        .unwrap()
}

pub async fn explain(desk: &Desk, rows: Vec<StatementRow>) -> RunDetail {
    let new = as_kind(FileKind::Statement, statement(CUSTODY, rows));
    desk.import(new).await.unwrap();
    desk.reconcile(&scope(Leg::Funds, CUSTODY)).await
}

fn due() -> AccountRef {
    AccountRef::due_from_channel("unionpay")
}

/// UnionPay cleared 100.00 and 50.00 for us, and says so.
pub async fn desk_with_a_cleared_day(pool: PgPool) -> Desk {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.paid(2, 5_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000), row(2, 5_000)]))).await.unwrap();
    desk
}

pub const FUNDS: &str = "UNIONPAY settlement 2026-03-31";

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_channel_pays_over_gross_clears_what_it_owes(pool: PgPool) {
    let desk = desk_with_a_cleared_day(pool).await;
    let run = explain(&desk, vec![line(1, 15_000, FUNDS)]).await;
    assert_eq!((run.summary.differences, run.summary.totals_agree), (0, true));
    assert_eq!(desk.balance(&due()).await, 0);
    assert_eq!(desk.balance(&AccountRef::reserve()).await, 15_000);
    let again = desk.reconcile(&scope(Leg::Funds, CUSTODY)).await;
    assert_eq!(again.summary.id, run.summary.id);
    assert_eq!(desk.balance(&AccountRef::reserve()).await, 15_000, "booked once");
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_channel_pays_over_net_takes_its_fee_too(pool: PgPool) {
    let desk = desk_with_a_cleared_day(pool).await;
    let payable = AccountRef::payable_channel_fees("unionpay");
    assert_eq!(desk.balance(&payable).await, 48);
    explain(&desk, vec![line(1, 15_000 - 48, FUNDS)]).await;
    assert_eq!(desk.balance(&due()).await, 0);
    assert_eq!(desk.balance(&payable).await, 0);
    assert_eq!(desk.balance(&AccountRef::reserve()).await, 14_952);
    assert!(desk.items().await.is_empty());
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_channel_pays_short_is_booked_as_it_came_and_the_rest_is_an_item(pool: PgPool) {
    let desk = desk_with_a_cleared_day(pool).await;
    explain(&desk, vec![line(1, 14_000, FUNDS)]).await;
    assert_eq!(desk.balance(&AccountRef::reserve()).await, 14_000);
    let item = &desk.items().await[0];
    assert_eq!((item.cause, item.channel.as_deref()), (Cause::FundsAmount, Some("unionpay")));
    let wanted = Resolution { action: Action::SuspendShort, reason: "asked UnionPay".to_owned() };
    let approval =
        error_items::propose(&desk.office, &desk.operations, item.id, &wanted).await.unwrap();
    desk.decide(&desk.checker, approval, Decided::Approve).await.unwrap();
    assert_eq!(desk.balance(&due()).await, 0, "nothing is left on the way unexplained");
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_line_nothing_explains_is_an_item(pool: PgPool) {
    let desk = desk_with_a_cleared_day(pool).await;
    let rows = vec![line(1, 15_000, FUNDS), line(2, 777, "thank you"), line(3, 15_000, FUNDS)];
    explain(&desk, rows).await;
    let mut items = desk.items().await;
    items.sort_by_key(|item| item.difference.minor());
    let found: Vec<_> = items.iter().map(|item| (item.cause, item.difference.minor())).collect();
    assert_eq!(found, [(Cause::UnknownBankLine, 777), (Cause::UnknownBankLine, 15_000)]);
    assert_eq!(
        desk.balance(&AccountRef::reserve()).await,
        15_000,
        "a second payment is not booked"
    );
    let wanted = Resolution { action: Action::SuspendLong, reason: "who sent it?".to_owned() };
    let approval =
        error_items::propose(&desk.office, &desk.maker, items[0].id, &wanted).await.unwrap();
    desk.decide(&desk.checker, approval, Decided::Approve).await.unwrap();
    assert_eq!(desk.balance(&AccountRef::reserve()).await, 15_777);
    assert_eq!(desk.balance(&AccountRef::long_suspense()).await, 777);
    desk.books_are_sound().await;
}

/// What UnionPay cleared arrived, and the bank has taken the payout of it.
pub async fn desk_with_a_sent_payout(pool: PgPool) -> (Desk, String) {
    let desk = desk_with_a_cleared_day(pool).await;
    explain(&desk, vec![line(1, 15_000, FUNDS)]).await;
    let number = sent_payout(&desk).await;
    (desk, number)
}

/// The shop's settled balance was paid out; the bank has taken the payout.
async fn sent_payout(desk: &Desk) -> String {
    let office = &desk.office;
    let mut conn = office.db.acquire().await.unwrap();
    ledger::days::open(&mut conn, DAY.next(), office.now()).await.unwrap();
    settlement::run(office, &desk.maker, DAY.next()).await.unwrap();
    let filter = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let drafts = payouts::list(office, &desk.maker, &filter, PageRequest::default()).await.unwrap();
    let draft = &drafts.rows[0];
    let batch = payouts::make_batch(office, &desk.maker, desk.reserve, &[draft.id]).await.unwrap();
    let approval = payouts::submit(office, &desk.maker, batch).await.unwrap();
    desk.decide(&desk.checker, approval, Decided::Approve).await.unwrap();
    draft.number.clone()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payout_is_completed_only_by_the_statement_and_comes_back_by_it(pool: PgPool) {
    let desk = desk_with_a_cleared_day(pool).await;
    explain(&desk, vec![line(1, 15_000, FUNDS)]).await;
    let number = sent_payout(&desk).await;
    let in_transit = AccountRef::payouts_in_transit();
    let paid = 15_000 - 120;
    assert_eq!(desk.balance(&in_transit).await, paid, "sent, not paid");

    let about = |entry, fen, reason: Option<&str>| StatementRow {
        end_to_end_id: Some(number.clone()),
        return_reason: reason.map(str::to_owned),
        booking_date: DAY.next(),
        ..line(entry, fen, "payout")
    };
    let next = Statement {
        number: "S-2".to_owned(),
        account: CUSTODY.to_owned(),
        currency: Currency::Cny,
        day: Some(DAY.next()),
        opening: Money::cny(1_015_000),
        closing: Money::cny(1_015_000),
        rows: vec![about(1, -paid, None), about(2, paid, Some("account closed"))],
    };
    let created = time::macros::datetime!(2026-04-01 12:00 UTC);
    let file = camt053::write("next.xml", created, &[next]).unwrap();
    let mut new = as_kind(FileKind::Statement, file);
    new.clearing_date = None;
    let id = desk.import(new).await.unwrap();
    let mut scope = scope(Leg::Funds, CUSTODY);
    scope.day = DAY.next();
    desk.reconcile(&scope).await;

    assert_eq!(desk.balance(&in_transit).await, 0);
    assert_eq!(desk.balance(&AccountRef::returned_payouts()).await, paid);
    let page = PageRequest::default();
    let file = reconciliation::find_file(&desk.office, &desk.auditor, id, page).await.unwrap();
    let uses: Vec<_> = file.statement_lines.iter().map(|line| line.explained_by).collect();
    assert_eq!(uses, [Some(StatementUse::Payout), Some(StatementUse::ReturnedPayout)]);
    assert!(desk.items().await.is_empty());
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payout_of_another_amount_is_not_completed(pool: PgPool) {
    let desk = desk_with_a_cleared_day(pool).await;
    explain(&desk, vec![line(1, 15_000, FUNDS)]).await;
    let number = sent_payout(&desk).await;
    let wrong = StatementRow { end_to_end_id: Some(number), ..line(1, -14_000, "payout") };
    let file = statement(CUSTODY, vec![wrong]);
    let bytes = String::from_utf8(file.bytes).unwrap().replace("2026-03-31", "2026-04-01");
    let mut new =
        as_kind(FileKind::Statement, NamedFile { name: file.name, bytes: bytes.into_bytes() });
    new.clearing_date = None;
    desk.import(new).await.unwrap();
    let mut scope = scope(Leg::Funds, CUSTODY);
    scope.day = DAY.next();
    desk.reconcile(&scope).await;
    let item = &desk.items().await[0];
    assert_eq!((item.cause, item.difference), (Cause::UnknownBankLine, Money::cny(-14_000)));
    assert_eq!(item.ours, Some(Money::cny(14_880)), "the payout is shown beside it");
    assert_eq!(desk.balance(&AccountRef::payouts_in_transit()).await, 14_880);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_statement_of_an_account_that_is_not_ours_is_refused(pool: PgPool) {
    let desk = desk::open(pool).await;
    let new = as_kind(FileKind::Statement, statement("6222000000000000", vec![line(1, 5, "x")]));
    let error = desk.import(new).await.unwrap_err();
    assert!(matches!(error, ReconciliationError::Reserve(_)), "{error:?}");
    assert_eq!(desk.stored().await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_worker_fetches_a_statement_and_explains_it(pool: PgPool) {
    let desk = desk_with_a_cleared_day(pool).await;
    desk.counterparty.hands_out(CUSTODY, statement(CUSTODY, vec![line(1, 15_000, FUNDS)]));
    let office = &desk.office;
    reconciliation::request_statement(office, &desk.maker, CUSTODY, DAY).await.unwrap();
    desk.work().await;
    assert_eq!(desk.balance(&due()).await, 0);
    let unknown = reconciliation::request_statement(office, &desk.maker, "123", DAY).await;
    assert!(matches!(unknown, Err(ReconciliationError::Reserve(_))));
}
