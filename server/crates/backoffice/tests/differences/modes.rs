//! Stories about settling before or after reconciliation, and about the book of a bank account.

use crate::desk::{self, CUSTODY, DAY, Desk, as_bill, bill, row, scope};
use crate::funds;
use backoffice::{reconciliation, settlement};
use domain::error_item::{Cause, Leg};
use domain::matching::rules::{MatchingRules, RulesChange, SettlementMode};
use domain::money::Money;
use domain::settlement::SettlementRun;
use sqlx::PgPool;

async fn settled_by(desk: &Desk, settlement: SettlementMode) {
    let rules = MatchingRules { settlement, ..MatchingRules::default() };
    let change =
        RulesChange { channel: "unionpay".to_owned(), valid_from: DAY, valid_to: None, rules };
    let mut conn = desk.office.db.acquire().await.unwrap();
    reconciliation::set_rules(&mut conn, &desk.office, &change).await.unwrap();
}

async fn settle(desk: &Desk) -> SettlementRun {
    settlement::run(&desk.office, &desk.maker, DAY.next()).await.unwrap()
}

async fn settled(desk: &Desk) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM payments WHERE settlement_id IS NOT NULL")
        .fetch_one(&desk.office.db)
        .await
        .unwrap()
}

fn reasons(run: &SettlementRun) -> Vec<&str> {
    run.held.iter().map(|held| held.reason.as_str()).collect()
}

/// Two payments, of which the bill has one.
async fn desk_with_a_short_bill(pool: PgPool, mode: SettlementMode) -> Desk {
    let desk = desk::open(pool).await;
    settled_by(&desk, mode).await;
    desk.paid(1, 10_000).await;
    desk.paid(2, 5_000).await;
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    desk.wait(1);
    desk
}

#[sqlx::test(migrations = "../../../migrations")]
async fn after_reconciliation_only_what_matched_is_settled(pool: PgPool) {
    let desk = desk_with_a_short_bill(pool, SettlementMode::After).await;
    let early = settle(&desk).await;
    assert_eq!(reasons(&early), ["2 payments: its clearing date is not reconciled yet"]);
    assert_eq!(settled(&desk).await, 0);
    desk.reconcile_bank().await;
    let run = settle(&desk).await;
    assert_eq!(reasons(&run), ["one payment: reconciliation has not matched it"]);
    assert_eq!(settled(&desk).await, 1);
    desk.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn before_reconciliation_what_does_not_match_is_held_back(pool: PgPool) {
    let desk = desk_with_a_short_bill(pool, SettlementMode::BeforeExcluding).await;
    desk.paid(3, 700).await;
    desk.reconcile_bank().await;
    let run = settle(&desk).await;
    assert_eq!(reasons(&run), ["2 payments: reconciliation has not matched it"]);
    assert_eq!(settled(&desk).await, 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn before_reconciliation_nothing_is_held_where_nothing_is_known(pool: PgPool) {
    let desk = desk_with_a_short_bill(pool, SettlementMode::BeforeExcluding).await;
    assert_eq!(reasons(&settle(&desk).await), Vec::<&str>::new());
    assert_eq!(settled(&desk).await, 2);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_does_not_match_can_be_advanced_and_is_noted(pool: PgPool) {
    let desk = desk_with_a_short_bill(pool, SettlementMode::BeforeAdvancing).await;
    desk.reconcile_bank().await;
    assert_eq!(reasons(&settle(&desk).await), Vec::<&str>::new());
    let advanced: Vec<i64> = sqlx::query_scalar("SELECT amount_minor FROM settlement_advances")
        .fetch_all(&desk.office.db)
        .await
        .unwrap();
    assert_eq!((settled(&desk).await, advanced), (2, vec![5_000]));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_book_of_a_bank_account_is_compared_with_its_statement(pool: PgPool) {
    let desk = funds::desk_with_a_cleared_day(pool).await;
    let lines = vec![funds::line(1, 15_000, funds::FUNDS), funds::line(2, -30, "charge")];
    funds::explain(&desk, lines).await;
    let run = desk.reconcile(&scope(Leg::StatementLedger, CUSTODY)).await;
    assert_eq!(run.summary.differences, 1, "nobody has booked the charge");
    let items = desk.items().await;
    let item = items.iter().find(|item| item.leg == Leg::StatementLedger).unwrap();
    assert_eq!((item.cause, item.difference), (Cause::UnknownBankLine, Money::cny(-30)));
}
