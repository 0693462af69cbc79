//! How a settlement moves money: one journal, every amount a line with its own two sides.

use super::SettlementError;
use super::plan::{Plan, Share};
use super::store::Days;
use crate::office::Office;
use domain::ids::{MerchantId, SettlementId};
use domain::split::Split;
use ledger::entries::{self, Event, Part, ShareFrom, Shared};
use ledger::{Dates, Posting, Source};

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
    let event = Event::new(key(id), Source::new("settlement", id), dates)
        .memo(format!("settlement of {}", days.clearing))
        .requested_by(&office.request_id);
    let mut parts = vec![Part::Own(plan.own()?)];
    parts.extend(plan.settled.iter().filter_map(|settled| {
        let memo = settled.item.merchant_order_no.clone();
        match &settled.share {
            Share::Own(_) | Share::Nothing => None,
            Share::Missing(amount) => Some(Part::FeeBorne { amount: *amount, memo }),
            Share::Split(split) => Some(split_of(plan, split, memo)),
        }
    }));
    Ok(entries::settled_together(event, merchant, parts)?)
}

fn split_of(plan: &Plan, split: &Split, memo: String) -> Part {
    let shares = split.lines.iter().map(|line| ShareFrom {
        charged: line.from,
        share: entries::Share {
            to: if line.to == plan.merchant {
                Shared::Commission(line.to)
            } else {
                Shared::Party(line.to)
            },
            amount: line.amount,
            memo: format!("{memo} {}", line.label),
        },
    });
    let shares = shares.collect();
    Part::Split { base: split.base, from: Plan::source(split), shares, memo }
}
