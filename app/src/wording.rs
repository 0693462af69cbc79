//! What several areas call the same thing.

use crate::components::Tone;
use crate::i18n::{Language, language, t};
use crate::text;
use domain::order::OrderStatus;
use domain::payment::PaymentStatus;
use domain::product::{CardType, Product};

/// What people call a product.
#[must_use]
pub fn product_name(product: Product) -> &'static str {
    t(match product {
        Product::QuickPay => text::MERCHANTS_PRODUCT_QUICK_PAY,
        Product::WechatPay => text::MERCHANTS_PRODUCT_WECHAT_PAY,
        Product::BankTransfer => text::MERCHANTS_PRODUCT_BANK_TRANSFER,
    })
}

/// What people call a kind of card.
#[must_use]
pub fn card_name(card: CardType) -> &'static str {
    t(match card {
        CardType::Debit => text::SHELL_CARD_DEBIT,
        CardType::Credit => text::SHELL_CARD_CREDIT,
    })
}

/// The word and the tone of a refund's stored state.
#[must_use]
pub fn refund_state(state: &str) -> (&'static str, Tone) {
    let (word, tone) = match state {
        "waiting_approval" => (text::REFUNDS_STATE_WAITING_APPROVAL, Tone::Warn),
        "waiting_funds" => (text::REFUNDS_STATE_WAITING_FUNDS, Tone::Warn),
        "requested" => (text::REFUNDS_STATE_REQUESTED, Tone::Info),
        "sending" => (text::REFUNDS_STATE_SENDING, Tone::Info),
        "unknown" => (text::REFUNDS_STATE_UNKNOWN, Tone::Warn),
        "succeeded" => (text::REFUNDS_STATE_SUCCEEDED, Tone::Good),
        "failed" => (text::REFUNDS_STATE_FAILED, Tone::Bad),
        _ => (text::REFUNDS_STATE_REJECTED, Tone::Neutral),
    };
    (t(word), tone)
}

/// The word and the tone of an order's state.
#[must_use]
pub fn order_status(status: OrderStatus) -> (&'static str, Tone) {
    let (word, tone) = match status {
        OrderStatus::Created => (text::ORDERS_STATUS_CREATED, Tone::Neutral),
        OrderStatus::Paying => (text::ORDERS_STATUS_PAYING, Tone::Info),
        OrderStatus::Paid => (text::ORDERS_STATUS_PAID, Tone::Good),
        OrderStatus::Failed => (text::ORDERS_STATUS_FAILED, Tone::Bad),
        OrderStatus::Closed => (text::ORDERS_STATUS_CLOSED, Tone::Neutral),
        OrderStatus::Refunded => (text::ORDERS_STATUS_REFUNDED, Tone::Neutral),
    };
    (t(word), tone)
}

/// The word and the tone of a payment's state.
#[must_use]
pub fn payment_status(status: PaymentStatus) -> (&'static str, Tone) {
    let (word, tone) = match status {
        PaymentStatus::Created => (text::PAYMENTS_STATUS_CREATED, Tone::Neutral),
        PaymentStatus::Sending => (text::PAYMENTS_STATUS_SENDING, Tone::Info),
        PaymentStatus::Unknown => (text::PAYMENTS_STATUS_UNKNOWN, Tone::Warn),
        PaymentStatus::Succeeded => (text::PAYMENTS_STATUS_SUCCEEDED, Tone::Good),
        PaymentStatus::Failed => (text::PAYMENTS_STATUS_FAILED, Tone::Bad),
    };
    (t(word), tone)
}

/// Of a thing with a name in each language, the one of the page.
#[must_use]
pub fn named<T>(english: T, chinese: T) -> T {
    match language() {
        Language::English => english,
        Language::Chinese => chinese,
    }
}
