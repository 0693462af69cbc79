//! Two merchants' business systems, and a channel that collects whatever it is asked to.

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Request, StatusCode};
use backoffice::merchants::{self, NewMerchant};
use backoffice::office::{Clock, Office, Settings};
use backoffice::{channels, work};
use banks::front::{Answer, Fault, Front, Fronts, Pay, PayInstruction};
use banks::notify::HttpNotify;
use domain::calendar::Calendar;
use domain::channel::{BillFormat, ChannelSummary, Rail};
use domain::date::BusinessZone;
use domain::fee::{CostTerms, FeeTerms, Rate};
use domain::ids::MerchantId;
use domain::merchant::{MerchantKind, SettlementAccount};
use domain::money::Money;
use domain::product::Product;
use domain::routing::Route;
use serde_json::{Value, json};
use server::http::{self, Admission, Desk};
use server::router::{Site, router};
use sqlx::PgPool;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::{datetime, time};
use tower::ServiceExt;

pub const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

/// A channel that collects; what costs 6.66 it never answers about.
struct Channel;

#[async_trait]
impl Pay for Channel {
    async fn pay(&self, instruction: &PayInstruction) -> Result<Answer, Fault> {
        if instruction.amount == Money::cny(666) {
            return Err(Fault::Unclear("no answer within 10 seconds".to_owned()));
        }
        Ok(Answer::Done {
            channel_no: format!("C{}", instruction.number),
            amount: instruction.amount,
            at: NOON,
            clearing_date: "2026-03-31".parse().unwrap(),
        })
    }

    async fn query_payment(&self, _number: &str, _request_id: &str) -> Result<Answer, Fault> {
        Ok(Answer::NotFound)
    }
}

pub struct Shop {
    pub office: Office,
    pub api: Router,
    /// The bearer of the book shop.
    pub books: String,
    /// The bearer of the tea shop.
    pub tea: String,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    /// The error's code, and the field it blames.
    pub fn error(&self) -> (u16, &str, Option<&str>) {
        let error = &self.body["error"];
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
        assert_eq!(error["request_id"].as_str().unwrap(), self.headers["x-request-id"]);
        (self.status.as_u16(), error["code"].as_str().unwrap(), error["field"].as_str())
    }
}

impl Shop {
    pub async fn open(db: PgPool) -> Self {
        Self::with(db, Front { pay: Some(Arc::new(Channel)), ..Front::default() }).await
    }

    /// A shop whose channel is reached over this front.
    pub async fn with(db: PgPool, front: Front) -> Self {
        // Workers send the payments, when there are any.
        Self::admitting(db, front, Admission { payments: 0, ..Admission::default() }).await
    }

    /// A shop that lets so much in, with the usual channel.
    pub async fn letting_in(db: PgPool, admission: Admission) -> Self {
        let front = Front { pay: Some(Arc::new(Channel)), ..Front::default() };
        Self::admitting(db, front, admission).await
    }

    /// A shop whose channel is reached over this front and that lets so much in.
    pub async fn admitting(db: PgPool, front: Front, admission: Admission) -> Self {
        let settings = Settings {
            zone: BusinessZone::china(),
            calendar: Calendar::default(),
            demo: false,
            vault: None,
        };
        let office = Office {
            db,
            clock: Clock::standing_at(NOON),
            fronts: Arc::new(Fronts([("unionpay".to_owned(), front)].into())),
            notify: Arc::new(HttpNotify::new(false).unwrap()),
            settings: Arc::new(settings),
            bell: backoffice::bell::Bell::default(),
            request_id: "test".to_owned(),
        };
        let mut conn = office.db.acquire().await.unwrap();
        ledger::days::open(&mut conn, "2026-03-31".parse().unwrap(), NOON).await.unwrap();
        channels::set_up(&mut conn, &office, &[unionpay()]).await.unwrap();
        drop(conn);
        let books = merchant(&office, "M100001").await;
        let tea = merchant(&office, "M100002").await;
        let site = Site::new(office.clone(), false, Path::new("no-files"));
        let api = router(&site, http::api(Desk::open(&office, admission)));
        Self { office, api, books, tea }
    }

    /// Has workers do what becomes due, as the server does.
    pub fn hire_a_worker(&self) {
        let office = self.office.clone();
        tokio::spawn(async move {
            while let Ok(busy) = work::run_one(&office).await {
                if !busy {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        });
    }

    pub async fn get(&self, bearer: &str, path: &str) -> Reply {
        let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {bearer}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn put(&self, bearer: &str, path: &str, key: &str, body: &Value) -> Reply {
        let request = Request::put(path)
            .header(AUTHORIZATION, format!("Bearer {bearer}"))
            .header("idempotency-key", key)
            .header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn post(&self, bearer: &str, path: &str, key: &str, body: &Value) -> Reply {
        self.post_text(bearer, path, key, body.to_string()).await
    }

    pub async fn post_text(&self, bearer: &str, path: &str, key: &str, body: String) -> Reply {
        let request = Request::post(path)
            .header(AUTHORIZATION, format!("Bearer {bearer}"))
            .header("idempotency-key", key)
            .header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.api.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }
}

/// Order `number` over `amount`.
pub fn order(number: &str, amount: &str) -> Value {
    json!({
        "merchant_order_no": number,
        "product": "quick_pay",
        "amount": amount,
        "currency": "CNY",
        "subject": "two books",
    })
}

async fn merchant(office: &Office, code: &str) -> String {
    let new = NewMerchant {
        code: code.to_owned(),
        name: code.to_owned(),
        kind: MerchantKind::Direct,
        platform: None,
        settlement_cycle_days: 1,
        settlement_account: SettlementAccount {
            account_no: "6222000011112222".to_owned(),
            account_name: code.to_owned(),
            bank: "ICBC".to_owned(),
        },
    };
    let mut conn = office.db.acquire().await.unwrap();
    let id: MerchantId = merchants::add(&mut conn, office, &new).await.unwrap();
    merchants::enable(&mut conn, office, id, Product::QuickPay).await.unwrap();
    let terms = FeeTerms::share(Rate::from_ppm(6_000).unwrap());
    let agreed = (Product::QuickPay, terms, "2026-01-01".parse().unwrap());
    merchants::agree_fee(&mut conn, office, id, agreed).await.unwrap();
    merchants::issue_api_key(&mut conn, office, id).await.unwrap().bearer()
}

fn unionpay() -> (ChannelSummary, Vec<Route>) {
    let code = || "unionpay".to_owned();
    let channel = ChannelSummary {
        code: code(),
        name_en: "UnionPay".to_owned(),
        name_zh: "银联".to_owned(),
        rail: Rail::Unionpay,
        active: true,
        our_merchant_no: "898319849000018".to_owned(),
        cut_time: time!(23:00),
        bill_format: BillFormat::UnionpayZm,
        cost: CostTerms { rate: Rate::ZERO, fixed: Money::cny(24) },
    };
    let route = Route {
        channel: code(),
        product: Product::QuickPay,
        method: "QUICK".to_owned(),
        priority: 1,
        min: Money::cny(1),
        max: Money::cny(5_000_000),
    };
    (channel, vec![route])
}
