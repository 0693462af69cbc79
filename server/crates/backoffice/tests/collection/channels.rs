use crate::office::{World, today};
use backoffice::channels::{self, Asked, Candidates, ChannelError};
use domain::access::Role;
use domain::money::Money;
use domain::product::Product;
use sqlx::PgPool;

#[sqlx::test(migrations = "../../../migrations")]
async fn channels_show_their_routes(pool: PgPool) {
    let world = World::new(pool).await;
    let auditor = world.person(Role::Auditor).await;
    let all = channels::list(&world.office, &auditor).await.unwrap();
    let codes: Vec<&str> = all.iter().map(|channel| channel.code.as_str()).collect();
    assert_eq!(codes, ["bank", "unionpay", "wechat"]);
    let bank = channels::find(&world.office, &auditor, "bank").await.unwrap();
    assert_eq!(bank.routes.len(), 2);
    let unknown = channels::find(&world.office, &auditor, "cash").await;
    assert!(matches!(unknown, Err(ChannelError::NotFound)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_channel_without_a_bank_front_is_not_connected(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.office.fronts = std::sync::Arc::default();
    let mut conn = world.office.db.acquire().await.unwrap();
    let asked = Asked { product: Product::QuickPay, card: None, day: today(), success: false };
    let known = Candidates::read(&mut conn, &world.office, asked).await.unwrap();
    let candidates = known.at(&mut conn, Money::cny(100)).await.unwrap();
    assert!(candidates.iter().all(|candidate| !candidate.connected));
}
