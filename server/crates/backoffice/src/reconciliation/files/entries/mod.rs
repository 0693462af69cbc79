//! Rows of files that are neither bill, statement nor order list, as they are kept, and what each
//! of them is about.
//!
//! A status report moves payouts on: a refusal gives the merchant its money back. An advice only
//! announces; what it says is booked when the statement shows it. An error trade opens an error
//! item on what the channel owes us.

mod disputes;
mod effects;
mod store;

pub(super) use store::page;

use super::ReconciliationError;
use crate::office::Office;
use banks::dispute::DisputeFile;
use banks::fund::FundBill;
use banks::instruction::StatusReport;
use banks::statement::NotificationFile;
use banks::summary::BillSummary;
use domain::date::BusinessDate;
use domain::ids::{BillLineId, ErrorItemId, FileId, PayoutId};
use domain::money::Money;
use domain::source_file::{EntryEffect, FileKind};
use sqlx::PgConnection;
use time::PrimitiveDateTime;

/// Rows sent to the database at a time.
const BATCH: usize = 10_000;

/// A row, with what it is about once that is known.
#[derive(Debug, Clone, Default)]
pub(in crate::reconciliation) struct Entry {
    pub what: String,
    pub number: String,
    pub other_no: String,
    pub amount: Option<Money>,
    pub fee: Option<Money>,
    pub balance: Option<Money>,
    pub status: Option<String>,
    pub reason: Option<String>,
    pub at: Option<PrimitiveDateTime>,
    pub day: Option<BusinessDate>,
    pub party: Option<String>,
    pub text: String,
    pub about: About,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::reconciliation) struct About {
    pub effect: Option<EntryEffect>,
    pub payout: Option<PayoutId>,
    pub bill_line: Option<BillLineId>,
    pub error_item: Option<ErrorItemId>,
}

/// Finds out what the rows are about, does what follows from it, and keeps them.
pub(super) async fn take(
    conn: &mut PgConnection,
    office: &Office,
    of: (FileId, FileKind, &str, BusinessDate),
    mut entries: Vec<Entry>,
) -> Result<(), ReconciliationError> {
    let (file, kind, channel, day) = of;
    match kind {
        FileKind::PaymentStatus => effects::report(conn, office, &mut entries).await?,
        FileKind::Notification => effects::announce(conn, office, &mut entries).await?,
        FileKind::Disputes => disputes::open(conn, office, (channel, day), &mut entries).await?,
        FileKind::Bill
        | FileKind::Statement
        | FileKind::FundBill
        | FileKind::MerchantOrders
        | FileKind::BillSummary => {}
    }
    let mut from = 1;
    for batch in entries.chunks(BATCH) {
        store::insert(conn, office, (file, from), batch).await?;
        from += i64::try_from(batch.len()).unwrap_or(i64::MAX);
    }
    Ok(())
}

/// The movements of our balance at a channel.
pub(super) fn of_fund_bill(bill: FundBill) -> Vec<Entry> {
    let rows = bill.rows.into_iter().map(|row| Entry {
        what: row.business_type,
        number: row.voucher_no,
        other_no: row.channel_no,
        amount: Some(row.amount),
        balance: Some(row.balance),
        status: Some(row.flow_no),
        at: Some(row.booked_at),
        party: Some(row.purpose),
        text: row.remark,
        ..Entry::default()
    });
    rows.collect()
}

/// The movements a bank advises.
pub(super) fn of_notifications(file: NotificationFile) -> Vec<Entry> {
    let rows = file.notifications.into_iter().flat_map(|one| {
        let account = one.account;
        one.rows.into_iter().map(move |row| Entry {
            what: account.clone(),
            number: row.end_to_end_id.unwrap_or_default(),
            other_no: row.bank_ref,
            amount: Some(row.amount),
            reason: row.return_reason,
            day: Some(row.booking_date),
            party: row.counterparty,
            text: row.remittance,
            ..Entry::default()
        })
    });
    rows.collect()
}

/// A channel's error trades. The number is the trace number of the trade in dispute.
pub(super) fn of_disputes(file: DisputeFile) -> Vec<Entry> {
    let rows = file.rows.into_iter().map(|row| Entry {
        what: row.code,
        number: row.original_trace_no,
        other_no: row.trace_no,
        amount: Some(row.settled),
        fee: Some(row.fee),
        status: Some(row.original_time),
        reason: Some(row.reason_code),
        at: Some(row.event_time),
        text: format!("{} / {}", row.amount, row.disputed),
        ..Entry::default()
    });
    rows.collect()
}

/// What a bank reports of payouts; of groups and the whole batch where it says so.
pub(super) fn of_status_report(report: StatusReport) -> Vec<Entry> {
    let batch = report.status.map(|status| Entry {
        what: effects::BATCH.to_owned(),
        other_no: report.original_message_id.clone(),
        status: Some(status.name().to_owned()),
        reason: report.reason.clone(),
        ..Entry::default()
    });
    let groups = report.groups.into_iter().filter_map(|group| {
        Some(Entry {
            what: effects::GROUP.to_owned(),
            other_no: group.group,
            status: Some(group.status?.name().to_owned()),
            reason: group.reason,
            ..Entry::default()
        })
    });
    let payments = report.payments.into_iter().map(|payment| Entry {
        what: effects::PAYMENT.to_owned(),
        number: payment.end_to_end_id,
        other_no: payment.group,
        amount: payment.amount,
        status: Some(payment.status.name().to_owned()),
        reason: payment.reason,
        text: payment.code,
        ..Entry::default()
    });
    batch.into_iter().chain(groups).chain(payments).collect()
}

/// A channel's totals per store.
pub(super) fn of_summary(summary: BillSummary) -> Vec<Entry> {
    let stores = summary.stores.into_iter().chain(summary.total).map(|store| Entry {
        what: format!("{} + {}", store.payments, store.refunds),
        other_no: store.store_no,
        amount: Some(store.received),
        fee: Some(store.fee),
        balance: Some(store.net),
        party: Some(store.store_name),
        text: format!("{} / {}", store.ordered, store.shared),
        ..Entry::default()
    });
    stores.collect()
}
