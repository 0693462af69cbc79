use crate::shop::{Shop, order};
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use domain::gateway::ErrorCode;
use serde_json::{Value, json};
use sqlx::PgPool;

const PAYMENTS: &str = "/api/v1/payments";

fn path(reply: &crate::shop::Reply) -> String {
    format!("{PAYMENTS}/{}", reply.body["id"].as_str().unwrap())
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_is_answered_with_its_outcome(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let body = &reply.body;
    assert_eq!((&body["status"], &body["amount"]), (&json!("succeeded"), &json!("100.00")));
    assert_eq!(body["paid_at"], "2026-03-31T04:00:00Z");
    assert_eq!(body["clearing_date"], "2026-03-31");
    let found = shop.get(&shop.books, &path(&reply)).await;
    assert_eq!((found.status.as_u16(), &found.body), (200, body));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_outcome_nobody_knows_is_answered_as_such(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "6.66")).await;
    assert_eq!(reply.status, 202, "{}", reply.body);
    assert_eq!(reply.body["status"], "unknown");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_is_answered_the_same_again_and_never_for_another_body(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let first = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    let again = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let other = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "1.00")).await;
    assert_eq!(other.error(), (422, "idempotency_key_reused", Some("Idempotency-Key")));
    let payments: i64 = sqlx::query_scalar("SELECT count(*) FROM payments")
        .fetch_one(&shop.office.db)
        .await
        .unwrap();
    assert_eq!(payments, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_request_twice_at_once_collects_once(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let body = order("A-1", "100.00");
    let send = || shop.post(&shop.books, PAYMENTS, "k1", &body);
    let (one, two) = tokio::join!(send(), send());
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let busy = if one.status == 409 { &one } else { &two };
    assert_eq!(busy.error().1, "request_in_progress");
    assert_eq!(busy.headers["retry-after"], "1");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_product_that_is_not_enabled_is_refused_with_the_reason(db: PgPool) {
    let shop = Shop::open(db).await;
    let mut request = order("A-1", "1.00");
    request["product"] = json!("wechat_pay");
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &request).await;
    assert_eq!(reply.error(), (422, "product_not_enabled", None));
    let again = shop.post(&shop.books, PAYMENTS, "k1", &request).await;
    assert_eq!(again.body, reply.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn merchants_see_only_what_is_theirs(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    let theirs = shop.get(&shop.tea, &path(&reply)).await;
    assert_eq!(theirs.error(), (404, "not_found", None));
    let refund = json!({
        "payment_id": reply.body["id"], "merchant_refund_no": "R-1", "amount": "100.00",
        "currency": "CNY", "reason": "sent back",
    });
    let theirs = shop.post(&shop.tea, "/api/v1/refunds", "r1", &refund).await;
    assert_eq!(theirs.error(), (404, "not_found", None));
    let mine = shop.post(&shop.books, "/api/v1/refunds", "r1", &refund).await;
    // The fee is gone from the balance, so the merchant has to top up first.
    assert_eq!((mine.status.as_u16(), &mine.body["status"]), (202, &json!("waiting_funds")));
    let path = format!("/api/v1/refunds/{}", mine.body["id"].as_str().unwrap());
    assert_eq!(shop.get(&shop.tea, &path).await.error(), (404, "not_found", None));
    assert_eq!(shop.get(&shop.books, &path).await.body, mine.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_comes_in_without_a_key(db: PgPool) {
    let shop = Shop::open(db).await;
    for bearer in ["", "ck_0.0", &shop.books[..40]] {
        let reply = shop.post(bearer, PAYMENTS, "k1", &order("A-1", "1.00")).await;
        assert_eq!(reply.error(), (401, "not_authenticated", None));
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn bad_amounts_are_refused_and_nothing_is_stored(db: PgPool) {
    let shop = Shop::open(db).await;
    let long = "9".repeat(400);
    for amount in [
        "-1",
        "0",
        "0.001",
        "1e3",
        "9223372036854775807",
        "92233720368547758.08",
        "１００",
        "1,000.00",
        "٣",
        "",
        "NaN",
        "Infinity",
        "0x10",
        " 1.00",
        "+1.00",
        &long,
    ] {
        let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", amount)).await;
        assert_eq!(reply.error(), (422, "invalid_field", Some("amount")), "{amount}");
    }
    let stored: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM api_requests)",
    )
    .fetch_one(&shop.office.db)
    .await
    .unwrap();
    assert_eq!(stored, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn bodies_are_read_strictly(db: PgPool) {
    let shop = Shop::open(db).await;
    let mut extra = order("A-1", "1.00");
    extra["amonut"] = json!("2.00");
    let mut number = order("A-1", "1.00");
    number["amount"] = json!(1.00);
    let twice = order("A-1", "1.00").to_string().replacen('{', r#"{"amount":"9.00","#, 1);
    let large = order("A-1", &"1".repeat(70_000)).to_string();
    for (body, status, code) in [
        (extra.to_string(), 422, "invalid_body"),
        (number.to_string(), 422, "invalid_body"),
        (twice, 422, "invalid_body"),
        ("{".to_owned(), 400, "not_json"),
        (large, 413, "body_too_large"),
    ] {
        let reply = shop.post_text(&shop.books, PAYMENTS, "k1", body).await;
        assert_eq!(reply.error(), (status, code, None));
    }
    let bearer = format!("Bearer {}", shop.books);
    let keyless = Request::post(PAYMENTS)
        .header(AUTHORIZATION, &bearer)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(order("A-1", "1.00").to_string()));
    let reply = shop.send(keyless.unwrap()).await;
    assert_eq!(reply.error(), (400, "idempotency_key_missing", Some("Idempotency-Key")));
    let reply = shop.post(&shop.books, PAYMENTS, "a b", &order("A-1", "1.00")).await;
    assert_eq!(reply.error(), (422, "invalid_field", Some("Idempotency-Key")));
    assert_eq!(shop.get(&shop.books, "/api/v1/money").await.error().1, "no_such_route");
    let put = shop.put(&shop.books, PAYMENTS, "k1", &order("A-1", "1.00")).await;
    assert_eq!(put.error().1, "no_such_method");
    let nothing = shop.get(&shop.books, "/api/v1/payments/1").await;
    assert_eq!(nothing.error(), (404, "not_found", None));
}

#[sqlx::test(migrations = "../migrations")]
async fn visits_are_noted_for_the_funnel(db: PgPool) {
    let shop = Shop::open(db).await;
    let visit = json!({ "visitor": "v1", "step": "cashier_page" });
    let noted = shop.post(&shop.books, "/api/v1/events", "e1", &visit).await;
    assert_eq!(noted.status, 204);
    let ours = json!({ "visitor": "v1", "step": "paid" });
    let refused = shop.post(&shop.books, "/api/v1/events", "e2", &ours).await;
    assert_eq!(refused.error(), (422, "invalid_field", Some("step")));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_description_names_every_route(db: PgPool) {
    let shop = Shop::open(db).await;
    let reply = shop.send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await;
    let paths: Vec<&String> = reply.body["paths"].as_object().unwrap().keys().collect();
    let expected = [
        "/balance",
        "/events",
        "/notification-address",
        "/payments",
        "/payments/{id}",
        "/payments/{id}/close",
        "/refunds",
        "/refunds/{id}",
        "/statement",
        "/users",
        "/users/{reference}",
        "/users/{reference}/account",
        "/users/{reference}/statement",
        "/users/{reference}/withdrawals",
        "/withdrawals/{id}",
    ];
    assert_eq!(paths, expected);
    // Generated clients name their functions by these.
    let operations = reply.body["paths"].as_object().unwrap().values();
    let operations = operations.flat_map(|path| path.as_object().unwrap().values());
    let ids: Vec<&str> = operations.filter_map(|one| one["operationId"].as_str()).collect();
    let different: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!((ids.len(), different.len()), (17, 17), "{ids:?}");
    let codes = &reply.body["components"]["schemas"]["ErrorDetail"]["properties"]["code"]["enum"];
    let listed: Vec<&str> = codes.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let known: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(listed, known);
    let guide = include_str!("../../../docs/merchant-api.md");
    for code in known {
        assert!(guide.contains(&format!("`{code}`")), "{code} is missing in the guide");
    }
    for path in expected {
        assert!(guide.contains(path.split('/').nth(1).unwrap()), "{path} is missing in the guide");
    }
    assert_eq!(reply.body["servers"][0]["url"], "/api/v1");
    let bearer: &Value = &reply.body["components"]["securitySchemes"]["api_key"];
    assert_eq!(bearer["scheme"], "bearer");
}
