//! The pages of routing, channel health, limits and search, as the server writes them, in both
//! languages; and a change of the rules from its form to its decision.

#![expect(clippy::unwrap_used, reason = "a test's own set-up may end the test")]

mod support;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HOST};
use axum::http::{Request, StatusCode};
use backoffice::channels;
use backoffice::merchants::{self, NewMerchant};
use backoffice::office::Office;
use backoffice::routing;
use domain::access::Role;
use domain::channel::{BillFormat, ChannelSummary, Rail};
use domain::fee::{CostTerms, FeeSchedule, FeeTerms, Measure, Rate, Tier};
use domain::merchant::{MerchantKind, SettlementAccount};
use domain::money::Money;
use domain::product::{CardType, Product};
use domain::routing::{Choose, Conditions, Route, Rule, Target};
use sqlx::PgPool;
use support::{PASSWORD, add, get, office, post, sign_in, site};
use time::macros::time;
use tower::ServiceExt;

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

fn channel(code: &str, fen: i64) -> (ChannelSummary, Vec<Route>) {
    let channel = ChannelSummary {
        code: code.to_owned(),
        name_en: code.to_owned(),
        name_zh: code.to_owned(),
        rail: Rail::Unionpay,
        active: true,
        our_merchant_no: "898319849000018".to_owned(),
        cut_time: time!(23:00),
        bill_format: BillFormat::UnionpayZm,
        cost: CostTerms { rate: Rate::ZERO, fixed: Money::cny(fen) },
    };
    let route = Route {
        channel: code.to_owned(),
        product: Product::QuickPay,
        method: "QUICK".to_owned(),
        priority: 1,
        min: Money::cny(1),
        max: Money::cny(5_000_000),
    };
    (channel, vec![route])
}

/// Two channels, one of them with agreed costs, a merchant, and a rule.
async fn set_up(office: &Office) {
    let mut tx = office.begin().await.unwrap();
    let both = [channel("alpha", 24), channel("beta", 30)];
    channels::set_up(&mut tx, office, &both).await.unwrap();
    let new = NewMerchant {
        code: "M100001".to_owned(),
        name: "Books".to_owned(),
        kind: MerchantKind::Direct,
        platform: None,
        settlement_cycle_days: 1,
        settlement_account: SettlementAccount {
            account_no: "6217".to_owned(),
            account_name: "Books".to_owned(),
            bank: "工商银行".to_owned(),
        },
    };
    let books = merchants::add(&mut tx, office, &new).await.unwrap();
    let share = |ppm| FeeTerms::share(Rate::from_ppm(ppm).unwrap());
    let tiers = vec![
        Tier { from: 0, terms: share(3_800) },
        Tier { from: 100_000_000, terms: share(3_500) },
    ];
    let schedule = FeeSchedule::tiered(Measure::Amount, tiers).unwrap();
    let agreed = (Product::QuickPay, Some(CardType::Credit), schedule.clone(), office.today());
    merchants::agree_schedule(&mut tx, office, books, agreed.clone()).await.unwrap();
    channels::agree_cost(&mut tx, office, "beta", agreed).await.unwrap();
    let to = [("alpha", 70), ("beta", 30)];
    let to = to.map(|(channel, weight)| Target { channel: channel.to_owned(), weight });
    let rule = Rule {
        name: "quick pay".to_owned(),
        when: Conditions { products: vec![Product::QuickPay], ..Conditions::default() },
        to: to.into(),
        choose: Choose::Weight,
    };
    routing::set_up(&mut tx, office, &[rule]).await.unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn the_pages_of_routing_show_what_is_stored_in_both_languages(db: PgPool) {
    let office = office(db);
    add(&office, Role::Operations).await;
    set_up(&office).await;
    let site = site(&office);
    let session = sign_in(&site, "operations", PASSWORD).await.unwrap();
    let nobody = get(&site, "/search?text=M100001", None).await;
    assert_eq!(nobody.status(), StatusCode::SEE_OTHER, "nobody searches without a session");
    let asked = "/routing/ask?product=quick_pay&amount=100.00";
    for (path, english, chinese) in [
        ("/routing", "quick pay|alpha 70, beta 30|Propose a rule", "现行规则（版本 1）|按权重"),
        (asked, "No bank front is connected|beta|Try", "银行前置未接通|试算"),
        ("/channels", "Takes payments|no answers|no end planned", "正常|无应答记录"),
        ("/channels/beta", "1,000,000.00|0.35%|Take out now", "贷记卡|立即下线|申请变更健康阈值"),
        (
            "/limits",
            "200,000.00|PBOC notice 2015/43|Limits to come",
            "银行账户|疑似拆单规则|申请变更",
        ),
        ("/search?text=M100001", "Books|exact", "商户|完全匹配"),
        ("/search?text=M1000", "Books|begins with it", "开头匹配"),
        ("/search?text=nothing", "Nothing carries the number nothing", "没有单号为 nothing 的记录"),
        ("/payments?status=failed", "Payments", "支付单"),
        ("/", "name=\"text\"", "name=\"text\""),
    ] {
        for (language, words) in [("en", english), ("zh-CN", chinese)] {
            let (status, html) = page(&site, path, &session, language).await;
            assert_eq!(status, StatusCode::OK, "{path} in {language}");
            for word in words.split('|') {
                assert!(html.contains(word), "{path} in {language} lacks {word:?}:\n{html}");
            }
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_rule_is_proposed_by_its_form_and_leads_to_the_request(db: PgPool) {
    let office = office(db);
    add(&office, Role::Operations).await;
    set_up(&office).await;
    let site = site(&office);
    let session = sign_in(&site, "operations", PASSWORD).await.unwrap();
    let propose = "/api/fn/routing/propose_rule";
    let night = "request[name]=night&request[channels]=beta&request[from]=22:00&request[to]=06:00\
                 &request[place]=1&request[choose]=cost";
    let response = post(&site, propose, night, Some(&session)).await;
    assert!(response.status().is_redirection() || response.status().is_success());
    let (_, html) = page(&site, "/approvals?inbox=mine", &session, "en").await;
    assert!(html.contains("new routing rule night"), "{html}");
    let (_, html) = page(&site, "/approvals?inbox=mine", &session, "zh-CN").await;
    assert!(html.contains("新增路由规则“night”"), "{html}");
    let (_, html) = page(&site, "/routing?rule=quick+pay", &session, "en").await;
    assert!(html.contains("new routing rule night"), "what waits is shown: {html}");
    assert!(html.contains(r#"value="alpha 70, beta 30""#), "the form holds the rule: {html}");
    let wrong = "request[name]=night&request[channels]=nowhere";
    let response = post(&site, propose, wrong, Some(&session)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let out = "request[code]=alpha&request[reason]=maintenance";
    post(&site, "/api/fn/channels/take_out", out, Some(&session)).await;
    let (_, html) = page(&site, "/channels/alpha", &session, "en").await;
    assert!(html.contains("Taken out by a person") && html.contains("maintenance"), "{html}");
}

#[sqlx::test(migrations = "../migrations")]
async fn limits_and_thresholds_are_proposed_by_their_forms_and_read_in_chinese(db: PgPool) {
    let office = office(db);
    add(&office, Role::Operations).await;
    add(&office, Role::Manager).await;
    set_up(&office).await;
    let site = site(&office);
    let session = sign_in(&site, "operations", PASSWORD).await.unwrap();
    let day = office.today();
    let limits = format!(
        "request[account]=bank&request[class]=II&request[per_day]=5000&request[per_year]=100000\
         &request[valid_from]={day}&request[source]=risk+rule+7"
    );
    let health = "request[code]=alpha&request[window_seconds]=300&request[answers_min]=10\
                  &request[faults]=40&request[pause_seconds]=60&request[trial]=5\
                  &request[trial_answers]=5";
    let cut =
        "request[share]=80&request[payments_min]=4&request[window_hours]=12&request[watched]=";
    for (path, form) in [
        ("limits/propose_class", limits.as_str()),
        ("limits/propose_structuring", cut),
        ("channels/propose_health", health),
    ] {
        let response = post(&site, &format!("/api/fn/{path}"), form, Some(&session)).await;
        let status = response.status();
        assert!(status.is_redirection() || status.is_success(), "{path}: {status}");
    }
    let (_, html) = page(&site, "/approvals?inbox=mine", &session, "zh-CN").await;
    for words in [
        "银行账户 II 类户：日累计 5,000.00 CNY，年累计 100,000.00 CNY",
        "疑似拆单规则：12 小时内 4 笔，达阈值的 80%",
        "渠道 alpha：10 次应答中无应答占比达 40% 自动下线，60 秒后试探",
    ] {
        assert!(html.contains(words), "{words}:\n{html}");
    }
    let mut links =
        html.split("href=\"/approvals/").skip(1).filter_map(|rest| rest.split('"').next());
    let link = links.find(|link| link.parse::<uuid::Uuid>().is_ok()).unwrap();
    let manager = sign_in(&site, "manager", PASSWORD).await.unwrap();
    let (_, html) = page(&site, &format!("/approvals/{link}"), &manager, "zh-CN").await;
    assert!(html.contains("变更前") && html.contains("变更后"), "{html}");
    let wrong = "request[account]=bank&request[class]=II&request[per_day]=0\
                 &request[valid_from]=2020-01-01&request[source]=x";
    let response = post(&site, "/api/fn/limits/propose_class", wrong, Some(&session)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
}
