//! Whom a payout pays (收款人), and what of a payee people type in is taken.

use serde::{Deserialize, Serialize};

/// Whom a payout pays: the settlement account registered for the merchant, or the account a refund
/// is paid to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// The account's number.
    pub account: String,
    /// Whose it is.
    pub name: String,
    /// The bank that keeps it.
    pub bank: String,
}

/// What was typed in names nobody a bank could pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the payer's account needs a number of 6 to 34 letters and digits, a holder and a bank")]
pub struct PayeeRefused;

/// Most signs of a holder or a bank.
const WORDS_MAX: usize = 64;

impl Payee {
    /// As people write it: spaces and hyphens in the number go, names are trimmed.
    ///
    /// # Errors
    /// Something is missing, too long, or no account number.
    pub fn typed(account: &str, name: &str, bank: &str) -> Result<Self, PayeeRefused> {
        let account: String =
            account.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
        let words = |text: &str| {
            let text = text.trim();
            let fits = (1..=WORDS_MAX).contains(&text.chars().count());
            let plain = !text.chars().any(char::is_control);
            if fits && plain { Ok(text.to_owned()) } else { Err(PayeeRefused) }
        };
        let number = (6..=34).contains(&account.len())
            && account.bytes().all(|sign| sign.is_ascii_alphanumeric());
        if !number {
            return Err(PayeeRefused);
        }
        Ok(Self { account, name: words(name)?, bank: words(bank)? })
    }

    /// Whether it is held in this name (同名校验): spaces and capitals do not count, banks write
    /// them differently.
    #[must_use]
    pub fn is_held_by(&self, name: &str) -> bool {
        plain(&self.name) == plain(name)
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_taken_as_people_write_it() {
        let payee = Payee::typed(" 6222 0210-0101 2345 ", " 王 小明", "招商银行 ").unwrap();
        assert_eq!(payee.account, "6222021001012345");
        assert_eq!((payee.name.as_str(), payee.bank.as_str()), ("王 小明", "招商银行"));
        assert!(payee.is_held_by("王小明") && !payee.is_held_by("王小红"));
    }

    #[test]
    fn what_no_bank_could_pay_is_refused() {
        let long = "x".repeat(65);
        for (account, name, bank) in [
            ("", "王小明", "招商银行"),
            ("12345", "王小明", "招商银行"),
            ("6222０21001012345", "王小明", "招商银行"),
            ("62220210=1012345", "王小明", "招商银行"),
            ("6222021001012345", " ", "招商银行"),
            ("6222021001012345", "王小明", ""),
            ("6222021001012345", long.as_str(), "招商银行"),
            ("6222021001012345", "王\u{0}明", "招商银行"),
        ] {
            assert_eq!(Payee::typed(account, name, bank), Err(PayeeRefused), "{account}");
        }
        assert!(Payee::typed(&"9".repeat(35), "王小明", "招商银行").is_err());
    }
}
