//! Clearing houses, accounts and the protection fund's share are changed by two people.

use crate::fixture::{self, House};
use backoffice::reserve::{self, ReserveError};
use domain::approval::Verdict;
use domain::channel::Rail;
use domain::ids::ReserveDocumentId;
use domain::money::Money;
use domain::reserve::Purpose;
use domain::reserve::document::{DocumentKind, DocumentRequest};
use domain::reserve::settings::{ClearingHouse, ReserveChange, ReserveChangeRefused};
use sqlx::PgPool;

async fn agree(house: &House, change: &ReserveChange) {
    let approval = reserve::propose_settings(&house.office, &house.maker, change).await.unwrap();
    let waiting = reserve::propose_settings(&house.office, &house.maker, change).await;
    assert!(matches!(waiting, Err(ReserveError::Approval(_))), "one waits at a time");
    house.decide(&house.checker, approval, Verdict::Approve).await.unwrap();
    house.work().await;
}

async fn custody(house: &House) -> String {
    let settings = reserve::settings(&house.office, &house.maker).await.unwrap();
    settings.accounts.into_iter().find(|one| one.purpose == Purpose::Custody).unwrap().code
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_clearing_house_is_added_and_an_account_cleared_over_it_by_two_people(pool: PgPool) {
    let house = fixture::open(pool).await;
    let account = custody(&house).await;
    let over = |code: &str| ReserveChange::ClearOver {
        account: account.clone(),
        house: Some(code.to_owned()),
    };
    let nowhere = reserve::propose_settings(&house.office, &house.maker, &over("city")).await;
    assert!(matches!(
        nowhere,
        Err(ReserveError::Settings(ReserveChangeRefused::NoHouse(code))) if code == "city"
    ));
    let city = ClearingHouse {
        code: "city".to_owned(),
        name_en: "City clearing".to_owned(),
        name_zh: "城银清算".to_owned(),
        rail: Rail::Bank,
        active: true,
    };
    agree(&house, &ReserveChange::House { house: city.clone() }).await;
    agree(&house, &over("city")).await;
    let settings = reserve::settings(&house.office, &house.maker).await.unwrap();
    assert!(settings.houses.contains(&city));
    let found = settings.accounts.iter().find(|one| one.code == account).unwrap();
    assert_eq!(found.house.as_deref(), Some("city"));
    let closed = ReserveChange::House { house: ClearingHouse { active: false, ..city } };
    let refused = reserve::propose_settings(&house.office, &house.maker, &closed).await;
    assert!(matches!(refused, Err(ReserveError::Settings(ReserveChangeRefused::HouseInUse(_)))));
    let changes = reserve::settings_changes(&house.office, &house.maker).await.unwrap();
    assert_eq!(changes.len(), 2);
}

#[sqlx::test(migrations = "../../../migrations")]
async fn the_protection_funds_share_changes_what_interest_owes_it(pool: PgPool) {
    let house = fixture::open(pool).await;
    agree(&house, &ReserveChange::FundShare { share: "20".parse().unwrap() }).await;
    let interest = DocumentRequest {
        id: ReserveDocumentId(house.office.new_id()),
        kind: DocumentKind::Interest,
        amount: Money::cny(10_000),
        from: Purpose::Custody,
        house: String::new(),
        bank_ref: "Q1".to_owned(),
        grounds: "quarter".to_owned(),
    };
    let preview = reserve::preview_document(&house.office, &house.maker, &interest).await.unwrap();
    let fund = preview.effects.iter().find(|one| one.account.code == "2241.21").unwrap();
    assert_eq!(fund.after.checked_sub(fund.before).unwrap(), Money::cny(2_000));
}

#[sqlx::test(migrations = "../../../migrations")]
async fn an_account_out_of_use_pays_nothing_and_one_with_promises_stays_in_use(pool: PgPool) {
    let house = fixture::open(pool).await;
    let account = custody(&house).await;
    let out = ReserveChange::InUse { account: account.clone(), active: false };
    agree(&house, &out).await;
    let mut conn = house.office.db.acquire().await.unwrap();
    let refused = reserve::available(&mut conn, house.reserve).await;
    assert!(matches!(refused, Err(ReserveError::Inactive(code)) if code == account));
    let again = reserve::propose_settings(&house.office, &house.maker, &out).await;
    assert!(matches!(again, Err(ReserveError::Settings(ReserveChangeRefused::Nothing))));
}
