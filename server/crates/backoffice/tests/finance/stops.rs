//! Stories about payouts that are held back, refused for their account, or come back.

use crate::fixture::{self, House};
use backoffice::payouts::{self, Evidence, PayoutError};
use backoffice::{access, merchants};
use domain::access::Role;
use domain::approval::Verdict;
use domain::ids::{PayoutId, StatementLineId};
use domain::merchant::{MerchantChange, SettlementAccount};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::{PayoutFilter, PayoutSummary, StopScope};
use sqlx::PgPool;
use time::Duration;

async fn house_with_a_payout(pool: PgPool) -> (House, PayoutSummary) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-30").await;
    house.funds_arrive(10_000).await;
    house.settle("2026-03-31").await;
    let payout = drafts(&house).await.remove(0);
    (house, payout)
}

async fn drafts(house: &House) -> Vec<PayoutSummary> {
    let filter = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let page = PageRequest::default();
    payouts::list(&house.office, &house.maker, &filter, page).await.unwrap().rows
}

/// Batch, approval, and whatever the workers do then.
async fn send(house: &House, payout: PayoutId) -> Result<(), PayoutError> {
    let House { office, maker, reserve, .. } = house;
    let batch = payouts::make_batch(office, maker, *reserve, &[payout]).await?;
    let approval = payouts::submit(office, maker, batch).await?;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    Ok(())
}

async fn state(house: &House, payout: PayoutId) -> String {
    let found = payouts::find(&house.office, &house.maker, payout).await.unwrap();
    found.summary.state.name().to_owned()
}

fn line(number: u128, fen: i64) -> Evidence {
    Evidence {
        line: StatementLineId(uuid::Uuid::from_u128(number)),
        bank_ref: format!("STMT{number}"),
        amount: Money::cny(fen),
        at: time::macros::datetime!(2026-03-31 06:00 UTC),
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn one_person_stops_and_two_let_it_go_on(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let House { office, maker, checker, second_checker, operations, .. } = &house;
    let merchant = StopScope::new("merchant", "M100001").unwrap();
    let refused = payouts::pull(office, operations, (&merchant, "odd")).await;
    assert!(matches!(refused, Err(PayoutError::Forbidden(_))));
    let unreasoned = payouts::pull(office, maker, (&merchant, " ")).await;
    assert!(matches!(unreasoned, Err(PayoutError::StopReason)));
    let stop = payouts::pull(office, maker, (&merchant, "a call from the shop")).await.unwrap();
    let twice = payouts::pull(office, maker, (&merchant, "again")).await;
    assert!(matches!(twice, Err(PayoutError::AlreadyStopped)));

    send(&house, payout.id).await.unwrap();
    house.wait(10).await;
    assert!(house.bank.sent().is_empty());
    let held = payouts::find(office, maker, payout.id).await.unwrap();
    assert_eq!(held.stopped.as_deref(), Some("a call from the shop"));
    assert_eq!(payouts::list_stops(office, maker).await.unwrap()[0].held, 1);

    let by_maker = payouts::lift(office, maker, stop).await;
    assert!(matches!(by_maker, Err(PayoutError::Forbidden(_))));
    assert!(!payouts::lift(office, checker, stop).await.unwrap(), "one word is not enough");
    let again = payouts::lift(office, checker, stop).await;
    assert!(matches!(again, Err(PayoutError::LiftedByOne)));
    house.wait(10).await;
    assert!(house.bank.sent().is_empty());
    assert!(payouts::lift(office, second_checker, stop).await.unwrap());
    house.wait(10).await;
    assert_eq!(house.bank.sent(), [payout.number]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_accounts_of_one_person_do_not_lift_a_stop(pool: PgPool) {
    let (house, _) = house_with_a_payout(pool).await;
    let House { office, checker, second_checker, .. } = &house;
    for login in ["checker", "second"] {
        access::name_person(office, login, "E-1").await.unwrap();
    }
    let stop = payouts::pull(office, checker, (&StopScope::All, "drill")).await.unwrap();
    payouts::lift(office, checker, stop).await.unwrap();
    let second = payouts::lift(office, second_checker, stop).await;
    assert!(matches!(second, Err(PayoutError::LiftedByOne)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_stop_holds_what_it_names_and_nothing_else(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let House { office, checker, .. } = &house;
    for (name, subject) in [("merchant", "M999999"), ("payee", "62OTHER"), ("bank", "icbc")] {
        let scope = StopScope::new(name, subject).unwrap();
        payouts::pull(office, checker, (&scope, "not this one")).await.unwrap();
    }
    send(&house, payout.id).await.unwrap();
    assert_eq!(house.bank.sent().len(), 1);
    assert!(StopScope::new("all", "M100001").is_err());
    assert!(StopScope::new("merchant", " ").is_err());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_account_in_another_name_is_not_paid(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    sqlx::query("UPDATE merchants SET settlement_account_name = 'Somebody' WHERE id = $1")
        .bind(house.shop.0)
        .execute(&house.office.db)
        .await
        .unwrap();
    let refused = send(&house, payout.id).await;
    assert!(matches!(refused, Err(PayoutError::OtherName { .. })), "{refused:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_changed_account_cools_before_it_is_paid(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let office = &house.office;
    let manager = fixture::person(office, "manager", Role::Manager).await;
    let account = SettlementAccount {
        account_no: "6222000099".to_owned(),
        account_name: "M100001".to_owned(),
        bank: "Bank of Tests".to_owned(),
    };
    let odd = SettlementAccount { account_no: "62-22".to_owned(), ..account.clone() };
    let change = |account| MerchantChange::Account { account };
    let operations = &house.operations;
    assert!(merchants::propose_change(office, operations, house.shop, &change(odd)).await.is_err());
    let id = merchants::propose_change(office, operations, house.shop, &change(account)).await;
    house.decide(&manager, id.unwrap(), Verdict::Approve).await.unwrap();
    house.work().await;
    let cooling = send(&house, payout.id).await;
    assert!(matches!(cooling, Err(PayoutError::Cooling { .. })), "{cooling:?}");
    office.clock.forward(Duration::hours(25));
    let batch = payouts::list_batches(office, &house.maker, None, PageRequest::default()).await;
    let batch = batch.unwrap().rows[0].id;
    let approval = payouts::submit(office, &house.maker, batch).await.unwrap();
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    assert_eq!(house.bank.accounts_paid(), ["6222000099"]);
}

/// Two people suspend the shop, or work for it again.
async fn suspend(house: &House, suspended: bool) {
    let manager = if suspended { "manager" } else { "other manager" };
    let manager = fixture::person(&house.office, manager, Role::Manager).await;
    let change = MerchantChange::Suspension { suspended };
    let id = merchants::propose_change(&house.office, &house.operations, house.shop, &change).await;
    house.decide(&manager, id.unwrap(), Verdict::Approve).await.unwrap();
    house.work().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_suspended_merchant_is_not_paid_until_two_people_end_it(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let House { office, maker, checker, reserve, .. } = &house;
    let batch = payouts::make_batch(office, maker, *reserve, &[payout.id]).await.unwrap();
    let approval = payouts::submit(office, maker, batch).await.unwrap();
    let shown = backoffice::approvals::find(office, checker, approval).await.unwrap().content_hash;
    suspend(&house, true).await;
    // Whoever decides is told, and shown what changed.
    let saying = backoffice::decisions::Saying { verdict: Verdict::Approve, note: "", code: "" };
    let late =
        backoffice::decisions::decide(office, checker, (approval, shown.as_str()), saying).await;
    assert!(late.is_err(), "{late:?}");
    let now = backoffice::approvals::find(office, checker, approval).await.unwrap();
    assert!(now.content.to_string().contains("\"suspended\": true"), "{}", now.content);
    let shown = now.content_hash;
    let refused =
        backoffice::decisions::decide(office, checker, (approval, shown.as_str()), saying).await;
    let why = refused.unwrap_err().to_string();
    assert_eq!(why, "M100001 is suspended: nothing is paid to it until it is worked for again");
    assert!(house.bank.sent().is_empty());
    suspend(&house, false).await;
    house.decide(checker, approval, Verdict::Reject).await.unwrap();
    house.work().await;
    send(&house, payout.id).await.unwrap();
    assert_eq!(house.bank.sent().len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_suspension_holds_back_what_is_approved_and_not_sent(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let House { office, maker, checker, second_checker, .. } = &house;
    let all = StopScope::new("all", "").unwrap();
    let stop = payouts::pull(office, maker, (&all, "a drill")).await.unwrap();
    send(&house, payout.id).await.unwrap();
    suspend(&house, true).await;
    payouts::lift(office, checker, stop).await.unwrap();
    payouts::lift(office, second_checker, stop).await.unwrap();
    house.office.clock.forward(Duration::minutes(2));
    house.work().await;
    assert_eq!(state(&house, payout.id).await, "queued");
    let held = payouts::find(office, maker, payout.id).await.unwrap().stopped;
    assert_eq!(held.as_deref(), Some("the merchant is suspended"));
    suspend(&house, false).await;
    house.office.clock.forward(Duration::minutes(2));
    house.work().await;
    assert_eq!(house.bank.sent(), [payout.number]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_returned_payout_is_paid_once_more_as_a_new_one(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let House { office, maker, checker, .. } = &house;
    let early = payouts::repay(office, maker, (payout.id, None)).await;
    assert!(matches!(early, Err(PayoutError::NotReturned(_))));
    send(&house, payout.id).await.unwrap();
    let fees = house.balance("6021.01", "").await;
    let mut tx = office.begin().await.unwrap();
    payouts::complete(&mut tx, office, &payout.number, &line(1, 9_940)).await.unwrap();
    payouts::returned(&mut tx, office, &payout.number, &line(2, 9_940), "AC04").await.unwrap();
    tx.commit().await.unwrap();

    let unseen = payouts::repay(office, checker, (payout.id, None)).await;
    assert!(matches!(unseen, Err(PayoutError::Forbidden(_))));
    let new = payouts::repay(office, maker, (payout.id, None)).await.unwrap();
    let twice = payouts::repay(office, maker, (payout.id, None)).await;
    assert!(matches!(twice, Err(PayoutError::RepaidAlready)), "{twice:?}");
    let drafted = payouts::find(office, maker, new).await.unwrap();
    assert_ne!(drafted.summary.number, payout.number);
    assert_eq!(drafted.repays.unwrap().0, payout.id);
    send(&house, new).await.unwrap();
    assert_eq!(state(&house, new).await, "accepted");
    assert_eq!(house.balance("2241.10", "").await, 0);
    assert_eq!(house.balance("2241.08", "").await, 9_940);
    let number = drafted.summary.number;
    let mut tx = office.begin().await.unwrap();
    payouts::complete(&mut tx, office, &number, &line(3, 9_940)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.balance("6021.01", "").await, fees, "no fee is charged again");
    assert_eq!(state(&house, payout.id).await, "returned");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_replacement_the_bank_refuses_may_be_tried_again(pool: PgPool) {
    let (house, payout) = house_with_a_payout(pool).await;
    let House { office, maker, .. } = &house;
    send(&house, payout.id).await.unwrap();
    let mut tx = office.begin().await.unwrap();
    payouts::complete(&mut tx, office, &payout.number, &line(1, 9_940)).await.unwrap();
    payouts::returned(&mut tx, office, &payout.number, &line(2, 9_940), "AC04").await.unwrap();
    tx.commit().await.unwrap();
    let new = payouts::repay(office, maker, (payout.id, None)).await.unwrap();
    house.bank.will(&[crate::bank::Mood::Declines]);
    send(&house, new).await.unwrap();
    assert_eq!(state(&house, new).await, "rejected");
    assert_eq!(house.balance("2241.10", "").await, 9_940, "it waits again");
    payouts::repay(office, maker, (payout.id, None)).await.unwrap();
    house.books_are_sound().await;
}
