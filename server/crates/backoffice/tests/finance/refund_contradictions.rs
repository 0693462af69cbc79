use crate::fixture::{self, House};
use backoffice::refunds::{self, Requester};
use banks::front::Answer;
use domain::error_item::{Cause, ErrorItemFilter};
use domain::money::Money;
use domain::refund::{RefundRequest, RefundState, RefundSummary};
use sqlx::PgPool;

/// A refund of 10.00 that the channel did.
async fn done(house: &House) -> RefundSummary {
    let payment = house.paid((house.shop, None), "2026-03-31").await;
    let asked = RefundRequest {
        payment,
        amount: Money::cny(1_000),
        merchant_refund_no: "R1".to_owned(),
        reason: "wrong size".to_owned(),
    };
    let shop = Requester::Merchant(house.shop);
    let id = refunds::request(&house.office, shop, &asked).await.unwrap();
    house.work().await;
    refunds::find(&house.office, &house.maker, id).await.unwrap().summary
}

fn word(channel_no: &str, fen: i64) -> Answer {
    Answer::Done {
        channel_no: channel_no.to_owned(),
        amount: Money::cny(fen),
        at: time::macros::datetime!(2026-03-31 05:00 UTC),
        clearing_date: fixture::day("2026-03-31"),
    }
}

/// The causes and differences of the open items, after the channel said something by itself.
async fn items(house: &House, refund: &RefundSummary, word: Answer) -> Vec<(Cause, i64)> {
    let from = (refund.channel.as_str(), refund.number.as_str());
    let heard = refunds::hear_callback(&house.office, from, Ok(word)).await.unwrap();
    assert!(heard.contains("known already") || heard.contains("a difference is opened"));
    house.work().await;
    let filter = ErrorItemFilter::default();
    let found = backoffice::error_items::list(&house.office, &house.maker, &filter, None).await;
    let rows = found.unwrap().rows;
    rows.into_iter().map(|item| (item.cause, item.difference.minor())).collect()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_a_channel_says_against_a_refund_that_is_certain_is_a_difference(pool: PgPool) {
    let house = fixture::open(pool).await;
    let refund = done(&house).await;
    let RefundState::Succeeded { channel_no } = refund.state.clone() else {
        panic!("{:?}", refund.state)
    };
    assert_eq!(items(&house, &refund, word(&channel_no, 1_000)).await, []);
    // The same trade with another amount: two yuan more went out than we know.
    let other = items(&house, &refund, word(&channel_no, 1_200)).await;
    assert_eq!(other, [(Cause::Amount, -200)]);
    // Said again, it is the same item.
    assert_eq!(items(&house, &refund, word(&channel_no, 1_200)).await.len(), 1);
    // Another trade: the payer was paid twice.
    let twice = items(&house, &refund, word("another", 1_000)).await;
    assert!(twice.contains(&(Cause::DuplicateInChannel, -1_000)), "{twice:?}");
    assert_eq!(twice.len(), 2);
    let same = refunds::find(&house.office, &house.maker, refund.id).await.unwrap().summary;
    assert_eq!(same.state, refund.state, "the refund itself stays as it is");
}
