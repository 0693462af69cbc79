//! Many callers at once: what is worked on together, and what happens to one of them alone.

use crate::shop::{NOON, Reply, Shop, order};
use async_trait::async_trait;
use backoffice::work;
use banks::front::{Answer, Fault, Front, Pay, PayInstruction};
use serde_json::Value;
use server::http::Admission;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

const PAYMENTS: &str = "/api/v1/payments";

async fn count(db: &PgPool, what: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(db).await.unwrap()
}

/// Sends everything at the same time; the replies stand in the order of the requests.
async fn post_all(shop: &Arc<Shop>, requests: &[(String, Value)]) -> Vec<Reply> {
    let sending: Vec<_> = requests
        .iter()
        .cloned()
        .map(|(key, body)| {
            let shop = Arc::clone(shop);
            tokio::spawn(async move { shop.post(&shop.books, PAYMENTS, &key, &body).await })
        })
        .collect();
    let mut replies = Vec::with_capacity(sending.len());
    for one in sending {
        replies.push(one.await.unwrap());
    }
    replies
}

#[sqlx::test(migrations = "../migrations")]
async fn payments_are_sent_without_a_worker_and_booked_once_each(db: PgPool) {
    let shop = Arc::new(Shop::letting_in(db, Admission::default()).await);
    let request = |n| (format!("A-{n}"), order(&format!("A-{n}"), "1.23"));
    let requests: Vec<_> = (0..40).map(request).collect();
    let replies = post_all(&shop, &requests).await;
    for reply in &replies {
        assert_eq!((reply.status.as_u16(), &reply.body["status"]), (201, &"succeeded".into()));
    }
    let db = &shop.office.db;
    assert_eq!(count(db, "payments WHERE state = 'succeeded'").await, 40);
    assert_eq!(count(db, "orders WHERE state = 'paid'").await, 40);
    assert_eq!(count(db, "jobs WHERE kind = 'payments.send' AND state = 'done'").await, 40);
    assert_eq!(count(db, "transitions").await, 40 * 4);
    assert_eq!(count(db, "order_hops").await, 40 * 7);
    assert_eq!(count(db, "ledger_journals").await, 40 * 3);
    assert_eq!(count(db, "api_requests WHERE status = 201").await, 40);
    let mut conn = db.acquire().await.unwrap();
    assert!(ledger::invariants::check(&mut conn).await.unwrap().is_empty());
    drop(conn);
    let again = post_all(&shop, &requests).await;
    assert!(again.iter().zip(&replies).all(|(again, first)| again.body == first.body));
    assert_eq!(count(db, "payments").await, 40);
}

#[sqlx::test(migrations = "../migrations")]
async fn one_request_among_many_is_refused_by_itself(db: PgPool) {
    let shop = Arc::new(Shop::letting_in(db, Admission::default()).await);
    let request = |n| (format!("key-{n}"), order(&format!("B-{}", n % 19), "2.00"));
    let requests: Vec<_> = (0..20).map(request).collect();
    let replies = post_all(&shop, &requests).await;
    let refused: Vec<_> = replies.iter().filter(|reply| reply.status != 201).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].error().1, "order_number_taken");
    assert_eq!(count(&shop.office.db, "api_requests").await, 19, "its key may be used again");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_finds_no_place_is_told_to_come_again(db: PgPool) {
    let patience = Duration::from_millis(50);
    let admission = Admission { requests: 1, patience, payments: 8, ..Admission::default() };
    let shop = Shop::letting_in(db, admission).await;
    let mut lock = shop.office.db.begin().await.unwrap();
    let held = "LOCK TABLE api_requests IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(held).execute(&mut *lock).await.unwrap();
    let (body, late) = (order("A-1", "1.00"), order("A-2", "1.00"));
    let first = shop.post(&shop.books, PAYMENTS, "k1", &body);
    let second = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let told = shop.post(&shop.books, PAYMENTS, "k2", &late).await;
        lock.commit().await.unwrap();
        told
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.status, 201);
    assert_eq!(second.error(), (503, "busy", None));
    assert_eq!(second.headers["retry-after"], "1");
    let again = shop.post(&shop.books, PAYMENTS, "k2", &late).await;
    assert_eq!(again.status, 201, "{}", again.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_waits_too_long_is_told_so_and_what_was_begun_goes_on(db: PgPool) {
    let deadline = Duration::from_millis(300);
    let shop = Shop::letting_in(db, Admission { deadline, ..Admission::default() }).await;
    let db = &shop.office.db;
    let mut lock = db.begin().await.unwrap();
    let held = "LOCK TABLE api_requests IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(held).execute(&mut *lock).await.unwrap();
    let body = order("A-1", "1.00");
    let told = shop.post(&shop.books, PAYMENTS, "k1", &body).await;
    assert_eq!(told.error(), (503, "busy", None));
    assert_eq!(told.headers["retry-after"], "1");
    lock.commit().await.unwrap();
    while count(db, "payments").await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let again = shop.post(&shop.books, PAYMENTS, "k1", &body).await;
    assert_eq!(again.error(), (409, "request_in_progress", None));
    assert_eq!(count(db, "payments").await, 1);
}

/// A bank that answers only when it is allowed to, and counts what it is sent.
#[derive(Default)]
struct Slow {
    sent: AtomicU32,
    allowed: Notify,
}

impl Slow {
    fn collected(number: &str, amount: domain::money::Money) -> Answer {
        let channel_no = format!("C{number}");
        Answer::Done { channel_no, amount, at: NOON, clearing_date: "2026-03-31".parse().unwrap() }
    }
}

#[async_trait]
impl Pay for Slow {
    async fn pay(&self, instruction: &PayInstruction) -> Result<Answer, Fault> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.allowed.notified().await;
        Ok(Self::collected(&instruction.number, instruction.amount))
    }

    async fn query_payment(&self, number: &str, _: &str) -> Result<Answer, Fault> {
        Ok(Self::collected(number, domain::money::Money::cny(100)))
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sender_that_sleeps_past_its_lease_writes_nothing_over_its_successor(db: PgPool) {
    let slow = Arc::new(Slow::default());
    let front = Front { pay: Some(slow.clone()), ..Front::default() };
    let shop = Shop::admitting(db, front, Admission::default()).await;
    let reply = shop.post(&shop.books, PAYMENTS, "k1", &order("A-1", "1.00")).await;
    assert_eq!((reply.status.as_u16(), &reply.body["status"]), (202, &"sending".into()));
    assert!(!work::run_one(&shop.office).await.unwrap(), "the lease goes on");
    shop.office.clock.forward(time::Duration::seconds(21));
    work::run_until_idle(&shop.office).await.unwrap();
    shop.office.clock.forward(time::Duration::seconds(5));
    work::run_until_idle(&shop.office).await.unwrap();
    let path = format!("{PAYMENTS}/{}", reply.body["id"].as_str().unwrap());
    assert_eq!(shop.get(&shop.books, &path).await.body["status"], "succeeded");
    slow.allowed.notify_one();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(slow.sent.load(Ordering::Relaxed), 1);
    assert_eq!(count(&shop.office.db, "ledger_journals").await, 3);
    assert_eq!(count(&shop.office.db, "error_items").await, 0);
    let fenced = "jobs WHERE kind = 'payments.send' AND state = 'done' AND fence = 2";
    assert_eq!(count(&shop.office.db, fenced).await, 1);
}
