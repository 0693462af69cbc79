use crate::fixture::{self, House, day};
use backoffice::jobs as queue;
use backoffice::payouts;
use backoffice::settlement::jobs::RunSettlement;
use backoffice::settlement::{self, SettlementError};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::PayoutFilter;
use domain::refund::RefundRequest;
use domain::settlement::SettlementDetail;
use sqlx::PgPool;

async fn only_settlement(house: &House, due: &str) -> SettlementDetail {
    let run = house.settle(due).await;
    assert_eq!((run.settled.len(), run.held.as_slice()), (1, &[][..]), "{run:?}");
    let page = PageRequest::default();
    let detail = settlement::find(&house.office, &house.maker, run.settled[0], page).await.unwrap();
    assert!(detail.proof.holds(), "{:?}", detail.proof);
    detail
}

fn shares(detail: &SettlementDetail) -> Vec<(&str, i64)> {
    let shown = ["seller", "commission", "logistics"];
    detail
        .lines
        .rows
        .iter()
        .filter(|line| shown.contains(&line.label.as_str()))
        .map(|line| (line.label.as_str(), line.amount.minor()))
        .collect()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_merchants_payments_become_available_after_one_business_day(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-30").await;
    house.paid((house.shop, None), "2026-03-30").await;
    house.paid((house.shop, None), "2026-03-31").await; // not yet due
    let detail = only_settlement(&house, "2026-03-31").await;
    assert_eq!(detail.summary.count, 2);
    assert_eq!(detail.summary.movement, Money::cny(19_880));
    assert_eq!(detail.summary.figures.fees, Money::cny(120));
    assert_eq!(house.balance("2241.03", house.shop).await, 19_880);
    assert_eq!(house.balance("2241.02", house.shop).await, 9_940);
    let drafts = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let page = PageRequest::default();
    let drafts = payouts::list(&house.office, &house.maker, &drafts, page).await.unwrap();
    assert_eq!(drafts.rows.len(), 1);
    assert_eq!(drafts.rows[0].amount, Money::cny(19_880));
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_case_of_a_hundred_one_and_two_shows_three_lines_split_at_source(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.agree_split("at_source").await;
    house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    let detail = only_settlement(&house, "2026-03-31").await;
    assert_eq!(shares(&detail), [("seller", 9_640), ("commission", 100), ("logistics", 200)]);
    assert_eq!(house.balance("2241.03", house.seller).await, 9_640);
    assert_eq!(house.balance("2241.06", house.platform).await, 100);
    assert_eq!(house.balance("2241.03", house.logistics).await, 200);
    assert_eq!(house.balance("2241.02", house.platform).await, 0);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn gross_then_charge_shows_three_lines_too_and_pays_everybody_the_same(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.agree_split("gross_then_charge").await;
    house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    let detail = only_settlement(&house, "2026-03-31").await;
    assert_eq!(shares(&detail), [("seller", 9_940), ("commission", 100), ("logistics", 200)]);
    assert_eq!(house.balance("2241.03", house.seller).await, 9_640);
    assert_eq!(house.balance("2241.06", house.platform).await, 100);
    assert_eq!(house.balance("2241.03", house.logistics).await, 200);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn running_twice_has_no_second_effect(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.agree_split("at_source").await;
    house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    let first = house.settle("2026-03-31").await;
    assert_eq!((first.settled.len(), first.payouts), (1, 3));
    assert_eq!(first.payouts_total, Money::cny(9_940));
    let second = house.settle("2026-03-31").await;
    assert_eq!((second.settled.len(), second.payouts), (0, 0));
    // By job too, as the day cut starts it.
    let mut tx = house.office.begin().await.unwrap();
    let job = RunSettlement { due_date: day("2026-03-31"), asked: None };
    queue::enqueue(&mut tx, &house.office, &job).await.unwrap();
    tx.commit().await.unwrap();
    house.work().await;
    assert_eq!(house.balance("2241.03", house.seller).await, 9_640);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_party_that_is_not_active_is_not_paid_and_the_others_are(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.agree_split("at_source").await;
    house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    house.paid((house.shop, None), "2026-03-30").await;
    sqlx::query("UPDATE merchants SET status = 'suspended' WHERE id = $1")
        .bind(house.logistics.0)
        .execute(&house.office.db)
        .await
        .unwrap();
    let run = house.settle("2026-03-31").await;
    assert_eq!(run.settled.len(), 1, "{run:?}");
    assert_eq!(run.held.len(), 1);
    assert_eq!(run.held[0].reason, "one payment: L200003 L200003 is suspended");
    assert_eq!(house.balance("2241.02", house.platform).await, 9_940);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_day_that_has_not_come_and_a_colleague_without_the_right_are_refused(pool: PgPool) {
    let house = fixture::open(pool).await;
    let early = settlement::run(&house.office, &house.maker, day("2026-04-01")).await;
    assert!(matches!(early, Err(SettlementError::NotDueYet { .. })));
    let checker = settlement::run(&house.office, &house.checker, day("2026-03-31")).await;
    assert!(matches!(checker, Err(SettlementError::Forbidden(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_refund_before_settlement_is_a_line_of_it_and_the_kept_fee_is_found(pool: PgPool) {
    let house = fixture::open(pool).await;
    let refunded = house.paid((house.shop, None), "2026-03-27").await; // Friday, due Monday
    house.paid((house.shop, None), "2026-03-30").await;
    let asked = RefundRequest {
        payment: refunded,
        merchant_refund_no: "R1".to_owned(),
        amount: Money::cny(10_000),
        reason: "goods came back".to_owned(),
    };
    let merchant = backoffice::refunds::Requester::Merchant(house.shop);
    backoffice::refunds::request(&house.office, merchant, &asked).await.unwrap();
    house.work().await;
    // Friday alone comes to −0.60, so both days are settled together.
    let detail = only_settlement(&house, "2026-03-31").await;
    assert_eq!(detail.summary.count, 2);
    assert_eq!(detail.summary.figures.refunds, Money::cny(10_000));
    assert_eq!(detail.summary.movement, Money::cny(9_880));
    assert_eq!(house.balance("2241.03", house.shop).await, 9_880);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_runs_at_once_settle_and_draft_once(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.agree_split("at_source").await;
    house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    house.paid((house.shop, None), "2026-03-30").await;
    let (one, other) = tokio::join!(house.settle("2026-03-31"), house.settle("2026-03-31"));
    assert_eq!(one.settled.len() + other.settled.len(), 2);
    assert_eq!(one.payouts + other.payouts, 4);
    assert_eq!(house.balance("2241.03", house.seller).await, 9_640);
    house.books_are_sound().await;
}
