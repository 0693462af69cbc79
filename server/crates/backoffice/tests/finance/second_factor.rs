//! A lost second factor is reset by two other people; what is stored of one serves no thief.

use crate::fixture;
use backoffice::access::{self, NewStaff, second_factor};
use backoffice::approvals;
use backoffice::office::Office;
use backoffice::staff::{self, StaffError};
use backoffice::{decisions, work};
use domain::access::{Actor, Role};
use domain::approval::Verdict;
use domain::staff::SecondFactor;
use sqlx::PgPool;
use totp_rs::{Builder, Secret};

/// An administrator who has a password.
async fn li(office: &Office) -> Actor {
    let password = "correct horse battery";
    let new = NewStaff { login: "li", name: "li", password, roles: &[Role::Admin] };
    access::add_staff(office, &new).await.unwrap();
    access::actor_by_login(office, "li").await.unwrap()
}

/// Sets up a second factor, as its owner does, and tells the secret.
async fn set_up(office: &Office, who: &Actor) -> Vec<u8> {
    second_factor::enrol(office, who, ("correct horse battery", "")).await.unwrap();
    let SecondFactor::ToConfirm { secret, picture, .. } =
        second_factor::standing(office, who).await.unwrap()
    else {
        panic!("a secret to confirm")
    };
    assert_eq!(picture.dark.len(), picture.width * picture.width, "a QR code to point at");
    let secret = Secret::try_from_base32(&*secret).unwrap();
    let raw = secret.as_ref().to_vec();
    let totp = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    let now = u64::try_from(office.now().unix_timestamp()).unwrap();
    second_factor::confirm(office, who, &totp.generate(now).to_string()).await.unwrap();
    raw
}

#[sqlx::test(migrations = "../../../migrations")]
async fn a_lost_second_factor_is_reset_by_two_other_people(pool: PgPool) {
    let house = fixture::open(pool).await;
    let office = &house.office;
    let li = li(office).await;
    let wu = fixture::person(office, "wu", Role::Admin).await;
    let manager = fixture::person(office, "boss", Role::Manager).await;
    let none = staff::propose_reset(office, &wu, (li.staff, "lost")).await;
    assert!(matches!(none, Err(StaffError::NoSecondFactor)));
    let raw = set_up(office, &li).await;
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT sealed FROM staff_second_factors WHERE staff_id = $1")
            .bind(li.staff.0)
            .fetch_one(&office.db)
            .await
            .unwrap();
    assert!(!stored.windows(raw.len()).any(|part| part == raw), "it is sealed");

    let own = staff::propose_reset(office, &li, (li.staff, "lost")).await;
    assert!(matches!(own, Err(StaffError::OwnSecondFactor)));
    let approval = staff::propose_reset(office, &wu, (li.staff, "lost")).await.unwrap();
    let shown = approvals::find(office, &manager, approval).await.unwrap();
    let approve = decisions::Saying { verdict: Verdict::Approve, note: "", code: "" };
    let hash = shown.content_hash;
    house.give_role(&li, Role::Manager).await;
    let refused = decisions::decide(office, &li, (approval, &hash), approve).await.unwrap_err();
    assert!(refused.to_string().contains("about your own account"), "{refused}");
    decisions::decide(office, &manager, (approval, &hash), approve).await.unwrap();
    work::run_until_idle(office).await.unwrap();
    let standing = second_factor::standing(office, &li).await.unwrap();
    assert_eq!(standing, SecondFactor::Missing);
    set_up(office, &access::actor_by_login(office, "li").await.unwrap()).await;
}

#[sqlx::test(migrations = "../../../migrations")]
async fn without_a_key_no_second_factor_is_kept(pool: PgPool) {
    let house = fixture::open(pool).await;
    let li = li(&house.office).await;
    let mut office = house.office.clone();
    let settings = (*office.settings).clone();
    office.settings = std::sync::Arc::new(backoffice::office::Settings { vault: None, ..settings });
    let refused = second_factor::enrol(&office, &li, ("correct horse battery", "")).await;
    assert!(refused.unwrap_err().to_string().contains("COUNTINGHOUSE_SECRET_KEY"));
}
