//! Files of channels, banks and merchants as imported: kept byte for byte, read once, never edited.

use crate::date::BusinessDate;
use crate::ids::{BillLineId, ErrorItemId, FileId, MerchantId, PayoutId, StatementLineId};
use crate::matching::{Direction, Standing};
use crate::merchant::named;
use crate::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A channel's bill of one clearing date, 对账单.
    Bill,
    /// The statement of a bank account of ours, 银行流水.
    Statement,
    /// The movements of our balance at a channel, 资金账单.
    FundBill,
    /// A merchant's own list of its orders.
    MerchantOrders,
    /// Movements of bank accounts told without balances, 到账通知: advices, reports within the day,
    /// returns.
    Notification,
    /// A channel's error trades: chargebacks, retrievals, adjustments, 差错交易.
    Disputes,
    /// A bank's report on what became of payouts, 付款状态报告.
    PaymentStatus,
    /// A channel's totals per store, without trades, 汇总账单.
    BillSummary,
}
named!(FileKind {
    Bill = "bill",
    Statement = "statement",
    FundBill = "fund_bill",
    MerchantOrders = "merchant_orders",
    Notification = "notification",
    Disputes = "disputes",
    PaymentStatus = "payment_status",
    BillSummary = "bill_summary",
});

impl FileKind {
    /// Whether a scope has one file of this kind a day; advices and reports come as often as the
    /// bank likes.
    #[must_use]
    pub const fn one_a_day(self) -> bool {
        !matches!(self, Self::Notification | Self::PaymentStatus)
    }

    /// Whether the file is of a channel, which whoever gives it has to name.
    #[must_use]
    pub const fn of_channel(self) -> bool {
        !matches!(self, Self::Statement | Self::MerchantOrders)
    }
}

/// What a row of a file without trades turned out to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryEffect {
    /// A payout was accepted by it.
    PayoutAccepted,
    /// A payout was rejected by it; the merchant has the money back.
    PayoutRejected,
    /// It says that the bank has a payout and has not decided.
    PayoutPending,
    /// It says of a payout what is known.
    PayoutKnown,
    /// It says of a payout what cannot be: nothing was changed.
    Contradicts,
    /// It announces a movement of a payout, which the statement has yet to show.
    Announces,
    /// It announces that a payout comes back (退票), which the statement has yet to show.
    AnnouncesReturn,
    /// It opened an error item.
    ErrorItem,
    /// It names a number that is none of ours.
    UnknownNumber,
}
named!(EntryEffect {
    PayoutAccepted = "payout_accepted",
    PayoutRejected = "payout_rejected",
    PayoutPending = "payout_pending",
    PayoutKnown = "payout_known",
    Contradicts = "contradicts",
    Announces = "announces",
    AnnouncesReturn = "announces_return",
    ErrorItem = "error_item",
    UnknownNumber = "unknown_number",
});

/// A row of a file that is neither bill, statement nor order list: a movement of a balance at a
/// channel, an advice, an error trade, a payment's state, a store's totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The row, from 1.
    pub line: i64,
    /// What it is, in the file's own word: a business type, a code, a store.
    pub what: String,
    /// Our number; may be empty.
    pub number: String,
    /// Their number; may be empty.
    pub other_no: String,
    /// The movement, with its sign towards us.
    pub amount: Option<Money>,
    /// The fee, with its sign towards us.
    pub fee: Option<Money>,
    /// The balance after it, where the file tells one.
    pub balance: Option<Money>,
    /// How far it got, in the file's own word.
    pub status: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Option<OffsetDateTime>,
    /// The day it was booked.
    pub day: Option<BusinessDate>,
    /// The other side.
    pub party: Option<String>,
    /// What it says about itself.
    pub text: String,
    /// What it turned out to be about.
    pub effect: Option<EntryEffect>,
    /// The payout it is about.
    pub payout: Option<PayoutId>,
    /// The row of the bill it is about.
    pub bill_line: Option<BillLineId>,
    /// The error item it opened.
    pub error_item: Option<ErrorItemId>,
}

/// Count and sum of one direction and currency of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTotal {
    /// Which way the money goes.
    pub direction: Direction,
    /// Rows.
    pub count: i64,
    /// Sum of the amounts, always positive.
    pub gross: Money,
    /// Sum of the fees in hundred-thousandths of the major unit; bills only.
    pub fee_e5: Option<i64>,
}

/// An imported file as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSummary {
    /// Its id.
    pub id: FileId,
    /// What it is.
    pub kind: FileKind,
    /// The channel, of bills.
    pub channel: Option<String>,
    /// The merchant, of order lists.
    pub merchant: Option<MerchantId>,
    /// The account, of statements.
    pub account: Option<String>,
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its length in bytes.
    pub length: i64,
    /// Its format.
    pub format: String,
    /// Version of the reader it was read with.
    pub parser_version: i32,
    /// Its encoding.
    pub encoding: String,
    /// The clearing date, or the day of a statement.
    pub clearing_date: BusinessDate,
    /// Its rows.
    pub rows: i64,
    /// Its totals.
    pub totals: Vec<FileTotal>,
    /// Who imported it.
    pub imported_by: String,
    /// When.
    pub imported_at: OffsetDateTime,
    /// The file that took its place.
    pub replaced_by: Option<FileId>,
}

/// Which files are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFilter {
    /// Of this kind only.
    pub kind: Option<FileKind>,
    /// Of this channel only.
    pub channel: Option<String>,
    /// Of this day only.
    pub clearing_date: Option<BusinessDate>,
}

/// A row of a channel's bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    /// Its id.
    pub id: BillLineId,
    /// Line of the file, from 1.
    pub line: i64,
    /// Which way the money goes.
    pub direction: Direction,
    /// The channel's number.
    pub channel_no: String,
    /// Our number of the payment; may be empty.
    pub order_no: String,
    /// Our number of the refund.
    pub refund_no: Option<String>,
    /// What the payer paid or got back.
    pub gross: Money,
    /// The channel's fee in hundred-thousandths of the major unit.
    pub fee_e5: i64,
    /// How it ended.
    pub standing: Standing,
    /// When.
    pub event_time: Option<OffsetDateTime>,
}

/// A line of a bank statement, with what explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Its id.
    pub id: StatementLineId,
    /// The entry, from 1.
    pub line: i64,
    /// The account.
    pub account: String,
    /// The bank's reference.
    pub bank_ref: String,
    /// Our number.
    pub end_to_end_id: Option<String>,
    /// Positive raises the balance.
    pub amount: Money,
    /// Day it was booked.
    pub booking_date: BusinessDate,
    /// The other side.
    pub counterparty: Option<String>,
    /// What it says.
    pub remittance: String,
    /// Why a payout came back.
    pub return_reason: Option<String>,
    /// What explains it.
    pub explained_by: Option<StatementUse>,
}

/// What a line of a statement turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementUse {
    /// It completed a payout.
    Payout,
    /// It brought a payout back, 退票.
    ReturnedPayout,
    /// A channel paid over what it collected.
    ChannelFunds,
    /// It proved a document that moves the reserve itself.
    ReserveDocument,
    /// Nothing explained it: there is an error item.
    ErrorItem,
}
named!(StatementUse {
    Payout = "payout",
    ReturnedPayout = "returned_payout",
    ChannelFunds = "channel_funds",
    ReserveDocument = "reserve_document",
    ErrorItem = "error_item",
});

/// What a file says about itself, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCheck {
    /// What is compared.
    pub what: String,
    /// As stated.
    pub stated: String,
    /// As computed.
    pub computed: String,
    /// Whether both agree.
    pub holds: bool,
}

/// Something that keeps a file from being accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProblem {
    /// Line, from 1, where there is one.
    pub line: Option<u32>,
    /// The column or element.
    pub field: Option<String>,
    /// What is wrong, and what was expected.
    pub reason: String,
}

/// Count and sums of one kind of row, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewTotal {
    /// `payment`, `refund`, `credit` or `debit`.
    pub kind: String,
    /// The currency.
    pub currency: Currency,
    /// Rows.
    pub count: u64,
    /// Sum of the amounts.
    pub gross: String,
    /// Sum of the fees.
    pub fee: Option<String>,
}

/// What is in a file and whether it would be accepted; nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub length: u64,
    /// The format, where one was recognised.
    pub format: Option<String>,
    /// The encoding it was read in.
    pub encoding: Option<String>,
    /// Rows read.
    pub rows: u64,
    /// Totals per kind.
    pub totals: Vec<PreviewTotal>,
    /// The day it clears, where the file says so.
    pub clearing_date: Option<BusinessDate>,
    /// What it says about itself.
    pub checks: Vec<FileCheck>,
    /// What is wrong.
    pub problems: Vec<FileProblem>,
    /// The same bytes were imported before, as this file.
    pub known_as: Option<FileId>,
    /// Whether it would be accepted.
    pub acceptable: bool,
    /// The file has no record and nothing that proves it whole: a day without trades, or a failed
    /// download.
    #[serde(default)]
    pub no_record: bool,
    /// The files inside, of an archive.
    #[serde(default)]
    pub members: Vec<String>,
}

/// A file, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDetail {
    /// What the list shows.
    pub summary: FileSummary,
    /// Rows of a bill, one page of them.
    pub bill_lines: Vec<BillLine>,
    /// Rows of a statement, one page of them.
    pub statement_lines: Vec<StatementLine>,
    /// Rows of any other kind, one page of them.
    pub entries: Vec<Entry>,
}
