//! How an item is opened by what a channel says against what is certain: a success after the
//! payment was closed or refused, a second trade, another amount. The channel's bill will show who
//! is right; the record has the same key there, so the reconciliation finds this item.

use super::fresh::insert;
use super::{ErrorItemError, Step, note, store};
use crate::audit::Who;
use crate::office::Office;
use crate::payments::jobs::ReportContradiction;
use crate::payments::{self, PaymentError};
use domain::account::AccountRef;
use domain::error_item::{Cause, Difference, ErrorItemState, Leg, Links, RecordView, record_key};
use domain::ids::ErrorItemId;
use domain::matching::{Direction, Standing};
use domain::money::Money;
use domain::payment::{Contradiction, Payment, PaymentState};

/// Opens the item about a contradiction, unless there is one about the same record.
///
/// # Errors
/// There is no such payment, or the database failed.
pub async fn report(
    office: &Office,
    report: &ReportContradiction,
) -> Result<ErrorItemId, ErrorItemError> {
    let mut tx = office.begin().await?;
    let payment = payments::lock(&mut tx, report.payment).await?;
    let difference = difference(office, &payment, report)?;
    let known = store::latest(&mut tx, std::slice::from_ref(&difference.record_key)).await?;
    let id = match known.first().map(|stored| &stored.item) {
        Some(item) if item.state.status().is_open() => {
            let text = format!("the channel says by itself: {}", report.contradiction.name());
            let who = Who::System("payment gateway");
            note(&mut tx, office, item.id, Step { who, event: "changed", text: &text }).await?;
            item.id
        }
        Some(item)
            if matches!(
                item.state,
                ErrorItemState::Executed { .. }
                    | ErrorItemState::Verified { .. }
                    | ErrorItemState::Closed { .. }
            ) && item.difference.same_finding(&difference) =>
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
    payment: &Payment,
    report: &ReportContradiction,
) -> Result<Difference, ErrorItemError> {
    let channel = payment.channel.as_deref().ok_or(PaymentError::NotFound)?;
    let second = report.contradiction == Contradiction::SecondTrade;
    let record = (payment.number.as_str(), if second { 2 } else { 1 });
    let ours = (!second).then(|| ours(payment));
    let theirs = theirs(payment, report);
    let moved = |record: Option<&RecordView>| {
        let moved = record.filter(|record| record.standing == Standing::Success);
        moved.map_or(Money::zero(payment.amount.currency()), |record| record.amount)
    };
    let told = moved(Some(&theirs));
    let difference = if told.currency() == payment.amount.currency() {
        told.checked_sub(moved(ours.as_ref()))?
    } else {
        told // in two currencies nothing can be subtracted: all of theirs is open
    };
    let known = payment.success().map(|success| success.clearing_date);
    Ok(Difference {
        leg: Leg::GatewayBank,
        cause: match report.contradiction {
            Contradiction::LateSuccess | Contradiction::LateRefusal => Cause::Status,
            Contradiction::SecondTrade => Cause::DuplicateInChannel,
            Contradiction::OtherAmount => Cause::Amount,
        },
        direction: Direction::In,
        channel: Some(channel.to_owned()),
        clearing_date: theirs.clearing_date.or(known).unwrap_or(office.today()),
        record_key: record_key(Leg::GatewayBank, channel, Direction::In, record),
        difference,
        account: Some(AccountRef::due_from_channel(channel)),
        ours,
        theirs: Some(theirs),
        links: Links {
            merchant: Some(payment.merchant),
            order: Some(payment.order),
            payment: Some(payment.id),
            ..Links::default()
        },
    })
}

fn ours(payment: &Payment) -> RecordView {
    let success = payment.success();
    RecordView {
        number: payment.number.clone(),
        channel_no: success.map(|success| success.channel_no.clone()).unwrap_or_default(),
        amount: payment.amount,
        fee: Some(payment.cost),
        standing: match payment.state {
            PaymentState::Succeeded(_) => Standing::Success,
            PaymentState::Failed { .. } => Standing::Failed,
            _ => Standing::Pending,
        },
        status: payment.state.status().name().to_owned(),
        event_time: success.map(|success| success.event_time),
        clearing_date: success.map(|success| success.clearing_date),
        place: "payments".to_owned(),
    }
}

fn theirs(payment: &Payment, report: &ReportContradiction) -> RecordView {
    let told = report.told.as_ref();
    RecordView {
        number: payment.number.clone(),
        channel_no: told.map(|told| told.channel_no.clone()).unwrap_or_default(),
        amount: told.map_or(payment.amount, |told| told.amount),
        fee: None,
        standing: if told.is_some() { Standing::Success } else { Standing::Failed },
        status: if told.is_some() { "done" } else { "declined" }.to_owned(),
        event_time: told.map(|told| told.at),
        clearing_date: told.map(|told| told.clearing_date),
        place: "the channel's own word".to_owned(),
    }
}
