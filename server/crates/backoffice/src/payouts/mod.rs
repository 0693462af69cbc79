//! The finance platform (财务平台): payouts to merchants, to users who withdraw, and to payers whose
//! refund cannot go back by the channel.
//!
//! Settlement drafts them, and refunds do. A maker puts drafts into a batch and submits it; a checker decides
//! exactly what the batch holds; on execution each payout asks the reserve for leave, its amount
//! leaves the merchant's balance (journal entry 8, first half), and a worker asks the bank, or
//! writes a signed file for it. What the bank answers is only its word: a payout is paid when the bank statement shows it (second
//! half). An outcome nobody knows is queried under the same number and never sent again.

mod batches;
mod carrying;
mod error;
mod files;
pub mod jobs;
mod lists;
mod postings;
mod refunding;
mod repaying;
mod results;
mod stops;
mod store;
mod withdrawing;
mod ways;

pub use batches::{approval_concluded, content_now, make_batch, require_payable, submit};
pub use error::PayoutError;
pub use files::writing::{AgePayoutFile, WritePayoutFile};
pub use files::{answered, awaits, find_file, hand_out, list_files, signature, write_document};
pub use lists::{find, find_batch, list, list_batches};
pub use refunding::draft_refund;
pub use repaying::{OtherAccount, repay};
pub use results::{Evidence, Told, complete, id_of, reported, returned};
pub use stops::{lift, list_stops, pull};
pub use ways::{propose_way, way_concluded, ways, without_key};
pub use withdrawing::{
    Asker, WithdrawalWanted, find_withdrawal, refuse, return_top_up, withdraw, withdraw_for,
};

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::account::AccountRef;
use domain::ids::{MerchantId, PayoutId};
use domain::money::{Currency, Money};
use sqlx::PgConnection;
use uuid::Uuid;

impl From<Purse> for ledger::entries::Purse {
    fn from(purse: Purse) -> Self {
        match purse {
            Purse::Available => Self::Available,
            Purse::Commission => Self::Commission,
        }
    }
}

/// The balance of a merchant a payout is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purse {
    /// What is settled and available, 2241.03.
    Available,
    /// A platform's commission, 2241.06.
    Commission,
}

impl Purse {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Available, Self::Commission];

    /// Its account for a merchant.
    #[must_use]
    pub fn account(self, merchant: MerchantId) -> AccountRef {
        match self {
            Self::Available => AccountRef::merchant_available(merchant),
            Self::Commission => AccountRef::platform_commission(merchant),
        }
    }

    /// Its code in the chart of accounts.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Available => "2241.03",
            Self::Commission => "2241.06",
        }
    }

    fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purse| purse.code() == code)
    }
}

/// A payout to be drafted.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    /// The merchant to be paid.
    pub merchant: MerchantId,
    /// The balance it is taken from.
    pub purse: Purse,
    /// The settlement it comes from.
    pub settlement: Uuid,
    /// How much.
    pub amount: Money,
}

/// What of a merchant's balance is not yet drafted for payout. Locks the balance against other
/// drafts until the transaction ends.
///
/// # Errors
/// The database failed.
pub async fn undrafted(
    conn: &mut PgConnection,
    office: &Office,
    (merchant, purse): (MerchantId, Purse),
) -> Result<Money, PayoutError> {
    store::lock_purse(conn, office, merchant, purse).await?;
    let balance = ledger::balance(conn, &purse.account(merchant), Currency::Cny).await?;
    let drafted = store::drafted(conn, merchant, purse).await?;
    Ok(balance.checked_sub(drafted)?)
}

/// Drafts a payout to the settlement account registered for the merchant. No money moves yet.
///
/// # Errors
/// The balance does not have that much left, or there is no such merchant.
pub async fn draft(
    conn: &mut PgConnection,
    office: &Office,
    draft: Draft,
) -> Result<PayoutId, PayoutError> {
    let available = undrafted(conn, office, (draft.merchant, draft.purse)).await?;
    let left = available.checked_sub(draft.amount)?;
    if left.minor() < 0 || !draft.amount.is_positive() {
        return Err(PayoutError::NotInBalance { available, wanted: draft.amount });
    }
    let payee = store::registered_payee(conn, draft.merchant)
        .await?
        .ok_or_else(|| PayoutError::NotFound(draft.merchant.to_string()))?;
    let id = PayoutId(office.new_id());
    store::insert(conn, office, (id, &payee), &draft).await?;
    let event = Event { who: Who::System("settlement"), ..event("payouts.draft") };
    let after = serde_json::json!({
        "merchant": draft.merchant, "from": draft.purse.code(), "amount": draft.amount,
        "settlement": draft.settlement,
    });
    audit::record(conn, office, event, &id.to_string(), &after).await?;
    Ok(id)
}

/// What the worker did to a payout, for the audit record.
fn event(action: &'static str) -> Event<'static> {
    Event { who: Who::System("worker"), action, subject_kind: "payout" }
}
