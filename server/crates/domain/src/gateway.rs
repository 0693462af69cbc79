//! The business gateway (业务网关): what business systems ask of us and are answered.

mod error_code;

pub use error_code::ErrorCode;

use crate::account::{AccountRef, StatementFilter};
use crate::date::BusinessDate;
use crate::ids::{MerchantId, OrderId, PaymentId};
use crate::limits::{Payer, PayerRequest};
use crate::merchant::named;
use crate::money::{Money, MoneyError};
use crate::order::FunnelStep;
use crate::page::PageRequest;
use crate::payment::PaymentStatus;
use crate::product::Product;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Longest order number.
pub const ORDER_NO_MAX: usize = 64;
/// Longest subject, in characters.
pub const SUBJECT_MAX: usize = 128;
/// Longest idempotency key and visitor mark.
pub const KEY_MAX: usize = 128;

/// The business system behind a request, as its API key proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiClient {
    /// The merchant it works for.
    pub merchant: MerchantId,
    /// The key it used.
    pub key_id: String,
}

/// A payment a business system asks for, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRequest {
    /// The merchant's own number of the order.
    pub merchant_order_no: String,
    /// The product's name.
    pub product: String,
    /// Major units as text, `100.00`.
    pub amount: String,
    /// ISO code.
    pub currency: String,
    /// What is paid for.
    pub subject: String,
    /// For platform orders: the code of the sub-merchant who sells.
    pub seller: Option<String>,
    /// Who pays, where the business system knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerRequest>,
    /// Whose balance it raises, if it is a top-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_up: Option<TopUpRequest>,
}

/// A payment that is a top-up (充值), as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUpRequest {
    /// The merchant's own reference of the user; none: the merchant's own balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// A payment request that makes sense in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRequest {
    /// The merchant's own number of the order.
    pub merchant_order_no: String,
    /// The product.
    pub product: Product,
    /// What is paid.
    pub amount: Money,
    /// What for.
    pub subject: String,
    /// The code of the seller.
    pub seller: Option<String>,
    /// Who pays.
    pub payer: Option<Payer>,
    /// Whose balance it raises, if it is a top-up.
    pub top_up: Option<TopUpRequest>,
}

/// Which field of a request is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FieldError {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it and what was expected.
    pub reason: String,
}

impl FieldError {
    /// Names a field and what is wrong with it.
    pub fn new(field: &'static str, reason: impl ToString) -> Self {
        Self { field, reason: reason.to_string() }
    }
}

impl PaymentRequest {
    /// Reads the request strictly.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<CheckedRequest, FieldError> {
        check_number("merchant_order_no", &self.merchant_order_no)?;
        let product = self.product.parse().map_err(|e| FieldError::new("product", e))?;
        let currency =
            self.currency.parse().map_err(|e: MoneyError| FieldError::new("currency", e))?;
        let amount = Money::parse_positive(&self.amount, currency)
            .map_err(|e| FieldError::new("amount", e))?;
        let subject = self.subject.trim();
        let fits = !subject.is_empty() && subject.chars().count() <= SUBJECT_MAX;
        if !fits || subject.chars().any(char::is_control) {
            let reason = format!("the subject must have 1 to {SUBJECT_MAX} printable characters");
            return Err(FieldError::new("subject", reason));
        }
        if self.top_up.is_some() && self.seller.is_some() {
            return Err(FieldError::new("seller", "a top-up is no sale and has no seller"));
        }
        Ok(CheckedRequest {
            merchant_order_no: self.merchant_order_no.clone(),
            product,
            amount,
            subject: subject.to_owned(),
            seller: self.seller.clone(),
            payer: self.payer.as_ref().map(PayerRequest::check).transpose()?,
            top_up: self.top_up.clone(),
        })
    }
}

/// Order numbers are 1 to 64 letters, digits, dots, dashes or underscores.
///
/// # Errors
/// The number is written otherwise.
pub fn check_number(field: &'static str, number: &str) -> Result<(), FieldError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=ORDER_NO_MAX).contains(&number.len()) && number.bytes().all(allowed) {
        return Ok(());
    }
    let reason = format!(
        "a number must have 1 to {ORDER_NO_MAX} characters of A-Z, a-z, 0-9, '-', '_' and '.'"
    );
    Err(FieldError::new(field, reason))
}

/// A payment as its merchant sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentView {
    /// The payment, once one was opened.
    pub id: Option<PaymentId>,
    /// The order.
    pub order: OrderId,
    /// The merchant's own number of the order.
    pub merchant_order_no: String,
    /// The product.
    pub product: Product,
    /// What is paid.
    pub amount: Money,
    /// Where it stands; a refused order has failed.
    pub status: PaymentStatus,
    /// Why it failed or is not known.
    pub failure: Option<String>,
    /// When the channel collected.
    pub paid_at: Option<OffsetDateTime>,
    /// The channel's clearing date.
    pub clearing_date: Option<BusinessDate>,
    /// When the order was taken.
    pub created_at: OffsetDateTime,
}

/// What we owe a merchant, 商户余额.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantBalance {
    /// Collected and not yet settled, 待结算.
    pub unsettled: Money,
    /// Settled and not yet paid out, 可用.
    pub available: Money,
    /// Held from the merchant, 冻结.
    pub held: Money,
}

/// Which of a merchant's balances a statement is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MerchantAccount {
    /// Collected and not yet settled.
    Unsettled,
    /// Settled and not yet paid out.
    Available,
    /// Held.
    Held,
}
named!(MerchantAccount { Unsettled = "unsettled", Available = "available", Held = "held" });

impl MerchantAccount {
    /// The account in the books.
    #[must_use]
    pub fn of(self, merchant: MerchantId) -> AccountRef {
        match self {
            Self::Unsettled => AccountRef::merchant_unsettled(merchant),
            Self::Available => AccountRef::merchant_available(merchant),
            Self::Held => AccountRef::merchant_held(merchant),
        }
    }
}

/// A merchant's question for a statement, as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementRequest {
    /// `unsettled`, `available` or `held`.
    pub account: String,
    /// First accounting date.
    pub from: String,
    /// Last accounting date.
    pub to: String,
    /// Page, from 1.
    pub page: Option<i64>,
}

/// Longest span of a statement, in days.
pub const STATEMENT_DAYS_MAX: i64 = 93;

impl StatementRequest {
    /// Reads the question strictly.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<(MerchantAccount, StatementFilter), FieldError> {
        let account = MerchantAccount::named(&self.account).ok_or_else(|| {
            FieldError::new("account", "the account is unsettled, available or held")
        })?;
        Ok((account, self.span()?))
    }

    /// Reads which days are wanted, and which page.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn span(&self) -> Result<StatementFilter, FieldError> {
        let day = |field: &'static str, text: &str| {
            text.parse::<BusinessDate>().map_err(|error| FieldError::new(field, error))
        };
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        if !(0..STATEMENT_DAYS_MAX).contains(&(to.0 - from.0).whole_days()) {
            let reason = format!("a statement spans 1 to {STATEMENT_DAYS_MAX} days");
            return Err(FieldError::new("to", reason));
        }
        let page = PageRequest::number(self.page.unwrap_or(1));
        Ok(StatementFilter { from: Some(from), to: Some(to), at: None, page })
    }
}

/// Something a visitor did, told by the business system for the funnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEvent {
    /// A mark of the visitor that says nothing about who they are.
    pub visitor: String,
    /// What they reached.
    pub step: FunnelStep,
    /// With which product, where it is known.
    pub product: Option<Product>,
    /// The merchant's number of the order, where there is one.
    pub merchant_order_no: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> PaymentRequest {
        PaymentRequest {
            merchant_order_no: "A-1".to_owned(),
            product: "quick_pay".to_owned(),
            amount: "100.00".to_owned(),
            currency: "CNY".to_owned(),
            subject: "两本书".to_owned(),
            seller: None,
            payer: None,
            top_up: None,
        }
    }

    #[test]
    fn a_plain_request_is_understood() {
        assert_eq!(request().check().unwrap().amount, Money::cny(10_000));
    }

    #[test]
    fn the_wrong_field_is_named() {
        let wrong = |change: fn(&mut PaymentRequest)| {
            let mut request = request();
            change(&mut request);
            request.check().unwrap_err().field
        };
        let long = "9".repeat(400);
        for amount in [
            "-1",
            "0",
            "0.00",
            "0.001",
            "1e3",
            "9223372036854775807",
            "92233720368547758.08",
            "12345678901234567890",
            "１００",
            "1,000.00",
            "٣",
            "",
            " 1.00",
            "+1.00",
            "NaN",
            "Infinity",
            "0x10",
            "1.",
            ".5",
            "01x",
            long.as_str(),
        ] {
            let request = PaymentRequest { amount: amount.to_owned(), ..request() };
            assert_eq!(request.check().unwrap_err().field, "amount", "{amount}");
        }
        assert_eq!(wrong(|r| r.currency = "cny".to_owned()), "currency");
        assert_eq!(wrong(|r| r.product = "QuickPay".to_owned()), "product");
        assert_eq!(wrong(|r| r.subject = " ".to_owned()), "subject");
        assert_eq!(wrong(|r| r.subject = "a\u{0}b".to_owned()), "subject");
        assert_eq!(wrong(|r| r.subject = "x".repeat(129)), "subject");
        assert_eq!(wrong(|r| r.merchant_order_no = String::new()), "merchant_order_no");
        assert_eq!(wrong(|r| r.merchant_order_no = "a b".to_owned()), "merchant_order_no");
        assert_eq!(wrong(|r| r.merchant_order_no = "x".repeat(65)), "merchant_order_no");
    }
}
