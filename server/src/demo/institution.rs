//! The demonstration institution: its bank account, its channels, its merchants and their terms.

use anyhow::Context;
use backoffice::channels;
use backoffice::merchants::{self, NewMerchant, NewSplitRule};
use backoffice::office::Office;
use backoffice::reserve::{self, NewAccount};
use domain::channel::{BillFormat, ChannelSummary, Rail};
use domain::date::BusinessDate;
use domain::fee::{CostTerms, FeeTerms, Rate};
use domain::ids::MerchantId;
use domain::merchant::{MerchantKind, SettlementAccount, SplitLabel, SplitMode, SplitShare};
use domain::money::Money;
use domain::product::Product;
use domain::reserve::Purpose;
use domain::routing::Route;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::macros::time;

use crate::sandbox::{UNIONPAY_MERCHANT, WECHAT_MERCHANT};

/// The reserve account's number at the bank.
pub const RESERVE_ACCOUNT: &str = "10120100000001";

/// The own-funds account's number at the bank.
pub const OWN_FUNDS_ACCOUNT: &str = "10020100000001";

/// The merchants by their numbers.
pub type Merchants = BTreeMap<&'static str, MerchantId>;

struct Terms {
    code: &'static str,
    name: &'static str,
    kind: MerchantKind,
    cycle: u16,
    products: &'static [(Product, &'static str)],
}

const MERCHANTS: [Terms; 6] = [
    Terms {
        code: "M100001",
        name: "蓝鲸图书商城 Blue Whale Books",
        kind: MerchantKind::Platform,
        cycle: 1,
        products: &[
            (Product::QuickPay, "0.6"),
            (Product::WechatPay, "0.6"),
            (Product::BankTransfer, "0.1"),
        ],
    },
    Terms {
        code: "M100002",
        name: "墨香书局 Inkwell Press",
        kind: MerchantKind::Supplier,
        cycle: 1,
        products: &[],
    },
    Terms {
        code: "M100003",
        name: "疾风物流 Swift Wind Logistics",
        kind: MerchantKind::Logistics,
        cycle: 1,
        products: &[],
    },
    Terms {
        code: "M100004",
        name: "青禾超市 Green Grain Grocers",
        kind: MerchantKind::Direct,
        cycle: 1,
        products: &[(Product::QuickPay, "0.6"), (Product::WechatPay, "0.6")],
    },
    Terms {
        code: "M100005",
        name: "远航旅行 Far Sail Travel",
        kind: MerchantKind::Direct,
        cycle: 3,
        products: &[(Product::QuickPay, "0.38"), (Product::BankTransfer, "0.1")],
    },
    Terms {
        code: "M100006",
        name: "晨星咖啡 Morning Star Coffee",
        kind: MerchantKind::Direct,
        cycle: 1,
        products: &[(Product::WechatPay, "0.6")],
    },
];

/// Sets everything up; what is there stays as it is.
///
/// # Errors
/// The database failed.
pub async fn set_up(office: &Office, day: BusinessDate) -> anyhow::Result<Merchants> {
    let mut tx = office.begin().await?;
    if ledger::days::current(&mut tx).await?.is_none() {
        ledger::days::open(&mut tx, day, office.now()).await?;
    }
    channels::set_up(&mut tx, office, &channels()?).await?;
    super::routes::set_up(&mut tx, office).await?;
    if reserve::custody_account(&mut tx).await?.is_none() {
        reserve::open_account(&mut tx, office, &custody()).await?;
        reserve::open_account(&mut tx, office, &own_funds()).await?;
    }
    let merchants = onboard(&mut tx, office, day).await?;
    share(&mut tx, office, &merchants, day).await?;
    tx.commit().await?;
    Ok(merchants)
}

fn custody() -> NewAccount {
    NewAccount {
        code: "PBOC-1".to_owned(),
        purpose: Purpose::Custody,
        bank_name: "中国人民银行 备付金集中存管".to_owned(),
        account_no: RESERVE_ACCOUNT.to_owned(),
        front: "bank".to_owned(),
    }
}

fn own_funds() -> NewAccount {
    NewAccount {
        code: "OWN-1".to_owned(),
        purpose: Purpose::OwnFunds,
        bank_name: "中国工商银行 备案自有资金".to_owned(),
        account_no: OWN_FUNDS_ACCOUNT.to_owned(),
        front: "bank".to_owned(),
    }
}

async fn onboard(
    conn: &mut PgConnection,
    office: &Office,
    day: BusinessDate,
) -> anyhow::Result<Merchants> {
    let mut known = Merchants::new();
    for terms in &MERCHANTS {
        let on_platform = matches!(terms.kind, MerchantKind::Supplier | MerchantKind::Logistics);
        let new = NewMerchant {
            code: terms.code.to_owned(),
            name: terms.name.to_owned(),
            kind: terms.kind,
            platform: on_platform.then(|| known.get("M100001").copied()).flatten(),
            settlement_cycle_days: terms.cycle,
            settlement_account: SettlementAccount {
                account_no: format!("62170000{}", &terms.code[1..]),
                account_name: terms.name.to_owned(),
                bank: "中国工商银行".to_owned(),
            },
        };
        let id = merchants::add(conn, office, &new).await?;
        for (product, percent) in terms.products {
            merchants::enable(conn, office, id, *product).await?;
            let fee = FeeTerms::share(percent.parse()?);
            merchants::agree_fee(conn, office, id, (*product, fee, day)).await?;
        }
        known.insert(terms.code, id);
    }
    Ok(known)
}

/// The platform's rules: of every order one yuan commission and two yuan delivery, each a
/// transaction of its own.
async fn share(
    conn: &mut PgConnection,
    office: &Office,
    merchants: &Merchants,
    day: BusinessDate,
) -> anyhow::Result<()> {
    let platform = *merchants.get("M100001").context("the platform is missing")?;
    let courier = *merchants.get("M100003").context("the courier is missing")?;
    for (payee, label, fen) in
        [(platform, SplitLabel::Commission, 100), (courier, SplitLabel::Logistics, 200)]
    {
        let rule = NewSplitRule {
            platform,
            payee,
            label,
            share: SplitShare::Fixed(Money::cny(fen)),
            mode: SplitMode::GrossThenCharge,
            valid_from: day,
        };
        merchants::add_split_rule(conn, office, &rule).await?;
    }
    Ok(())
}

fn channels() -> anyhow::Result<Vec<(ChannelSummary, Vec<Route>)>> {
    let route = |channel: &str, product, method: &str, priority| Route {
        channel: channel.to_owned(),
        product,
        method: method.to_owned(),
        priority,
        min: Money::cny(1),
        max: Money::cny(100_000_000),
    };
    let free = CostTerms { rate: Rate::ZERO, fixed: Money::cny(0) };
    let unionpay = ChannelSummary {
        code: "unionpay".to_owned(),
        name_en: "UnionPay online".to_owned(),
        name_zh: "银联在线".to_owned(),
        rail: Rail::Unionpay,
        active: true,
        our_merchant_no: UNIONPAY_MERCHANT.to_owned(),
        cut_time: time!(23:00),
        bill_format: BillFormat::UnionpayZm,
        cost: CostTerms { rate: Rate::ZERO, fixed: Money::cny(24) },
    };
    let wechat = ChannelSummary {
        code: "wechat".to_owned(),
        name_en: "WeChat Pay".to_owned(),
        name_zh: "微信支付".to_owned(),
        rail: Rail::Nucc,
        our_merchant_no: WECHAT_MERCHANT.to_owned(),
        cut_time: time!(00:00),
        bill_format: BillFormat::WechatTrade,
        cost: CostTerms { rate: "0.6".parse()?, fixed: Money::cny(0) },
        ..unionpay.clone()
    };
    let bank = ChannelSummary {
        code: "bank".to_owned(),
        name_en: "Bank transfer".to_owned(),
        name_zh: "银行转账".to_owned(),
        rail: Rail::Pboc,
        our_merchant_no: crate::sandbox::COLLECTION.to_owned(),
        cut_time: time!(00:00),
        bill_format: BillFormat::Camt053,
        cost: free,
        ..unionpay.clone()
    };
    Ok(vec![
        (unionpay, vec![route("unionpay", Product::QuickPay, "QUICK", 1)]),
        (wechat, vec![route("wechat", Product::WechatPay, "JSAPI", 1)]),
        (
            bank,
            vec![
                route("bank", Product::BankTransfer, "TRANSFER", 1),
                route("bank", Product::QuickPay, "AGREEMENT", 2),
            ],
        ),
    ])
}
