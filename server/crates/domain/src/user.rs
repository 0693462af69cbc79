//! Users who keep a balance with us (用户支付账户): whom a merchant brought, the account of their own
//! that their money goes to, what they topped up and what they withdraw.

use crate::fee::FeeTerms;
use crate::gateway::{FieldError, check_number};
use crate::ids::{AccountId, MerchantId, OrderId, PaymentId, PayoutId, UserId};
use crate::limits::AccountClass;
use crate::money::Money;
use crate::payout::{Payee, PayoutState};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Longest name of a person.
const NAME_MAX: usize = 64;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id; the owner of the account in the books.
    pub id: UserId,
    /// The merchant who brought the user.
    pub merchant: MerchantId,
    /// That merchant's own reference of the user.
    pub reference: String,
    /// The person's name, as verified.
    pub name: String,
    /// Class of the payment account.
    pub class: AccountClass,
    /// When the account was opened.
    pub created_at: OffsetDateTime,
}

/// A user to be registered, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRequest {
    /// The merchant's own reference of the user.
    pub reference: String,
    /// The person's name, as verified.
    pub name: String,
    /// `I`, `II` or `III`.
    pub class: String,
}

impl UserRequest {
    /// Reads the request strictly: the name, trimmed, and the class.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<(String, AccountClass), FieldError> {
        check_number("reference", &self.reference)?;
        let name = self.name.trim();
        let fits = (1..=NAME_MAX).contains(&name.chars().count());
        if !fits || name.chars().any(char::is_control) {
            let reason = format!("a name has 1 to {NAME_MAX} printable characters");
            return Err(FieldError::new("name", reason));
        }
        let unknown = || FieldError::new("class", "the class of the account is I, II or III");
        Ok((name.to_owned(), AccountClass::named(&self.class).ok_or_else(unknown)?))
    }
}

/// A user as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSummary {
    /// The user.
    pub user: User,
    /// Code of the merchant.
    pub merchant_code: String,
    /// Name of the merchant.
    pub merchant_name: String,
    /// What we owe the user.
    pub balance: Money,
}

/// Which users are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFilter {
    /// Brought by this merchant.
    pub merchant: Option<MerchantId>,
    /// Reference or name begins like this.
    pub text: Option<String>,
}

/// An account of a user's own, at a bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAccount {
    /// Number, holder and bank.
    pub payee: Payee,
    /// Who gave it.
    pub given_by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A top-up and what of it may still go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToppedUp {
    /// Its order.
    pub order: OrderId,
    /// Its payment.
    pub payment: PaymentId,
    /// Through whom.
    pub merchant: MerchantId,
    /// Whose balance it raised; none: the merchant's own.
    pub user: Option<UserId>,
    /// The merchant's number of the order.
    pub number: String,
    /// How much.
    pub amount: Money,
    /// Stored name of the payment's state.
    pub state: String,
    /// Where the money came from.
    pub origin: Payee,
    /// What went back, or is on its way.
    pub returned: Money,
    /// When.
    pub at: OffsetDateTime,
}

/// The state in which a top-up has raised the balance.
pub const TOPPED_UP: &str = "succeeded";

impl ToppedUp {
    /// What may still go back of it, of a balance: no more than was topped up and is still there.
    #[must_use]
    pub fn returnable(&self, balance: Money) -> Money {
        let zero = Money::zero(self.amount.currency());
        let left = self.amount.checked_sub(self.returned).unwrap_or(zero);
        if self.state != TOPPED_UP || left.is_negative() || balance.is_negative() {
            return zero;
        }
        if balance.minor() < left.minor() { balance } else { left }
    }
}

/// A withdrawal (提现).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The payout that carries it; its id.
    pub id: PayoutId,
    /// Whose.
    pub user: UserId,
    /// The merchant who brought the user.
    pub merchant: MerchantId,
    /// The merchant's own reference of the user.
    pub reference: String,
    /// The merchant's own number of the withdrawal.
    pub merchant_withdrawal_no: String,
    /// What reaches the user's account.
    pub amount: Money,
    /// What it costs the user, beside the amount.
    pub fee: Money,
    /// Where it stands.
    pub state: PayoutState,
    /// The account it goes to.
    pub payee: Payee,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A user with everything about their money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDetail {
    /// The user, their merchant and balance.
    pub summary: UserSummary,
    /// The account in the books, once something was booked on it.
    pub account: Option<AccountId>,
    /// What the account of their class may hold, if that is limited.
    pub holds_at_most: Option<Money>,
    /// Their own bank accounts, the one that counts first.
    pub accounts: Vec<UserAccount>,
    /// Until when the account that counts cools, if it was changed.
    pub cools_until: Option<OffsetDateTime>,
    /// The latest top-ups.
    pub top_ups: Vec<ToppedUp>,
    /// What a withdrawal costs.
    pub fee_terms: FeeTerms,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odd_users_are_refused_by_field() {
        let good = UserRequest {
            reference: "u-1".to_owned(),
            name: " 王小明 ".to_owned(),
            class: "II".to_owned(),
        };
        assert_eq!(good.check().unwrap(), ("王小明".to_owned(), AccountClass::II));
        for (odd, field) in [
            (UserRequest { reference: "王".to_owned(), ..good.clone() }, "reference"),
            (UserRequest { reference: String::new(), ..good.clone() }, "reference"),
            (UserRequest { name: " ".to_owned(), ..good.clone() }, "name"),
            (UserRequest { name: "a\u{0}".to_owned(), ..good.clone() }, "name"),
            (UserRequest { name: "x".repeat(65), ..good.clone() }, "name"),
            (UserRequest { class: "IV".to_owned(), ..good.clone() }, "class"),
        ] {
            assert_eq!(odd.check().unwrap_err().field, field);
        }
    }

    proptest! {
        /// However often and in whatever parts a top-up is given back, it is never more than was
        /// topped up, nor more than is there.
        #[test]
        fn no_more_goes_back_than_was_topped_up_and_is_there(
            amount in 1..100_000_i64,
            mut balance in 0..200_000_i64,
            wanted in prop::collection::vec(1..50_000_i64, 0..20),
        ) {
            let mut one = ToppedUp {
                order: uuid::Uuid::nil().into(),
                payment: uuid::Uuid::nil().into(),
                merchant: uuid::Uuid::nil().into(),
                user: None,
                number: String::new(),
                amount: Money::cny(amount),
                state: TOPPED_UP.to_owned(),
                origin: Payee {
                    account: String::new(),
                    name: String::new(),
                    bank: String::new(),
                },
                returned: Money::cny(0),
                at: OffsetDateTime::UNIX_EPOCH,
            };
            for fen in wanted {
                let may = one.returnable(Money::cny(balance)).minor();
                prop_assert!(may >= 0 && may <= balance);
                if fen <= may {
                    one.returned = Money::cny(one.returned.minor() + fen);
                    balance -= fen;
                }
            }
            prop_assert!(one.returned.minor() <= amount && balance >= 0);
            let pending = ToppedUp { state: "unknown".to_owned(), ..one };
            prop_assert!(pending.returnable(Money::cny(balance)).is_zero());
        }
    }
}
