//! What channels tell by themselves: believed only when signed, and whatever the order and however
//! often, one effect.

use crate::bank::{AT, Act};
use crate::office::{NOON, World, order};
use backoffice::payments::callbacks::{self, CallbackError, Delivery, Received};
use backoffice::work;
use banks::callback::{Callback, Operation};
use banks::http::{Outcome, Reply};
use banks::signing::{Headers, Refused, Secret};
use domain::account::AccountRef;
use domain::error_item::{Cause as Why, ErrorItemFilter};
use domain::money::Money;
use domain::order::{Cause, Subject};
use domain::payment::PaymentStatus;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

pub fn secret() -> Secret {
    Secret::of(&[7; 32]).unwrap()
}

pub async fn listening(pool: PgPool) -> World {
    let world = World::new(pool).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let agreed = ("unionpay", &secret());
    callbacks::agree_secret(&mut conn, &world.office, agreed).await.unwrap();
    drop(conn);
    world
}

pub fn done(number: &str, fen: i64, channel_no: &str) -> String {
    body(
        number,
        Outcome::Done {
            channel_no: channel_no.to_owned(),
            amount: Money::cny(fen).plain(),
            currency: "CNY".to_owned(),
            at: AT,
            clearing_date: "2026-03-31".parse().unwrap(),
        },
    )
}

pub fn declined(number: &str) -> String {
    let (code, reason) = ("51".to_owned(), "insufficient funds".to_owned());
    body(number, Outcome::Declined { code, reason })
}

pub fn body(number: &str, outcome: Outcome) -> String {
    let reply = Reply { number: number.to_owned(), outcome };
    serde_json::to_string(&Callback { event: Operation::Payment, reply }).unwrap()
}

pub async fn deliver(
    world: &World,
    (channel, id): (&str, &str),
    (body, at): (&str, OffsetDateTime),
) -> Result<Received, CallbackError> {
    let signature = secret().sign(id, at, body.as_bytes());
    let timestamp = at.unix_timestamp().to_string();
    let headers = Headers { id, timestamp: &timestamp, signature: &signature };
    let delivery = Delivery { channel, headers, body: body.as_bytes() };
    callbacks::receive(&world.office, &delivery).await
}

/// Delivers under an id and lets it be worked on.
pub async fn tell(world: &World, id: &str, body: &str) -> Received {
    let now = world.office.now();
    let received = deliver(world, ("unionpay", id), (body, now)).await.unwrap();
    work::run_until_idle(&world.office).await.unwrap();
    received
}

/// An order of 100.00 whose payment's outcome is not known: its number.
pub async fn unknown(world: &World, order_no: &str) -> (backoffice::gateway::Taken, String) {
    world.bank.will(&[Act::Lose]);
    let taken = world.take(&order(order_no, "100.00")).await;
    work::run_until_idle(&world.office).await.unwrap();
    let id = world.standing(&taken).await.id.unwrap();
    (taken, id.0.simple().to_string())
}

pub async fn due(world: &World) -> Money {
    world.balance(&AccountRef::due_from_channel("unionpay")).await
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_callback_resolves_what_was_not_known(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    assert_eq!(tell(&world, "d1", &done(&number, 10_000, "C1")).await, Received::New);
    let view = world.standing(&taken).await;
    assert_eq!(view.status, PaymentStatus::Succeeded);
    assert_eq!(due(&world).await, Money::cny(10_000));
    let mut conn = world.office.db.acquire().await.unwrap();
    let changes = backoffice::orders::transitions(&mut conn, taken.order).await.unwrap();
    let told: Vec<_> =
        changes.iter().map(|one| (one.subject, one.to.as_str(), one.cause)).collect();
    let expected = [
        (Subject::Order, "paying", Cause::Request),
        (Subject::Payment, "sending", Cause::Sending),
        (Subject::Payment, "unknown", Cause::Answer),
        (Subject::Payment, "succeeded", Cause::Callback),
        (Subject::Order, "paid", Cause::Consequence),
    ];
    assert_eq!(told, expected);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn nobody_else_is_believed(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    let body = done(&number, 10_000, "C1");
    let refused =
        async |place: (&str, &str), at: OffsetDateTime| match deliver(&world, place, (&body, at))
            .await
        {
            Err(CallbackError::Refused(refused)) => refused,
            other => panic!("{other:?}"),
        };
    assert_eq!(refused(("wechat", "d1"), NOON).await, Refused::Signature);
    assert_eq!(refused(("nowhere", "d1"), NOON).await, Refused::Signature);
    assert_eq!(refused(("unionpay", "d1"), NOON - Duration::minutes(6)).await, Refused::Time);
    assert_eq!(refused(("unionpay", "d1"), NOON + Duration::minutes(6)).await, Refused::Time);
    assert_eq!(refused(("unionpay", ""), NOON).await, Refused::Malformed);
    let signature = secret().sign("d1", NOON, b"something else");
    let timestamp = NOON.unix_timestamp().to_string();
    let headers = Headers { id: "d1", timestamp: &timestamp, signature: &signature };
    let forged = Delivery { channel: "unionpay", headers, body: body.as_bytes() };
    let forged = callbacks::receive(&world.office, &forged).await;
    assert!(matches!(forged, Err(CallbackError::Refused(Refused::Signature))));
    work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Unknown);
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM channel_callbacks")
        .fetch_one(&world.office.db)
        .await
        .unwrap();
    assert_eq!(kept, 0);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_same_delivery_again_and_two_at_once_have_one_effect(pool: PgPool) {
    let world = listening(pool).await;
    let (_, number) = unknown(&world, "A-1").await;
    let body = done(&number, 10_000, "C1");
    let now = world.office.now();
    let (one, two) = tokio::join!(
        deliver(&world, ("unionpay", "d1"), (&body, now)),
        deliver(&world, ("unionpay", "d1"), (&body, now)),
    );
    let mut received = [one.unwrap(), two.unwrap()];
    received.sort_by_key(|one| *one == Received::Known);
    assert_eq!(received, [Received::New, Received::Known]);
    work::run_until_idle(&world.office).await.unwrap();
    assert_eq!(tell(&world, "d1", &body).await, Received::Known);
    assert_eq!(tell(&world, "d2", &body).await, Received::New);
    assert_eq!(due(&world).await, Money::cny(10_000));
    let outcomes: Vec<String> =
        sqlx::query_scalar("SELECT outcome FROM channel_callbacks ORDER BY received_at, id")
            .fetch_all(&world.office.db)
            .await
            .unwrap();
    assert_eq!(outcomes, ["taken in", "known already"]);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn what_comes_late_or_is_not_followed_changes_nothing(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    tell(&world, "d2", &done(&number, 10_000, "C1")).await;
    tell(&world, "d1", &body(&number, Outcome::Processing)).await;
    tell(&world, "d3", &body(&number, Outcome::NotFound)).await;
    tell(&world, "d4", &done("nobody", 10_000, "C9")).await;
    tell(&world, "d5", r#"{"event":"bill.ready"}"#).await;
    tell(&world, "d6", "not json").await;
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    assert_eq!(due(&world).await, Money::cny(10_000));
    let outcomes: Vec<String> =
        sqlx::query_scalar("SELECT outcome FROM channel_callbacks ORDER BY delivery_id")
            .fetch_all(&world.office.db)
            .await
            .unwrap();
    assert_eq!(outcomes[0], "known already");
    assert_eq!(outcomes[1], "taken in");
    assert_eq!(outcomes[2], "a callback cannot say this");
    assert_eq!(outcomes[3], "there is no such payment");
    assert_eq!(outcomes[4], "not followed");
    assert!(outcomes[5].starts_with("cannot be read"), "{outcomes:?}");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_second_trade_is_a_difference_told_once(pool: PgPool) {
    let world = listening(pool).await;
    let (taken, number) = unknown(&world, "A-1").await;
    for (id, trade) in [("d1", "C1"), ("d2", "C2"), ("d3", "C2"), ("d4", "C1")] {
        tell(&world, id, &done(&number, 10_000, trade)).await;
    }
    assert_eq!(world.standing(&taken).await.status, PaymentStatus::Succeeded);
    assert_eq!(due(&world).await, Money::cny(10_000), "booked once");
    let auditor = world.person(domain::access::Role::Auditor).await;
    let all = ErrorItemFilter::default();
    let items = backoffice::error_items::list(&world.office, &auditor, &all, None);
    let items = items.await.unwrap();
    assert_eq!(items.rows.len(), 1);
    assert_eq!(items.rows[0].cause, Why::DuplicateInChannel);
    assert_eq!(items.rows[0].difference, Money::cny(10_000));
}
