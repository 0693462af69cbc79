//! The simulated channels, driven through the HTTP front like real ones.

use banks::bill::{Bill, RowKind};
use banks::formats::{Document, read};
use banks::front::{
    Answer, Fault, Files, Pay, PayInstruction, Payout, PayoutInstruction, Refund, RefundInstruction,
};
use banks::http::HttpFront;
use banks::statement::Statement;
use domain::date::BusinessDate;
use domain::money::Money;
use serde_json::{Value, json};
use server::sandbox;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use time::macros::{date, datetime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const DAY: BusinessDate = BusinessDate(date!(2026 - 03 - 31));
const RESERVE: &str = "RESERVE01";

/// A sandbox with a runtime of its own, so that ending it ends everything it does.
struct Sandbox {
    runtime: Option<Runtime>,
    base: String,
    clock: Arc<Mutex<OffsetDateTime>>,
}

impl Sandbox {
    fn start(store: &Path) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let store = store.to_owned();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            sandbox::serve(listener, store).await
        });
        let clock = Arc::new(Mutex::new(datetime!(2026-03-31 10:00:00 +8)));
        Self { runtime: Some(runtime), base: format!("http://{address}"), clock }
    }

    fn front(&self, channel: &str) -> HttpFront {
        let clock = self.clock.clone();
        let told = Arc::new(move || *clock.lock().expect("the clock"));
        HttpFront::new(&self.base, channel, Duration::from_millis(600), told).expect("a front")
    }

    fn set(&self, now: OffsetDateTime) {
        *self.clock.lock().expect("the clock") = now;
    }

    async fn tell(&self, what: &str, body: Value) -> (u16, Value) {
        let client = banks::client().build().expect("a client");
        let response = client
            .post(format!("{}/control/{what}", self.base))
            .json(&body)
            .send()
            .await
            .expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    async fn misbehave(&self, rule: Value) {
        let (status, answer) = self.tell("misbehave", rule).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn books(&self) -> Vec<Value> {
        let client = banks::client().build().expect("a client");
        let response = client.get(format!("{}/control/books", self.base)).send().await;
        let books: Value = response.expect("books").json().await.expect("JSON");
        books["effects"].as_array().expect("effects").clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Like kill -9: whatever waits is not waited for.
            std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(1)))
                .join()
                .expect("ended");
        }
    }
}

fn payment(number: &str, fen: i64) -> PayInstruction {
    PayInstruction {
        number: number.to_owned(),
        amount: Money::cny(fen),
        method: "QUICK".to_owned(),
        subject: "茶叶".to_owned(),
        request_id: format!("req-{number}"),
    }
}

fn refund(number: &str, payment_number: &str, fen: i64) -> RefundInstruction {
    RefundInstruction {
        number: number.to_owned(),
        payment_number: payment_number.to_owned(),
        amount: Money::cny(fen),
        request_id: format!("req-{number}"),
    }
}

fn payout(number: &str, fen: i64) -> PayoutInstruction {
    PayoutInstruction {
        number: number.to_owned(),
        from_account: RESERVE.to_owned(),
        to_account: "6222000000000009".to_owned(),
        to_name: "甲商户".to_owned(),
        amount: Money::cny(fen),
        remark: "结算款".to_owned(),
        request_id: format!("req-{number}"),
    }
}

fn done_fen(answer: &Answer) -> i64 {
    match answer {
        Answer::Done { amount, .. } => amount.minor(),
        other => panic!("not done: {other:?}"),
    }
}

async fn bill(front: &HttpFront, day: BusinessDate) -> Bill {
    let file = front.bill(day).await.expect("a bill");
    match read(&file) {
        Ok(Document::Bill(bill)) => bill,
        Ok(Document::Statement(held)) => held.as_bill(),
        other => panic!("{}: {other:?}", file.name),
    }
}

async fn statement(front: &HttpFront, account: &str, day: BusinessDate) -> Statement {
    let file = front.statement(account, day).await.expect("a statement");
    match read(&file) {
        Ok(Document::Statement(mut held)) => held.statements.remove(0),
        other => panic!("{}: {other:?}", file.name),
    }
}

/// Kind, number, fen and fee of each row.
fn told(bill: &Bill) -> Vec<(RowKind, String, i64, i64)> {
    let number = |row: &banks::bill::BillRow| row.refund_no.clone().unwrap_or(row.order_no.clone());
    bill.rows.iter().map(|row| (row.kind, number(row), row.gross.minor(), row.fee_e5)).collect()
}

fn store() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[tokio::test]
async fn a_payment_is_done_once_and_answered_again() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let front = sandbox.front("unionpay");
    let first = front.pay(&payment("P1", 10_000)).await.unwrap();
    sandbox.set(datetime!(2026-03-31 12:00:00 +8));
    assert_eq!(front.pay(&payment("P1", 10_000)).await.unwrap(), first);
    assert_eq!(front.query_payment("P1", "q").await.unwrap(), first);
    assert_eq!(front.query_payment("P2", "q").await.unwrap(), Answer::NotFound);
    assert_eq!(sandbox.front("wechat").query_payment("P1", "q").await.unwrap(), Answer::NotFound);
    let Answer::Done { at, clearing_date, amount, .. } = first else { panic!("done") };
    assert_eq!((at, clearing_date), (datetime!(2026-03-31 10:00:00 +8), DAY));
    assert_eq!(amount, Money::cny(10_000));

    let other = front.pay(&payment("P1", 10_001)).await.unwrap_err();
    assert!(matches!(other, Fault::Unclear(why) if why.contains("another order")));
    assert_eq!(sandbox.books().await.len(), 1);
}

#[tokio::test]
async fn a_refund_needs_its_payment_and_no_more_than_is_left() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let front = sandbox.front("wechat");
    front.pay(&payment("P1", 100)).await.unwrap();
    let declined = |answer: Answer| match answer {
        Answer::Declined { code, .. } => code,
        other => panic!("{other:?}"),
    };
    let unknown = front.refund(&refund("R0", "P9", 1)).await.unwrap();
    assert_eq!(declined(unknown), "PAYMENT_UNKNOWN");
    assert_eq!(done_fen(&front.refund(&refund("R1", "P1", 60)).await.unwrap()), 60);
    let more = front.refund(&refund("R2", "P1", 41)).await.unwrap();
    assert_eq!(declined(more), "REFUND_EXCEEDS");
    assert_eq!(done_fen(&front.refund(&refund("R3", "P1", 40)).await.unwrap()), 40);
    assert_eq!(done_fen(&front.query_refund("R3", "q").await.unwrap()), 40);
    let still = front.query_refund("R2", "q").await.unwrap();
    assert_eq!(declined(still), "REFUND_EXCEEDS");
}

#[tokio::test]
async fn orders_that_cannot_be_understood_are_declined_and_not_remembered() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let front = sandbox.front("bank");
    for (number, fen) in [("P-1", 1), ("", 1), ("P1", 0), ("P1", -1)] {
        let answer = front.pay(&payment(number, fen)).await.unwrap();
        assert!(matches!(answer, Answer::Declined { code, .. } if code == "BAD_ORDER"), "{number}");
    }
    assert_eq!(sandbox.books().await.len(), 0);
    assert!(sandbox.front("paypal").pay(&payment("P1", 1)).await.is_err());
}

#[tokio::test]
async fn each_channel_hands_out_its_bill_in_its_own_format() {
    use RowKind::{Payment, Refund};
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    for channel in ["unionpay", "wechat", "bank"] {
        let front = sandbox.front(channel);
        sandbox.set(datetime!(2026-03-31 10:00:00 +8));
        front.pay(&payment("P1", 12_345)).await.unwrap();
        front.refund(&refund("R1", "P1", 345)).await.unwrap();
        sandbox.set(datetime!(2026-03-31 23:00:00 +8));
        front.pay(&payment("P2", 7)).await.unwrap();
        let fee = match channel {
            "unionpay" => 24_000,
            "wechat" => 74_000,
            _ => 0,
        };
        let small = if channel == "unionpay" { 24_000 } else { 0 };
        let first = [(Payment, "P1".to_owned(), 12_345, fee), (Refund, "R1".to_owned(), 345, 0)];
        let late = (Payment, "P2".to_owned(), 7, small);
        let (today, tomorrow) = (bill(&front, DAY).await, DAY.next());
        assert_eq!(today.clearing_date, Some(DAY), "{channel}");
        if channel == "unionpay" {
            assert_eq!(told(&today), first);
            assert_eq!(told(&bill(&front, tomorrow).await), [late]);
            assert_eq!(today.rows[1].order_no, "P1");
        } else {
            assert_eq!(told(&today), [first.to_vec(), vec![late]].concat());
            assert!(bill(&front, tomorrow).await.rows.is_empty());
        }
    }
    let empty = sandbox.front("unionpay").bill(DAY.previous()).await.unwrap();
    assert_eq!((empty.name.as_str(), empty.bytes.len()), ("INN26033088ZM_898000000000001", 0));
}

#[tokio::test]
async fn statements_chain_from_day_to_day() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let (bank, unionpay) = (sandbox.front("bank"), sandbox.front("unionpay"));
    let deposit = json!({ "number": "D1", "account": RESERVE, "amount": "1000.00", "date": DAY });
    sandbox.tell("deposit", deposit.clone()).await;
    sandbox.tell("deposit", deposit).await;
    unionpay.pay(&payment("P1", 10_000)).await.unwrap();
    unionpay.pay(&payment("P2", 5_000)).await.unwrap();
    unionpay.refund(&refund("R1", "P1", 2_000)).await.unwrap();
    let settle = json!({ "channel": "unionpay", "date": DAY, "account": RESERVE });
    let (_, first) = sandbox.tell("settle", settle.clone()).await;
    let (_, again) = sandbox.tell("settle", settle).await;
    assert_eq!(first, again);
    assert_eq!(first["line"]["amount"], "130.00");
    let elsewhere = json!({ "channel": "unionpay", "date": DAY, "account": "OTHER" });
    assert_eq!(sandbox.tell("settle", elsewhere).await.0, 409);
    bank.pay_out(&payout("PO1", 30_000)).await.unwrap();
    sandbox.set(datetime!(2026-04-01 09:00:00 +8));
    bank.pay_out(&payout("PO2", 100)).await.unwrap();
    let back = json!({ "number": "PO2", "date": "2026-04-02", "reason": "AC01 账号不存在" });
    sandbox.tell("return", back).await;

    let first = statement(&bank, RESERVE, DAY).await;
    assert_eq!((first.opening, first.closing), (Money::cny(0), Money::cny(70_000)));
    let paid = first.rows.iter().find(|row| row.end_to_end_id.as_deref() == Some("PO1"));
    let paid = paid.expect("the payout");
    assert_eq!((paid.amount, paid.counterparty.as_deref()), (Money::cny(-30_000), Some("甲商户")));
    let second = statement(&bank, RESERVE, DAY.next()).await;
    assert_eq!(second.opening, first.closing);
    let moved: Vec<i64> = second.rows.iter().map(|row| row.amount.minor()).collect();
    assert_eq!(moved, [-100, 13_000]);
    let third = statement(&bank, RESERVE, DAY.next().next()).await;
    assert_eq!(third.opening, second.closing);
    assert_eq!(third.rows[0].return_reason.as_deref(), Some("AC01 账号不存在"));
    assert_eq!(third.rows[0].end_to_end_id.as_deref(), Some("PO2"));
}

#[tokio::test]
async fn collected_transfers_stand_on_the_collection_account_until_swept() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let bank = sandbox.front("bank");
    bank.pay(&payment("P1", 500)).await.unwrap();
    let settle = json!({ "channel": "bank", "date": DAY, "account": RESERVE });
    sandbox.tell("settle", settle).await;
    let held = statement(&bank, sandbox::COLLECTION, DAY).await;
    assert_eq!(held.rows[0].end_to_end_id.as_deref(), Some("P1"));
    assert_eq!(held.closing, Money::cny(500));
    let swept = statement(&bank, sandbox::COLLECTION, DAY.next()).await;
    assert_eq!(swept.closing, Money::cny(0));
    let reserve = statement(&bank, RESERVE, DAY.next()).await;
    assert_eq!(reserve.closing, Money::cny(500));
    assert!(bill(&bank, DAY.next()).await.rows.is_empty());
}

#[tokio::test]
async fn a_timeout_after_the_deed_is_unclear_and_the_query_finds_it_done() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let front = sandbox.front("unionpay");
    sandbox.misbehave(json!({ "kind": "timeout_after", "channel": "unionpay", "next": 1 })).await;
    let fault = front.pay(&payment("P1", 100)).await.unwrap_err();
    assert!(matches!(fault, Fault::Unclear(why) if why.contains("no answer in time")));
    assert_eq!(done_fen(&front.query_payment("P1", "q").await.unwrap()), 100);
    assert_eq!(done_fen(&front.pay(&payment("P2", 200)).await.unwrap()), 200);
}

#[tokio::test]
async fn a_late_answer_is_waited_for_and_a_double_answer_is_one() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let front = sandbox.front("wechat");
    sandbox.misbehave(json!({ "kind": "answer_late", "late_ms": 200, "number": "P1" })).await;
    sandbox.misbehave(json!({ "kind": "answer_twice", "operation": "refund", "next": 1 })).await;
    let started = Instant::now();
    assert_eq!(done_fen(&front.pay(&payment("P1", 100)).await.unwrap()), 100);
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert_eq!(done_fen(&front.refund(&refund("R1", "P1", 100)).await.unwrap()), 100);
    assert_eq!(bill(&front, DAY).await.rows.len(), 2);
}

#[tokio::test]
async fn a_declined_order_stays_declined() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let front = sandbox.front("bank");
    sandbox.misbehave(json!({ "kind": "decline", "operation": "payout", "next": 1 })).await;
    for _ in 0..2 {
        let answer = front.pay_out(&payout("PO1", 100)).await.unwrap();
        assert!(matches!(answer, Answer::Declined { code, .. } if code == "REFUSED_BY_BANK"));
    }
    assert_eq!(done_fen(&front.pay_out(&payout("PO2", 100)).await.unwrap()), 100);
    assert_eq!(statement(&front, RESERVE, DAY).await.rows.len(), 1);
}

#[tokio::test]
async fn one_request_can_ask_to_go_wrong() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let client = banks::client().build().unwrap();
    let post = async |number: &str, wish: &str| {
        let order = json!({ "number": number, "amount": "1.00", "currency": "CNY" });
        let request = client.post(format!("{}/wechat/payments", sandbox.base)).json(&order);
        let answer = request.header("X-Sandbox-Behave", wish).header("X-Request-Id", "r1");
        let answer = answer.timeout(Duration::from_millis(500)).send().await?;
        assert_eq!(answer.headers()["x-request-id"], "r1");
        Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
    };
    assert!(post("P1", "decline").await.unwrap().1.contains("REFUSED_BY_BANK"));
    assert_eq!(post("P2", "twice").await.unwrap().1.matches("\"done\"").count(), 2);
    assert!(post("P3", "late:50").await.unwrap().1.contains("\"done\""));
    assert!(post("P4", "timeout_after").await.unwrap_err().is_timeout());
    assert_eq!(post("P5", "explode").await.unwrap().0, 400);
    let front = sandbox.front("wechat");
    assert_eq!(done_fen(&front.query_payment("P4", "q").await.unwrap()), 100);
}

#[tokio::test]
async fn a_bill_can_lose_add_and_change_rows_and_stays_so() {
    for channel in ["unionpay", "wechat", "bank"] {
        let folder = store();
        let path = folder.path().join("effects.jsonl");
        let sandbox = Sandbox::start(&path);
        let front = sandbox.front(channel);
        sandbox.misbehave(json!({ "kind": "lose_row", "operation": "payment", "next": 1 })).await;
        for (number, fen) in [("P1", 100), ("P2", 200), ("P3", 300), ("P4", 400)] {
            front.pay(&payment(number, fen)).await.unwrap();
        }
        sandbox.misbehave(json!({ "kind": "add_row", "number": "P2" })).await;
        sandbox.misbehave(json!({ "kind": "change_amount", "number": "P3" })).await;
        let first = bill(&front, DAY).await;
        let rows: Vec<(String, i64)> =
            told(&first).into_iter().map(|(_, number, fen, _)| (number, fen)).collect();
        assert_eq!(rows.len(), 4, "{channel}: {rows:?}");
        assert_eq!(rows[0], ("P2".to_owned(), 200));
        assert!(rows[1].0.starts_with("SBX") && rows[1].1 == 200);
        assert_eq!(rows[2], ("P3".to_owned(), 400));
        assert_eq!(rows[3], ("P4".to_owned(), 400));
        assert_eq!(done_fen(&front.query_payment("P1", "q").await.unwrap()), 100);
        let file = front.bill(DAY).await.unwrap();
        drop(sandbox);
        let restarted = Sandbox::start(&path);
        assert_eq!(restarted.front(channel).bill(DAY).await.unwrap(), file);
    }
}

#[tokio::test]
async fn a_rate_hits_about_its_share_and_the_same_numbers_again() {
    let mut declined = Vec::new();
    for _ in 0..2 {
        let folder = store();
        let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
        let front = sandbox.front("wechat");
        sandbox.misbehave(json!({ "kind": "decline", "rate_permille": 250 })).await;
        let mut hit = Vec::new();
        for order in 0..80 {
            let answer = front.pay(&payment(&format!("P{order}"), 100)).await.unwrap();
            if matches!(answer, Answer::Declined { .. }) {
                hit.push(order);
            }
        }
        declined.push(hit);
    }
    assert_eq!(declined[0], declined[1]);
    assert!((8..=36).contains(&declined[0].len()), "{:?}", declined[0]);
}

#[tokio::test]
async fn rules_that_make_no_sense_are_refused() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    for rule in [
        json!({ "kind": "decline" }),
        json!({ "kind": "decline", "next": 1, "number": "P1" }),
        json!({ "kind": "decline", "rate_permille": 1001 }),
        json!({ "kind": "answer_late", "next": 1 }),
        json!({ "kind": "decline", "late_ms": 1, "next": 1 }),
        json!({ "kind": "explode", "next": 1 }),
    ] {
        let (status, _) = sandbox.tell("misbehave", rule.clone()).await;
        assert!(status == 400 || status == 422, "{rule}: {status}");
    }
}

#[tokio::test]
async fn the_store_survives_the_process_and_drops_a_torn_line() {
    let folder = store();
    let path = folder.path().join("effects.jsonl");
    let sandbox = Sandbox::start(&path);
    let first = sandbox.front("unionpay").pay(&payment("P1", 100)).await.unwrap();
    let held = sandbox.books().await;
    drop(sandbox);
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"effect\":\"ordered\",\"chan").unwrap();
    drop(file);

    let sandbox = Sandbox::start(&path);
    assert_eq!(sandbox.books().await, held);
    let front = sandbox.front("unionpay");
    assert_eq!(front.pay(&payment("P1", 100)).await.unwrap(), first);
    front.pay(&payment("P2", 200)).await.unwrap();
    drop(sandbox);
    let sandbox = Sandbox::start(&path);
    assert_eq!(sandbox.books().await.len(), 2);

    let second = sandbox::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), path).await;
    assert!(format!("{:#}", second.unwrap_err()).contains("another sandbox uses it"));
}

#[tokio::test]
async fn a_refused_connection_proves_that_nothing_was_sent() {
    let folder = store();
    let sandbox = Sandbox::start(&folder.path().join("effects.jsonl"));
    let front = sandbox.front("unionpay");
    drop(sandbox);
    let fault = front.pay(&payment("P1", 100)).await.unwrap_err();
    assert!(matches!(fault, Fault::NotSent(_)), "{fault:?}");
    assert!(matches!(front.query_payment("P1", "q").await, Err(Fault::NotSent(_))));
}
