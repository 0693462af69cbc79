//! Server functions of users.

use crate::failure::Failure;
use domain::ids::UserId;
use domain::page::{Page, PageRequest};
use domain::user::{UserDetail, UserFilter, UserSummary};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Which users are wanted, as people ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserQuery {
    /// Brought by the merchant with this number.
    pub merchant: Option<String>,
    /// Reference or name begins like this.
    pub text: Option<String>,
}

/// Users.
#[server(prefix = "/api/fn", endpoint = "users/list", input = Json)]
pub async fn list(query: UserQuery, page: PageRequest) -> Result<Page<UserSummary>, Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let merchant = match query.merchant {
        Some(code) => match backoffice::merchants::numbered(&office, &actor, &code).await? {
            Some(merchant) => Some(merchant),
            None => return Ok(Page { rows: Vec::new(), total: 0, request: page }),
        },
        None => None,
    };
    let filter = UserFilter { merchant, text: query.text };
    Ok(backoffice::users::list(&office, &actor, &filter, page).await?)
}

/// One user with everything about their money, and a number for the next withdrawal.
#[server(prefix = "/api/fn", endpoint = "users/find", input = Json)]
pub async fn find(id: UserId) -> Result<(UserDetail, String), Failure> {
    let (office, actor) = crate::session::office_and_actor()?;
    let number = format!("WD{}", office.new_id().simple());
    Ok((backoffice::users::find(&office, &actor, id).await?, number))
}

/// A withdrawal for a user, as the form sends it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawalRequest {
    /// Whose.
    pub user: UserId,
    /// The number it will have: sent twice, it is still one withdrawal.
    pub number: String,
    /// In major units.
    #[serde(default)]
    pub amount: String,
    /// `yes` when the maker ticked that the user asked for it.
    #[serde(default)]
    pub confirmed: String,
}

/// Takes a withdrawal for a user, and leads to its payout.
#[server(prefix = "/api/fn", endpoint = "users/withdraw")]
pub async fn withdraw(request: WithdrawalRequest) -> Result<(), Failure> {
    use backoffice::payouts::WithdrawalWanted;
    use domain::money::{Currency, Money};

    let (office, actor) = crate::session::office_and_actor()?;
    actor.require(domain::access::Permission::MakePayout)?;
    if request.confirmed != "yes" {
        return Err(Failure::invalid("confirmed", "tick that the user asked for it"));
    }
    let amount = Money::parse_positive(request.amount.trim(), Currency::Cny)
        .map_err(|error| Failure::invalid("amount", error))?;
    let wanted = WithdrawalWanted { user: request.user, number: request.number, amount };
    let id = backoffice::payouts::withdraw_for(&office, &actor, &wanted).await?;
    crate::session::go_to(&crate::routes::payout(id));
    Ok(())
}
