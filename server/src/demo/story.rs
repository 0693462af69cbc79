//! The day that lies behind the demonstration, from the first order to the morning after.

use super::institution::{self, Merchants, RESERVE_ACCOUNT};
use super::{receivers, routes, users};
use crate::config::Config;
use crate::office::CHANNELS;
use anyhow::Context;
use backoffice::access;
use backoffice::gateway::{self, Call, Came};
use backoffice::office::Office;
use backoffice::reconciliation::{self, NewFile};
use backoffice::{trading_day, work};
use banks::front::NamedFile;
use banks::sandbox::SandboxControl;
use domain::access::Actor;
use domain::date::BusinessDate;
use domain::error_item::Leg;
use domain::gateway::{ApiClient, PageEvent, PaymentRequest};
use domain::money::Money;
use domain::order::FunnelStep;
use domain::product::Product;
use domain::reconciliation::RunScope;
use domain::source_file::FileKind;
use std::fmt::Write as _;
use time::Duration;

/// Orders of the day.
const ORDERS: u32 = 48;
/// Time between two orders.
const PACE: Duration = Duration::minutes(16);

/// What is sold: merchant, seller on a platform, product, fen.
const GOODS: [(&str, Option<&str>, Product, i64); 8] = [
    ("M100001", Some("M100002"), Product::QuickPay, 10_000),
    ("M100004", None, Product::WechatPay, 8_650),
    ("M100006", None, Product::WechatPay, 2_800),
    ("M100005", None, Product::QuickPay, 128_000),
    ("M100001", Some("M100002"), Product::WechatPay, 5_990),
    ("M100004", None, Product::QuickPay, 23_475),
    ("M100005", None, Product::BankTransfer, 560_000),
    ("M100006", None, Product::WechatPay, 3_600),
];

/// What goes wrong at the channels, by the order's position.
const FAULTS: [(u32, &str, &str); 6] = [
    (5, "unionpay", "decline"),
    (9, "wechat", "decline"),
    (16, "unionpay", "timeout_after"),
    (17, "wechat", "lose_row"),
    (27, "unionpay", "change_amount"),
    (34, "wechat", "add_row"),
];

/// Plays the day and the morning after.
pub(super) async fn play(
    config: &Config,
    office: &Office,
    day: BusinessDate,
) -> anyhow::Result<()> {
    let merchants = institution::set_up(office, day).await?;
    let sandbox = SandboxControl::new(&config.sandbox_url)?;
    let lin = access::actor_by_login(office, "lin.ops").await?;
    let liu = access::actor_by_login(office, "liu.manager").await?;
    if trading_day::open_day(office).await? == day {
        if office.settings.demo {
            receivers::set_up(office, &sandbox, &merchants).await?;
        }
        sell(office, &sandbox, &merchants).await?;
        for channel in CHANNELS {
            sandbox.settle(channel, day, RESERVE_ACCOUNT).await?;
        }
        go_to(office, day.next(), Duration::minutes(30));
        work::run_until_idle(office).await?;
        trading_day::cut(office, &liu, day).await?;
    }
    go_to(office, day.next(), Duration::hours(8));
    work::run_until_idle(office).await?;
    reconcile(office, &lin, &merchants, day).await?;
    if office.settings.demo {
        receivers::repair(office, &sandbox, (&merchants, &lin)).await?;
    }
    routes::share_out(office, (&lin, &liu)).await?;
    if office.settings.demo {
        users::top_up(office, &merchants).await?;
    }
    Ok(())
}

async fn sell(
    office: &Office,
    sandbox: &SandboxControl,
    merchants: &Merchants,
) -> anyhow::Result<()> {
    for (number, goods) in (1..=ORDERS).zip(GOODS.iter().cycle()) {
        for (_, channel, kind) in FAULTS.iter().filter(|(at, ..)| *at == number) {
            sandbox.misbehave_next(channel, "payment", kind).await?;
        }
        let (merchant, ..) = goods;
        let merchant = *merchants.get(merchant).context("a merchant is missing")?;
        let client = ApiClient { merchant, key_id: "demonstration".to_owned() };
        browse(office, &client, number, goods.2).await?;
        order(office, &client, number, goods).await?;
        work::run_until_idle(office).await?;
        office.clock.forward(PACE);
    }
    refused_product(office, merchants).await
}

/// The pages a visitor sees on the way to paying; some leave early.
async fn browse(
    office: &Office,
    client: &ApiClient,
    number: u32,
    product: Product,
) -> anyhow::Result<()> {
    let pages = [FunnelStep::OrderConfirmPage, FunnelStep::CashierPage, FunnelStep::ConfirmPay];
    for lost in 0..3_usize {
        // Beside the one who buys, one visitor in three leaves at each page.
        if number.is_multiple_of(3) {
            let visitor = format!("left-{number}-{lost}");
            let seen = pages.get(..=lost).unwrap_or_default();
            tell(office, client, product, (&visitor, None), seen).await?;
        }
    }
    let visitor = format!("visitor-{number}");
    let seen = pages.get(..2).unwrap_or_default();
    tell(office, client, product, (&visitor, None), seen).await
}

async fn tell(
    office: &Office,
    client: &ApiClient,
    product: Product,
    (visitor, order): (&str, Option<&str>),
    steps: &[FunnelStep],
) -> anyhow::Result<()> {
    for step in steps {
        let key = format!("{visitor}-{}", step.name());
        let call = Call::new("events", &key, &serde_json::json!({ "visitor": visitor }))?;
        let event = PageEvent {
            visitor: visitor.to_owned(),
            step: *step,
            product: Some(product),
            merchant_order_no: order.map(str::to_owned),
        };
        gateway::record_event(office, client, &call, &event).await?;
    }
    Ok(())
}

async fn order(
    office: &Office,
    client: &ApiClient,
    number: u32,
    goods: &(&str, Option<&str>, Product, i64),
) -> anyhow::Result<()> {
    let (_, seller, product, fen) = goods;
    let order_no = format!("D{number:04}");
    let request = PaymentRequest {
        merchant_order_no: order_no.clone(),
        product: product.name().to_owned(),
        amount: Money::cny(fen + i64::from(number) * 10).plain(),
        currency: "CNY".to_owned(),
        subject: format!("订单 {order_no}"),
        seller: seller.map(str::to_owned),
        payer: None,
        top_up: None,
    };
    let call = Call::new("payments", &order_no, &serde_json::to_value(&request)?)?;
    if let Came::Before(_) = gateway::create_payment(office, client, &call, &request).await? {
        return Ok(());
    }
    let visitor = format!("visitor-{number}");
    let pressed = [FunnelStep::ConfirmPay];
    tell(office, client, *product, (&visitor, Some(&order_no)), &pressed).await?;
    if *product == Product::QuickPay {
        let steps = [FunnelStep::SmsCode, FunnelStep::PayConfirmed];
        tell(office, client, *product, (&visitor, Some(&order_no)), &steps).await?;
    }
    Ok(())
}

/// The coffee shop tries a product it has not opened.
async fn refused_product(office: &Office, merchants: &Merchants) -> anyhow::Result<()> {
    let merchant = *merchants.get("M100006").context("the coffee shop is missing")?;
    let client = ApiClient { merchant, key_id: "demonstration".to_owned() };
    order(office, &client, ORDERS + 1, &("M100006", None, Product::BankTransfer, 5_000)).await
}

/// The morning: the statement, the merchant's list, and the three kinds of reconciliation.
async fn reconcile(
    office: &Office,
    lin: &Actor,
    merchants: &Merchants,
    day: BusinessDate,
) -> anyhow::Result<()> {
    reconciliation::request_statement(office, lin, RESERVE_ACCOUNT, day).await?;
    work::run_until_idle(office).await?;
    let coffee = *merchants.get("M100006").context("the coffee shop is missing")?;
    let new = NewFile {
        kind: FileKind::MerchantOrders,
        channel: None,
        merchant: Some(coffee),
        clearing_date: Some(day),
        replaces: None,
        file: coffee_list(day)?,
    };
    match reconciliation::import(office, lin, new).await {
        Ok(_) | Err(reconciliation::ReconciliationError::AlreadyImported { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    for (leg, of) in
        [(Leg::BusinessGateway, String::new()), (Leg::BusinessMerchant, coffee.to_string())]
    {
        reconciliation::run(office, lin, &RunScope { leg, of, day }).await?;
    }
    work::run_until_idle(office).await?;
    Ok(())
}

/// What the coffee shop believes it sold: its till forgot one order.
fn coffee_list(day: BusinessDate) -> anyhow::Result<NamedFile> {
    let mut csv = "order_no,amount,currency,status\n".to_owned();
    for (number, goods) in (1..=ORDERS).zip(GOODS.iter().cycle()) {
        let (merchant, _, _, fen) = goods;
        if *merchant == "M100006" && number != 24 {
            let amount = Money::cny(fen + i64::from(number) * 10).plain();
            writeln!(csv, "D{number:04},{amount},CNY,paid")?;
        }
    }
    Ok(NamedFile { name: format!("M100006-{day}.csv"), bytes: csv.into_bytes() })
}

fn go_to(office: &Office, day: BusinessDate, after_midnight: Duration) {
    let at = office.settings.zone.start_of(day).saturating_add(after_midnight);
    let now = office.now();
    if at > now {
        office.clock.forward(at - now);
    }
}
