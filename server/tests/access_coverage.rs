//! Every server function stands in one table of who may call it, and is tried as everybody: as
//! nobody, and as each role. A function without a row fails the test.

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use axum::http::{Method, Request, StatusCode};
use backoffice::access::{self, NewStaff};
use backoffice::office::{Clock, Office, Settings};
use banks::front::Fronts;
use domain::access::Role::{
    self, Admin, Auditor, FinanceChecker, FinanceMaker, Manager, Operations,
};
use domain::calendar::Calendar;
use domain::date::BusinessZone;
use leptos::server_fn::axum::server_fn_paths;
use server::router::{Site, router};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use tower::ServiceExt;

/// Where all server functions live.
const PREFIX: &str = "/api/fn/";
const PASSWORD: &str = "correct horse battery staple";
/// An id that nothing has.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

const FIRST_PAGE: &str = r#"{"number":1,"size":50}"#;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Whoever is signed in. Which objects they get is decided object by object.
const EVERYBODY: &[Role] = &Role::ALL;
const AUDITORS: &[Role] = &[Manager, Admin, Auditor];

/// Function, who may call it, and a request that reads well enough to reach that question: JSON for
/// what loads, a form for what commands. `{id}` stands for an id that nothing has, `{page}` for the
/// first page.
const TABLE: &[(&str, &[Role], &str)] = &[
    (
        "approvals/decide",
        EVERYBODY,
        "request[id]={id}&request[shown_hash]=x&request[verdict]=approve&request[confirmed]=yes",
    ),
    ("approvals/find", EVERYBODY, r#"{"id":"{id}"}"#),
    ("approvals/list", EVERYBODY, r#"{"inbox":"to_decide","page":{page}}"#),
    ("approvals/withdraw", EVERYBODY, "id={id}"),
    ("audit/list", AUDITORS, r#"{"filter":{},"page":{page}}"#),
    ("jobs/list", EVERYBODY, r#"{"page":{page}}"#),
    ("staff/find", AUDITORS, r#"{"id":"{id}"}"#),
    ("staff/list", AUDITORS, "{}"),
    ("staff/propose_roles", &[Admin], "request[id]={id}&request[roles][0]=auditor"),
    ("trading_day/today", EVERYBODY, "{}"),
];

#[test]
fn every_function_has_one_row_and_changes_nothing_by_get() {
    let mut missing = Vec::new();
    let rows: BTreeMap<_, _> = TABLE.iter().map(|(name, who, _)| (*name, who)).collect();
    assert_eq!(rows.len(), TABLE.len(), "a function stands in the table twice");
    let mut registered = BTreeSet::new();
    for (path, method) in server_fn_paths() {
        assert_eq!(method, Method::POST, "{path} can be called from another site's link");
        let name =
            path.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{path}: not under {PREFIX}"));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(
            name.split('/').count() == 2 && name.split('/').all(plain),
            "{path}: give it an endpoint like area/verb"
        );
        registered.insert(name);
        if !rows.contains_key(name) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "these functions need a row in TABLE: {missing:?}");
    let gone: Vec<_> = rows.keys().filter(|name| !registered.contains(*name)).collect();
    assert!(gone.is_empty(), "these rows belong to no function: {gone:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn each_function_answers_those_it_is_for_and_refuses_everybody_else(db: PgPool) {
    let office = office(db);
    let site = Site::new(office.clone(), false, Path::new("no-files"));
    let router = router(&site, Router::new());
    let mut wrong = Vec::new();
    for (name, _, body) in TABLE {
        let status = call(&router, name, body, None).await;
        if status != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{name} answers {status} to nobody"));
        }
    }
    for role in Role::ALL {
        let new =
            NewStaff { login: role.name(), name: role.name(), password: PASSWORD, roles: &[role] };
        access::add_staff(&office, &new).await.unwrap();
        let token = access::sign_in(&office, role.name(), PASSWORD).await.unwrap();
        for (name, who, body) in TABLE {
            let status = call(&router, name, body, Some(token.as_str())).await;
            let refused = matches!(status, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED);
            if refused == who.contains(&role) || status.is_server_error() {
                wrong.push(format!("{name} answers {status} to {role}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_session_every_page_leads_to_the_sign_in(db: PgPool) {
    let site = Site::new(office(db), false, Path::new("no-files"));
    let router = router(&site, Router::new());
    for path in ["/", "/approvals", "/staff?page=2", "/no/such/page"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        let to = response.headers()["location"].to_str().unwrap();
        assert!(to.starts_with("/sign-in?to=%2F"), "{path} leads to {to}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
}

fn office(db: PgPool) -> Office {
    let settings =
        Settings { zone: BusinessZone::china(), calendar: Calendar::default(), demo: true };
    Office {
        db,
        clock: Clock::system(),
        fronts: Arc::new(Fronts::default()),
        settings: Arc::new(settings),
        request_id: "test".to_owned(),
    }
}

async fn call(router: &Router, name: &str, body: &str, session: Option<&str>) -> StatusCode {
    let mut request = Request::post(format!("{PREFIX}{name}"))
        .header(HOST, "office.example")
        .header(ORIGIN, "https://office.example")
        .header(CONTENT_TYPE, if body.starts_with('{') { JSON } else { FORM });
    if let Some(session) = session {
        request = request.header(COOKIE, format!("session={session}"));
    }
    let body = Body::from(body.replace("{id}", NOBODY).replace("{page}", FIRST_PAGE));
    router.clone().oneshot(request.body(body).unwrap()).await.unwrap().status()
}
