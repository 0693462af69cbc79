use domain::limits::PayerRequest;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who pays, where you know. A personal payer's limits are then counted by the class of the
/// account, and the route may depend on bank and card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayer {
    /// The payer's account as our cashier handed it out: 1 to 64 letters, digits, `-`, `_`, `.`;
    /// never the account number.
    #[schema(example = "acct-7f3c9a")]
    reference: String,
    /// `personal` or `corporate`; personal, if left out.
    holder: Option<String>,
    /// `bank` or `payment`: where the account is kept; bank, if left out.
    account: Option<String>,
    /// `I`, `II` or `III`; a personal payer needs it.
    #[schema(example = "II")]
    class: Option<String>,
    /// `debit` or `credit`.
    card_type: Option<String>,
    /// Short name of the bank.
    #[schema(example = "ICBC")]
    bank: Option<String>,
    /// How the payer wants to pay, as the channel calls it.
    method: Option<String>,
}

impl From<NewPayer> for PayerRequest {
    fn from(new: NewPayer) -> Self {
        Self {
            reference: new.reference,
            holder: new.holder,
            account: new.account,
            class: new.class,
            card_type: new.card_type,
            bank: new.bank,
            method: new.method,
        }
    }
}
