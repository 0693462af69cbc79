//! Refunds the channel refused are paid out to the payer.

use crate::bank::Mood;
use crate::fixture::{self, House};
use backoffice::payouts::{self, Evidence, OtherAccount, PayoutError};
use backoffice::refunds::{self, RefundError, Requester};
use backoffice::{approvals, trading_day};
use domain::approval::{Inbox, Verdict};
use domain::ids::{ApprovalId, PaymentId, PayoutId, RefundId, StatementLineId};
use domain::money::Money;
use domain::page::PageRequest;
use domain::payout::{Payee, PayoutDetail, PayoutFilter, PayoutSource};
use domain::refund::{RefundDetail, RefundRequest};
use sqlx::PgPool;

fn asked(payment: PaymentId, number: &str, fen: i64) -> RefundRequest {
    RefundRequest {
        payment,
        merchant_refund_no: number.to_owned(),
        amount: Money::cny(fen),
        reason: "goods came back".to_owned(),
    }
}

fn payer() -> Payee {
    Payee {
        account: "6222 0210 0101 2345".to_owned(),
        name: "王小明".to_owned(),
        bank: "招商银行".to_owned(),
    }
}

/// A payment whose refund the channel refused; the reserve has what is paid out.
async fn house_with_a_refused_refund(pool: PgPool) -> (House, PaymentId) {
    let house = fixture::open(pool).await;
    let payment = house.paid((house.shop, None), "2026-03-30").await;
    house.paid((house.shop, None), "2026-03-30").await;
    house.funds_arrive(20_000).await;
    house.bank.will(&[Mood::Declines]);
    let merchant = Requester::Merchant(house.shop);
    refunds::request(&house.office, merchant, &asked(payment, "R1", 10_000)).await.unwrap();
    house.work().await;
    (house, payment)
}

async fn requested(house: &House, payment: PaymentId) -> RefundId {
    let wanted = (&asked(payment, "R2", 10_000), &payer());
    refunds::request_by_payout(&house.office, &house.operations, wanted).await.unwrap()
}

async fn to_decide(house: &House) -> ApprovalId {
    let page = PageRequest::default();
    approvals::list(&house.office, &house.checker, Inbox::ToDecide, page).await.unwrap().rows[0].id
}

/// A second person agrees to the refund: its payout is drafted.
async fn drafted(house: &House, payment: PaymentId) -> (RefundId, PayoutId) {
    let refund = requested(house, payment).await;
    house.decide(&house.checker, to_decide(house).await, Verdict::Approve).await.unwrap();
    house.work().await;
    (refund, drafts(house).await.remove(0))
}

async fn drafts(house: &House) -> Vec<PayoutId> {
    let filter = PayoutFilter { state: Some("drafted".to_owned()), ..PayoutFilter::default() };
    let page = PageRequest::default();
    let page = payouts::list(&house.office, &house.maker, &filter, page).await.unwrap();
    page.rows.into_iter().map(|payout| payout.id).collect()
}

async fn approved(house: &House, payout: PayoutId) {
    let batch =
        payouts::make_batch(&house.office, &house.maker, house.reserve, &[payout]).await.unwrap();
    let approval = payouts::submit(&house.office, &house.maker, batch).await.unwrap();
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
}

async fn look(house: &House, id: RefundId) -> RefundDetail {
    refunds::find(&house.office, &house.operations, id).await.unwrap()
}

async fn payout(house: &House, id: PayoutId) -> PayoutDetail {
    payouts::find(&house.office, &house.maker, id).await.unwrap()
}

fn line(number: u128) -> Evidence {
    Evidence {
        line: StatementLineId(uuid::Uuid::from_u128(number)),
        bank_ref: format!("STMT{number}"),
        amount: Money::cny(10_000),
        at: time::macros::datetime!(2026-03-31 06:00 UTC),
    }
}

async fn on_the_statement(house: &House, number: &str, line: &Evidence, back: bool) {
    let mut tx = house.office.begin().await.unwrap();
    for _ in 0..2 {
        // The same line again changes nothing.
        if back {
            let why = "account closed";
            payouts::returned(&mut tx, &house.office, number, line, why).await.unwrap();
        } else {
            payouts::complete(&mut tx, &house.office, number, line).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// The items in transit explain the balances of their accounts, as the day cut asks.
async fn transit_is_explained(house: &House) {
    let mut conn = house.office.db.acquire().await.unwrap();
    let rules = trading_day::check_standing_gates(&mut conn).await.unwrap();
    let broken: Vec<_> = rules.iter().filter(|rule| !rule.findings.is_empty()).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_refused_refund_is_paid_to_the_payers_account(pool: PgPool) {
    let (house, payment) = house_with_a_refused_refund(pool).await;
    let why = refunds::way_back(&house.office, &house.operations, payment).await.unwrap();
    assert!(why.unwrap().starts_with("the channel refused refund R1: "));
    let (refund, out) = drafted(&house, payment).await;
    let sent_before = house.bank.sent().len();
    assert_eq!(house.balance("2241.07", "").await, 10_000, "set aside by entry 11");
    let draft = payout(&house, out).await;
    assert_eq!(draft.summary.source, PayoutSource::Refund);
    assert_eq!((draft.payee.account.as_str(), draft.refund), ("6222021001012345", Some(refund)));
    transit_is_explained(&house).await;

    approved(&house, out).await;
    assert_eq!(look(&house, refund).await.summary.state.name(), "sending");
    assert_eq!(payout(&house, out).await.summary.state.name(), "accepted");
    assert_eq!(house.bank.sent().len(), sent_before + 1);
    assert_eq!(house.balance("2241.07", "").await, 10_000);
    assert_eq!(house.balance("2241.08", "").await, 0);
    transit_is_explained(&house).await;
    house.books_are_sound().await;

    on_the_statement(&house, &draft.summary.number, &line(1), false).await;
    let done = look(&house, refund).await;
    assert_eq!(done.summary.state.name(), "succeeded");
    assert_eq!(done.clearing_date, None, "in no clearing of the channel");
    assert_eq!(done.paid_to.unwrap().1.unwrap().0, out);
    assert_eq!(house.balance("2241.07", "").await, 0);
    assert_eq!(house.balance("1012.01", "").await, 10_000);
    assert_eq!(house.balance("1122.01", "unionpay").await, 0, "nothing is netted");
    let mut conn = house.office.db.acquire().await.unwrap();
    let day = fixture::day("2026-03-31");
    let bill = refunds::in_clearing(&mut conn, &house.office, "unionpay", day).await.unwrap();
    assert!(bill.is_empty(), "{bill:?}");
    transit_is_explained(&house).await;
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_the_channel_still_takes_back_is_not_paid_out(pool: PgPool) {
    let house = fixture::open(pool).await;
    let payment = house.paid((house.shop, None), "2026-03-30").await;
    let ask = asked(payment, "R1", 10_000);
    let way = refunds::way_back(&house.office, &house.operations, payment).await.unwrap();
    assert_eq!(way, None);
    let early =
        refunds::request_by_payout(&house.office, &house.operations, (&ask, &payer())).await;
    assert!(matches!(early, Err(RefundError::GoesBackByChannel(_))), "{early:?}");
    // A channel that is given up refunds nothing any more.
    sqlx::query("UPDATE channels SET valid_until = '2026-03-30' WHERE code = 'unionpay'")
        .execute(&house.office.db)
        .await
        .unwrap();
    let nobody = Payee { name: " ".to_owned(), ..payer() };
    let refused =
        refunds::request_by_payout(&house.office, &house.operations, (&ask, &nobody)).await;
    assert!(matches!(refused, Err(RefundError::Payee(_))), "{refused:?}");
    let maker = refunds::request_by_payout(&house.office, &house.checker, (&ask, &payer())).await;
    assert!(matches!(maker, Err(RefundError::Forbidden(_))), "{maker:?}");
    refunds::request_by_payout(&house.office, &house.operations, (&ask, &payer())).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_refund_the_checker_rejects_is_never_drafted(pool: PgPool) {
    let (house, payment) = house_with_a_refused_refund(pool).await;
    let refund = requested(&house, payment).await;
    let approval = to_decide(&house).await;
    let shown = approvals::find(&house.office, &house.checker, approval).await.unwrap().content;
    let shown = shown.to_string();
    assert!(shown.contains("6222021001012345") && shown.contains("王小明"), "{shown}");
    assert!(shown.contains("the channel refused refund R1"), "{shown}");
    house.decide(&house.checker, approval, Verdict::Reject).await.unwrap();
    house.work().await;
    assert_eq!(look(&house, refund).await.summary.state.name(), "rejected");
    assert!(drafts(&house).await.is_empty());
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_payout_the_bank_refuses_fails_the_refund_and_gives_the_money_back(pool: PgPool) {
    let (house, payment) = house_with_a_refused_refund(pool).await;
    let (refund, out) = drafted(&house, payment).await;
    house.bank.will(&[Mood::Declines]);
    approved(&house, out).await;
    assert_eq!(payout(&house, out).await.summary.state.name(), "rejected");
    assert_eq!(look(&house, refund).await.summary.state.name(), "failed");
    assert_eq!(house.balance("2241.07", "").await, 0);
    assert_eq!(house.balance("2241.03", house.shop).await, 10_000, "available again");
    transit_is_explained(&house).await;
    house.books_are_sound().await;
    // The payment is free for another try.
    let wanted = (&asked(payment, "R3", 10_000), &payer());
    refunds::request_by_payout(&house.office, &house.operations, wanted).await.unwrap();
}

#[sqlx::test(migrations = "../../../migrations")]
async fn one_that_came_back_goes_to_another_account_of_the_same_holder(pool: PgPool) {
    let (house, payment) = house_with_a_refused_refund(pool).await;
    let (refund, out) = drafted(&house, payment).await;
    approved(&house, out).await;
    let number = payout(&house, out).await.summary.number;
    on_the_statement(&house, &number, &line(1), false).await;
    on_the_statement(&house, &number, &line(2), true).await;
    assert_eq!(house.balance("2241.10", "").await, 10_000);
    let other = |bank: &str| OtherAccount {
        account: "6225 8888 0000 1111".to_owned(),
        bank: bank.to_owned(),
    };
    let nowhere = payouts::repay(&house.office, &house.maker, (out, Some(&other("")))).await;
    assert!(matches!(nowhere, Err(PayoutError::Refund(RefundError::Payee(_)))), "{nowhere:?}");
    let new = payouts::repay(&house.office, &house.maker, (out, Some(&other("工商银行")))).await;
    let new = new.unwrap();
    let again = payout(&house, new).await;
    assert_eq!(
        (again.payee.account.as_str(), again.payee.name.as_str()),
        ("6225888800001111", "王小明")
    );
    assert_eq!(again.refund, Some(refund));
    // A changed account cools first.
    let early =
        payouts::make_batch(&house.office, &house.maker, house.reserve, &[new]).await.unwrap();
    let early = payouts::submit(&house.office, &house.maker, early).await;
    assert!(matches!(early, Err(PayoutError::Cooling { .. })), "{early:?}");
    house.books_are_sound().await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn one_that_came_back_is_paid_once_more_from_what_came_back(pool: PgPool) {
    let (house, payment) = house_with_a_refused_refund(pool).await;
    let (refund, out) = drafted(&house, payment).await;
    approved(&house, out).await;
    let number = payout(&house, out).await.summary.number;
    on_the_statement(&house, &number, &line(1), false).await;
    on_the_statement(&house, &number, &line(2), true).await;
    let new = payouts::repay(&house.office, &house.maker, (out, None)).await.unwrap();
    approved(&house, new).await;
    assert_eq!(house.balance("2241.08", "").await, 10_000, "entry 21");
    transit_is_explained(&house).await;
    let number = payout(&house, new).await.summary.number;
    on_the_statement(&house, &number, &line(3), false).await;
    assert_eq!(house.balance("2241.10", "").await, 0);
    assert_eq!(house.balance("2241.08", "").await, 0);
    assert_eq!(look(&house, refund).await.summary.state.name(), "succeeded");
    house.books_are_sound().await;
}

/// The reserve asks the rows of the refund itself: whoever changed the payout's payee past the
/// application pays nobody.
#[sqlx::test(migrations = "../../../migrations")]
async fn nobody_but_the_payer_is_paid(pool: PgPool) {
    let (house, payment) = house_with_a_refused_refund(pool).await;
    let (_, out) = drafted(&house, payment).await;
    let before = house.bank.sent().len();
    let batch =
        payouts::make_batch(&house.office, &house.maker, house.reserve, &[out]).await.unwrap();
    let approval = payouts::submit(&house.office, &house.maker, batch).await.unwrap();
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    sqlx::query("UPDATE payouts SET payee_account = '6200000000000000' WHERE id = $1")
        .bind(out.0)
        .execute(&house.office.db)
        .await
        .unwrap();
    house.work().await;
    assert_eq!(house.bank.sent().len(), before);
    let back = payout(&house, out).await;
    assert_eq!(back.summary.state.name(), "drafted");
    assert_eq!(back.payee.account, "6222021001012345");
}
