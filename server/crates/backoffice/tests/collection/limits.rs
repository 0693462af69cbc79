//! Limits of payers by the class of their account, and payments that look cut.

use crate::office::{World, order};
use backoffice::gateway::{self, Call};
use backoffice::{limits, work};
use domain::access::Role;
use domain::gateway::PaymentRequest;
use domain::limits::{LimitExceeded, PayerRequest};
use domain::merchant::Refusal;
use domain::money::Money;
use domain::payment::PaymentStatus;
use sqlx::PgPool;
use time::Duration;

fn by(class: Option<&str>, number: &str, amount: &str) -> PaymentRequest {
    let payer = PayerRequest {
        reference: "acct-1".to_owned(),
        holder: class.is_none().then(|| "corporate".to_owned()),
        class: class.map(str::to_owned),
        ..PayerRequest::default()
    };
    PaymentRequest { payer: Some(payer), ..order(number, amount) }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payer_of_class_two_pays_ten_thousand_a_day_and_not_a_fen_more(pool: PgPool) {
    let world = World::new(pool).await;
    let view = world.pay(&by(Some("II"), "A-1", "9999.99")).await;
    assert_eq!(view.status, PaymentStatus::Succeeded);
    let refused = world.take(&by(Some("II"), "A-2", "0.02")).await.refusal;
    let (limit, left) = (Money::cny(1_000_000), Money::cny(1));
    assert_eq!(refused, Some(Refusal::OverLimit(LimitExceeded::PerDay { limit, left })));
    assert_eq!(refused.unwrap().code(), "payer_over_limit");
    assert_eq!(world.take(&by(Some("II"), "A-3", "0.01")).await.refusal, None);
    world.office.clock.forward(Duration::days(1));
    assert_eq!(world.take(&by(Some("II"), "A-4", "10000.00")).await.refusal, None, "a new day");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_failed_is_given_back(pool: PgPool) {
    let world = World::new(pool).await;
    let mut dear = by(Some("II"), "A-1", "10000.00");
    if let Some(payer) = &mut dear.payer {
        payer.method = Some("NOWHERE".to_owned());
    }
    let view = world.pay(&dear).await;
    assert_eq!(view.status, PaymentStatus::Failed, "no channel takes it that way");
    let view = world.pay(&by(Some("II"), "A-2", "10000.00")).await;
    assert_eq!(view.status, PaymentStatus::Succeeded);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_company_has_no_limits(pool: PgPool) {
    let world = World::new(pool).await;
    for number in ["A-1", "A-2", "A-3"] {
        let view = world.pay(&by(None, number, "40000.00")).await;
        assert_eq!(view.status, PaymentStatus::Succeeded);
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_orders_at_once_do_not_share_what_is_left_of_a_limit(pool: PgPool) {
    let world = World::new(pool).await;
    let (one, other) = (by(Some("III"), "A-1", "1500.00"), by(Some("III"), "A-2", "1500.00"));
    let (one, other) = tokio::join!(world.take(&one), world.take(&other));
    let refused = [one.refusal, other.refusal].iter().filter(|refusal| refusal.is_some()).count();
    assert_eq!(refused, 1, "2,000 a day are enough for one of them");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn payments_just_below_a_limit_are_marked_for_people_to_see(pool: PgPool) {
    let world = World::new(pool).await;
    for (number, amount) in [("A-1", "49900.00"), ("A-2", "120.00"), ("A-3", "49800.00")] {
        world.take(&by(None, number, amount)).await;
    }
    let last = world.take(&by(None, "A-4", "49999.00")).await;
    work::run_until_idle(&world.office).await.unwrap();
    let auditor = world.person(Role::Auditor).await;
    let found = limits::conspicuous(&world.office, &auditor, world.books).await.unwrap();
    assert_eq!(found.len(), 1);
    let (order, marked) = &found[0];
    assert_eq!(*order, last.order);
    assert_eq!((marked.payments, marked.threshold), (3, Money::cny(5_000_000)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_table_of_limits_is_shown(pool: PgPool) {
    let world = World::new(pool).await;
    let auditor = world.person(Role::Auditor).await;
    let (rows, _, rule) = limits::table(&world.office, &auditor).await.unwrap();
    assert_eq!((rows.len(), rule.payments_min), (6, 3));
    let admin = world.person(Role::Admin).await;
    assert!(limits::table(&world.office, &admin).await.is_err());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_that_its_merchant_closes_gives_back_what_it_held(pool: PgPool) {
    let world = World::new(pool).await;
    let taken = world.take(&by(Some("II"), "A-1", "10000.00")).await;
    assert!(world.take(&by(Some("II"), "A-2", "0.01")).await.refusal.is_some());
    let id = world.standing(&taken).await.id.unwrap();
    let client = world.client(world.books);
    let body = serde_json::json!({});
    let call = Call::new("POST /payments/close", "close-1", &body).unwrap();
    gateway::close_payment(&world.office, &client, &call, id).await.unwrap();
    assert_eq!(world.take(&by(Some("II"), "A-3", "10000.00")).await.refusal, None);
}
