use crate::office::{World, call, order};
use backoffice::gateway::{self, Came, GatewayError};
use backoffice::merchants;
use backoffice::work;
use domain::gateway::{PageEvent, PaymentRequest};
use domain::merchant::Refusal;
use domain::order::{FunnelStep, HopOutcome, Station};
use domain::payment::PaymentStatus;
use domain::product::Product;
use serde_json::json;
use sqlx::PgPool;
use time::Duration;

async fn events(world: &World) -> Vec<String> {
    sqlx::query_scalar("SELECT step FROM order_events ORDER BY id")
        .fetch_all(&world.office.db)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_product_that_is_not_enabled_is_refused_and_the_reason_is_kept(pool: PgPool) {
    let world = World::new(pool).await;
    let request = PaymentRequest { product: "bank_transfer".to_owned(), ..order("A-1", "1.00") };
    let taken = world.take(&request).await;
    let product = Product::BankTransfer;
    assert_eq!(taken.refusal, Some(Refusal::ProductNotEnabled { product }));
    work::run_until_idle(&world.office).await.unwrap();
    assert!(world.bank.pay_calls().is_empty());

    let view = world.standing(&taken).await;
    assert_eq!((view.id, view.status), (None, PaymentStatus::Failed));
    let mut conn = world.office.db.acquire().await.unwrap();
    let hops = backoffice::orders::hops(&mut conn, taken.order).await.unwrap();
    let last = hops.last().unwrap();
    assert_eq!((last.station, last.outcome), (Station::Merchants, HopOutcome::Refused));
    assert!(last.detail.starts_with("product_not_enabled: "), "{}", last.detail);
    assert_eq!(events(&world).await, ["order_requested"]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_same_request_again_is_answered_the_same_and_collects_once(pool: PgPool) {
    let world = World::new(pool).await;
    let request = order("A-1", "100.00");
    let taken = world.take(&request).await;
    let client = world.client(world.books);
    let call = call("A-1", &request);
    let busy = gateway::create_payment(&world.office, &client, &call, &request).await;
    assert!(matches!(busy, Err(GatewayError::InProgress)));

    let body = json!({ "id": "whatever was said" });
    gateway::remember(&world.office, &client, &call, (201, &body)).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    let again = gateway::create_payment(&world.office, &client, &call, &request).await.unwrap();
    let Came::Before(answer) = again else { panic!("{again:?}") };
    assert_eq!((answer.status, answer.body), (201, body));
    assert_eq!(world.bank.pay_calls().len(), 1);
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_key_with_another_body_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    world.take(&order("A-1", "100.00")).await;
    let other = order("A-2", "100.00");
    let client = world.client(world.books);
    let refused =
        gateway::create_payment(&world.office, &client, &call("A-1", &other), &other).await;
    assert!(matches!(refused, Err(GatewayError::KeyReused)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_answer_that_got_lost_is_made_up_for(pool: PgPool) {
    let world = World::new(pool).await;
    let request = order("A-1", "100.00");
    let taken = world.take(&request).await;
    world.wait(Duration::minutes(1)).await;
    let client = world.client(world.books);
    let call = call("A-1", &request);
    let again = gateway::create_payment(&world.office, &client, &call, &request).await.unwrap();
    let Came::New(same) = again else { panic!("{again:?}") };
    assert_eq!(same.order, taken.order);
    assert_eq!(world.bank.pay_calls().len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn keys_of_two_merchants_do_not_meet(pool: PgPool) {
    let world = World::new(pool).await;
    world.take(&order("A-1", "100.00")).await;
    let (request, client) = (order("A-1", "5.00"), world.client(world.tea));
    let call = call("A-1", &request);
    let other = gateway::create_payment(&world.office, &client, &call, &request).await.unwrap();
    assert!(matches!(other, Came::New(_)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_order_number_is_used_once(pool: PgPool) {
    let world = World::new(pool).await;
    let request = order("A-1", "100.00");
    world.take(&request).await;
    let client = world.client(world.books);
    assert!(gateway::Call::new("POST /payments", "a b", &json!({})).is_err());
    let key = call("another-key", &request);
    let refused = gateway::create_payment(&world.office, &client, &key, &request).await;
    assert_eq!(refused.unwrap_err().code().name(), "order_number_taken");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn two_merchants_cannot_see_each_others_payments(pool: PgPool) {
    let world = World::new(pool).await;
    let view = world.pay(&order("A-1", "100.00")).await;
    let (mine, theirs) = (world.client(world.books), world.client(world.tea));
    let id = view.id.unwrap();
    assert_eq!(gateway::find_payment(&world.office, &mine, id).await.unwrap(), view);
    let refused = gateway::find_payment(&world.office, &theirs, id).await;
    assert!(matches!(refused, Err(GatewayError::NotFound("payment"))));
    let refused = gateway::standing(&world.office, &theirs, view.order).await;
    assert!(matches!(refused, Err(GatewayError::NotFound(_))));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_platform_order_names_a_seller_of_that_platform(pool: PgPool) {
    let world = World::new(pool).await;
    let request = PaymentRequest { seller: Some("M100004".to_owned()), ..order("A-1", "100.00") };
    let call = call("A-1", &request);
    let office = &world.office;
    let market = world.client(world.market);
    gateway::create_payment(office, &market, &call, &request).await.unwrap();
    let seller: Option<uuid::Uuid> =
        sqlx::query_scalar("SELECT seller_id FROM orders").fetch_one(&office.db).await.unwrap();
    assert_eq!(seller, Some(world.farm.0));
    let books = world.client(world.books);
    let refused = gateway::create_payment(office, &books, &call, &request).await.unwrap_err();
    assert!(matches!(refused, GatewayError::Field(error) if error.field == "seller"));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn only_the_right_secret_of_a_known_key_opens_the_door(pool: PgPool) {
    let world = World::new(pool).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let key = merchants::issue_api_key(&mut conn, &world.office, world.books).await.unwrap();
    let client = gateway::authenticate(&world.office, &key.bearer()).await.unwrap();
    assert_eq!(client.merchant, world.books);
    assert!(!format!("{key:?}").contains(key.bearer().split_once('.').unwrap().1));
    let wrong = format!("{}.{}", key.key_id, "0".repeat(64));
    for bearer in [wrong.as_str(), "ck_nobody.secret", &key.key_id, "", "."] {
        let refused = gateway::authenticate(&world.office, bearer).await;
        assert!(matches!(refused, Err(GatewayError::NotAuthenticated)), "{bearer}");
    }
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_visit_is_noted_once_per_key(pool: PgPool) {
    let world = World::new(pool).await;
    world.pay(&order("A-1", "1.00")).await;
    let client = world.client(world.books);
    let event = |number: Option<&str>| PageEvent {
        visitor: "v1".to_owned(),
        step: FunnelStep::CashierPage,
        product: None,
        merchant_order_no: number.map(str::to_owned),
    };
    let key = |key| gateway::Call::new("POST /events", key, &json!({})).unwrap();
    for _ in 0..2 {
        let event = event(Some("A-1"));
        gateway::record_event(&world.office, &client, &key("e1"), &event).await.unwrap();
    }
    let expected = ["order_requested", "order_created", "paid", "cashier_page"];
    assert_eq!(events(&world).await, expected);
    let refused =
        gateway::record_event(&world.office, &client, &key("e2"), &event(Some("B"))).await;
    assert_eq!(refused.unwrap_err().code().name(), "invalid_field");
}
