//! A channel that answers as oddly as real ones do, reached over HTTP, and telling by itself:
//! whatever it says, one effect under one number, and nothing is taken for paid that is not.

use crate::shop::{NOON, Shop, order};
use backoffice::payments::callbacks;
use banks::http::HttpFront;
use banks::signing::Secret;
use domain::account::AccountRef;
use domain::money::{Currency, Money};
use serde_json::{Value, json};
use server::sandbox;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

const PAYMENTS: &str = "/api/v1/payments";

struct Street {
    shop: Shop,
    sandbox: String,
    _store: tempfile::TempDir,
}

impl Street {
    /// A shop whose channel is the sandbox, and which the sandbox can reach.
    async fn open(db: PgPool, calls_back: bool) -> Self {
        let store = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(sandbox::serve(listener, store.path().join("effects")));
        let patience = Duration::from_millis(400);
        let clock = Arc::new(|| NOON);
        let front = HttpFront::new(&sandbox, "unionpay", patience, clock).unwrap();
        let shop = Shop::with(db, front.into_front()).await;
        let street = Self { shop, sandbox, _store: store };
        if calls_back {
            street.listen().await;
        }
        street
    }

    async fn listen(&self) {
        let secret = Secret::of(&[9; 32]).unwrap();
        let office = &self.shop.office;
        let mut conn = office.db.acquire().await.unwrap();
        callbacks::agree_secret(&mut conn, office, ("unionpay", &secret)).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let routes = self.shop.api.clone();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let url = format!("http://{here}/api/channels/unionpay/callback");
        let address = json!({ "channel": "unionpay", "url": url, "secret": secret.text() });
        self.tell("callbacks", address).await;
    }

    async fn tell(&self, what: &str, body: Value) {
        let url = format!("{}/control/{what}", self.sandbox);
        let client = banks::client().build().unwrap();
        let answer = client.post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    async fn misbehave(&self, kind: &str, late_ms: Option<u64>) {
        let mut rule = json!({ "kind": kind, "next": 1 });
        if let Some(late_ms) = late_ms {
            rule["late_ms"] = json!(late_ms);
        }
        self.tell("misbehave", rule).await;
    }

    /// What the sandbox did, by number.
    async fn collected(&self) -> Vec<String> {
        let url = format!("{}/control/books", self.sandbox);
        let client = banks::client().build().unwrap();
        let books: Value = client.get(url).send().await.unwrap().json().await.unwrap();
        let effects = books["effects"].as_array().unwrap();
        effects
            .iter()
            .filter(|effect| effect["outcome"]["result"] == "done")
            .filter_map(|effect| effect["order"]["number"].as_str().map(str::to_owned))
            .collect()
    }

    async fn pay(&self, number: &str) -> String {
        let reply =
            self.shop.post(&self.shop.books, PAYMENTS, number, &order(number, "100.00")).await;
        reply.body["id"].as_str().unwrap().to_owned()
    }

    async fn status(&self, id: &str) -> String {
        let found = self.shop.get(&self.shop.books, &format!("{PAYMENTS}/{id}")).await;
        found.body["status"].as_str().unwrap().to_owned()
    }

    /// Works until the status is this one; says whether it came to that.
    async fn becomes(&self, id: &str, wanted: &str) -> bool {
        for _ in 0..100 {
            backoffice::work::run_until_idle(&self.shop.office).await.unwrap();
            if self.status(id).await == wanted {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    async fn due(&self) -> Money {
        let mut conn = self.shop.office.db.acquire().await.unwrap();
        let account = AccountRef::due_from_channel("unionpay");
        ledger::balance(&mut conn, &account, Currency::Cny).await.unwrap()
    }
}

const ODD: [&str; 7] = [
    "timeout_after",
    "server_error",
    "bad_gateway",
    "empty_answer",
    "other_number",
    "other_amount",
    "other_currency",
];

#[sqlx::test(migrations = "../migrations")]
async fn an_odd_answer_is_not_known_until_the_bank_is_asked(db: PgPool) {
    let street = Street::open(db, false).await;
    for (count, kind) in (1..).zip(ODD) {
        street.misbehave(kind, None).await;
        let id = street.pay(kind).await;
        backoffice::work::run_until_idle(&street.shop.office).await.unwrap();
        assert_eq!(street.status(&id).await, "unknown", "{kind}");
        assert_eq!(street.due().await, Money::cny(10_000 * (count - 1)), "{kind}");
        street.shop.office.clock.forward(time::Duration::seconds(3));
        assert!(street.becomes(&id, "succeeded").await, "{kind}");
        assert_eq!(street.due().await, Money::cny(10_000 * count), "{kind}");
    }
    let mut numbers = street.collected().await;
    let all = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!((numbers.len(), all), (ODD.len(), ODD.len()), "each collected once");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_twice_or_late_collects_once(db: PgPool) {
    let street = Street::open(db, false).await;
    street.misbehave("answer_twice", None).await;
    let id = street.pay("A-1").await;
    assert!(street.becomes(&id, "succeeded").await);
    street.misbehave("answer_late", Some(900)).await;
    let id = street.pay("A-2").await;
    backoffice::work::run_until_idle(&street.shop.office).await.unwrap();
    assert_eq!(street.status(&id).await, "unknown");
    street.shop.office.clock.forward(time::Duration::seconds(3));
    assert!(street.becomes(&id, "succeeded").await);
    assert_eq!(street.due().await, Money::cny(20_000));
    assert_eq!(street.collected().await.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_success_after_a_refusal_is_told_by_itself_and_becomes_a_difference(db: PgPool) {
    let street = Street::open(db, true).await;
    street.misbehave("refuse_and_do", None).await;
    let id = street.pay("A-1").await;
    let mut items = 0_i64;
    for _ in 0..100 {
        backoffice::work::run_until_idle(&street.shop.office).await.unwrap();
        items = sqlx::query_scalar("SELECT count(*) FROM error_items")
            .fetch_one(&street.shop.office.db)
            .await
            .unwrap();
        if items > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(items, 1);
    // The callback may overtake the refusal: then it is the refusal that contradicts.
    let status = street.status(&id).await;
    let due = street.due().await.minor();
    assert!([("failed", 0), ("succeeded", 10_000)].contains(&(status.as_str(), due)), "{status}");
}

#[sqlx::test(migrations = "../migrations")]
async fn callbacks_twice_late_or_forged_have_one_effect(db: PgPool) {
    let street = Street::open(db, true).await;
    for (count, (kind, late)) in
        (1..).zip([("callback_twice", None), ("callback_late", Some(300_u64))])
    {
        street.misbehave("timeout_after", None).await;
        street.misbehave(kind, late).await;
        let id = street.pay(kind).await;
        assert!(street.becomes(&id, "succeeded").await, "{kind}: told by itself");
        assert_eq!(street.due().await, Money::cny(10_000 * count), "{kind}");
    }
    street.misbehave("timeout_after", None).await;
    street.misbehave("callback_bad_signature", None).await;
    let id = street.pay("forged").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    backoffice::work::run_until_idle(&street.shop.office).await.unwrap();
    assert_eq!(street.status(&id).await, "unknown");
    street.shop.office.clock.forward(time::Duration::seconds(3));
    assert!(street.becomes(&id, "succeeded").await, "the question finds it");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_bank_does_not_know_first_is_not_sent_again(db: PgPool) {
    let street = Street::open(db, false).await;
    // The sandbox is told our clock, which the front of this test keeps at noon: it never knows.
    street.misbehave("not_found_first", Some(300_000)).await;
    let id = street.pay("A-1").await;
    for _ in 0..5 {
        backoffice::work::run_until_idle(&street.shop.office).await.unwrap();
        street.shop.office.clock.forward(time::Duration::minutes(1));
    }
    assert_eq!(street.status(&id).await, "unknown");
    assert_eq!(street.collected().await.len(), 1);
}
