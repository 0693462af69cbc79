//! One type per kind of identifier, so that a refund's id cannot stand where a payment's belongs.
//!
//! Ids are time-ordered UUIDs made by whoever creates the thing, before it is stored.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A ledger account.
    AccountId,
    /// A manual adjustment document, 调账单.
    AdjustmentId,
    /// A saved template of adjustments, 定期调账模板.
    AdjustmentTemplateId,
    /// A request for a second person's decision.
    ApprovalId,
    /// An attempt to have a channel do something.
    AttemptId,
    /// A line of the audit record.
    AuditId,
    /// A line of a channel bill as imported.
    BillLineId,
    /// A check of the books.
    BooksCheckId,
    /// A file of a channel, bank or business system as imported.
    FileId,
    /// Work on many error items at once.
    ErrorItemBulkId,
    /// An edited workbook of error items.
    ErrorItemSheetId,
    /// A file as it came in.
    ArrivalId,
    /// An error item, 差错.
    ErrorItemId,
    /// A background job.
    JobId,
    /// A hold on a merchant's balance, 冻结.
    HoldId,
    /// A journal of the ledger, 分录组.
    JournalId,
    /// A merchant, 商户.
    MerchantId,
    /// A message for a merchant's system, 商户通知.
    NotificationId,
    /// A business order, 业务订单.
    OrderId,
    /// A payment, 支付单.
    PaymentId,
    /// A payout, 付款.
    PayoutId,
    /// A payout batch, 付款批次.
    PayoutBatchId,
    /// A payout file, 付款文件.
    PayoutFileId,
    /// A refund, 退款.
    RefundId,
    /// A reconciliation run, 对账批次.
    ReconciliationId,
    /// A reserve or own-funds bank account, 备付金账户.
    ReserveAccountId,
    /// A document that moves the reserve itself, 备付金单据.
    ReserveDocumentId,
    /// A gap of the reserve, 缺口.
    ReserveIncidentId,
    /// A signed-in session.
    SessionId,
    /// A settlement batch of one merchant, 结算单.
    SettlementId,
    /// A member of staff.
    StaffId,
    /// A line of a bank statement.
    StatementLineId,
    /// A user with a payment account, 用户.
    UserId,
    /// A voucher for the general ledger, 凭证.
    VoucherId,
}
