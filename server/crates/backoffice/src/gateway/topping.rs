//! Whose balance a top-up raises, and the account its money comes from: the user's own, or the
//! merchant's registered one. It goes back nowhere else.

use super::GatewayError;
use crate::merchants;
use crate::users::{self, Origin};
use domain::gateway::{ApiClient, FieldError, TopUpRequest};
use domain::money::Currency;
use domain::order::Order;
use domain::payment::TopUp;
use domain::payout::Payee;
use domain::user::User;
use sqlx::PgConnection;

/// A top-up that makes sense.
pub(super) struct Topping {
    /// The user; none: the merchant itself.
    pub user: Option<User>,
    payee: Payee,
}

impl Topping {
    pub(super) fn top_up(&self) -> TopUp {
        self.user.as_ref().map_or(TopUp::Merchant, |user| TopUp::User(user.id))
    }

    pub(super) fn origin(&self, order: &Order) -> Origin {
        Origin {
            order: order.id,
            merchant: order.merchant,
            user: self.user.as_ref().map(|user| user.id),
            payee: self.payee.clone(),
        }
    }
}

/// Finds whom a top-up is for.
pub(super) async fn found(
    conn: &mut PgConnection,
    client: &ApiClient,
    (asked, currency): (&TopUpRequest, Currency),
) -> Result<Topping, GatewayError> {
    if currency != Currency::Cny {
        return Err(FieldError::new("currency", "balances are kept in CNY only").into());
    }
    let Some(reference) = &asked.user else {
        let (account, _) = merchants::settlement_terms(conn, client.merchant).await?;
        return Ok(Topping { user: None, payee: account.into() });
    };
    let user = users::by_reference(conn, client.merchant, reference).await?;
    let unknown = || FieldError::new("top_up.user", "there is no such user of yours");
    let user = user.ok_or_else(unknown)?;
    let payee = users::known_payee(conn, user.id).await?;
    let none = || {
        let reason = "the user has no bank account of their own yet: give one first";
        FieldError::new("top_up.user", reason)
    };
    Ok(Topping { user: Some(user), payee: payee.ok_or_else(none)? })
}
