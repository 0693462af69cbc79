use crate::bank::Act;
use crate::office::{World, order, today};
use backoffice::payments::{self, BillEvidence, PaymentError};
use domain::access::Role;
use domain::account::AccountRef;
use domain::ids::PaymentId;
use domain::money::Money;
use domain::order::{HopOutcome, HopRecord, OrderState, Station};
use domain::payment::{PaymentDetail, PaymentFilter, PaymentStatus};
use domain::routing::RouteVerdict;
use sqlx::PgPool;
use time::Duration;

async fn detail(world: &World, id: Option<PaymentId>) -> PaymentDetail {
    let auditor = world.person(Role::Auditor).await;
    payments::find(&world.office, &auditor, id.unwrap()).await.unwrap()
}

fn steps(hops: &[HopRecord]) -> Vec<(Station, &str, HopOutcome)> {
    hops.iter().map(|hop| (hop.station, hop.step.as_str(), hop.outcome)).collect()
}

fn proof(fen: i64) -> BillEvidence {
    BillEvidence {
        channel_no: "B1".to_owned(),
        amount: Money::cny(fen),
        event_time: crate::bank::AT,
        clearing_date: today(),
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payment_passes_every_system_and_is_booked_gross(pool: PgPool) {
    let world = World::new(pool).await;
    let view = world.pay(&order("A-1", "100.00")).await;
    assert_eq!(view.status, PaymentStatus::Succeeded);

    let detail = detail(&world, view.id).await;
    use HopOutcome::Ok;
    let expected = vec![
        (Station::Orders, "take_order", Ok),
        (Station::Gateway, "receive", Ok),
        (Station::Merchants, "check_entitlement", Ok),
        (Station::Payments, "route", Ok),
        (Station::BankFront, "pay", Ok),
        (Station::Ledger, "book", Ok),
        (Station::Orders, "result", Ok),
    ];
    assert_eq!(steps(&detail.hops), expected);
    assert!(matches!(detail.order.state, OrderState::Paid { .. }));
    let booked: Vec<(i16, Money)> =
        detail.journals.iter().map(|j| (j.entry_number, j.amount)).collect();
    let expected = vec![(1, Money::cny(10_000)), (2, Money::cny(60)), (3, Money::cny(24))];
    assert_eq!(booked, expected);

    for (account, fen) in [
        (AccountRef::due_from_channel("unionpay"), 10_000),
        (AccountRef::merchant_unsettled(world.books), 9_940),
        (AccountRef::fee_income(), 60),
        (AccountRef::channel_cost(), 24),
        (AccountRef::payable_channel_fees("unionpay"), 24),
    ] {
        assert_eq!(world.balance(&account).await, Money::cny(fen), "{account}");
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_routing_decision_is_kept_with_every_reason(pool: PgPool) {
    let world = World::new(pool).await;
    let view = world.pay(&order("A-1", "100.00")).await;
    let routing = detail(&world, view.id).await.routing;
    let verdicts: Vec<(&str, RouteVerdict)> =
        routing.considered.iter().map(|one| (one.channel.as_str(), one.verdict.clone())).collect();
    let expected = vec![
        ("unionpay", RouteVerdict::Chosen),
        ("bank", RouteVerdict::Behind),
        ("bank", RouteVerdict::OtherProduct),
        ("wechat", RouteVerdict::OtherProduct),
    ];
    assert_eq!(verdicts, expected);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_amount_no_channel_takes_fails_without_asking_any(pool: PgPool) {
    let world = World::new(pool).await;
    let view = world.pay(&order("A-1", "50000.01")).await;
    assert_eq!(view.status, PaymentStatus::Failed);
    assert!(view.failure.unwrap().contains("takes no more than 50,000.00 CNY"));
    assert!(world.bank.pay_calls().is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_timeout_leaves_the_payment_unknown_and_the_query_finds_it(pool: PgPool) {
    let world = World::new(pool).await;
    world.bank.will(&[Act::CollectSilently]);
    let taken = world.take(&order("A-1", "100.00")).await;
    backoffice::work::run_until_idle(&world.office).await.unwrap();
    let view = world.standing(&taken).await;
    assert_eq!(view.status, PaymentStatus::Unknown);
    let unsettled = AccountRef::merchant_unsettled(world.books);
    assert_eq!(world.balance(&unsettled).await, Money::cny(0));

    world.wait(Duration::seconds(3)).await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    assert_eq!(world.balance(&unsettled).await, Money::cny(9_940));
    assert_eq!((world.bank.pay_calls().len(), world.bank.queries()), (1, 1));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_channel_that_does_not_know_the_number_proves_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    world.bank.will(&[Act::Lose]);
    let taken = world.take(&order("A-1", "100.00")).await;
    backoffice::work::run_until_idle(&world.office).await.unwrap();
    for _ in 0..20 {
        world.wait(Duration::hours(1)).await;
    }
    let view = world.standing(&taken).await;
    assert_eq!(view.status, PaymentStatus::Unknown);
    assert_eq!(world.bank.pay_calls().len(), 1, "never sent again");
    assert!(world.bank.queries() > 10);

    let id = view.id.unwrap();
    let mut tx = world.office.begin().await.unwrap();
    let other = payments::settle_from_bill(&mut tx, &world.office, id, &proof(9_999)).await;
    assert!(matches!(other, Err(PaymentError::OtherAmount { .. })));
    for _ in 0..2 {
        payments::settle_from_bill(&mut tx, &world.office, id, &proof(10_000)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    let due = world.balance(&AccountRef::due_from_channel("unionpay")).await;
    assert_eq!(due, Money::cny(10_000), "booked once");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_declined_payment_has_failed_and_books_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    world.bank.will(&[Act::Decline]);
    let view = world.pay(&order("A-1", "100.00")).await;
    assert_eq!(view.status, PaymentStatus::Failed);
    assert_eq!(view.failure.as_deref(), Some("51 insufficient funds"));
    let detail = detail(&world, view.id).await;
    assert!(detail.journals.is_empty());
    assert_eq!(detail.hops.last().unwrap().outcome, HopOutcome::Failed);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn another_amount_than_asked_is_not_believed(pool: PgPool) {
    let world = World::new(pool).await;
    world.bank.will(&[Act::CollectOther(1)]);
    let view = world.pay(&order("A-1", "100.00")).await;
    assert_eq!(view.status, PaymentStatus::Unknown);
    assert!(view.failure.unwrap().contains("collected 0.01 CNY instead of 100.00 CNY"));
    world.wait(Duration::minutes(5)).await;
    let due = world.balance(&AccountRef::due_from_channel("unionpay")).await;
    assert_eq!(due, Money::cny(0));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_unfinished_payment_is_asked_after_until_it_is_finished(pool: PgPool) {
    let world = World::new(pool).await;
    world.bank.will(&[Act::Dawdle]);
    let taken = world.take(&order("A-1", "100.00")).await;
    backoffice::work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Unknown);
    world.wait(Duration::seconds(3)).await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_certainly_did_not_arrive_is_sent_again_under_the_same_number(pool: PgPool) {
    let world = World::new(pool).await;
    world.bank.will(&[Act::OutOfReach, Act::OutOfReach]);
    let taken = world.take(&order("A-1", "100.00")).await;
    backoffice::work::run_until_idle(&world.office).await.unwrap();
    world.wait(Duration::seconds(4)).await;
    world.wait(Duration::seconds(4)).await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    let calls = world.bank.pay_calls();
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|number| *number == calls[0]));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_channel_out_of_reach_for_minutes_fails_the_payment(pool: PgPool) {
    let world = World::new(pool).await;
    world.bank.will(&[Act::OutOfReach; 9]);
    let taken = world.take(&order("A-1", "100.00")).await;
    backoffice::work::run_until_idle(&world.office).await.unwrap();
    world.wait(Duration::minutes(3)).await;
    let view = world.standing(&taken).await;
    assert_eq!(view.status, PaymentStatus::Failed);
    assert!(view.failure.unwrap().contains("could not be reached"));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payment_left_on_its_way_by_a_dead_worker_is_asked_after_not_sent(pool: PgPool) {
    let world = World::new(pool).await;
    let taken = world.take(&order("A-1", "100.00")).await;
    let id = world.standing(&taken).await.id.unwrap();
    sqlx::query("UPDATE payments SET state = 'sending' WHERE id = $1")
        .bind(id.0)
        .execute(&world.office.db)
        .await
        .unwrap();
    backoffice::work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Unknown);
    world.wait(Duration::seconds(3)).await;
    assert!(world.bank.pay_calls().is_empty());
    assert_eq!(world.bank.queries(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn payments_are_found_by_any_identifier(pool: PgPool) {
    let world = World::new(pool).await;
    let first = world.pay(&order("A-1", "100.00")).await;
    world.pay(&order("A-2", "100.00")).await;
    let auditor = world.person(Role::Auditor).await;
    let summary = detail(&world, first.id).await.summary;
    let channel_no = &summary.payment.success().unwrap().channel_no;
    let id = first.id.unwrap().to_string();
    let order_id = first.order.to_string();
    for text in ["A-1", &summary.payment.number, channel_no, &id, &order_id] {
        let filter = PaymentFilter { text: Some(text.to_owned()), ..Default::default() };
        let found = payments::list(&world.office, &auditor, &filter, None).await.unwrap();
        assert_eq!((found.rows.len(), found.rows[0].payment.id), (1, first.id.unwrap()), "{text}");
    }
    let filter = PaymentFilter { status: Some(PaymentStatus::Failed), ..Default::default() };
    let none = payments::list(&world.office, &auditor, &filter, None).await;
    assert!(none.unwrap().rows.is_empty());
    let admin = world.person(Role::Admin).await;
    assert!(payments::find(&world.office, &admin, first.id.unwrap()).await.is_err());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn reconciliation_sees_what_was_cleared_and_what_may_have_been(pool: PgPool) {
    let world = World::new(pool).await;
    world.pay(&order("A-1", "100.00")).await;
    world.bank.will(&[Act::Lose]);
    world.pay(&order("A-2", "50.00")).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let office = &world.office;
    let facts = payments::in_clearing(&mut conn, office, "unionpay", today()).await.unwrap();
    let mut seen: Vec<(&str, PaymentStatus)> =
        facts.iter().map(|fact| (fact.merchant_order_no.as_str(), fact.status)).collect();
    seen.sort_by_key(|(number, _)| *number);
    let expected = vec![("A-1", PaymentStatus::Succeeded), ("A-2", PaymentStatus::Unknown)];
    assert_eq!(seen, expected);
    let number = vec![facts[0].number.clone()];
    let found = payments::by_numbers(&mut conn, "unionpay", (&number, &[])).await.unwrap();
    assert_eq!(found, facts[..1]);
}
