//! What a bank front can do. Each capability is a trait of its own; a channel offers those it has.

use crate::seal::FileKey;
use async_trait::async_trait;
use domain::date::BusinessDate;
use domain::money::Money;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;

/// One request to a channel. The number is made before the first try and never changes.
#[derive(Debug, Clone)]
pub struct PayInstruction {
    /// Our number for the channel, 商户订单号: at most 32 letters and digits.
    pub number: String,
    /// What the payer pays.
    pub amount: Money,
    /// How the payer pays, as the channel calls it (`JSAPI`, `QUICK`, `TRANSFER`).
    pub method: String,
    /// What the payer reads on their statement.
    pub subject: String,
    /// The request this belongs to, for both sides' logs.
    pub request_id: String,
}

/// A refund by the original route.
#[derive(Debug, Clone)]
pub struct RefundInstruction {
    /// Our refund number, 商户退款单号.
    pub number: String,
    /// Our number of the payment that is refunded.
    pub payment_number: String,
    /// What goes back.
    pub amount: Money,
    /// The request this belongs to.
    pub request_id: String,
}

/// A transfer out of one of our bank accounts.
#[derive(Debug, Clone)]
pub struct PayoutInstruction {
    /// Our number, carried to the bank statement as its end-to-end id.
    pub number: String,
    /// The account debited.
    pub from_account: String,
    /// The payee's account.
    pub to_account: String,
    /// The payee's name.
    pub to_name: String,
    /// What is paid.
    pub amount: Money,
    /// What the payee reads.
    pub remark: String,
    /// The request this belongs to.
    pub request_id: String,
}

/// What the counterparty answered. Nothing here is trusted beyond what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It did it.
    Done {
        /// The counterparty's own number.
        channel_no: String,
        /// The amount it says it moved; to be compared with what was asked.
        amount: Money,
        /// When, by its clock.
        at: OffsetDateTime,
        /// The day it will clear it on.
        clearing_date: BusinessDate,
    },
    /// It refused, finally.
    Declined {
        /// Its code.
        code: String,
        /// Its text.
        reason: String,
    },
    /// It has it and is not finished.
    Processing,
    /// It does not know the number. Only a query gets this, and it is not yet a failure.
    NotFound,
}

/// No usable answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The request certainly did not arrive: the same number may be sent again.
    #[error("the channel could not be reached")]
    NotSent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It may have arrived: ask, never send anew.
    #[error("the channel's answer is unclear: {0}")]
    Unclear(String),
}

/// Collects money from payers.
#[async_trait]
pub trait Pay: Send + Sync {
    /// Asks the channel to collect.
    async fn pay(&self, instruction: &PayInstruction) -> Result<Answer, Fault>;
    /// Asks what became of a payment.
    async fn query_payment(&self, number: &str, request_id: &str) -> Result<Answer, Fault>;
}

/// Sends money back to payers.
#[async_trait]
pub trait Refund: Send + Sync {
    /// Asks the channel to refund.
    async fn refund(&self, instruction: &RefundInstruction) -> Result<Answer, Fault>;
    /// Asks what became of a refund.
    async fn query_refund(&self, number: &str, request_id: &str) -> Result<Answer, Fault>;
}

/// Transfers money out of our bank accounts.
#[async_trait]
pub trait Payout: Send + Sync {
    /// Asks the bank to transfer.
    async fn pay_out(&self, instruction: &PayoutInstruction) -> Result<Answer, Fault>;
    /// Asks what became of a transfer.
    async fn query_payout(&self, number: &str, request_id: &str) -> Result<Answer, Fault>;
}

/// A file as the counterparty hands it out: its name matters, some formats keep the date there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// The file's name.
    pub name: String,
    /// Its bytes, untouched.
    pub bytes: Vec<u8>,
}

/// Hands out its files.
#[async_trait]
pub trait Files: Send + Sync {
    /// The bill (对账单) of one clearing date. A file without one byte says that nothing cleared:
    /// some formats have no way to write an empty bill, and reading it would refuse it.
    async fn bill(&self, day: BusinessDate) -> Result<NamedFile, Fault>;
    /// The statement of one of our accounts for one day.
    async fn statement(&self, account: &str, day: BusinessDate) -> Result<NamedFile, Fault>;
}

/// One channel or bank, with what it offers.
#[derive(Clone, Default)]
pub struct Front {
    /// Collecting.
    pub pay: Option<Arc<dyn Pay>>,
    /// Refunding.
    pub refund: Option<Arc<dyn Refund>>,
    /// Paying out.
    pub payout: Option<Arc<dyn Payout>>,
    /// Files.
    pub files: Option<Arc<dyn Files>>,
    /// The key payout files for it are signed with.
    pub seal: Option<Arc<FileKey>>,
}

/// The fronts of the institution, by channel code.
#[derive(Clone, Default)]
pub struct Fronts(pub BTreeMap<String, Front>);

impl Fronts {
    /// The front of a channel.
    #[must_use]
    pub fn of(&self, channel: &str) -> Option<&Front> {
        self.0.get(channel)
    }
}
