//! Clearing and settlement (清结算系统): due payments become available to those who earned them.
//!
//! Payments of a merchant and clearing date are due N business days after it (T+N). A direct
//! merchant's become available as they are (journal entry 6); a platform's are split at source by
//! the platform's rules (entry 5), every share a line of its own. Payees must be onboarded and
//! active. Whatever cannot be settled is left and said, and tried again at the next run. Running
//! twice has no second effect: a payment is settled once.
//!
//! Whether reconciliation comes first is said by the rules of the payment's channel: after it; or
//! before it, with what does not match held back or noted as advanced.
//!
//! When a payment was refunded whole before settlement and our fee stays, what is missing is taken
//! from the rest of the merchant's settlement, or, on a platform, from the platform's commission.

mod drafting;
mod error;
pub mod jobs;
mod lists;
mod plan;
mod postings;
mod store;

pub use error::SettlementError;
pub use lists::{find, last_run, list};

use self::plan::Plan;
use self::store::Merchant;
use crate::audit::{self, Event, Who};
use crate::merchants;
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::date::BusinessDate;
use domain::ids::SettlementId;
use domain::money::{Currency, Money};
use domain::settlement::{Held, SettlementRun, due_date};
use ledger::LedgerError;
use std::collections::BTreeMap;

/// Settles everything that is due on a day or before, and drafts the payouts.
///
/// # Errors
/// Not allowed, or the day has not come.
pub async fn run(
    office: &Office,
    actor: &Actor,
    due: BusinessDate,
) -> Result<SettlementRun, SettlementError> {
    actor.require(Permission::RunSettlement)?;
    settle_due(office, Who::Staff(actor), due, &Silent).await
}

/// Asks for a run in the background: everything that is due on a day or before.
///
/// # Errors
/// Not allowed, or the day has not come.
pub async fn ask_for_run(
    office: &Office,
    actor: &Actor,
    due: BusinessDate,
) -> Result<(), SettlementError> {
    actor.require(Permission::RunSettlement)?;
    refuse_future(office, due).await?;
    let job = jobs::RunSettlement { due_date: due, asked: Some(office.new_id()) };
    let mut tx = office.begin().await?;
    crate::jobs::enqueue(&mut tx, office, &job).await?;
    let (who, action) = (Who::Staff(actor), "settlement.ask_for_run");
    let event = Event { who, action, subject_kind: "settlement_run" };
    audit::record(&mut tx, office, event, &due.to_string(), &job).await?;
    tx.commit().await?;
    Ok(())
}

/// Hears how far a run is.
trait Listener {
    fn progress(
        &self,
        office: &Office,
        done: i64,
        total: i64,
    ) -> impl Future<Output = Result<(), SettlementError>> + Send;
}

struct Silent;

impl Listener for Silent {
    async fn progress(&self, _: &Office, _: i64, _: i64) -> Result<(), SettlementError> {
        Ok(())
    }
}

async fn settle_due<L: Listener + Sync>(
    office: &Office,
    who: Who<'_>,
    due: BusinessDate,
    listener: &L,
) -> Result<SettlementRun, SettlementError> {
    refuse_future(office, due).await?;
    let mut run = SettlementRun {
        due_date: due,
        settled: Vec::new(),
        held: Vec::new(),
        payouts: 0,
        payouts_total: Money::zero(Currency::Cny),
    };
    let merchants = due_groups(office, due).await?;
    let total = i64::try_from(merchants.len()).unwrap_or(i64::MAX);
    for (done, (merchant, days)) in (1..).zip(merchants.into_values()) {
        settle_merchant(office, &merchant, &days, &mut run).await?;
        listener.progress(office, done, total).await?;
    }
    drafting::draft_payouts(office, &mut run).await?;
    let mut tx = office.begin().await?;
    let event = Event { who, action: "settlement.run", subject_kind: "settlement_run" };
    audit::record(&mut tx, office, event, &due.to_string(), &run).await?;
    tx.commit().await?;
    Ok(run)
}

/// Neither the calendar nor the books may be behind the day that is settled.
async fn refuse_future(office: &Office, due: BusinessDate) -> Result<(), SettlementError> {
    let mut conn = office.db.acquire().await?;
    let open = ledger::days::current(&mut conn).await?.ok_or(SettlementError::NoOpenDay)?;
    let today = office.today().max(open);
    if due > today { Err(SettlementError::NotDueYet { due, today }) } else { Ok(()) }
}

type Groups = BTreeMap<domain::ids::MerchantId, (Merchant, Vec<(BusinessDate, BusinessDate)>)>;

/// Merchants with the clearing dates, and their due dates, that have come.
async fn due_groups(office: &Office, due: BusinessDate) -> Result<Groups, SettlementError> {
    let mut conn = office.db.acquire().await?;
    let mut groups = Groups::new();
    for (merchant, clearing) in store::unsettled(&mut conn).await? {
        let day = due_date(&office.settings.calendar, clearing, merchant.cycle_days);
        if day <= due {
            let entry = groups.entry(merchant.id).or_insert_with(|| (merchant, Vec::new()));
            entry.1.push((clearing, day));
        }
    }
    Ok(groups)
}

/// Settles a merchant's clearing dates one after the other. A date that lacks funds because of
/// refunds is settled together with the next one.
async fn settle_merchant(
    office: &Office,
    merchant: &Merchant,
    days: &[(BusinessDate, BusinessDate)],
    run: &mut SettlementRun,
) -> Result<(), SettlementError> {
    let mut together: Vec<BusinessDate> = Vec::new();
    let mut short = None;
    for (clearing, due) in days {
        together.push(*clearing);
        let dates = (together.as_slice(), *clearing, *due);
        match settle(office, merchant, dates, run).await {
            Ok(()) => {
                together.clear();
                short = None;
            }
            Err(SettlementError::Ledger(error @ LedgerError::InsufficientBalance { .. })) => {
                short = Some((*clearing, error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    if let Some((clearing_date, reason)) = short {
        run.held.push(merchant.held(clearing_date, reason));
    }
    Ok(())
}

/// Settles all due payments of some clearing dates, in parts of bounded size.
async fn settle(
    office: &Office,
    merchant: &Merchant,
    (clearing_dates, last, due): (&[BusinessDate], BusinessDate, BusinessDate),
    run: &mut SettlementRun,
) -> Result<(), SettlementError> {
    let mut after = None;
    loop {
        let mut tx = office.begin().await?;
        store::take_turn(&mut tx, office, merchant.id).await?;
        let items = store::items(&mut tx, merchant.id, (clearing_dates, after)).await?;
        let Some(item) = items.last() else { return Ok(()) };
        after = Some(item.payment);
        let rules = merchants::split_rules(&mut tx, merchant.id, last).await?;
        let inactive = store::inactive(&mut tx, &items, &rules).await?;
        let plan = Plan::of(merchant.id, items, &rules, &inactive)?;
        let held = plan.held_reasons().map(|reason| merchant.held(last, reason));
        if plan.settled.is_empty() {
            run.held.extend(held);
            continue;
        }
        let id = SettlementId(office.new_id());
        let open = ledger::days::current(&mut tx).await?.ok_or(SettlementError::NoOpenDay)?;
        let days = store::Days { clearing: last, due, accounting: open };
        store::insert(&mut tx, office, (id, merchant.id), (&plan, days)).await?;
        if let Some(posting) = postings::settled(office, (id, merchant.id), &plan, days)? {
            ledger::post(&mut tx, &posting).await?;
        }
        store::insert_lines(&mut tx, id, &plan.lines(id)).await?;
        store::mark_settled(&mut tx, office, id, &plan).await?;
        store::note_advances(&mut tx, office, id, &plan.advanced()).await?;
        let who = Who::System("settlement");
        let event = Event { who, action: "settlement.settle", subject_kind: "settlement" };
        audit::record(&mut tx, office, event, &id.to_string(), &plan.figures).await?;
        tx.commit().await?;
        run.settled.push(id);
        run.held.extend(held);
    }
}

impl Merchant {
    fn held(&self, clearing_date: BusinessDate, reason: String) -> Held {
        Held { merchant: self.id, merchant_name: self.name.clone(), clearing_date, reason }
    }
}
