//! A payout the bank sent back (退票) is paid once more as a new payout, linked to the old one, with
//! a number and an approval of its own. Its money waits on 2241.10; no fee is charged again.

use super::{PayoutError, store};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::{Actor, Permission};
use domain::ids::PayoutId;
use domain::payout::PayoutState;

/// Drafts the payout that replaces a returned one, to the account registered now.
///
/// # Errors
/// Not allowed, it did not come back, or it is being replaced already.
pub async fn repay(office: &Office, actor: &Actor, id: PayoutId) -> Result<PayoutId, PayoutError> {
    actor.require(Permission::MakePayout)?;
    let mut tx = office.begin().await?;
    let old = store::lock(&mut tx, id).await?;
    let old = old.ok_or_else(|| PayoutError::NotFound(id.to_string()))?;
    if !matches!(old.state, PayoutState::Returned { .. }) {
        return Err(PayoutError::NotReturned(old.number));
    }
    let payee = store::registered_payee(&mut tx, old.merchant)
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
