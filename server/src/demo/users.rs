//! Users of the demonstration: the platform brought three, who topped up this morning; one wants
//! some of it back on her own account, and a second person has to agree.

use super::institution::Merchants;
use anyhow::Context;
use backoffice::access;
use backoffice::gateway::{self, Call, WithdrawalCall};
use backoffice::office::Office;
use backoffice::payouts::{self, PayoutError};
use backoffice::{reserve, work};
use domain::gateway::{ApiClient, PaymentRequest, TopUpRequest};
use domain::payout::Payee;
use domain::user::UserRequest;
use serde_json::json;

/// Reference, name, class, own account and bank, and what was topped up.
const USERS: [(&str, &str, &str, &str, &str, &str); 3] = [
    ("u-10001", "王小明", "II", "6222021001012345", "招商银行", "300.00"),
    ("u-10002", "李红", "III", "6228480402564890", "农业银行", "1280.00"),
    ("u-10003", "赵一鸣", "I", "6217001210024455", "建设银行", "80.00"),
];
/// What Li Hong withdraws.
const WITHDRAWN: &str = "500.00";

/// Registers the users, tops them up, and has the withdrawal submitted.
pub(super) async fn top_up(office: &Office, merchants: &Merchants) -> anyhow::Result<()> {
    let merchant = *merchants.get("M100001").context("the platform is missing")?;
    let client = ApiClient { merchant, key_id: "demonstration".to_owned() };
    for (reference, name, class, account, bank, amount) in USERS {
        let user = UserRequest {
            reference: reference.to_owned(),
            name: name.to_owned(),
            class: class.to_owned(),
        };
        let call = Call::new("POST /users", reference, &json!(user))?;
        gateway::register_user(office, &client, &call, &user).await?;
        let payee =
            Payee { account: account.to_owned(), name: name.to_owned(), bank: bank.to_owned() };
        let call = Call::new("PUT /users/account", reference, &json!(payee))?;
        gateway::set_user_account(office, &client, &call, (reference, &payee)).await?;
        let number = format!("TOPUP-{reference}");
        let request = PaymentRequest {
            merchant_order_no: number.clone(),
            product: "quick_pay".to_owned(),
            amount: amount.to_owned(),
            currency: "CNY".to_owned(),
            subject: format!("充值 {name}"),
            seller: None,
            payer: None,
            top_up: Some(TopUpRequest { user: Some(reference.to_owned()) }),
        };
        let call = Call::new("payments", &number, &json!(request))?;
        gateway::create_payment(office, &client, &call, &request).await?;
        work::run_until_idle(office).await?;
    }
    withdraw(office, &client).await
}

async fn withdraw(office: &Office, client: &ApiClient) -> anyhow::Result<()> {
    let chen = access::actor_by_login(office, "chen.maker").await?;
    let asked = WithdrawalCall {
        reference: "u-10002".to_owned(),
        merchant_withdrawal_no: "W-10002-1".to_owned(),
        amount: WITHDRAWN.to_owned(),
        currency: "CNY".to_owned(),
    };
    let call = Call::new("POST /users/withdrawals", "W-10002-1", &json!({ "amount": WITHDRAWN }))?;
    let gateway::Came::New(id) = gateway::withdraw(office, client, &call, &asked).await? else {
        return Ok(());
    };
    let mut conn = office.db.acquire().await?;
    let custody = reserve::custody_account(&mut conn).await?.context("no custody account")?;
    drop(conn);
    match payouts::make_batch(office, &chen, custody, &[id]).await {
        Ok(batch) => payouts::submit(office, &chen, batch).await.map(|_| ())?,
        Err(PayoutError::NotFree { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
