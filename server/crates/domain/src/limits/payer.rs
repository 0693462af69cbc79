//! Who pays, as far as a business system tells.

use crate::gateway::FieldError;
use crate::merchant::named;
use crate::product::CardType;
use serde::{Deserialize, Serialize};

/// Who owns an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A person: limits apply. 对私.
    Personal,
    /// A company: exempt. 对公.
    Corporate,
}
named!(Holder { Personal = "personal", Corporate = "corporate" });

/// Two systems of classes share their words; each has limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// At a bank, 银行账户.
    Bank,
    /// At a payment institution, 支付账户.
    Payment,
}
named!(AccountKind { Bank = "bank", Payment = "payment" });

/// The class of a personal account, I、II、III 类户.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AccountClass {
    /// I 类.
    I,
    /// II 类.
    II,
    /// III 类.
    III,
}
named!(AccountClass { I = "I", II = "II", III = "III" });

/// The payer of a payment, as a business system sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerRequest {
    /// The payer's account as the cashier handed it out: the same for the same account with every
    /// merchant, and never the account number itself.
    pub reference: String,
    /// `personal` or `corporate`; personal, if nothing is said.
    #[serde(default)]
    pub holder: Option<String>,
    /// `bank` or `payment`; bank, if nothing is said.
    #[serde(default)]
    pub account: Option<String>,
    /// `I`, `II` or `III`; a personal payer needs it.
    #[serde(default)]
    pub class: Option<String>,
    /// `debit` or `credit`.
    #[serde(default)]
    pub card_type: Option<String>,
    /// Short name of the bank, `ICBC`.
    #[serde(default)]
    pub bank: Option<String>,
    /// How the payer wants to pay, as the channel calls it.
    #[serde(default)]
    pub method: Option<String>,
}

/// The payer of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// The payer's account, by the cashier's reference.
    pub reference: String,
    /// Who owns it.
    pub holder: Holder,
    /// Kind of account.
    pub account: AccountKind,
    /// Its class; a personal payer has one.
    pub class: Option<AccountClass>,
    /// Kind of card.
    pub card: Option<CardType>,
    /// Short name of the bank.
    pub bank: Option<String>,
    /// How the payer wants to pay.
    pub method: Option<String>,
}

/// Longest reference, and longest name of a bank or a way to pay.
const REFERENCE_MAX: usize = 64;
const NAME_MAX: usize = 32;

impl PayerRequest {
    /// Reads the payer strictly.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<Payer, FieldError> {
        word("payer.reference", &self.reference, REFERENCE_MAX)?;
        let holder = choice("payer.holder", self.holder.as_deref(), Holder::named)?;
        let holder = holder.unwrap_or(Holder::Personal);
        let account = choice("payer.account", self.account.as_deref(), AccountKind::named)?;
        let class = choice("payer.class", self.class.as_deref(), AccountClass::named)?;
        if holder == Holder::Personal && class.is_none() {
            let reason = "a personal payer's account has a class: I, II or III";
            return Err(FieldError::new("payer.class", reason));
        }
        let card = self.card_type.as_deref().map(str::parse).transpose();
        let card = card.map_err(|error| FieldError::new("payer.card_type", error))?;
        for (field, name) in [("payer.bank", &self.bank), ("payer.method", &self.method)] {
            if let Some(name) = name {
                word(field, name, NAME_MAX)?;
            }
        }
        Ok(Payer {
            reference: self.reference.clone(),
            holder,
            account: account.unwrap_or(AccountKind::Bank),
            class,
            card,
            bank: self.bank.clone(),
            method: self.method.clone(),
        })
    }
}

fn choice<T>(
    field: &'static str,
    text: Option<&str>,
    named: fn(&str) -> Option<T>,
) -> Result<Option<T>, FieldError> {
    let Some(text) = text else { return Ok(None) };
    let unknown = || FieldError::new(field, format!("{text:?} is not one of the allowed values"));
    Ok(Some(named(text).ok_or_else(unknown)?))
}

fn word(field: &'static str, text: &str, longest: usize) -> Result<(), FieldError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=longest).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(());
    }
    let reason = format!("it must have 1 to {longest} characters of A-Z, a-z, 0-9, '-', '_', '.'");
    Err(FieldError::new(field, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> PayerRequest {
        PayerRequest {
            reference: "card-1".to_owned(),
            class: Some("II".to_owned()),
            ..PayerRequest::default()
        }
    }

    #[test]
    fn a_payer_is_personal_with_a_bank_account_unless_told_otherwise() {
        let payer = request().check().unwrap();
        assert_eq!((payer.holder, payer.account), (Holder::Personal, AccountKind::Bank));
        assert_eq!(payer.class, Some(AccountClass::II));
    }

    #[test]
    fn a_company_needs_no_class_and_a_person_does() {
        let company =
            PayerRequest { holder: Some("corporate".to_owned()), class: None, ..request() };
        assert_eq!(company.check().unwrap().class, None);
        let person = PayerRequest { class: None, ..request() };
        assert_eq!(person.check().unwrap_err().field, "payer.class");
    }

    #[test]
    fn odd_values_are_refused_by_name() {
        let wrong = |change: fn(&mut PayerRequest)| {
            let mut odd = request();
            change(&mut odd);
            odd.check().unwrap_err().field
        };
        assert_eq!(wrong(|payer| payer.reference = String::new()), "payer.reference");
        assert_eq!(wrong(|payer| payer.reference = "卡".to_owned()), "payer.reference");
        assert_eq!(wrong(|payer| payer.class = Some("IV".to_owned())), "payer.class");
        assert_eq!(wrong(|payer| payer.holder = Some(String::new())), "payer.holder");
        assert_eq!(wrong(|payer| payer.account = Some("cash".to_owned())), "payer.account");
        assert_eq!(wrong(|payer| payer.card_type = Some("gold".to_owned())), "payer.card_type");
        assert_eq!(wrong(|payer| payer.bank = Some(" ".to_owned())), "payer.bank");
    }
}
