//! An office at noon of 2026-03-31: three channels, two merchants, a platform with its seller.

use crate::bank::Bank;
use backoffice::access::{self, NewStaff};
use backoffice::gateway::{self, Call, Came, Taken};
use backoffice::merchants::{self, NewMerchant};
use backoffice::office::{Clock, Office, Settings};
use backoffice::{approvals, channels, work};
use banks::front::Fronts;
use banks::notify::Nowhere;
use domain::access::{Actor, Role};
use domain::account::AccountRef;
use domain::approval::Verdict;
use domain::calendar::Calendar;
use domain::channel::{BillFormat, ChannelSummary, Rail};
use domain::date::{BusinessDate, BusinessZone};
use domain::fee::{CostTerms, FeeTerms, Rate};
use domain::gateway::{ApiClient, PaymentRequest, PaymentView};
use domain::ids::{ApprovalId, MerchantId};
use domain::merchant::{MerchantKind, SettlementAccount};
use domain::money::{Currency, Money};
use domain::product::Product;
use domain::routing::Route;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use time::macros::{datetime, time};

pub const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

pub struct World {
    pub office: Office,
    pub bank: Bank,
    /// Sells books with quick pay and WeChat.
    pub books: MerchantId,
    /// Sells tea with quick pay.
    pub tea: MerchantId,
    /// A platform, and the farm that sells on it.
    pub market: MerchantId,
    pub farm: MerchantId,
}

pub fn today() -> BusinessDate {
    "2026-03-31".parse().unwrap()
}

impl World {
    pub async fn new(pool: PgPool) -> Self {
        let bank = Bank::default();
        let codes = ["unionpay", "wechat", "bank"];
        let fronts: BTreeMap<_, _> =
            codes.into_iter().map(|code| (code.to_owned(), bank.front())).collect();
        let settings = Settings {
            zone: BusinessZone::china(),
            calendar: Calendar::default(),
            demo: false,
            vault: None,
        };
        let office = Office {
            db: pool,
            clock: Clock::standing_at(NOON),
            fronts: Arc::new(Fronts(fronts)),
            notify: Arc::new(Nowhere),
            settings: Arc::new(settings),
            bell: backoffice::bell::Bell::default(),
            request_id: "test".to_owned(),
        };
        let mut conn = office.db.acquire().await.unwrap();
        ledger::days::open(&mut conn, today(), NOON).await.unwrap();
        channels::set_up(&mut conn, &office, &three_channels()).await.unwrap();
        let books = merchant(&office, "M100001", (MerchantKind::Direct, None)).await;
        let tea = merchant(&office, "M100002", (MerchantKind::Direct, None)).await;
        let market = merchant(&office, "M100003", (MerchantKind::Platform, None)).await;
        let farm = merchant(&office, "M100004", (MerchantKind::Supplier, Some(market))).await;
        for (id, product) in [
            (books, Product::QuickPay),
            (books, Product::WechatPay),
            (tea, Product::QuickPay),
            (market, Product::QuickPay),
        ] {
            merchants::enable(&mut conn, &office, id, product).await.unwrap();
            agree_fee(&office, id, product, "2017-01-01").await;
        }
        Self { office, bank, books, tea, market, farm }
    }

    pub async fn person(&self, role: Role) -> Actor {
        let login = role.name();
        let roles = &[role];
        let new = NewStaff { login, name: login, password: "correct horse battery", roles };
        access::add_staff(&self.office, &new).await.unwrap();
        access::actor_by_login(&self.office, login).await.unwrap()
    }

    /// Somebody decides in favour, and what follows is done.
    pub async fn approve(&self, checker: &Actor, id: ApprovalId) {
        let detail = approvals::find(&self.office, checker, id).await.unwrap();
        let decision = (detail.content_hash.as_str(), Verdict::Approve, "");
        approvals::decide(&self.office, checker, id, decision).await.unwrap();
        work::run_until_idle(&self.office).await.unwrap();
    }

    /// A person with this role, whether they are known already or not.
    pub async fn actor(&self, role: Role) -> Actor {
        match access::actor_by_login(&self.office, role.name()).await {
            Ok(actor) => actor,
            Err(_) => self.person(role).await,
        }
    }

    pub fn client(&self, merchant: MerchantId) -> ApiClient {
        ApiClient { merchant, key_id: "ck_test".to_owned() }
    }

    /// Takes a payment request of the book shop, under its order number as key.
    pub async fn take(&self, request: &PaymentRequest) -> Taken {
        let client = self.client(self.books);
        let call = call(&request.merchant_order_no, request);
        match gateway::create_payment(&self.office, &client, &call, request).await.unwrap() {
            Came::New(taken) => taken,
            Came::Before(answer) => panic!("answered before: {answer:?}"),
        }
    }

    /// Takes a payment request and does all work that is due.
    pub async fn pay(&self, request: &PaymentRequest) -> PaymentView {
        let taken = self.take(request).await;
        work::run_until_idle(&self.office).await.unwrap();
        self.standing(&taken).await
    }

    pub async fn standing(&self, taken: &Taken) -> PaymentView {
        let client = self.client(self.books);
        gateway::standing(&self.office, &client, taken.order).await.unwrap()
    }

    /// Lets time pass and does what became due.
    pub async fn wait(&self, pause: time::Duration) {
        self.office.clock.forward(pause);
        work::run_until_idle(&self.office).await.unwrap();
    }

    pub async fn balance(&self, account: &AccountRef) -> Money {
        let mut conn = self.office.db.acquire().await.unwrap();
        ledger::balance(&mut conn, account, Currency::Cny).await.unwrap()
    }
}

/// Hands on the request of a route under a key, as the API does.
pub fn call(key: &str, request: &impl serde::Serialize) -> Call {
    Call::new("POST /payments", key, &serde_json::to_value(request).unwrap()).unwrap()
}

/// Order `number` over `amount` with quick pay.
pub fn order(number: &str, amount: &str) -> PaymentRequest {
    PaymentRequest {
        merchant_order_no: number.to_owned(),
        product: "quick_pay".to_owned(),
        amount: amount.to_owned(),
        currency: "CNY".to_owned(),
        subject: "two books".to_owned(),
        seller: None,
        payer: None,
        top_up: None,
    }
}

pub async fn agree_fee(office: &Office, merchant: MerchantId, product: Product, from: &str) {
    let mut conn = office.db.acquire().await.unwrap();
    let terms = FeeTerms::share(Rate::from_ppm(6_000).unwrap());
    let agreed = (product, terms, from.parse().unwrap());
    merchants::agree_fee(&mut conn, office, merchant, agreed).await.unwrap();
}

async fn merchant(
    office: &Office,
    code: &str,
    (kind, platform): (MerchantKind, Option<MerchantId>),
) -> MerchantId {
    let new = NewMerchant {
        code: code.to_owned(),
        name: format!("merchant {code}"),
        kind,
        platform,
        settlement_cycle_days: 1,
        settlement_account: SettlementAccount {
            account_no: "6222000011112222".to_owned(),
            account_name: format!("merchant {code}"),
            bank: "ICBC".to_owned(),
        },
    };
    let mut conn = office.db.acquire().await.unwrap();
    merchants::add(&mut conn, office, &new).await.unwrap()
}

fn three_channels() -> Vec<(ChannelSummary, Vec<Route>)> {
    let channel = |code: &str, rail, bill_format, fixed, ppm| ChannelSummary {
        code: code.to_owned(),
        name_en: code.to_owned(),
        name_zh: code.to_owned(),
        rail,
        active: true,
        our_merchant_no: "898319849000018".to_owned(),
        cut_time: time!(23:00),
        bill_format,
        cost: CostTerms { rate: Rate::from_ppm(ppm).unwrap(), fixed: Money::cny(fixed) },
    };
    let route = |channel: &str, product, method: &str, priority| Route {
        channel: channel.to_owned(),
        product,
        method: method.to_owned(),
        priority,
        min: Money::cny(1),
        max: Money::cny(5_000_000),
    };
    vec![
        (
            channel("unionpay", Rail::Unionpay, BillFormat::UnionpayZm, 24, 0),
            vec![route("unionpay", Product::QuickPay, "QUICK", 1)],
        ),
        (
            channel("wechat", Rail::Nucc, BillFormat::WechatTrade, 0, 2_000),
            vec![route("wechat", Product::WechatPay, "JSAPI", 1)],
        ),
        (
            channel("bank", Rail::Bank, BillFormat::Camt053, 0, 0),
            vec![
                route("bank", Product::BankTransfer, "TRANSFER", 1),
                route("bank", Product::QuickPay, "TRANSFER", 2),
            ],
        ),
    ]
}
