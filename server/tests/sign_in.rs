//! Signing in, staying signed in, and leaving.

mod support;

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use domain::access::Role;
use sqlx::PgPool;
use support::{PASSWORD, add, get, office, post, sign_in, site};
use time::Duration;

#[sqlx::test(migrations = "../migrations")]
async fn an_account_is_locked_for_half_an_hour_after_ten_wrong_passwords(db: PgPool) {
    let office = office(db);
    add(&office, Role::Manager).await;
    add(&office, Role::Operations).await;
    let site = site(&office);
    for _ in 0..10 {
        assert!(sign_in(&site, "manager", "wrong").await.is_none());
    }
    assert!(sign_in(&site, "manager", PASSWORD).await.is_none(), "the account is locked");
    let form = format!("login=manager&password={}", PASSWORD.replace(' ', "+"));
    let answer = post(&site, "/sign-in", &form, None).await;
    assert!(answer.headers()["location"].to_str().unwrap().ends_with("&refused=locked"));
    assert!(sign_in(&site, "operations", PASSWORD).await.is_some(), "nobody else is locked");
    office.clock.forward(Duration::minutes(31));
    assert!(sign_in(&site, "manager", PASSWORD).await.is_some());
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unknown_login_and_a_wrong_password_are_refused_alike(db: PgPool) {
    let office = office(db);
    add(&office, Role::Manager).await;
    let site = site(&office);
    for login in ["manager", "nobody"] {
        let answer = post(&site, "/sign-in", &format!("login={login}&password=x"), None).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"], "/sign-in?to=%2F&refused=wrong");
        assert!(!answer.headers().contains_key(SET_COOKIE));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_ends_after_a_quarter_of_an_hour_without_use_and_lives_on_with_it(db: PgPool) {
    let office = office(db);
    add(&office, Role::Manager).await;
    let site = site(&office);
    let session = sign_in(&site, "manager", PASSWORD).await.unwrap();
    for _ in 0..3 {
        office.clock.forward(Duration::minutes(14));
        assert_eq!(get(&site, "/staff", Some(&session)).await.status(), StatusCode::OK);
    }
    office.clock.forward(Duration::minutes(15));
    assert_eq!(get(&site, "/staff", Some(&session)).await.status(), StatusCode::SEE_OTHER);
    let answer = post(&site, "/api/fn/staff/list", "{}", Some(&session)).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrations = "../migrations")]
async fn no_session_lives_longer_than_a_working_day(db: PgPool) {
    let office = office(db);
    add(&office, Role::Manager).await;
    let site = site(&office);
    let session = sign_in(&site, "manager", PASSWORD).await.unwrap();
    for _ in 0..59 {
        office.clock.forward(Duration::minutes(10));
        assert_eq!(get(&site, "/jobs", Some(&session)).await.status(), StatusCode::OK);
    }
    office.clock.forward(Duration::minutes(10));
    assert_eq!(get(&site, "/jobs", Some(&session)).await.status(), StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = "../migrations")]
async fn signing_out_ends_the_session_for_good_and_signing_in_again_ends_the_former(db: PgPool) {
    let office = office(db);
    add(&office, Role::Auditor).await;
    let site = site(&office);
    let session = sign_in(&site, "auditor", PASSWORD).await.unwrap();
    let answer = post(&site, "/sign-out", "", Some(&session)).await;
    assert_eq!(answer.headers()["location"], "/sign-in");
    assert_eq!(get(&site, "/audit", Some(&session)).await.status(), StatusCode::SEE_OTHER);

    let former = sign_in(&site, "auditor", PASSWORD).await.unwrap();
    let form = format!("login=auditor&password={}", PASSWORD.replace(' ', "+"));
    post(&site, "/sign-in", &form, Some(&former)).await;
    assert_eq!(get(&site, "/audit", Some(&former)).await.status(), StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_planted_session_is_nobodys(db: PgPool) {
    let office = office(db);
    let site = site(&office);
    let planted = "0".repeat(64);
    assert_eq!(get(&site, "/", Some(&planted)).await.status(), StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_tell_browsers_what_they_may_do_and_keep_nothing(db: PgPool) {
    let office = office(db);
    add(&office, Role::Manager).await;
    let site = site(&office);
    let session = sign_in(&site, "manager", PASSWORD).await.unwrap();
    for path in ["/", "/approvals", "/audit", "/no/such/page"] {
        let answer = get(&site, path, Some(&session)).await;
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-request-id"].len(), 32, "{path}");
        let lost = path == "/no/such/page";
        let expected = if lost { StatusCode::NOT_FOUND } else { StatusCode::OK };
        assert_eq!(answer.status(), expected, "{path}");
    }
}
