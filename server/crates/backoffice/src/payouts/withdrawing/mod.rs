//! What users take out of their balance (提现), and what of a top-up goes back to where it came from
//! (充值退回). The money leaves the balance when it is asked for (journal entries 9 and 10), so that
//! nobody spends it twice; the payout then goes the way of all payouts.

mod store;

pub(super) use store::number_of;

use super::store::Payout;
use super::{PayoutError, Purse, postings, results, store as payout_store, undrafted};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use crate::users;
use domain::access::{Actor, Permission};
use domain::gateway::{ApiClient, check_number};
use domain::ids::{MerchantId, OrderId, PaymentId, PayoutId, UserId};
use domain::money::Money;
use domain::payout::{Payee, PayoutEvent};
use domain::user::{User, Withdrawal};
use serde_json::json;
use sqlx::PgConnection;

/// Who asks for a withdrawal.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// The user, through the merchant's business system.
    Merchant(&'a ApiClient),
    /// A colleague, for the user.
    Staff(&'a Actor),
}

/// A withdrawal that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalWanted {
    /// Whose.
    pub user: UserId,
    /// The merchant's own number of it; the same again is the same withdrawal.
    pub number: String,
    /// What is to reach the user's account; the fee comes on top.
    pub amount: Money,
}

/// A payout whose money is set aside with its draft.
#[derive(Debug)]
struct Draft<'a> {
    id: PayoutId,
    number: String,
    merchant: MerchantId,
    user: Option<UserId>,
    top_up: Option<OrderId>,
    amount: Money,
    payee: &'a Payee,
}

/// Takes a withdrawal: amount and fee leave the user's balance, and its payout is drafted to the
/// user's own account. The same number again answers with the withdrawal it already names.
///
/// # Errors
/// Not allowed, the user has no account or too little, or the number names another withdrawal.
pub async fn withdraw(
    conn: &mut PgConnection,
    office: &Office,
    asker: Asker<'_>,
    wanted: &WithdrawalWanted,
) -> Result<PayoutId, PayoutError> {
    let by = match asker {
        Asker::Merchant(client) => format!("API key {}", client.key_id),
        Asker::Staff(actor) => {
            actor.require(Permission::MakePayout)?;
            actor.name.clone()
        }
    };
    check_number("merchant_withdrawal_no", &wanted.number)?;
    let user = users::lock(conn, wanted.user).await?;
    if let Some(known) = store::numbered(conn, user.merchant, &wanted.number).await? {
        if (known.user, known.amount) == (wanted.user, wanted.amount) {
            return Ok(known.id);
        }
        let (number, amount) = (known.merchant_withdrawal_no, known.amount);
        return Err(PayoutError::NumberReused { number, amount });
    }
    let payee = users::known_payee(conn, user.id).await?.ok_or(PayoutError::NoUserAccount)?;
    let fee = users::withdrawal_fee(conn, wanted.amount).await?;
    require_balance(conn, &user, wanted.amount.checked_add(fee)?).await?;
    let id = PayoutId(office.new_id());
    let draft = Draft {
        id,
        number: office.new_id().simple().to_string(),
        merchant: user.merchant,
        user: Some(user.id),
        top_up: None,
        amount: wanted.amount,
        payee: &payee,
    };
    store::insert(conn, office, &draft).await?;
    store::insert_withdrawal(conn, office, (&draft, &user), (wanted, fee, &by)).await?;
    let day = results::open_day(conn).await?;
    let money = (user.id, wanted.amount, fee);
    let posting = postings::withdrawn(office, (id, &draft.number), money, day);
    let posted = ledger::post(conn, &posting).await?;
    payout_store::note_submit_journal(conn, id, posted.journal).await?;
    let after = json!({
        "user": user.id, "number": wanted.number, "amount": wanted.amount, "fee": fee,
        "payee": payee,
    });
    audit::record(conn, office, event(asker, "payouts.withdraw"), &id.to_string(), &after).await?;
    Ok(id)
}

async fn require_balance(
    conn: &mut PgConnection,
    user: &User,
    wanted: Money,
) -> Result<(), PayoutError> {
    let available = users::balance(conn, user.id).await?;
    if !wanted.is_positive() || available.checked_sub(wanted)?.is_negative() {
        return Err(PayoutError::NotInUsersBalance { available, wanted });
    }
    Ok(())
}

/// Takes a withdrawal a colleague asks for on a user's behalf.
///
/// # Errors
/// As [`withdraw`].
pub async fn withdraw_for(
    office: &Office,
    actor: &Actor,
    wanted: &WithdrawalWanted,
) -> Result<PayoutId, PayoutError> {
    let mut tx = office.begin().await?;
    let id = withdraw(&mut tx, office, Asker::Staff(actor), wanted).await?;
    tx.commit().await?;
    Ok(id)
}

/// A withdrawal, by its id.
///
/// # Errors
/// The database failed.
pub async fn find_withdrawal(
    conn: &mut PgConnection,
    id: PayoutId,
) -> Result<Option<Withdrawal>, PayoutError> {
    store::withdrawal(conn, id).await
}

/// Drafts the return of a top-up, or of a part of it, to the account it came from and to no other.
///
/// # Errors
/// Not allowed, no top-up, or more than is left of it and still on the balance.
pub async fn return_top_up(
    office: &Office,
    actor: &Actor,
    (payment, amount, reason): (PaymentId, Money, &str),
) -> Result<PayoutId, PayoutError> {
    actor.require(Permission::MakePayout)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(PayoutError::NoReason);
    }
    let mut tx = office.begin().await?;
    store::lock_payment(&mut tx, payment).await?;
    let top_up = users::top_up_of(&mut tx, payment).await?.ok_or(PayoutError::NoTopUp)?;
    let balance = match top_up.user {
        Some(user) => {
            users::lock(&mut tx, user).await?;
            users::balance(&mut tx, user).await?
        }
        None => undrafted(&mut tx, office, (top_up.merchant, Purse::Available)).await?,
    };
    let returnable = top_up.returnable(balance);
    if !amount.is_positive() || returnable.checked_sub(amount)?.is_negative() {
        return Err(PayoutError::NotReturnable { returnable });
    }
    let id = PayoutId(office.new_id());
    let draft = Draft {
        id,
        number: office.new_id().simple().to_string(),
        merchant: top_up.merchant,
        user: top_up.user,
        top_up: Some(top_up.order),
        amount,
        payee: &top_up.origin,
    };
    store::insert(&mut tx, office, &draft).await?;
    let day = results::open_day(&mut tx).await?;
    let posting = postings::top_up_returned(office, (id, &draft.number), (&top_up, amount), day);
    let posted = ledger::post(&mut tx, &posting).await?;
    payout_store::note_submit_journal(&mut tx, id, posted.journal).await?;
    let event = event(Asker::Staff(actor), "payouts.return_top_up");
    let after = json!({
        "top_up": top_up.number, "amount": amount, "payee": top_up.origin, "reason": reason,
    });
    audit::record(&mut tx, office, event, &id.to_string(), &after).await?;
    tx.commit().await?;
    Ok(id)
}

/// Refuses a withdrawal or a top-up return that waits for a batch: the money is back on the balance
/// it left, the fee of a withdrawal with it, and the merchant is told.
///
/// # Errors
/// Not allowed, no reason, another kind of payout, or one that is in a batch.
pub async fn refuse(
    office: &Office,
    actor: &Actor,
    (id, reason): (PayoutId, &str),
) -> Result<(), PayoutError> {
    actor.require(Permission::MakePayout)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(PayoutError::NoReason);
    }
    let mut tx = office.begin().await?;
    let payout = payout_store::lock(&mut tx, id).await?;
    let payout = payout.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    let refusable = payout.is_set_aside() && payout.repays.is_none() && payout.batch.is_none();
    if !refusable {
        return Err(PayoutError::NotRefusable);
    }
    let refused = payout.state.clone().after(PayoutEvent::Refuse { reason: reason.to_owned() })?;
    payout_store::save(&mut tx, office, id, &refused).await?;
    undo(&mut tx, office, &payout, reason).await?;
    results::tell(&mut tx, office, &payout, &refused).await?;
    let event = event(Asker::Staff(actor), "payouts.refuse");
    audit::record(&mut tx, office, event, &id.to_string(), &refused).await?;
    tx.commit().await?;
    Ok(())
}

/// What was set aside is where it was: the first half of entry 9 or 10 undone, the fee included.
async fn undo(
    conn: &mut PgConnection,
    office: &Office,
    payout: &Payout,
    reason: &str,
) -> Result<(), PayoutError> {
    let journal = payout.submit_journal.ok_or_else(|| payout.inconsistent("no journal"))?;
    let day = results::open_day(conn).await?;
    ledger::reverse(conn, &postings::rejected(office, payout, (journal, day), reason)).await?;
    Ok(())
}

fn event<'a>(asker: Asker<'a>, action: &'static str) -> Event<'a> {
    let who = match asker {
        Asker::Merchant(_) => Who::System("gateway"),
        Asker::Staff(actor) => Who::Staff(actor),
    };
    Event { who, action, subject_kind: "payout" }
}
