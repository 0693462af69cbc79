//! An office with a clock that tests move, and a browser of one request at a time.

#![expect(clippy::unwrap_used, reason = "a test's own set-up may end the test")]

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::{Request, Response};
use backoffice::access::{self, NewStaff};
use backoffice::office::{Clock, Office, Settings};
use banks::front::Fronts;
use banks::notify::Nowhere;
use domain::access::Role;
use domain::calendar::Calendar;
use domain::date::BusinessZone;
use server::router::{Site, router};
use sqlx::PgPool;
use std::path::Path;
use std::sync::Arc;
use time::macros::datetime;
use tower::ServiceExt;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// An office at noon of the last day of March.
pub fn office(db: PgPool) -> Office {
    let settings = Settings {
        zone: BusinessZone::china(),
        calendar: Calendar::default(),
        demo: true,
        vault: None,
    };
    Office {
        db,
        clock: Clock::standing_at(datetime!(2026-03-31 04:00 UTC)),
        fronts: Arc::new(Fronts::default()),
        notify: Arc::new(Nowhere),
        settings: Arc::new(settings),
        bell: backoffice::bell::Bell::default(),
        request_id: "test".to_owned(),
    }
}

/// The routes of this office.
pub fn site(office: &Office) -> Router {
    router(&Site::new(office.clone(), false, Path::new("no-files")), Router::new())
}

/// Adds a person who is called like their role.
pub async fn add(office: &Office, role: Role) {
    let name = role.name();
    let new = NewStaff { login: name, name, password: PASSWORD, roles: &[role] };
    access::add_staff(office, &new).await.unwrap();
}

/// Asks for a page.
pub async fn get(site: &Router, path: &str, session: Option<&str>) -> Response<Body> {
    let request = with(Request::get(path), session).body(Body::empty()).unwrap();
    site.clone().oneshot(request).await.unwrap()
}

/// Sends a form or, when it begins with a brace, JSON, as a page of ours does.
pub async fn post(site: &Router, path: &str, body: &str, session: Option<&str>) -> Response<Body> {
    let json = body.starts_with('{');
    let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
    let request = with(Request::post(path), session)
        .header(ORIGIN, "https://office.example")
        .header(CONTENT_TYPE, kind);
    site.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
}

/// Signs in by the form; the session, if the answer sets one.
pub async fn sign_in(site: &Router, login: &str, password: &str) -> Option<String> {
    let form = format!("login={login}&password={password}&to=/jobs").replace(' ', "+");
    let response = post(site, "/sign-in", &form, None).await;
    let cookie = response.headers().get(SET_COOKIE)?.to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(response.headers()["location"], "/jobs");
    Some(cookie.split([';', '=']).nth(1)?.to_owned())
}

fn with(
    request: axum::http::request::Builder,
    session: Option<&str>,
) -> axum::http::request::Builder {
    let request = request.header(HOST, "office.example");
    match session {
        Some(session) => request.header(COOKIE, format!("session={session}")),
        None => request,
    }
}
