//! A payout the bank sent back (退票) is paid once more as a new payout, linked to the old one, with
//! a number and an approval of its own. Its money waits on 2241.10; no fee is charged again.

use super::{PayoutError, refunding, store};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use crate::refunds;
use domain::access::{Actor, Permission};
use domain::ids::PayoutId;
use domain::payout::PayoutState;

/// Another account of the same payer, for a refund that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAccount {
    /// Its number.
    pub account: String,
    /// The bank that keeps it.
    pub bank: String,
}

/// Drafts the payout that replaces a returned one, to the account registered now; of a refund, to
/// another account of the same holder if one is given.
///
/// # Errors
/// Not allowed, it did not come back, it is being replaced already, or a merchant's payout is given
/// an account: that one is changed at the merchant.
pub async fn repay(
    office: &Office,
    actor: &Actor,
    (id, other): (PayoutId, Option<&OtherAccount>),
) -> Result<PayoutId, PayoutError> {
    actor.require(Permission::MakePayout)?;
    let mut tx = office.begin().await?;
    let old = store::lock(&mut tx, id).await?;
    let old = old.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    if !matches!(old.state, PayoutState::Returned { .. }) {
        return Err(PayoutError::NotReturned(old.number));
    }
    match (other, old.refund) {
        (Some(other), Some(refund)) => {
            let given = (refund, other.account.as_str(), other.bank.as_str());
            refunds::correct_payee(&mut tx, office, actor, given).await?;
        }
        (Some(_), None) => return Err(PayoutError::MerchantsAccount),
        (None, _) => {}
    }
    let payee = refunding::registered(&mut tx, &old)
        .await?
        .ok_or_else(|| PayoutError::NotFound(old.merchant.to_string()))?;
    let new = PayoutId(office.new_id());
    store::insert_replacement(&mut tx, office, (new, &payee), &old).await?;
    let event = Event { who: Who::Staff(actor), action: "payouts.repay", subject_kind: "payout" };
    let after = serde_json::json!({ "repays": id, "payee": payee, "amount": old.amount });
    audit::record(&mut tx, office, event, &new.to_string(), &after).await?;
    tx.commit().await?;
    Ok(new)
}
