//! What merchants ask about their money, closing, and being told.

use crate::shop::{Shop, order};
use serde_json::json;
use sqlx::PgPool;

const PAYMENTS: &str = "/api/v1/payments";

#[sqlx::test(migrations = "../migrations")]
async fn fifty_at_once_with_one_key_collect_once(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let body = order("A-1", "100.00");
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let send = || shop.post(&shop.books, PAYMENTS, "k1", &body);
        let ten = tokio::join!(
            send(),
            send(),
            send(),
            send(),
            send(),
            send(),
            send(),
            send(),
            send(),
            send()
        );
        let (a, b, c, d, e, f, g, h, i, j) = ten;
        statuses.extend([a, b, c, d, e, f, g, h, i, j].map(|reply| reply.status.as_u16()));
    }
    assert_eq!(statuses.len(), 50);
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&201));
    let counts: (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM payments), (SELECT count(*) FROM ledger_journals)",
    )
    .fetch_one(&shop.office.db)
    .await
    .unwrap();
    assert_eq!(counts, (1, 3), "one payment, booked once");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_belongs_to_its_merchant_and_route(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let first = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    let other = shop.post(&shop.tea, PAYMENTS, "k1", &order("A-1", "7.00")).await;
    assert_eq!((first.status.as_u16(), other.status.as_u16()), (201, 201));
    assert_ne!(first.body["id"], other.body["id"]);
    // Keys are kept for good: a day later the same is answered.
    shop.office.clock.forward(time::Duration::hours(25));
    let again = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    assert_eq!(again.body, first.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_is_found_by_the_merchants_own_number(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    let path = format!("{PAYMENTS}?merchant_order_no=A-1");
    assert_eq!(shop.get(&shop.books, &path).await.body, reply.body);
    assert_eq!(shop.get(&shop.tea, &path).await.error(), (404, "not_found", None));
    let wrong = shop.get(&shop.books, &format!("{PAYMENTS}?merchant_order_no=a%20b")).await;
    assert_eq!(wrong.error(), (422, "invalid_field", Some("merchant_order_no")));
    assert_eq!(shop.get(&shop.books, PAYMENTS).await.error().0, 422);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_not_sent_is_closed_and_never_collected(db: PgPool) {
    let shop = Shop::open(db).await;
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    assert_eq!((reply.status.as_u16(), &reply.body["status"]), (202, &json!("created")));
    let close = format!("{PAYMENTS}/{}/close", reply.body["id"].as_str().unwrap());
    let theirs = shop.post(&shop.tea, &close, "c1", &json!({})).await;
    assert_eq!(theirs.error(), (404, "not_found", None));
    let closed = shop.post(&shop.books, &close, "c1", &json!({})).await;
    assert_eq!((closed.status.as_u16(), &closed.body["status"]), (200, &json!("failed")));
    let again = shop.post(&shop.books, &close, "c1", &json!({})).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body, closed.body);
    backoffice::work::run_until_idle(&shop.office).await.unwrap();
    let later = shop.get(&shop.books, &close.replace("/close", "")).await;
    assert_eq!(later.body["status"], "failed");
    let order: String =
        sqlx::query_scalar("SELECT state FROM orders").fetch_one(&shop.office.db).await.unwrap();
    assert_eq!(order, "closed");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_channel_may_have_is_not_closed(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    for (number, amount) in [("A-1", "100.00"), ("A-2", "6.66")] {
        let reply = shop.post(&shop.books, PAYMENTS, number, &order(number, amount)).await;
        let close = format!("{PAYMENTS}/{}/close", reply.body["id"].as_str().unwrap());
        let refused = shop.post(&shop.books, &close, &format!("c-{number}"), &json!({})).await;
        assert_eq!(refused.error(), (409, "payment_not_closable", None));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn balance_and_statement_agree(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.hire_a_worker();
    let nothing = shop.get(&shop.books, "/api/v1/balance").await;
    let zero = json!({
        "currency": "CNY", "unsettled": "0.00", "available": "0.00", "held": "0.00",
    });
    assert_eq!(nothing.body, zero);
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "100.00")).await;
    let balance = shop.get(&shop.books, "/api/v1/balance").await;
    assert_eq!(balance.body["unsettled"], "99.40");
    let days = "from=2026-03-01&to=2026-03-31";
    let path = format!("/api/v1/statement?account=unsettled&{days}");
    let statement = shop.get(&shop.books, &path).await;
    assert_eq!(statement.status, 200, "{}", statement.body);
    let body = &statement.body;
    assert_eq!((&body["opening"], &body["closing"]), (&json!("0.00"), &json!("99.40")));
    let amounts: Vec<&str> = body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["amount"].as_str())
        .collect();
    assert_eq!(amounts, ["100.00", "-0.60"]);
    assert_eq!(body["entries"][0]["source_id"], reply.body["id"]);
    assert_eq!(shop.get(&shop.tea, &path).await.body["closing"], "0.00");
    for (query, field) in [
        ("account=mine&from=2026-03-01&to=2026-03-31", Some("account")),
        ("account=held&from=2026-02-30&to=2026-03-31", Some("from")),
        ("account=held&from=2026-03-31&to=2026-03-01", Some("to")),
        ("account=held&from=1926-03-31&to=2026-03-01", Some("to")),
        ("account=held&from=2026-03-01&to=2026-03-31&page=x", None),
        ("", Some("account")),
    ] {
        let wrong = shop.get(&shop.books, &format!("/api/v1/statement?{query}")).await;
        assert_eq!(wrong.error(), (422, "invalid_field", field), "{query}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_merchant_says_where_it_is_notified(db: PgPool) {
    const ADDRESS: &str = "/api/v1/notification-address";
    let shop = Shop::open(db).await;
    assert_eq!(shop.get(&shop.books, ADDRESS).await.error(), (404, "not_found", None));
    for url in ["http://shop.example/", "https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "x"] {
        let refused = shop.put(&shop.books, ADDRESS, "k1", &json!({ "url": url })).await;
        assert_eq!(refused.error(), (422, "invalid_field", Some("url")), "{url}");
    }
    let url = json!({ "url": "https://shop.example/hook" });
    let set = shop.put(&shop.books, ADDRESS, "k1", &url).await;
    assert_eq!(
        (set.status.as_u16(), &set.body),
        (200, &url),
        "the secret is not kept with the key"
    );
    let found = shop.get(&shop.books, ADDRESS).await;
    assert!(found.body["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(shop.get(&shop.tea, ADDRESS).await.error().0, 404);
}
