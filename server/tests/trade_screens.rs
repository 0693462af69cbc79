//! The pages of merchants, channels, orders, payments and refunds, as the server writes them: with
//! real records behind them, in both languages.

#![expect(clippy::unwrap_used, reason = "a test's own set-up may end the test")]

mod support;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HOST};
use axum::http::{Request, StatusCode};
use backoffice::channels;
use backoffice::merchants::{self, NewMerchant, NewSplitRule};
use backoffice::office::Office;
use backoffice::payments;
use backoffice::work;
use domain::access::{Actor, Role};
use domain::channel::{BillFormat, ChannelSummary, Rail};
use domain::date::BusinessDate;
use domain::fee::{CostTerms, FeeTerms, Rate};
use domain::ids::{MerchantId, SessionId};
use domain::merchant::{MerchantKind, SettlementAccount, SplitLabel, SplitMode, SplitShare};
use domain::money::Money;
use domain::payment::{Payment, PaymentFilter};
use domain::product::Product;
use domain::routing::Route;
use sqlx::PgPool;
use support::{PASSWORD, add, get, office, post, sign_in, site};
use time::macros::time;
use tower::ServiceExt;
use uuid::Uuid;

const BOOK: &str = "order_no,merchant,product,amount,currency,status,paid_at,channel,channel_no,\
                    clearing_date\n\
                    B-1,M100001,quick_pay,100.00,CNY,paid,2026-03-31 10:00:00,unionpay,C1,2026-03-31\n\
                    B-2,M100001,quick_pay,7.00,CNY,failed,,,,\n";

/// A page in a language.
async fn page(site: &Router, path: &str, session: &str, language: &str) -> (StatusCode, String) {
    let request = Request::get(path)
        .header(HOST, "office.example")
        .header(COOKIE, format!("session={session}"))
        .header(ACCEPT_LANGUAGE, language)
        .body(Body::empty())
        .unwrap();
    let response = site.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 4 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn merchant(
    office: &Office,
    (code, name): (&str, &str),
    (kind, platform): (MerchantKind, Option<MerchantId>),
) -> MerchantId {
    let mut tx = office.begin().await.unwrap();
    let new = NewMerchant {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        platform,
        settlement_cycle_days: 1,
        settlement_account: SettlementAccount {
            account_no: format!("6217{code}"),
            account_name: name.to_owned(),
            bank: "工商银行".to_owned(),
        },
    };
    let id = merchants::add(&mut tx, office, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn unionpay() -> (ChannelSummary, Vec<Route>) {
    let channel = ChannelSummary {
        code: "unionpay".to_owned(),
        name_en: "UnionPay quick pay".to_owned(),
        name_zh: "银联快捷".to_owned(),
        rail: Rail::Unionpay,
        active: true,
        our_merchant_no: "898319849000018".to_owned(),
        cut_time: time!(23:00),
        bill_format: BillFormat::UnionpayZm,
        cost: CostTerms { rate: Rate::from_ppm(2_400).unwrap(), fixed: Money::cny(10) },
    };
    let route = Route {
        channel: channel.code.clone(),
        product: Product::QuickPay,
        method: "QUICK".to_owned(),
        priority: 1,
        min: Money::cny(1),
        max: Money::cny(5_000_000),
    };
    (channel, vec![route])
}

/// A platform with a supplier, a channel, and an imported, booked order.
async fn trade(office: &Office) -> MerchantId {
    let day: BusinessDate = "2026-03-01".parse().unwrap();
    let books = merchant(office, ("M100001", "Books"), (MerchantKind::Platform, None)).await;
    let seller =
        merchant(office, ("M100002", "Press"), (MerchantKind::Supplier, Some(books))).await;
    let mut tx = office.begin().await.unwrap();
    let fee = FeeTerms::share(Rate::from_ppm(6_000).unwrap());
    merchants::enable(&mut tx, office, books, Product::QuickPay).await.unwrap();
    merchants::agree_fee(&mut tx, office, books, (Product::QuickPay, fee, day)).await.unwrap();
    let rule = NewSplitRule {
        platform: books,
        payee: seller,
        label: SplitLabel::Commission,
        share: SplitShare::Fixed(Money::cny(100)),
        mode: SplitMode::AtSource,
        valid_from: day,
    };
    merchants::add_split_rule(&mut tx, office, &rule).await.unwrap();
    channels::set_up(&mut tx, office, &[unionpay()]).await.unwrap();
    ledger::days::open(&mut tx, office.today(), office.now()).await.unwrap();
    tx.commit().await.unwrap();
    books
}

/// Somebody who may import, without a session of their own.
async fn importer(office: &Office) -> Actor {
    let staff: Uuid = sqlx::query_scalar("SELECT id FROM staff WHERE login = 'operations'")
        .fetch_one(&office.db)
        .await
        .unwrap();
    let roles = vec![Role::Operations];
    Actor { staff: staff.into(), name: "o".to_owned(), session: SessionId(staff), roles }
}

/// Each page with words it must show, parted by bars: in English, and in Chinese.
async fn show(site: &Router, session: &str, pages: &[(&str, &str, &str)]) {
    for (path, english, chinese) in pages {
        for (language, words) in [("en", english), ("zh-CN", chinese)] {
            let (status, html) = page(site, path, session, language).await;
            assert_eq!(status, StatusCode::OK, "{path} in {language}");
            for word in words.split('|') {
                assert!(html.contains(word), "{path} in {language} lacks {word:?}:\n{html}");
            }
        }
    }
}

/// The payment of the imported order.
async fn imported(office: &Office) -> Payment {
    let actor = importer(office).await;
    payments::import_orders(office, &actor, "book.csv", BOOK.as_bytes()).await.unwrap();
    work::run_until_idle(office).await.unwrap();
    let filter = PaymentFilter { text: Some("B-1".to_owned()), ..PaymentFilter::default() };
    let found = payments::list(office, &actor, &filter, None).await.unwrap();
    found.rows[0].payment.clone()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_pages_of_trade_show_what_is_stored_in_both_languages(db: PgPool) {
    let office = office(db);
    add(&office, Role::Operations).await;
    add(&office, Role::FinanceMaker).await;
    let books = trade(&office).await;
    let payment = imported(&office).await;
    let site = site(&office);
    let session = sign_in(&site, "finance_maker", PASSWORD).await.unwrap();
    let merchant = format!("/merchants/{books}");
    let order = format!("/orders/{}", payment.order);
    let path = format!("/payments/{}", payment.id);
    let pages = [
        (merchant.as_str(), "Split rules|Press|0.6%|T+1|6217M100001", "分账规则|平台佣金|开户行"),
        ("/merchants?q=M100001&kind=platform", "Books|Quick pay", "商户号|快捷支付"),
        ("/channels?rail=unionpay", "UnionPay quick pay|23:00|0.24%", "银联快捷|日切时间"),
        ("/channels/unionpay", "898319849000018|QUICK|50,000.00", "单笔上限"),
        ("/orders?merchant=M100001", "B-1|B-2|Paid", "已支付"),
        ("/orders?merchant=M999999", "Nothing here", "没有记录"),
        ("/orders?view=imports", "book.csv|Booked", "已全部记账"),
        (order.as_str(), "line 2|Account system", "帐户系统|系统流转"),
        ("/payments?q=C1&status=succeeded", "B-1|Succeeded", "支付成功"),
        (path.as_str(), "Debit|Request a refund|0.60|Not settled yet", "借方|申请退款"),
    ];
    show(&site, &session, &pages).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refund_is_asked_for_on_the_page_of_its_payment(db: PgPool) {
    let office = office(db);
    add(&office, Role::Operations).await;
    add(&office, Role::FinanceMaker).await;
    trade(&office).await;
    let payment = imported(&office).await;
    let site = site(&office);
    let session = sign_in(&site, "finance_maker", PASSWORD).await.unwrap();
    let form = |confirmed: &str| {
        format!(
            "request[payment]={}&request[currency]=CNY&request[merchant_refund_no]=RF-1\
             &request[amount]=100.00&request[reason]=paid+twice&request[confirmed]={confirmed}",
            payment.id
        )
    };
    let function = "/api/fn/payments/request_refund";
    let refused = post(&site, function, &form(""), Some(&session)).await;
    assert!(!refused.headers().contains_key("location"), "not without the tick");
    let answer = post(&site, function, &form("yes"), Some(&session)).await;
    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    let path = format!("/payments/{}", payment.id);
    let pages = [
        (to.as_str(), "paid twice|To decide|100.00", "待复核|退款原因"),
        ("/refunds?state=waiting_approval", "RF-1", "退款金额"),
        (path.as_str(), "RF-1|To decide", "待复核"),
    ];
    show(&site, &session, &pages).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_does_not_exist_is_not_found(db: PgPool) {
    let office = office(db);
    add(&office, Role::Auditor).await;
    let site = site(&office);
    let session = sign_in(&site, "auditor", PASSWORD).await.unwrap();
    for area in ["merchants", "channels", "orders", "payments", "refunds"] {
        for id in [Uuid::nil().to_string(), "no-id".to_owned()] {
            let response = get(&site, &format!("/{area}/{id}"), Some(&session)).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{area}/{id}");
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_merchants_were_told_and_what_changed_can_be_seen_and_repaired(db: PgPool) {
    use domain::notification::NotificationEvent;
    use serde_json::json;
    let office = office(db);
    let merchant = trade(&office).await;
    for role in [Role::Operations, Role::Auditor] {
        add(&office, role).await;
    }
    let site = site(&office);
    let session = sign_in(&site, "operations", PASSWORD).await.unwrap();
    let auditor = sign_in(&site, "auditor", PASSWORD).await.unwrap();
    let imported = imported(&office).await;
    let (payment, order) = (imported.id.0, imported.order);
    // An address and a payment that is not known, as if a worker had left them so.
    let mut conn = office.db.acquire().await.unwrap();
    for sql in [
        "INSERT INTO notification_endpoints (merchant_id, url, secret, changed_at, changed_by,
            disabled_at, disabled_because)
         SELECT id, 'https://books.example/hook', decode(repeat('07', 32), 'hex'), now(), 'test',
            now(), 'nothing could be delivered for 5 days' FROM merchants WHERE code = 'M100001'",
        "UPDATE payments SET state = 'unknown', failure = 'no answer', channel_no = NULL,
            event_time = NULL, clearing_date = NULL, accounting_date = NULL",
    ] {
        sqlx::query(sql).execute(&mut *conn).await.unwrap();
    }
    let news = backoffice::notifications::Announcement {
        merchant,
        event: NotificationEvent::PaymentFailed,
        order: Some(order),
        subject: payment,
        data: json!({ "id": payment }),
    };
    backoffice::notifications::announce(&mut conn, &office, &news).await.unwrap();
    let told: Uuid =
        sqlx::query_scalar("SELECT id FROM notifications").fetch_one(&mut *conn).await.unwrap();
    let of_payment = format!("/payments/{payment}");
    let pages = [
        ("/notifications", "Held: no address that works", "暂存"),
        (&format!("/notifications?q={payment}"), "Payment failed", "支付失败"),
        (&format!("/notifications/{told}"), "payment.failed", "通知内容"),
        ("/notifications/addresses", "Switched off", "已停用"),
        (&of_payment, "Ask the bank now|Close with a reason", "立即查询银行|关闭并说明原因"),
        (&of_payment, "Changes of state|it came with an order book", "状态流转|订单文件导入"),
        (&format!("/orders/{order}"), "Changes of state", "状态流转"),
    ];
    show(&site, &session, &pages).await;
    let (_, html) = page(&site, &format!("/payments/{payment}"), &auditor, "en").await;
    assert!(!html.contains("Ask the bank now"));
    let closing =
        format!("request[id]={payment}&request[reason]=payer+gave+up&request[confirmed]=yes");
    let path = "/api/fn/payments/propose_closing";
    let answer = post(&site, path, &closing, Some(session.as_str())).await;
    assert!(answer.status().is_success() || answer.status().is_redirection());
    let proposed: i64 =
        sqlx::query_scalar("SELECT count(*) FROM approvals WHERE kind = 'payment_closing'")
            .fetch_one(&office.db)
            .await
            .unwrap();
    assert_eq!(proposed, 1);
}
