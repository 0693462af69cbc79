//! Users are topped up through the channels, as far as the class of their account goes.

use crate::office::{World, call, order, today};
use backoffice::gateway::{self, Came, GatewayError};
use backoffice::refunds::{self, RefundError, Requester};
use backoffice::{settlement, users, work};
use domain::account::AccountRef;
use domain::gateway::{PaymentRequest, PaymentView, TopUpRequest};
use domain::ids::UserId;
use domain::limits::LimitExceeded;
use domain::merchant::Refusal;
use domain::money::{Currency, Money};
use domain::payment::PaymentStatus;
use domain::payout::Payee;
use domain::refund::RefundRequest;
use domain::user::UserRequest;
use sqlx::PgPool;

fn wang(class: &str) -> UserRequest {
    UserRequest {
        reference: "u-1".to_owned(), name: "王小明".to_owned(), class: class.to_owned()
    }
}

fn card(name: &str) -> Payee {
    Payee {
        account: "6222 0210 0101 2345".to_owned(),
        name: name.to_owned(),
        bank: "招商银行".to_owned(),
    }
}

async fn registered(world: &World, class: &str) -> UserId {
    let client = world.client(world.books);
    let request = wang(class);
    let call = call("user-1", &request);
    let came = gateway::register_user(&world.office, &client, &call, &request)
        .await
        .expect("the world of the story");
    let Came::New(id) = came else { panic!("answered before") };
    id
}

async fn account(world: &World, name: &str) -> Result<Came<()>, GatewayError> {
    let client = world.client(world.books);
    let payee = card(name);
    let call = call(&format!("card-{}", world.office.new_id()), &payee);
    gateway::set_user_account(&world.office, &client, &call, ("u-1", &payee)).await
}

fn top_up(number: &str, amount: &str, user: Option<&str>) -> PaymentRequest {
    let top_up = Some(TopUpRequest { user: user.map(str::to_owned) });
    PaymentRequest { top_up, ..order(number, amount) }
}

async fn holds(world: &World, account: AccountRef) -> i64 {
    let mut conn = world.office.db.acquire().await.expect("the world of the story");
    ledger::balance(&mut conn, &account, Currency::Cny)
        .await
        .expect("the world of the story")
        .minor()
}

async fn paid(world: &World, request: &PaymentRequest) -> PaymentView {
    let view = world.pay(request).await;
    assert_eq!(view.status, PaymentStatus::Succeeded, "{view:?}");
    view
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_top_up_raises_the_users_balance_and_is_never_settled(pool: PgPool) {
    let world = World::new(pool).await;
    let user = registered(&world, "II").await;
    account(&world, "王小明").await.unwrap();
    let view = paid(&world, &top_up("T-1", "200.00", Some("u-1"))).await;
    assert_eq!(holds(&world, users::account(user)).await, 20_000);
    assert_eq!(holds(&world, AccountRef::merchant_unsettled(world.books)).await, 0);
    assert_eq!(holds(&world, AccountRef::fee_income()).await, 0, "a top-up earns no fee");
    // It is no sale: settlement passes it by.
    let maker = world.actor(domain::access::Role::FinanceMaker).await;
    world.wait(time::Duration::days(3)).await;
    let run = settlement::run(&world.office, &maker, today().next().next()).await.unwrap();
    assert!(run.settled.is_empty(), "{run:?}");
    // And it goes back as a return, not as a refund.
    let asked = RefundRequest {
        payment: view.id.unwrap(),
        merchant_refund_no: "R-1".to_owned(),
        amount: Money::cny(100),
        reason: "no".to_owned(),
    };
    let merchant = Requester::Merchant(world.books);
    let refused = refunds::request(&world.office, merchant, &asked).await;
    assert!(matches!(refused, Err(RefundError::IsTopUp)), "{refused:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_merchant_tops_up_its_own_available_balance(pool: PgPool) {
    let world = World::new(pool).await;
    paid(&world, &top_up("T-1", "500.00", None)).await;
    assert_eq!(holds(&world, AccountRef::merchant_available(world.books)).await, 50_000);
    assert_eq!(holds(&world, AccountRef::merchant_unsettled(world.books)).await, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_account_of_class_one_holds_a_thousand_and_not_a_fen_more(pool: PgPool) {
    let world = World::new(pool).await;
    let user = registered(&world, "I").await;
    account(&world, "王小明").await.unwrap();
    paid(&world, &top_up("T-1", "900.00", Some("u-1"))).await;
    let refused = world.take(&top_up("T-2", "100.01", Some("u-1"))).await.refusal;
    let (limit, left) = (Money::cny(100_000), Money::cny(10_000));
    let over = LimitExceeded::Balance { limit, left };
    assert_eq!(refused, Some(Refusal::OverLimit(over)));
    // One that is on its way counts.
    let taken = world.take(&top_up("T-3", "100.00", Some("u-1"))).await;
    assert_eq!(taken.refusal, None);
    let refused = world.take(&top_up("T-4", "0.01", Some("u-1"))).await.refusal;
    assert!(matches!(refused, Some(Refusal::OverLimit(LimitExceeded::Balance { .. }))));
    work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(holds(&world, users::account(user)).await, 100_000);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn odd_users_accounts_and_top_ups_are_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let client = world.client(world.books);
    let refused = |result: Result<_, GatewayError>| match result {
        Err(GatewayError::Field(error)) => error.field,
        Err(GatewayError::User(users::UserError::Field(error))) => error.field,
        other => panic!("{other:?}"),
    };
    let unknown = top_up("T-1", "1.00", Some("u-1"));
    let call_one = call("T-1", &unknown);
    let taken = gateway::create_payment(&world.office, &client, &call_one, &unknown).await;
    assert_eq!(refused(taken.map(|_| ())), "top_up.user", "no such user");
    let user = registered(&world, "II").await;
    let bare = top_up("T-2", "1.00", Some("u-1"));
    let call_two = call("T-2", &bare);
    let taken = gateway::create_payment(&world.office, &client, &call_two, &bare).await;
    assert_eq!(refused(taken.map(|_| ())), "top_up.user", "nowhere to give it back to");
    assert_eq!(refused(account(&world, "李红").await.map(|_| ())), "name", "somebody else's");
    account(&world, "王 小明").await.unwrap();
    // Another merchant does not see the user.
    let tea = world.client(world.tea);
    let foreign = gateway::find_user(&world.office, &tea, "u-1").await;
    assert!(matches!(foreign, Err(GatewayError::NotFound("user"))), "{foreign:?}");
    // The same user again is the same; another person under the reference is not.
    let again = wang("II");
    let second = call("user-2", &again);
    let came = gateway::register_user(&world.office, &client, &second, &again).await.unwrap();
    let Came::New(same) = came else { panic!("answered before") };
    assert_eq!(same, user);
    let other = wang("III");
    let taken =
        gateway::register_user(&world.office, &client, &call("user-3", &other), &other).await;
    assert!(matches!(taken, Err(GatewayError::User(users::UserError::ReferenceTaken))));
    let seller = PaymentRequest { seller: Some("M100004".to_owned()), ..bare };
    assert_eq!(seller.check().unwrap_err().field, "seller");
}
