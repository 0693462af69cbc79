//! What the approval rules look at in a batch, and what its checkers see beside the title.

use super::store;
use crate::payouts::PayoutError;
use crate::payouts::store::Payout;
use domain::approval::{Facts, Risk, Share};
use domain::money::{Currency, Money};
use sqlx::PgConnection;

/// Amount, shares, source and risk of a batch. An account that was never paid is a medium risk, and
/// so is an amount of more than twice the usual; both together are a high one.
pub(super) async fn of(conn: &mut PgConnection, payouts: &[Payout]) -> Result<Facts, PayoutError> {
    let mut shares = Vec::with_capacity(payouts.len());
    for payout in payouts {
        let (paid, usual) = store::history(conn, &payout.payee.account).await?;
        shares.push(Share {
            merchant: Some(payout.merchant_code.clone()),
            payee: Some(payout.payee.account.clone()),
            amount: payout.amount,
            first: paid == 0,
            usual: usual.map(|minor| Money::new(minor, payout.amount.currency())),
        });
    }
    let risky = |share: &Share| u8::from(share.first) + u8::from(share.is_unusual());
    let risk = match shares.iter().map(risky).max() {
        None | Some(0) => Risk::Low,
        Some(1) => Risk::Medium,
        Some(_) => Risk::High,
    };
    let mut sources: Vec<_> = payouts.iter().map(Payout::source).collect();
    sources.dedup();
    let total = Money::sum(payouts.iter().map(|payout| payout.amount), Currency::Cny)?;
    Ok(Facts {
        amount: Some(total),
        shares,
        sources: sources.into_iter().map(|source| source.name().to_owned()).collect(),
        risk: Some(risk),
    })
}
