//! How a settlement moves money: one journal, every amount a line with its own two sides.

use super::SettlementError;
use super::plan::{Plan, Share, Side};
use super::store::Days;
use crate::office::Office;
use domain::account::AccountRef;
use domain::ids::{MerchantId, SettlementId};
use domain::money::Money;
use domain::split::Split;
use ledger::{Dates, Entry, Posting, Source};

/// Key of a settlement's journal.
pub(super) fn key(settlement: SettlementId) -> String {
    format!("settlement:{settlement}:settled")
}

/// Journal entry 6 for what is the merchant's own, entry 5 for what is split:
///
/// Dr 2241.02 99.40 / Cr 2241.03 99.40
///
/// Dr 2241.02 99.40 / Cr 2241.05 99.40; Dr 2241.05 / Cr 2241.03 seller 96.40, 2241.06 platform
/// 1.00, 2241.03 logistics 2.00
///
/// Dr 2241.02 99.40 / Cr 2241.03 seller 99.40; Dr 2241.03 seller / Cr 2241.06 platform 1.00,
/// 2241.03 logistics 2.00
///
/// `None`: nothing moves.
pub(super) fn settled(
    office: &Office,
    (id, merchant): (SettlementId, MerchantId),
    plan: &Plan,
    days: Days,
) -> Result<Option<Posting>, SettlementError> {
    let dates = Dates {
        accounting_date: days.accounting,
        clearing_date: Some(days.clearing),
        event_time: office.now(),
        posted_at: office.now(),
    };
    let splits = plan.settled.iter().any(|settled| !matches!(settled.share, Share::Own(_)));
    let entry = if splits { Entry::Split } else { Entry::Settlement };
    let mut posting = Posting::new(key(id), entry, dates, Source::new("settlement", id))
        .memo(format!("settlement of {}", days.clearing))
        .requested_by(Some(office.request_id.clone()));
    let unsettled = || AccountRef::merchant_unsettled(merchant);
    let own = plan.own()?;
    if own.is_positive() {
        let to = AccountRef::merchant_available(merchant);
        posting = posting.line(unsettled(), to, own, "settled");
    } else if !own.is_zero() {
        let from = AccountRef::merchant_available(merchant);
        posting = posting.line(from, unsettled(), own.checked_neg()?, "refunds beyond payments");
    }
    for settled in &plan.settled {
        let memo = &settled.item.merchant_order_no;
        match &settled.share {
            Share::Own(_) | Share::Nothing => {}
            Share::Missing(amount) => {
                let from = AccountRef::platform_commission(merchant);
                posting = posting.line(from, unsettled(), *amount, memo);
            }
            Share::Split(split) => posting = shared(posting, plan, split, memo),
        }
    }
    Ok(if posting.lines().is_empty() { None } else { Some(posting) })
}

fn shared(mut posting: Posting, plan: &Plan, split: &Split, memo: &str) -> Posting {
    let source = account(plan.source(split));
    let pending = AccountRef::split_pending(plan.merchant);
    if source == pending {
        let from = AccountRef::merchant_unsettled(plan.merchant);
        posting = posting.line(from, pending, split.base, memo);
    }
    for line in split.lines.iter().filter(|line| is_moved(line.amount)) {
        let from = line.from.map_or_else(|| source.clone(), AccountRef::merchant_available);
        let to = account(plan.payee(line.to));
        posting = posting.line(from, to, line.amount, format!("{memo} {}", line.label));
    }
    posting
}

/// A share that rounds to nothing is shown but moves nothing.
fn is_moved(amount: Money) -> bool {
    !amount.is_zero()
}

fn account(side: Side) -> AccountRef {
    match side.merchant {
        Some(merchant) => AccountRef::new(side.code, merchant),
        None => AccountRef::sole(side.code),
    }
}
