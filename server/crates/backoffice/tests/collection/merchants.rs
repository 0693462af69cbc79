use crate::office::{World, order, today};
use backoffice::approvals;
use backoffice::merchants::{self, MerchantError};
use domain::access::Role;
use domain::approval::Verdict;
use domain::fee::{FeeError, FeeSchedule, FeeTerms, Measure, Rate, Tier};
use domain::merchant::{
    MerchantChange, MerchantFilter, MerchantKind, MerchantStatus, Refusal, Sale,
};
use domain::money::Money;
use domain::page::PageRequest;
use domain::product::{CardType, Product};
use sqlx::PgPool;

async fn refusal(world: &World, product: Product) -> Option<Refusal> {
    let mut conn = world.office.db.acquire().await.unwrap();
    let wanted = (product, Money::cny(100));
    merchants::Register::default()
        .entitlement(&mut conn, world.tea, wanted, today())
        .await
        .unwrap()
        .err()
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_product_is_opened_by_two_people(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let product = Product::WechatPay;
    assert_eq!(refusal(&world, product).await, Some(Refusal::ProductNotEnabled { product }));

    let open = MerchantChange::Product { product, enabled: true };
    let id = merchants::propose_change(&world.office, &maker, world.tea, &open).await.unwrap();
    let itself = approvals::decide(&world.office, &maker, id, ("", Verdict::Approve, "")).await;
    assert!(itself.is_err());
    world.approve(&checker, id).await;

    let day = today();
    assert_eq!(refusal(&world, product).await, Some(Refusal::NoFeeTerms { product, day }));
    let rate = Rate::from_ppm(3_800).unwrap();
    let terms = FeeTerms::share(rate);
    let schedule = terms.into();
    let fee = MerchantChange::Fee { product, card: None, schedule, valid_from: day };
    let id = merchants::propose_change(&world.office, &maker, world.tea, &fee).await.unwrap();
    world.approve(&checker, id).await;
    assert_eq!(refusal(&world, product).await, None);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_change_that_makes_no_sense_is_not_even_proposed(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let propose = async |change: MerchantChange| {
        merchants::propose_change(&world.office, &maker, world.tea, &change).await.unwrap_err()
    };
    let open = MerchantChange::Product { product: Product::QuickPay, enabled: true };
    assert!(matches!(propose(open).await, MerchantError::NothingToChange));
    let terms = FeeTerms::share(Rate::from_ppm(3_800).unwrap());
    let product = Product::QuickPay;
    let fee = |terms: FeeTerms, valid_from| {
        let schedule = terms.into();
        MerchantChange::Fee { product, card: None, schedule, valid_from }
    };
    let yesterday = today().previous();
    let error = propose(fee(terms, yesterday)).await;
    assert!(matches!(error, MerchantError::BeginsInThePast(day) if day == yesterday));
    let crossed = FeeTerms { min: Money::cny(2), max: Some(Money::cny(1)), ..terms };
    let error = propose(fee(crossed, today())).await;
    assert!(matches!(error, MerchantError::Fee(FeeError::MaxBelowMin)));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_approved_change_of_terms_that_changed_meanwhile_is_not_carried_out(pool: PgPool) {
    let world = World::new(pool).await;
    let maker = world.person(Role::Operations).await;
    let checker = world.person(Role::Manager).await;
    let product = Product::WechatPay;
    let open = MerchantChange::Product { product, enabled: true };
    let id = merchants::propose_change(&world.office, &maker, world.tea, &open).await.unwrap();
    let mut conn = world.office.db.acquire().await.unwrap();
    merchants::enable(&mut conn, &world.office, world.tea, product).await.unwrap();
    world.approve(&checker, id).await;
    let detail = approvals::find(&world.office, &checker, id).await.unwrap();
    assert_eq!(detail.summary.state, "stale");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn new_fee_terms_count_from_their_day_on(pool: PgPool) {
    let world = World::new(pool).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let terms = FeeTerms::share(Rate::from_ppm(3_800).unwrap());
    let tomorrow = today().next();
    let agreed = (Product::QuickPay, terms, tomorrow);
    merchants::agree_fee(&mut conn, &world.office, world.tea, agreed).await.unwrap();
    let mut fee = async |day| {
        let wanted = (Product::QuickPay, Money::cny(10_000));
        merchants::Register::default()
            .entitlement(&mut conn, world.tea, wanted, day)
            .await
            .unwrap()
            .unwrap()
            .fee
    };
    assert_eq!(fee(today()).await, Money::cny(60));
    assert_eq!(fee(tomorrow).await, Money::cny(38));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn fees_follow_the_kind_of_card_and_the_volume_of_the_month(pool: PgPool) {
    let world = World::new(pool).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let share = |ppm| FeeTerms::share(Rate::from_ppm(ppm).unwrap());
    let tiers =
        vec![Tier { from: 0, terms: share(6_000) }, Tier { from: 20_000, terms: share(3_000) }];
    let tiered = FeeSchedule::tiered(Measure::Amount, tiers).unwrap();
    let credit = FeeSchedule::flat(share(8_000));
    for (card, schedule) in [(None, tiered), (Some(CardType::Credit), credit)] {
        let agreed = (Product::QuickPay, card, schedule, today());
        merchants::agree_schedule(&mut conn, &world.office, world.books, agreed).await.unwrap();
    }
    let mut fee = async |card, day| {
        let sale = Sale { product: Product::QuickPay, amount: Money::cny(10_000), card };
        merchants::Register::default()
            .entitlement(&mut conn, world.books, sale, day)
            .await
            .unwrap()
            .unwrap()
            .fee
    };
    assert_eq!(fee(Some(CardType::Debit), today()).await, Money::cny(60), "that for any card");
    assert_eq!(fee(Some(CardType::Credit), today()).await, Money::cny(80));
    world.pay(&order("A-1", "150.00")).await;
    assert_eq!(fee(None, today()).await, Money::cny(60), "200.00 are not reached yet");
    world.pay(&order("A-2", "50.00")).await;
    assert_eq!(fee(None, today()).await, Money::cny(30));
    assert_eq!(fee(None, "2026-04-01".parse().unwrap()).await, Money::cny(60), "a new month");
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_suspended_merchant_takes_no_payments(pool: PgPool) {
    let world = World::new(pool).await;
    let mut conn = world.office.db.acquire().await.unwrap();
    let status = MerchantStatus::Suspended;
    merchants::set_status(&mut conn, &world.office, world.books, status).await.unwrap();
    let taken = world.take(&order("A-1", "1.00")).await;
    assert_eq!(taken.refusal, Some(Refusal::NotActive { status }));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn merchants_are_found_by_number_and_name_and_show_their_tree(pool: PgPool) {
    let world = World::new(pool).await;
    let auditor = world.person(Role::Auditor).await;
    let filter = MerchantFilter { text: Some("m100003".to_owned()), ..Default::default() };
    let page = merchants::list(&world.office, &auditor, &filter, PageRequest::default()).await;
    let page = page.unwrap();
    assert_eq!((page.total, page.rows[0].kind), (1, MerchantKind::Platform));
    let market = merchants::find(&world.office, &auditor, world.market).await.unwrap();
    assert_eq!(market.sub_merchants[0].id, world.farm);
    let farm = merchants::find(&world.office, &auditor, world.farm).await.unwrap();
    assert_eq!(farm.summary.platform.map(|(id, _)| id), Some(world.market));
    let admin = world.person(Role::Admin).await;
    assert!(merchants::find(&world.office, &admin, world.farm).await.is_err());
}
