use crate::bank::Mood;
use crate::fixture::{self, House, day};
use backoffice::approvals;
use backoffice::refunds::{self, Proof, RefundError, Requester};
use domain::approval::{Inbox, Verdict};
use domain::ids::{ApprovalId, MerchantId, PaymentId, RefundId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::refund::{AmountRefused, RefundDetail, RefundFilter, RefundRequest};
use ledger::entries::{self, Holder, Intake};
use sqlx::PgPool;

fn asked(payment: PaymentId, number: &str, fen: i64) -> RefundRequest {
    RefundRequest {
        payment,
        merchant_refund_no: number.to_owned(),
        amount: Money::cny(fen),
        reason: "goods came back".to_owned(),
    }
}

/// A merchant with two payments of 100.00, so that its balance covers a whole refund.
async fn house_with_payments(pool: PgPool) -> (House, PaymentId) {
    let house = fixture::open(pool).await;
    let payment = house.paid((house.shop, None), "2026-03-30").await;
    house.paid((house.shop, None), "2026-03-30").await;
    (house, payment)
}

async fn by_merchant(
    house: &House,
    merchant: MerchantId,
    asked: &RefundRequest,
) -> Result<RefundId, RefundError> {
    let id = refunds::request(&house.office, Requester::Merchant(merchant), asked).await?;
    house.work().await;
    Ok(id)
}

async fn look(house: &House, id: RefundId) -> RefundDetail {
    refunds::find(&house.office, &house.operations, id).await.unwrap()
}

async fn waiting_approval(house: &House) -> ApprovalId {
    let page = PageRequest::default();
    approvals::list(&house.office, &house.checker, Inbox::ToDecide, page).await.unwrap().rows[0].id
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_merchants_refund_goes_back_by_the_original_route(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    let id = by_merchant(&house, house.shop, &asked(payment, "R1", 10_000)).await.unwrap();
    let refund = look(&house, id).await;
    assert_eq!(refund.summary.state.name(), "succeeded");
    assert_eq!(refund.taken_from.as_deref(), Some("2241.02"));
    assert_eq!(refund.clearing_date, Some(day("2026-03-31")));
    assert_eq!(house.balance("2241.02", house.shop).await, 9_880);
    assert_eq!(house.balance("2241.07", "").await, 0);
    assert_eq!(house.balance("1122.01", "unionpay").await, 10_000);
    assert_eq!(house.balance("6021.02", "").await, 0, "the fee stays by default");
    let order = sqlx::query_scalar::<_, String>(
        "SELECT o.state FROM orders o JOIN payments p ON p.order_id = o.id WHERE p.id = $1",
    );
    let order = order.bind(payment.0).fetch_one(&house.office.db).await.unwrap();
    assert_eq!(order, "refunded");
    let mut conn = house.office.db.acquire().await.unwrap();
    let facts = refunds::in_clearing(&mut conn, &house.office, "unionpay", day("2026-03-31")).await;
    assert_eq!(facts.unwrap()[0].refund, id);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payment_is_refunded_once(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    let id = by_merchant(&house, house.shop, &asked(payment, "R1", 10_000)).await.unwrap();
    let same = by_merchant(&house, house.shop, &asked(payment, "R1", 10_000)).await.unwrap();
    assert_eq!(same, id, "the same number is the same refund");
    let reused = by_merchant(&house, house.shop, &asked(payment, "R1", 1)).await;
    assert!(matches!(reused, Err(RefundError::NumberReused { .. })));
    let second = by_merchant(&house, house.shop, &asked(payment, "R2", 10_000)).await;
    let Err(RefundError::Amount(AmountRefused::ExceedsRemaining { remaining })) = second else {
        panic!("{second:?}")
    };
    assert_eq!(remaining, Money::cny(0));
    assert_eq!(house.bank.sent().len(), 1);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_is_not_theirs_or_did_not_succeed_is_not_refunded(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    let strange = by_merchant(&house, house.seller, &asked(payment, "R1", 100)).await;
    assert!(matches!(strange, Err(RefundError::NotFound(_))));
    for (number, fen) in [("", 100), ("R1", 0), ("R1", -1), ("R1", 10_001)] {
        let refused = by_merchant(&house, house.shop, &asked(payment, number, fen)).await;
        assert!(refused.is_err(), "{number} {fen}");
    }
    let other = house.paid((house.shop, None), "2026-03-30").await;
    sqlx::query(
        "UPDATE payments SET state = 'failed', failure = 'declined', channel_no = NULL,
                event_time = NULL, clearing_date = NULL, accounting_date = NULL WHERE id = $1",
    )
    .bind(other.0)
    .execute(&house.office.db)
    .await
    .unwrap();
    let failed = by_merchant(&house, house.shop, &asked(other, "R1", 100)).await.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "this payment is failed: only a succeeded payment can be refunded"
    );
    assert!(house.bank.sent().is_empty());
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_colleagues_refund_takes_a_second_person(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    let staff = Requester::Staff(&house.operations);
    let ask = asked(payment, "R1", 10_000);
    let id = refunds::request(&house.office, staff, &ask).await.unwrap();
    house.work().await;
    assert_eq!(look(&house, id).await.summary.state.name(), "waiting_approval");
    assert!(house.bank.sent().is_empty());
    let approval = waiting_approval(&house).await;
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    let refund = look(&house, id).await;
    assert_eq!(refund.summary.state.name(), "succeeded");
    assert_eq!(refund.approval, Some(approval));
    let not_theirs = refunds::request(&house.office, Requester::Staff(&house.checker), &ask).await;
    assert!(matches!(not_theirs, Err(RefundError::Forbidden(_))));
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_rejected_refund_lets_the_payment_go(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    let staff = Requester::Staff(&house.operations);
    let id = refunds::request(&house.office, staff, &asked(payment, "R1", 10_000)).await.unwrap();
    let approval = waiting_approval(&house).await;
    house.decide(&house.checker, approval, Verdict::Reject).await.unwrap();
    house.work().await;
    let rejected = look(&house, id).await;
    assert_eq!(rejected.summary.state.name(), "rejected");
    by_merchant(&house, house.shop, &asked(payment, "R2", 10_000)).await.unwrap();
    assert_eq!(house.bank.sent().len(), 1);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn another_refund_in_between_makes_an_approval_stale(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    let staff = Requester::Staff(&house.operations);
    let id = refunds::request(&house.office, staff, &asked(payment, "R1", 4_000)).await.unwrap();
    let approval = waiting_approval(&house).await;
    by_merchant(&house, house.shop, &asked(payment, "R2", 1_000)).await.unwrap();
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
    assert_eq!(look(&house, id).await.summary.state.name(), "rejected");
    assert_eq!(house.bank.sent().len(), 1, "only the other one");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_balance_that_does_not_cover_it_is_waited_for(pool: PgPool) {
    let house = fixture::open(pool).await;
    let payment = house.paid((house.shop, None), "2026-03-30").await; // leaves 99.40
    let id = by_merchant(&house, house.shop, &asked(payment, "R1", 10_000)).await.unwrap();
    assert_eq!(look(&house, id).await.summary.state.name(), "waiting_funds");
    house.wait(10).await;
    assert!(house.bank.sent().is_empty());
    // The merchant tops up: the refund goes from what it brought.
    let top_up = house.office.new_id();
    let (holder, amount) = (Holder::Merchant(house.shop), Money::cny(10_000));
    house
        .books(top_up, |event| entries::topped_up(event, Intake::Reserve(""), holder, amount))
        .await;
    house.wait(10).await;
    let refund = look(&house, id).await;
    assert_eq!(refund.summary.state.name(), "succeeded");
    assert_eq!(refund.taken_from.as_deref(), Some("2241.03"));
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_channel_that_times_out_is_queried_under_the_same_number(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    house.bank.will(&[Mood::DoesItSilently]);
    let id = by_merchant(&house, house.shop, &asked(payment, "R1", 10_000)).await.unwrap();
    let refund = look(&house, id).await;
    assert_eq!(refund.summary.state.name(), "succeeded");
    assert_eq!(house.bank.sent(), std::slice::from_ref(&refund.summary.number));
    assert_eq!(house.bank.queried(), [refund.summary.number]);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_refund_nobody_knows_is_settled_by_the_bill(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    house.bank.will(&[Mood::LosesIt]);
    let id = by_merchant(&house, house.shop, &asked(payment, "R1", 10_000)).await.unwrap();
    house.wait(60).await;
    assert_eq!(look(&house, id).await.summary.state.name(), "unknown");
    assert_eq!(house.balance("2241.07", "").await, 10_000);
    assert_eq!(house.bank.sent().len(), 1);
    let proof = || Proof {
        channel_no: "BILL-7".to_owned(),
        at: house.office.now(),
        clearing_date: day("2026-03-31"),
    };
    let mut tx = house.office.begin().await.unwrap();
    for _ in 0..2 {
        refunds::settle_from_bill(&mut tx, &house.office, id, proof()).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(look(&house, id).await.summary.state.name(), "succeeded");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_refused_refund_gives_the_money_back_and_may_be_asked_again(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    house.bank.will(&[Mood::Declines]);
    let id = by_merchant(&house, house.shop, &asked(payment, "R1", 10_000)).await.unwrap();
    assert_eq!(look(&house, id).await.summary.state.name(), "failed");
    assert_eq!(house.balance("2241.03", house.shop).await, 10_000);
    by_merchant(&house, house.shop, &asked(payment, "R2", 10_000)).await.unwrap();
    let filter = RefundFilter { payment: Some(payment), ..RefundFilter::default() };
    let page = PageRequest::default();
    let all = refunds::list(&house.office, &house.operations, &filter, page).await.unwrap();
    assert_eq!(
        all.rows.iter().map(|r| r.state.name()).collect::<Vec<_>>(),
        ["succeeded", "failed"]
    );
    house.books_are_sound().await;
    // The failed one took from the unsettled balance, and settlement knows it.
    let run = house.settle("2026-03-31").await;
    assert!(run.held.is_empty(), "{run:?}");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_fee_goes_back_where_the_channel_says_so(pool: PgPool) {
    let (house, payment) = house_with_payments(pool).await;
    sqlx::query("UPDATE channels SET refund_gives_fee_back = true")
        .execute(&house.office.db)
        .await
        .unwrap();
    by_merchant(&house, house.shop, &asked(payment, "R1", 3_333)).await.unwrap();
    assert_eq!(house.balance("6021.02", "").await, 20);
    let rest = by_merchant(&house, house.shop, &asked(payment, "R2", 6_667)).await.unwrap();
    assert_eq!(look(&house, rest).await.fee_back, Money::cny(40));
    assert_eq!(house.balance("6021.02", "").await, 60);
    assert_eq!(house.balance("2241.02", house.shop).await, 9_940);
    house.books_are_sound().await;
    let run = house.settle("2026-03-31").await;
    assert_eq!(run.settled.len(), 1);
    assert_eq!(house.balance("2241.03", house.shop).await, 9_940);
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn once_split_a_platform_order_is_refunded_by_its_seller(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.agree_split("at_source").await;
    let payment = house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    house.settle("2026-03-31").await;
    let id = by_merchant(&house, house.platform, &asked(payment, "R1", 10_000)).await.unwrap();
    let refund = look(&house, id).await;
    assert_eq!(refund.summary.state.name(), "succeeded");
    assert_eq!(refund.taken_from.as_deref(), Some("2241.03"));
    assert_eq!(house.balance("2241.03", house.seller).await, 2 * 9_640 - 10_000);
    assert_eq!(house.balance("2241.06", house.platform).await, 200, "commission stays");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_platform_order_refunded_whole_before_the_split_costs_the_platform_the_fee(pool: PgPool) {
    let house = fixture::open(pool).await;
    house.agree_split("at_source").await;
    let payment = house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    house.paid((house.platform, Some(house.seller)), "2026-03-30").await;
    by_merchant(&house, house.platform, &asked(payment, "R1", 10_000)).await.unwrap();
    let run = house.settle("2026-03-31").await;
    assert!(run.held.is_empty(), "{run:?}");
    assert_eq!(house.balance("2241.03", house.seller).await, 9_640);
    assert_eq!(house.balance("2241.06", house.platform).await, 100 - 60);
    assert_eq!(house.balance("2241.02", house.platform).await, 0);
    house.books_are_sound().await;
}
