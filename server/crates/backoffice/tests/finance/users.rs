//! Users withdraw to an account of their own, and top-ups go back to where they came from.

use crate::bank::Mood;
use crate::fixture::{self, House};
use backoffice::gateway::{self, Call, Came, GatewayError, WithdrawalCall};
use backoffice::payouts::{self, Evidence, PayoutError, WithdrawalWanted};
use backoffice::{approvals, trading_day, users};
use domain::approval::Verdict;
use domain::gateway::ApiClient;
use domain::ids::{PaymentId, PayoutId, StatementLineId, UserId};
use domain::money::Money;
use domain::payout::{Payee, PayoutDetail, PayoutSource};
use domain::user::UserRequest;
use ledger::entries::{self, Holder, Intake};
use sqlx::PgPool;
use time::Duration;

const FIRST: &str = "6222021001012345";

fn payee(account: &str) -> Payee {
    let (account, bank) = (account.to_owned(), "招商银行".to_owned());
    Payee { account, name: "王小明".to_owned(), bank }
}

fn client(house: &House) -> ApiClient {
    ApiClient { merchant: house.shop, key_id: "ck_test".to_owned() }
}

async fn account(house: &House, number: &str) {
    let mut tx = house.office.begin().await.expect("the world of the story");
    let user = users::by_reference(&mut tx, house.shop, "u-1")
        .await
        .expect("the world of the story")
        .expect("the world of the story");
    let client = client(house);
    users::set_account(&mut tx, &house.office, (&client, &user), &payee(number))
        .await
        .expect("the world of the story");
    tx.commit().await.expect("the world of the story");
}

/// A user with 200.00, topped up from the first account; the reserve has more than that.
async fn house_with_a_user(pool: PgPool) -> (House, UserId, PaymentId) {
    let house = fixture::open(pool).await;
    house.paid((house.shop, None), "2026-03-30").await;
    let payment = house.paid((house.shop, None), "2026-03-30").await;
    let mut tx = house.office.begin().await.expect("the world of the story");
    let request = UserRequest {
        reference: "u-1".to_owned(),
        name: "王小明".to_owned(),
        class: "II".to_owned(),
    };
    let user = users::register(&mut tx, &house.office, &client(&house), &request)
        .await
        .expect("the world of the story");
    tx.commit().await.expect("the world of the story");
    account(&house, FIRST).await;
    // The second of the payments was a top-up.
    sqlx::query(
        "UPDATE payments SET top_up = 'user', user_id = $2, amount_minor = 20000 WHERE id = $1",
    )
    .bind(payment.0)
    .bind(user.id.0)
    .execute(&house.office.db)
    .await
    .expect("the world of the story");
    sqlx::query(
        "INSERT INTO top_ups (order_id, merchant_id, user_id, account, name, bank, at)
         SELECT order_id, merchant_id, user_id, $2, '王小明', '招商银行', created_at
         FROM payments WHERE id = $1",
    )
    .bind(payment.0)
    .bind(FIRST)
    .execute(&house.office.db)
    .await
    .expect("the world of the story");
    let owner = user.id.to_string();
    let (holder, amount) = (Holder::User(&owner), Money::cny(20_000));
    house
        .books(payment.0, |event| {
            entries::topped_up(event, Intake::Channel("unionpay"), holder, amount)
        })
        .await;
    house.funds_arrive(40_000).await;
    (house, user.id, payment)
}

fn wanted(user: UserId, number: &str, fen: i64) -> WithdrawalWanted {
    WithdrawalWanted { user, number: number.to_owned(), amount: Money::cny(fen) }
}

async fn withdrawn(house: &House, user: UserId, number: &str, fen: i64) -> PayoutId {
    let wanted = wanted(user, number, fen);
    payouts::withdraw_for(&house.office, &house.maker, &wanted)
        .await
        .expect("the world of the story")
}

async fn approved(house: &House, payout: PayoutId) {
    let batch = payouts::make_batch(&house.office, &house.maker, house.reserve, &[payout])
        .await
        .expect("the world of the story");
    let approval =
        payouts::submit(&house.office, &house.maker, batch).await.expect("the world of the story");
    house.decide(&house.checker, approval, Verdict::Approve).await.expect("the world of the story");
    house.work().await;
}

async fn look(house: &House, id: PayoutId) -> PayoutDetail {
    payouts::find(&house.office, &house.maker, id).await.expect("the world of the story")
}

async fn on_the_statement(house: &House, number: &str, fen: i64, line: u128) {
    let evidence = Evidence {
        line: StatementLineId(uuid::Uuid::from_u128(line)),
        bank_ref: format!("STMT{line}"),
        amount: Money::cny(fen),
        at: time::macros::datetime!(2026-03-31 06:00 UTC),
    };
    let mut tx = house.office.begin().await.expect("the world of the story");
    payouts::complete(&mut tx, &house.office, number, &evidence)
        .await
        .expect("the world of the story");
    tx.commit().await.expect("the world of the story");
}

async fn comes_back(house: &House, number: &str, fen: i64, line: u128) {
    let evidence = Evidence {
        line: StatementLineId(uuid::Uuid::from_u128(line)),
        bank_ref: format!("STMT{line}"),
        amount: Money::cny(fen),
        at: time::macros::datetime!(2026-03-31 07:00 UTC),
    };
    let mut tx = house.office.begin().await.expect("the world of the story");
    payouts::returned(&mut tx, &house.office, number, &evidence, "account closed")
        .await
        .expect("the world of the story");
    tx.commit().await.expect("the world of the story");
}

/// The items in transit explain the balances of their accounts, as the day cut asks.
async fn is_sound(house: &House) {
    let mut conn = house.office.db.acquire().await.expect("the world of the story");
    let rules = trading_day::check_standing_gates(&mut conn).await.expect("the world of the story");
    let broken: Vec<_> = rules.iter().filter(|rule| !rule.findings.is_empty()).collect();
    assert!(broken.is_empty(), "{broken:?}");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_withdrawal_leaves_the_balance_at_once_and_is_paid_by_the_statement(pool: PgPool) {
    let (house, user, _) = house_with_a_user(pool).await;
    let id = withdrawn(&house, user, "W-1", 10_000).await;
    assert_eq!(house.balance("2241.01", user).await, 9_990, "100.00 and a fee of 0.10");
    assert_eq!(house.balance("2241.08", "").await, 10_000);
    assert_eq!(house.balance("6021.01", "").await, 130, "two sales at 0.60 and 0.10");
    is_sound(&house).await;
    let draft = look(&house, id).await;
    assert_eq!(draft.summary.source, PayoutSource::UserWithdrawal);
    assert_eq!((draft.payee.account.as_str(), draft.fee), (FIRST, Some(Money::cny(10))));

    let batch =
        payouts::make_batch(&house.office, &house.maker, house.reserve, &[id]).await.unwrap();
    let approval = payouts::submit(&house.office, &house.maker, batch).await.unwrap();
    let shown = approvals::find(&house.office, &house.checker, approval).await.unwrap().content;
    assert!(shown.to_string().contains("王小明 (u-1)"), "{shown}");
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    assert_eq!(look(&house, id).await.summary.state.name(), "accepted");
    assert_eq!(house.bank.sent().len(), 1);
    assert_eq!(house.balance("2241.08", "").await, 10_000);
    is_sound(&house).await;

    on_the_statement(&house, &draft.summary.number, 10_000, 1).await;
    assert_eq!(look(&house, id).await.summary.state.name(), "paid");
    assert_eq!(house.balance("2241.08", "").await, 0);
    assert_eq!(house.balance("1012.01", "").await, 30_000);
    is_sound(&house).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_the_bank_refuses_is_back_with_its_fee(pool: PgPool) {
    let (house, user, _) = house_with_a_user(pool).await;
    let id = withdrawn(&house, user, "W-1", 10_000).await;
    house.bank.will(&[Mood::Declines]);
    approved(&house, id).await;
    assert_eq!(look(&house, id).await.summary.state.name(), "rejected");
    assert_eq!(house.balance("2241.01", user).await, 20_000);
    assert_eq!(house.balance("6021.01", "").await, 120);
    is_sound(&house).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_unknown_outcome_is_asked_after_and_never_sent_again(pool: PgPool) {
    let (house, user, _) = house_with_a_user(pool).await;
    let id = withdrawn(&house, user, "W-1", 10_000).await;
    house.bank.will(&[Mood::DoesItSilently]);
    approved(&house, id).await;
    house.office.clock.forward(Duration::minutes(30));
    house.work().await;
    let found = look(&house, id).await;
    assert_eq!(found.summary.state.name(), "accepted", "the query told");
    assert!(found.queries > 0);
    assert_eq!(house.bank.sent().len(), 1);
    assert_eq!(house.balance("2241.01", user).await, 9_990);
    is_sound(&house).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn one_that_came_back_goes_to_the_account_that_counts_now_once_it_cooled(pool: PgPool) {
    let (house, user, _) = house_with_a_user(pool).await;
    let id = withdrawn(&house, user, "W-1", 10_000).await;
    approved(&house, id).await;
    let number = look(&house, id).await.summary.number;
    on_the_statement(&house, &number, 10_000, 1).await;
    comes_back(&house, &number, 10_000, 2).await;
    assert_eq!(house.balance("2241.10", "").await, 10_000);
    assert_eq!(house.balance("2241.01", user).await, 9_990, "it waits for a colleague");
    account(&house, "6222021001019999").await;
    let again = payouts::repay(&house.office, &house.maker, (id, None)).await.unwrap();
    assert_eq!(look(&house, again).await.payee.account, "6222021001019999");
    let batch =
        payouts::make_batch(&house.office, &house.maker, house.reserve, &[again]).await.unwrap();
    let early = payouts::submit(&house.office, &house.maker, batch).await;
    assert!(matches!(early, Err(PayoutError::Cooling { .. })), "{early:?}");
    house.office.clock.forward(Duration::hours(25));
    let approval = payouts::submit(&house.office, &house.maker, batch).await.unwrap();
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    assert_eq!(look(&house, again).await.summary.state.name(), "accepted");
    assert_eq!(house.balance("2241.10", "").await, 0);
    is_sound(&house).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_account_changed_after_submission_stands_in_front_of_the_checker(pool: PgPool) {
    let (house, user, _) = house_with_a_user(pool).await;
    let id = withdrawn(&house, user, "W-1", 10_000).await;
    let batch =
        payouts::make_batch(&house.office, &house.maker, house.reserve, &[id]).await.unwrap();
    let approval = payouts::submit(&house.office, &house.maker, batch).await.unwrap();
    let shown = approvals::find(&house.office, &house.checker, approval).await.unwrap();
    account(&house, "6222021001019999").await;
    let hash = shown.content_hash.as_str();
    let decision = (hash, Verdict::Approve, "");
    let decided = approvals::decide(&house.office, &house.checker, approval, decision).await;
    house.work().await;
    let state = look(&house, id).await.summary.state.name();
    assert!(decided.is_err() || state == "drafted", "{decided:?} {state}");
    assert!(house.bank.sent().is_empty());
    assert_eq!(house.balance("2241.08", "").await, 10_000, "still set aside");
    is_sound(&house).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn nobody_withdraws_what_they_do_not_have_or_twice_under_a_number(pool: PgPool) {
    let (house, user, _) = house_with_a_user(pool).await;
    // Exactly the balance leaves nothing for the fee.
    let ask = wanted(user, "W-1", 20_000);
    let refused = payouts::withdraw_for(&house.office, &house.maker, &ask).await;
    assert!(matches!(refused, Err(PayoutError::NotInUsersBalance { .. })), "{refused:?}");
    let id = withdrawn(&house, user, "W-1", 19_980).await;
    assert_eq!(house.balance("2241.01", user).await, 0);
    assert_eq!(withdrawn(&house, user, "W-1", 19_980).await, id, "the same withdrawal");
    let ask = wanted(user, "W-1", 100);
    let other = payouts::withdraw_for(&house.office, &house.maker, &ask).await;
    assert!(matches!(other, Err(PayoutError::NumberReused { .. })), "{other:?}");
    let ask = wanted(user, "W-2", 1);
    let empty = payouts::withdraw_for(&house.office, &house.maker, &ask).await;
    assert!(matches!(empty, Err(PayoutError::NotInUsersBalance { .. })), "{empty:?}");
    let ask = wanted(user, "W 3", 1);
    let odd = payouts::withdraw_for(&house.office, &house.maker, &ask).await;
    assert!(matches!(odd, Err(PayoutError::Field(_))), "{odd:?}");
    let checker = payouts::withdraw_for(&house.office, &house.checker, &ask).await;
    assert!(matches!(checker, Err(PayoutError::Forbidden(_))), "{checker:?}");
    // What is refused before a batch is back at once, with its fee.
    let why = (id, "not the user's wish");
    payouts::refuse(&house.office, &house.maker, why).await.unwrap();
    assert_eq!(house.balance("2241.01", user).await, 20_000);
    assert!(payouts::refuse(&house.office, &house.maker, why).await.is_err(), "only once");
    is_sound(&house).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_business_system_withdraws_for_its_own_users_only(pool: PgPool) {
    let (house, user, _) = house_with_a_user(pool).await;
    let asked = WithdrawalCall {
        reference: "u-1".to_owned(),
        merchant_withdrawal_no: "W-1".to_owned(),
        amount: "50.00".to_owned(),
        currency: "CNY".to_owned(),
    };
    let call = |key| Call::new("POST /users/withdrawals", key, &serde_json::json!(key)).unwrap();
    let stranger = ApiClient { merchant: house.platform, key_id: "ck".to_owned() };
    let foreign = gateway::withdraw(&house.office, &stranger, &call("a"), &asked).await;
    assert!(matches!(foreign, Err(GatewayError::NotFound("user"))), "{foreign:?}");
    let ours = client(&house);
    let came = gateway::withdraw(&house.office, &ours, &call("b"), &asked).await.unwrap();
    let Came::New(id) = came else { panic!("answered before") };
    let found = gateway::find_withdrawal(&house.office, &ours, id).await.unwrap();
    assert_eq!((found.user, found.fee), (user, Money::cny(10)), "the least fee");
    let seen = gateway::find_withdrawal(&house.office, &stranger, id).await;
    assert!(matches!(seen, Err(GatewayError::NotFound("withdrawal"))), "{seen:?}");
    let much = WithdrawalCall {
        amount: "1000.00".to_owned(),
        merchant_withdrawal_no: "W-2".to_owned(),
        ..asked
    };
    let refused = gateway::withdraw(&house.office, &ours, &call("c"), &much).await;
    assert!(matches!(refused, Err(GatewayError::Payout(_))), "{refused:?}");
    assert_eq!(house.balance("2241.01", user).await, 14_990);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_top_up_goes_back_to_where_it_came_from_and_no_more_than_is_left(pool: PgPool) {
    let (house, user, payment) = house_with_a_user(pool).await;
    withdrawn(&house, user, "W-1", 5_000).await;
    let left = house.balance("2241.01", user).await;
    assert_eq!(left, 14_990);
    // The user has another account by now: the money does not go there.
    account(&house, "6222021001019999").await;
    let back = async |fen, why: &str| {
        let wanted = (payment, Money::cny(fen), why);
        payouts::return_top_up(&house.office, &house.maker, wanted).await
    };
    assert!(matches!(back(14_991, "x").await, Err(PayoutError::NotReturnable { .. })));
    assert!(matches!(back(100, " ").await, Err(PayoutError::NoReason)));
    let id = back(10_000, "sent by mistake").await.unwrap();
    assert!(matches!(back(4_991, "x").await, Err(PayoutError::NotReturnable { .. })));
    let draft = look(&house, id).await;
    assert_eq!(draft.summary.source, PayoutSource::TopUpReturn);
    assert_eq!(draft.payee.account, FIRST);
    assert_eq!(house.balance("2241.01", user).await, 4_990);
    is_sound(&house).await;
    approved(&house, id).await;
    assert_eq!(look(&house, id).await.summary.state.name(), "accepted");
    on_the_statement(&house, &draft.summary.number, 10_000, 1).await;
    assert_eq!(look(&house, id).await.summary.state.name(), "paid");
    is_sound(&house).await;
    // A sale is no top-up.
    let sale = house.paid((house.shop, None), "2026-03-30").await;
    let wrong = (sale, Money::cny(1), "x");
    let refused = payouts::return_top_up(&house.office, &house.maker, wrong).await;
    assert!(matches!(refused, Err(PayoutError::NoTopUp)), "{refused:?}");
}
