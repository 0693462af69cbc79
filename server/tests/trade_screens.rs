//! The pages of merchants, channels, orders, payments and refunds, as the server writes them: with
//! real records behind them, in both languages.

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
use domain::page::PageRequest;
use domain::payment::PaymentFilter;
use domain::product::Product;
use domain::routing::Route;
use sqlx::PgPool;
use support::{PASSWORD, add, office, post, sign_in, site};
use time::macros::time;
use tower::ServiceExt;
use uuid::Uuid;

const BOOK: &str = "order_no,merchant,product,amount,currency,status,paid_at,channel,channel_no,\
                    clearing_date\n\
                    B-1,M1,quick_pay,100.00,CNY,paid,2026-03-31 10:00:00,unionpay,C1,2026-03-31\n\
                    B-2,M1,quick_pay,7.00,CNY,failed,,,,\n";

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
    let books = merchant(office, ("M1", "Books"), (MerchantKind::Platform, None)).await;
    let seller = merchant(office, ("M2", "Press"), (MerchantKind::Supplier, Some(books))).await;
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

async fn shows(site: &Router, session: &str, path: &str, expected: &[(&str, &[&str])]) {
    for (language, words) in expected {
        let (status, html) = page(site, path, session, language).await;
        assert_eq!(status, StatusCode::OK, "{path} in {language}");
        for word in *words {
            assert!(html.contains(word), "{path} in {language} lacks {word:?}:\n{html}");
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_is_shown_with_its_whole_path_and_can_be_refunded(db: PgPool) {
    let office = office(db);
    add(&office, Role::Operations).await;
    add(&office, Role::FinanceMaker).await;
    let books = trade(&office).await;
    let actor = importer(&office).await;
    payments::import_orders(&office, &actor, "book.csv", BOOK.as_bytes()).await.unwrap();
    work::run_until_idle(&office).await.unwrap();
    let filter = PaymentFilter { text: Some("B-1".to_owned()), ..PaymentFilter::default() };
    let found = payments::list(&office, &actor, &filter, PageRequest::default()).await.unwrap();
    let payment = found.rows[0].payment.clone();

    let site = site(&office);
    let session = sign_in(&site, "finance_maker", PASSWORD).await.unwrap();
    let (en, zh) = ("en", "zh-CN");
    let merchant = format!("/merchants/{books}");
    let words: &[_] =
        &[(en, &["Split rules", "Press", "0.6%", "T+1"]), (zh, &["分账规则", "平台佣金"])];
    shows(&site, &session, &merchant, words).await;
    let words: &[_] = &[(en, &["Books", "Quick pay"]), (zh, &["商户号", "快捷支付"])];
    shows(&site, &session, "/merchants?q=M1&kind=platform", words).await;
    let words: &[_] = &[(en, &["UnionPay quick pay", "23:00", "0.24%"]), (zh, &["银联快捷"])];
    shows(&site, &session, "/channels", words).await;
    let words: &[_] = &[(en, &["898319849000018", "QUICK", "50,000.00"]), (zh, &["单笔上限"])];
    shows(&site, &session, "/channels/unionpay", words).await;
    let words: &[_] = &[(en, &["B-1", "B-2", "107"].get(..2).unwrap()), (zh, &["已支付"])];
    shows(&site, &session, "/orders?merchant=M1", words).await;
    let words: &[_] = &[(en, &["book.csv", "Booked"]), (zh, &["已全部记账"])];
    shows(&site, &session, "/orders?view=imports", words).await;
    let words: &[_] = &[(en, &["line 2", "Account system"]), (zh, &["帐户系统"])];
    shows(&site, &session, &format!("/orders/{}", payment.order), words).await;
    let words: &[_] = &[(en, &["B-1", "Succeeded"]), (zh, &["支付成功"])];
    shows(&site, &session, "/payments?q=C1&status=succeeded", words).await;
    let path = format!("/payments/{}", payment.id);
    let words: &[_] = &[
        (en, &["Debit", "Request a refund", "99.40", "Not settled yet"]),
        (zh, &["借方", "申请退款"]),
    ];
    shows(&site, &session, &path, words).await;

    let form = |confirmed: &str| {
        format!(
            "request[payment]={}&request[currency]=CNY&request[merchant_refund_no]=RF-1\
             &request[amount]=100.00&request[reason]=paid+twice&request[confirmed]={confirmed}",
            payment.id
        )
    };
    let function = "/api/fn/payments/request_refund";
    let refused = post(&site, function, &form(""), Some(&session)).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = post(&site, function, &form("yes"), Some(&session)).await;
    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    let words: &[_] =
        &[(en, &["paid twice", "To decide", "100.00"]), (zh, &["待复核", "退款原因"])];
    shows(&site, &session, &to, words).await;
    let words: &[_] = &[(en, &["RF-1"]), (zh, &["退款金额"])];
    shows(&site, &session, "/refunds?state=waiting_approval", words).await;
    shows(&site, &session, &path, &[(en, &["RF-1"])]).await;
}
