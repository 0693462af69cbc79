use crate::fixture::{self, House};
use backoffice::approvals::ApprovalError;
use backoffice::explain::{Explain, Kind};
use backoffice::holds::{self, HoldError};
use backoffice::{payouts, work};
use domain::access::{Actor, Permission};
use domain::approval::{DecisionRefused, Verdict};
use domain::hold::{Hold, HoldFilter, HoldKind, HoldRefused, HoldRequest, HoldState};
use domain::ids::HoldId;
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::PayoutFilter;
use sqlx::PgPool;

/// The shop has 99.40 available: it sold for 100.00, less a fee of 0.60, and is settled.
async fn house(pool: PgPool) -> House {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-30").await;
    house.funds_arrive(10_000).await;
    house.settle("2026-03-31").await;
    assert_eq!(available(&house).await, 9_940);
    house
}

async fn available(house: &House) -> i64 {
    house.balance("2241.03", house.shop).await
}

async fn held(house: &House) -> i64 {
    house.balance("2241.04", house.shop).await
}

fn request(house: &House, fen: i64) -> HoldRequest {
    HoldRequest {
        id: HoldId(house.office.new_id()),
        merchant: house.shop,
        kind: HoldKind::Risk,
        amount: Money::cny(fen),
        reason: "two chargebacks in a day".to_owned(),
    }
}

async fn look(house: &House, id: HoldId) -> Hold {
    holds::find(&house.office, &house.maker, id).await.unwrap()
}

async fn asked(house: &House, who: &Actor, fen: i64) -> Hold {
    let id = holds::propose(&house.office, who, &request(house, fen)).await.unwrap();
    look(house, id).await
}

async fn placed(house: &House, fen: i64) -> Hold {
    let hold = asked(house, &house.maker, fen).await;
    house.decide(&house.checker, hold.approval, Verdict::Approve).await.unwrap();
    house.work().await;
    look(house, hold.id).await
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_is_held_is_not_available_until_it_is_released(pool: PgPool) {
    let house = house(pool).await;
    let hold = asked(&house, &house.maker, 4_000).await;
    assert_eq!((hold.state, available(&house).await), (HoldState::Proposed, 9_940));
    house.decide(&house.checker, hold.approval, Verdict::Approve).await.unwrap();
    house.work().await;
    let hold = look(&house, hold.id).await;
    assert_eq!((hold.state, hold.checker_name.as_deref()), (HoldState::Held, Some("checker")));
    assert_eq!((available(&house).await, held(&house).await), (5_940, 4_000));
    let of = holds::of_merchant(&house.office, &house.maker, house.shop).await.unwrap();
    assert_eq!((of.balances.held, of.holds.len()), (Money::cny(4_000), 1));
    let (office, maker) = (&house.office, &house.maker);
    let approval = holds::propose_release(office, maker, hold.id, "cleared up").await.unwrap();
    let again = holds::propose_release(office, maker, hold.id, "twice").await;
    assert!(matches!(again, Err(HoldError::Refused(HoldRefused::NotNow("releasing")))));
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    let hold = look(&house, hold.id).await;
    let release = hold.release.unwrap();
    assert_eq!((hold.state, release.reason.as_str()), (HoldState::Released, "cleared up"));
    assert_eq!(release.released_at, Some(house.office.now()));
    assert_eq!((available(&house).await, held(&house).await), (9_940, 0));
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_hold_needs_two_people_a_reason_and_a_balance(pool: PgPool) {
    let house = house(pool).await;
    let (office, maker) = (&house.office, &house.maker);
    let refused = holds::propose(office, &house.checker, &request(&house, 1)).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden(Permission::MakeHold));
    let silent = HoldRequest { reason: " ".to_owned(), ..request(&house, 1) };
    let refused = holds::propose(office, maker, &silent).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Invalid(Some("reason")));
    let refused = holds::propose(office, maker, &request(&house, 9_941)).await;
    assert!(matches!(refused, Err(HoldError::NotAvailable { available, .. })
        if available == Money::cny(9_940)));
    let form = request(&house, 5);
    let first = holds::propose(office, maker, &form).await.unwrap();
    assert_eq!(holds::propose(office, maker, &form).await.unwrap(), first);
    let other = HoldRequest { amount: Money::cny(6), ..form };
    let refused = holds::propose(office, maker, &other).await;
    assert!(matches!(refused, Err(HoldError::AlreadyProposed)));
    let mut both = house.maker.clone();
    both.roles.push(domain::access::Role::FinanceChecker);
    let own = house.decide(&both, look(&house, first).await.approval, Verdict::Approve).await;
    assert!(matches!(own, Err(ApprovalError::Refused(DecisionRefused::MakerIsChecker))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_refused_hold_or_release_moves_nothing(pool: PgPool) {
    let house = house(pool).await;
    let hold = asked(&house, &house.operations, 4_000).await;
    house.decide(&house.checker, hold.approval, Verdict::Reject).await.unwrap();
    house.work().await;
    let hold = look(&house, hold.id).await;
    assert_eq!((hold.state, hold.refusal.as_str()), (HoldState::Refused, "looked at it"));
    assert_eq!(held(&house).await, 0);
    let hold = placed(&house, 4_000).await;
    let (office, maker) = (&house.office, &house.maker);
    let release = holds::propose_release(office, maker, hold.id, "please").await.unwrap();
    house.decide(&house.checker, release, Verdict::Reject).await.unwrap();
    house.work().await;
    assert_eq!(look(&house, hold.id).await.state, HoldState::Held);
    assert_eq!(held(&house).await, 4_000);
    let filter = HoldFilter {
        state: Some(HoldState::Held),
        merchant: Some("M100001".to_owned()),
        ..HoldFilter::default()
    };
    let listed = holds::list(office, maker, &filter).await.unwrap();
    assert_eq!((listed.total, listed.rows[0].id), (1, hold.id));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payout_cannot_reach_what_is_held(pool: PgPool) {
    let house = house(pool).await;
    let (office, maker) = (&house.office, &house.maker);
    let drafts = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let page = PageRequest::default();
    let draft = payouts::list(office, maker, &drafts, page).await.unwrap().rows.remove(0);
    let batch = payouts::make_batch(office, maker, house.reserve, &[draft.id]).await.unwrap();
    let approval = payouts::submit(office, maker, batch).await.unwrap();
    placed(&house, 1).await; // one fen less than the payout needs
    house.decide(&house.second_checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    assert_eq!((available(&house).await, held(&house).await), (9_939, 1));
    assert_eq!(house.balance("2241.08", "").await, 0);
    house.settle("2026-03-31").await; // nothing new is drafted out of what is held
    assert_eq!(payouts::list(office, maker, &drafts, page).await.unwrap().total, 1);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn many_holds_at_once_never_take_more_than_is_available(pool: PgPool) {
    let house = house(pool).await;
    let mut ids = Vec::new();
    for _ in 0..10 {
        let hold = asked(&house, &house.maker, 3_000).await;
        house.decide(&house.checker, hold.approval, Verdict::Approve).await.unwrap();
        ids.push(hold.id);
    }
    let workers = (0..4).map(|_| {
        let office = house.office.clone();
        tokio::spawn(async move { work::run_until_idle(&office).await })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap().unwrap();
    }
    house.work().await;
    let mut in_force = 0;
    for id in ids {
        let hold = look(&house, id).await;
        match hold.state {
            HoldState::Held => in_force += 1,
            HoldState::Refused => assert!(hold.refusal.contains("does not cover")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(in_force, 3);
    assert_eq!((available(&house).await, held(&house).await), (940, 9_000));
    house.books_are_sound().await;
}
