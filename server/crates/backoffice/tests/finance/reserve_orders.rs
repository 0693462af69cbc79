//! Stories about the orders by which documents have banks move the reserve: sent once, asked about
//! while nobody knows what became of them, held back by a stop like every other send.

use crate::bank::Mood;
use crate::fixture::{self, House};
use backoffice::payouts;
use backoffice::reserve::{self, NewAccount};
use domain::approval::Verdict;
use domain::ids::ReserveDocumentId;
use domain::money::Money;
use domain::payout::{PayoutWay, StopScope, WaySetting};
use domain::reserve::Purpose;
use domain::reserve::document::{DocumentKind, DocumentRequest, DocumentState};
use sqlx::PgPool;

/// Fees of 0.60 are earned, and there is an account of our own to carry them to.
async fn house(pool: PgPool) -> House {
    let house = fixture::open(pool).await;
    let own = NewAccount {
        code: "OWN-1".to_owned(),
        purpose: Purpose::OwnFunds,
        bank_name: "Bank of Tests".to_owned(),
        account_no: "8801".to_owned(),
        front: "unionpay".to_owned(),
    };
    let mut conn = house.office.db.acquire().await.unwrap();
    reserve::open_account(&mut conn, &house.office, &own).await.unwrap();
    house.paid((house.shop, None), "2026-03-31").await;
    house.funds_arrive(10_000).await;
    house
}

/// A sweep of 0.40 that two people agreed on, and whatever the workers do then; its number.
async fn swept(house: &House) -> (ReserveDocumentId, String) {
    let request = DocumentRequest {
        id: ReserveDocumentId(house.office.new_id()),
        kind: DocumentKind::FeeSweep,
        amount: Money::cny(40),
        from: Purpose::Custody,
        house: String::new(),
        bank_ref: String::new(),
        grounds: "month end".to_owned(),
    };
    let House { office, maker, checker, .. } = house;
    let id = reserve::propose_document(office, maker, &request).await.unwrap();
    let document = reserve::find_document(office, maker, id).await.unwrap();
    house.decide(checker, document.approval, Verdict::Approve).await.unwrap();
    house.work().await;
    (id, document.summary.number.replace('-', ""))
}

async fn sent(house: &House, id: ReserveDocumentId) -> (Option<String>, i32) {
    sqlx::query_as("SELECT sent, queries FROM reserve_documents WHERE id = $1")
        .bind(id.0)
        .fetch_one(&house.office.db)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_whose_answer_was_lost_is_asked_about_and_known(pool: PgPool) {
    let house = house(pool).await;
    house.bank.will(&[Mood::DoesItSilently]);
    let (id, number) = swept(&house).await;
    assert_eq!(sent(&house, id).await, (Some("accepted".to_owned()), 1));
    assert_eq!(house.bank.queried(), std::slice::from_ref(&number));
    assert_eq!(house.bank.sent(), [number], "ordered once");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_the_bank_does_not_know_is_asked_about_again_and_never_sent_again(pool: PgPool) {
    let house = house(pool).await;
    house.bank.will(&[Mood::LosesIt]);
    let (id, _) = swept(&house).await;
    for _ in 0..3 {
        house.wait(60).await;
    }
    let (state, queries) = sent(&house, id).await;
    assert_eq!(state.as_deref(), Some("unknown"));
    assert!(queries >= 4, "{queries}");
    assert_eq!(house.bank.sent().len(), 1);
    let document = reserve::find_document(&house.office, &house.maker, id).await.unwrap();
    assert_eq!(document.summary.state, DocumentState::Approved, "its amount stays promised");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_the_bank_says_another_amount_of_is_not_accepted(pool: PgPool) {
    let house = house(pool).await;
    house.bank.will(&[Mood::MisstatesAmount]);
    let (id, _) = swept(&house).await;
    // The first answer tells another amount; asked again, the bank tells the right one.
    assert_eq!(sent(&house, id).await, (Some("accepted".to_owned()), 1));
    assert_eq!(house.bank.sent().len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_worker_killed_while_ordering_leaves_it_unknown_and_it_is_asked_about(pool: PgPool) {
    let house = house(pool).await;
    let all = StopScope::new("all", "").unwrap();
    let House { office, maker, checker, second_checker, .. } = &house;
    let stop = payouts::pull(office, maker, (&all, "a drill")).await.unwrap();
    let (id, _) = swept(&house).await;
    assert_eq!(sent(&house, id).await, (None, 0), "a stop holds back every send");
    sqlx::query("UPDATE reserve_documents SET sent = 'sending'").execute(&office.db).await.unwrap();
    payouts::lift(office, checker, stop).await.unwrap();
    payouts::lift(office, second_checker, stop).await.unwrap();
    house.wait(1).await;
    let (state, queries) = sent(&house, id).await;
    assert_eq!(state.as_deref(), Some("unknown"));
    assert!(queries >= 1);
    assert!(house.bank.sent().is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_stop_of_a_bank_holds_back_its_orders_until_two_lift_it(pool: PgPool) {
    let house = house(pool).await;
    let House { office, maker, checker, second_checker, .. } = &house;
    let bank = StopScope::new("bank", "bank").unwrap();
    let stop = payouts::pull(office, maker, (&bank, "odd")).await.unwrap();
    let (id, number) = swept(&house).await;
    assert!(house.bank.sent().is_empty());
    payouts::lift(office, checker, stop).await.unwrap();
    payouts::lift(office, second_checker, stop).await.unwrap();
    house.wait(1).await;
    assert_eq!(sent(&house, id).await.0.as_deref(), Some("accepted"));
    assert_eq!(house.bank.sent(), [number]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_account_paid_from_by_file_is_moved_by_hand_and_its_bank_is_not_asked(pool: PgPool) {
    let house = house(pool).await;
    let by_file = WaySetting { way: PayoutWay::File, holder: Some("Countinghouse".to_owned()) };
    let mut tx = house.office.begin().await.unwrap();
    reserve::set_payout_way(&mut tx, house.reserve, &by_file).await.unwrap();
    tx.commit().await.unwrap();
    let (id, _) = swept(&house).await;
    assert_eq!(sent(&house, id).await, (Some("by_hand".to_owned()), 0));
    assert!(house.bank.sent().is_empty());
}
