//! How an item is opened by what a channel says about a refund against what we know: done after it
//! had failed, done twice, another amount, refused after it was done. The record has the same key as
//! in the channel's bill, so the reconciliation finds this item.

use super::fresh::insert;
use super::{ErrorItemError, store};
use crate::office::Office;
use crate::refunds::jobs::ReportRefund;
use crate::refunds::{self, RefundError};
use domain::account::AccountRef;
use domain::error_item::{Cause, Difference, Leg, Links, RecordView, record_key};
use domain::ids::ErrorItemId;
use domain::matching::{Direction, Standing};
use domain::money::Money;
use domain::payment::Contradiction;
use domain::refund::{RefundState, RefundSummary};

/// Opens the item about a contradicted refund, unless there is one about the same record.
///
/// # Errors
/// There is no such refund, or the database failed.
pub async fn report_refund(
    office: &Office,
    report: &ReportRefund,
) -> Result<ErrorItemId, ErrorItemError> {
    let mut tx = office.begin().await?;
    let refund = refunds::by_id(&mut tx, report.refund).await?;
    let missing = || RefundError::NotFound(report.refund.to_string());
    let refund = refund.ok_or_else(missing)?;
    let difference = difference(office, &refund, report)?;
    let known = store::latest(&mut tx, std::slice::from_ref(&difference.record_key)).await?;
    let id = match known.first().map(|stored| &stored.item) {
        Some(item)
            if item.state.status().is_open() || item.difference.same_finding(&difference) =>
        {
            item.id
        }
        _ => insert(&mut tx, office, &difference, None).await?,
    };
    tx.commit().await?;
    Ok(id)
}

fn difference(
    office: &Office,
    refund: &RefundSummary,
    report: &ReportRefund,
) -> Result<Difference, ErrorItemError> {
    let second = report.contradiction == Contradiction::SecondTrade;
    let record = (refund.number.as_str(), if second { 2 } else { 1 });
    let ours = (!second).then(|| ours(refund));
    let theirs = theirs(refund, report);
    // Money that goes out counts below zero.
    let moved = |record: Option<&RecordView>| {
        let none = Money::zero(refund.amount.currency());
        record
            .filter(|record| record.standing == Standing::Success)
            .map_or(Ok(none), |record| record.amount.checked_neg())
    };
    let told = moved(Some(&theirs))?;
    let difference = if told.currency() == refund.amount.currency() {
        told.checked_sub(moved(ours.as_ref())?)?
    } else {
        told // in two currencies nothing can be subtracted: all of theirs is open
    };
    Ok(Difference {
        leg: Leg::GatewayBank,
        cause: match report.contradiction {
            Contradiction::LateSuccess | Contradiction::LateRefusal => Cause::Status,
            Contradiction::SecondTrade => Cause::DuplicateInChannel,
            Contradiction::OtherAmount => Cause::Amount,
        },
        direction: Direction::Out,
        channel: Some(refund.channel.clone()),
        clearing_date: theirs.clearing_date.unwrap_or(office.today()),
        record_key: record_key(Leg::GatewayBank, &refund.channel, Direction::Out, record),
        difference,
        account: Some(AccountRef::due_from_channel(&refund.channel)),
        ours,
        theirs: Some(theirs),
        links: Links {
            merchant: Some(refund.merchant),
            order: Some(refund.order),
            payment: Some(refund.payment),
            refund: Some(refund.id),
            ..Links::default()
        },
    })
}

fn ours(refund: &RefundSummary) -> RecordView {
    let (standing, channel_no) = match &refund.state {
        RefundState::Succeeded { channel_no } => (Standing::Success, channel_no.clone()),
        RefundState::Failed { .. } | RefundState::Rejected { .. } => {
            (Standing::Failed, String::new())
        }
        _ => (Standing::Pending, String::new()),
    };
    RecordView {
        number: refund.number.clone(),
        channel_no,
        amount: refund.amount,
        fee: None,
        standing,
        status: refund.state.name().to_owned(),
        event_time: None,
        clearing_date: None,
        place: "refunds".to_owned(),
    }
}

fn theirs(refund: &RefundSummary, report: &ReportRefund) -> RecordView {
    let told = report.told.as_ref();
    RecordView {
        number: refund.number.clone(),
        channel_no: told.map(|told| told.channel_no.clone()).unwrap_or_default(),
        amount: told.map_or(refund.amount, |told| told.amount),
        fee: None,
        standing: if told.is_some() { Standing::Success } else { Standing::Failed },
        status: if told.is_some() { "done" } else { "declined" }.to_owned(),
        event_time: told.map(|told| told.at),
        clearing_date: told.map(|told| told.clearing_date),
        place: "the channel's own word".to_owned(),
    }
}
