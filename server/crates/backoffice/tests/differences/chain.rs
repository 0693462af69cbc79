//! Stories about legs as one chain, and the two legs the books stand in.

use crate::desk::{self, DAY, Desk, as_bill, bill, row, scope};
use backoffice::error_items;
use backoffice::reconciliation;
use domain::approval::Verdict as Decided;
use domain::error_item::{Action, Cause, ErrorItemStatus, ErrorItemSummary, Leg, Resolution};
use domain::money::Money;
use domain::reconciliation::{CellState, ForecastKind};
use sqlx::PgPool;

async fn of(desk: &Desk, leg: Leg) -> ErrorItemSummary {
    desk.items().await.into_iter().find(|item| item.leg == leg).unwrap()
}

/// A payment that the bill proves and we do not know, while the order says it was paid.
async fn desk_with_a_chain(pool: PgPool) -> Desk {
    let desk = desk::open(pool).await;
    desk.payment(1, 10_000, "unknown").await;
    sqlx::query("UPDATE orders SET state = 'paid', paid_at = $1")
        .bind(desk.office.now())
        .execute(&desk.office.db)
        .await
        .unwrap();
    desk.import(as_bill(bill(&[row(1, 10_000)]))).await.unwrap();
    desk
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_difference_shows_where_it_was_born_and_closing_the_root_closes_the_rest(pool: PgPool) {
    let desk = desk_with_a_chain(pool).await;
    let internal = desk.reconcile(&scope(Leg::BusinessGateway, "")).await;
    assert_eq!(internal.differences[0].born_in, None, "nothing else is known yet");
    desk.reconcile_bank().await;
    let internal = desk.reconcile(&scope(Leg::BusinessGateway, "")).await;
    assert_eq!(internal.differences[0].born_in, Some(Leg::GatewayBank));

    let root = of(&desk, Leg::GatewayBank).await;
    let wanted = Resolution { action: Action::RepairToSuccess, reason: "the bill".to_owned() };
    let office = &desk.office;
    let approval = error_items::propose(office, &desk.operations, root.id, &wanted).await.unwrap();
    desk.decide(&desk.checker, approval, Decided::Approve).await.unwrap();
    assert_eq!(of(&desk, Leg::GatewayBank).await.status, ErrorItemStatus::Executed);
    assert_eq!(of(&desk, Leg::BusinessGateway).await.status, ErrorItemStatus::AutoResolved);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn payments_are_compared_with_what_is_booked_for_them(pool: PgPool) {
    let desk = desk::open(pool).await;
    for n in 1..=4 {
        desk.paid(n, 10_000).await;
    }
    let flat = desk.reconcile(&scope(Leg::LedgerPayments, "")).await;
    assert_eq!((flat.summary.differences, flat.summary.totals_agree), (0, true));
    for (n, change) in
        [(1, "amount_minor = 9000"), (2, "fee_minor = 70"), (3, "accounting_date = '2026-03-30'")]
    {
        let number = desk::number(n);
        let sql = format!("UPDATE payments SET {change} WHERE number = '{number}'");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&desk.office.db).await.unwrap();
    }
    let run = desk.reconcile(&scope(Leg::LedgerPayments, "")).await;
    assert_eq!(run.summary.differences, 3);
    let mut found: Vec<_> =
        desk.items().await.into_iter().map(|one| (one.cause, one.difference)).collect();
    found.sort_by_key(|(_, difference)| difference.minor());
    let broken = Cause::LedgerBreak;
    let expected =
        [(broken, Money::cny(0)), (broken, Money::cny(1_000)), (broken, Money::cny(10_000))];
    assert_eq!(found, expected);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_home_shows_days_files_ages_and_what_will_break(pool: PgPool) {
    let desk = desk::open(pool).await;
    desk.paid(1, 10_000).await;
    desk.payment(2, 700, "unknown").await;
    desk.import(as_bill(bill(&[row(1, 9_000)]))).await.unwrap();
    let home = |desk: &Desk| {
        let (office, actor) = (desk.office.clone(), desk.auditor.clone());
        async move { reconciliation::home(&office, &actor, (None, 14)).await.unwrap() }
    };
    let before = home(&desk).await;
    let cell = |home: &domain::reconciliation::Home, leg| {
        home.cells.iter().find(|cell| cell.leg == leg && cell.day == DAY).cloned().unwrap()
    };
    assert_eq!(cell(&before, Leg::GatewayBank).state, CellState::NotRun);
    assert_eq!(cell(&before, Leg::LedgerPayments).state, CellState::NotRun);
    let [unknown] = before.forecast.as_slice() else { panic!("{:?}", before.forecast) };
    assert_eq!((unknown.kind, unknown.amount), (ForecastKind::Unknown, Money::cny(700)));

    desk.reconcile_bank().await;
    desk.wait(2);
    let after = home(&desk).await;
    let bank = cell(&after, Leg::GatewayBank);
    assert_eq!((bank.state, bank.open_items, bank.oldest_days), (CellState::Open, 1, Some(2)));
    assert_eq!(bank.at_risk, Money::cny(1_000));
    let missing = after.cells.iter().find(|cell| cell.day == DAY.next()).unwrap();
    assert_eq!((missing.leg, missing.state), (Leg::GatewayBank, CellState::FileMissing));
}
