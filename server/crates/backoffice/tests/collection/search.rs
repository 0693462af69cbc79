//! Any identifier finds what it names, and the list of payments goes on from any place.

use crate::office::{World, order};
use backoffice::{payments, search};
use domain::access::{Actor, Role};
use domain::payment::{PaymentFilter, PaymentStatus};
use domain::search::{Found, FoundKind, Identifier};
use sqlx::PgPool;
use time::Duration;

async fn find(world: &World, actor: &Actor, text: &str) -> Vec<Found> {
    search::find(&world.office, actor, text).await.unwrap()
}

fn kinds(found: &[Found]) -> Vec<(FoundKind, Identifier, bool)> {
    found.iter().map(|one| (one.kind, one.by, one.exact)).collect()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn every_number_of_a_payment_finds_it(pool: PgPool) {
    let world = World::new(pool).await;
    let auditor = world.person(Role::Auditor).await;
    let view = world.pay(&order("BOOKS-0001", "100.00")).await;
    let id = view.id.unwrap();
    let detail = payments::find(&world.office, &auditor, id).await.unwrap();
    let payment = &detail.summary.payment;
    let channel_no = payment.success().unwrap().channel_no.clone();
    let (order_id, journal) = (view.order.to_string(), detail.journals[0].id.to_string());
    for (text, kind, by) in [
        (id.to_string(), FoundKind::Payment, Identifier::Id),
        (channel_no, FoundKind::Payment, Identifier::ChannelNo),
        ("BOOKS-0001".to_owned(), FoundKind::Order, Identifier::MerchantNo),
        ("BOOKS-0001".to_owned(), FoundKind::Payment, Identifier::MerchantNo),
        (format!("  {order_id} "), FoundKind::Order, Identifier::Id),
        (journal, FoundKind::Journal, Identifier::Id),
        ("M100001".to_owned(), FoundKind::Merchant, Identifier::Code),
    ] {
        let found = find(&world, &auditor, &text).await;
        assert!(kinds(&found).contains(&(kind, by, true)), "{text}: {found:?}");
    }
    let number = payment.number.clone();
    assert_eq!(find(&world, &auditor, &number).await[0].id, id.0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_beginning_finds_all_that_goes_on_from_it_and_the_exact_one_first(pool: PgPool) {
    let world = World::new(pool).await;
    let auditor = world.person(Role::Auditor).await;
    for number in ["BOOKS-10", "BOOKS-1", "BOOKS-11", "OTHER-1"] {
        world.take(&order(number, "1.00")).await;
    }
    let found = find(&world, &auditor, "BOOKS-1").await;
    let orders = found.iter().filter(|one| one.kind == FoundKind::Order);
    let values: Vec<_> = orders.map(|one| one.value.as_str()).collect();
    assert_eq!(values, ["BOOKS-1", "BOOKS-10", "BOOKS-11"]);
    assert!(find(&world, &auditor, "BOO").await.is_empty(), "three letters match only themselves");
    assert!(find(&world, &auditor, "BOOKS%").await.is_empty(), "no wildcards");
    for text in ["", "'; DROP TABLE payments; --", "\u{0}", "五"] {
        assert!(find(&world, &auditor, text).await.is_empty(), "{text:?}");
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_person_may_not_see_is_not_found(pool: PgPool) {
    let world = World::new(pool).await;
    let admin = world.person(Role::Admin).await;
    let operations = world.person(Role::Operations).await;
    let view = world.pay(&order("BOOKS-0001", "100.00")).await;
    assert!(find(&world, &admin, "BOOKS-0001").await.is_empty());
    let auditor = world.person(Role::Auditor).await;
    let detail = payments::find(&world.office, &auditor, view.id.unwrap()).await.unwrap();
    let journal = detail.journals[0].id.to_string();
    assert!(find(&world, &operations, &journal).await.is_empty(), "operations see no books");
    assert_eq!(find(&world, &auditor, &journal).await.len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_list_goes_on_without_losing_or_repeating_a_payment(pool: PgPool) {
    let world = World::new(pool).await;
    let auditor = world.person(Role::Auditor).await;
    for number in 0..120 {
        world.take(&order(&format!("A-{number}"), "1.00")).await;
        if number % 7 == 0 {
            world.office.clock.forward(Duration::seconds(1));
        }
    }
    let filter = PaymentFilter { status: Some(PaymentStatus::Created), ..Default::default() };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let window = payments::list(&world.office, &auditor, &filter, after).await.unwrap();
        seen.extend(window.rows.iter().map(|row| row.payment.id));
        if seen.len() == 50 {
            world.take(&order("NEW", "1.00")).await;
        }
        after = window.older;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 120, "a payment that came meanwhile disturbs nothing");
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), 120);
}
