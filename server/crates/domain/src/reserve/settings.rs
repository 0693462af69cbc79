//! What the institution set for its reserve (备付金设置): clearing houses, which account is cleared
//! over which of them, the protection fund's share of interest. Two people change it.

use super::Purpose;
use crate::channel::Rail;
use crate::fee::Rate;
use serde::{Deserialize, Serialize};

/// Longest code of a clearing house.
const CODE_MAX: usize = 20;

/// A clearing house (清算机构) at which quota is earmarked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearingHouse {
    /// Its code, `nucc`.
    pub code: String,
    /// What it is called in English.
    pub name_en: String,
    /// What it is called in Chinese.
    pub name_zh: String,
    /// The channels whose receipts count for it.
    pub rail: Rail,
    /// Whether accounts may be cleared over it.
    pub active: bool,
}

/// A bank account of the institution, as the settings show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSetting {
    /// Its code.
    pub code: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it is kept.
    pub bank_name: String,
    /// The clearing house its payouts go over; none: no quota applies.
    pub house: Option<String>,
    /// Whether money may leave it.
    pub active: bool,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveSettings {
    /// The clearing houses, by code.
    pub houses: Vec<ClearingHouse>,
    /// The bank accounts, by code.
    pub accounts: Vec<AccountSetting>,
    /// The protection fund's share of reserve interest.
    pub fund_share: Rate,
}

/// One change of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ReserveChange {
    /// A clearing house is added, renamed, or closed to new clearing.
    House {
        /// As it is from then on.
        house: ClearingHouse,
    },
    /// Payouts of an account go over another clearing house, or over none.
    ClearOver {
        /// Code of the account.
        account: String,
        /// Code of the house.
        house: Option<String>,
    },
    /// An account is taken out of use, or back into it.
    InUse {
        /// Code of the account.
        account: String,
        /// Whether money may leave it.
        active: bool,
    },
    /// The protection fund gets another share of interest.
    FundShare {
        /// The share.
        share: Rate,
    },
}

/// Why a change of the settings makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReserveChangeRefused {
    /// Nobody could write it.
    #[error("a clearing house needs a code of 2 to 20 small letters and digits, and both names")]
    HouseCode,
    /// No such account.
    #[error("there is no reserve account {0}")]
    NoAccount(String),
    /// No such house, or it is closed.
    #[error("there is no clearing house \"{0}\" in use")]
    NoHouse(String),
    /// Own funds are not cleared.
    #[error("only accounts of customers' money are cleared over a house")]
    OwnFunds,
    /// Somebody uses it.
    #[error("accounts are cleared over \"{0}\", or quota is left there: end that first")]
    HouseInUse(String),
    /// Money is promised out of it.
    #[error("money of account {0} is promised: wait until that is paid or released")]
    Promised(String),
    /// It is like that already.
    #[error("nothing would change")]
    Nothing,
}

impl ReserveChange {
    /// What can be told without looking at what is set.
    ///
    /// # Errors
    /// The reason of the refusal.
    pub fn check(&self) -> Result<(), ReserveChangeRefused> {
        match self {
            Self::House { house } => {
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
                let named = !house.name_en.trim().is_empty() && !house.name_zh.trim().is_empty();
                let length = (2..=CODE_MAX).contains(&house.code.len());
                let good = named && length && house.code.chars().all(plain);
                if good { Ok(()) } else { Err(ReserveChangeRefused::HouseCode) }
            }
            _ => Ok(()),
        }
    }

    /// What it is about: one change of the same thing waits at a time.
    #[must_use]
    pub fn aspect(&self) -> String {
        match self {
            Self::House { house } => format!("house/{}", house.code),
            Self::ClearOver { account, .. } => format!("clear/{account}"),
            Self::InUse { account, .. } => format!("use/{account}"),
            Self::FundShare { .. } => "fund".to_owned(),
        }
    }
}

impl ReserveSettings {
    /// Whether a change makes sense as things are set.
    ///
    /// # Errors
    /// The reason of the refusal.
    pub fn refuse(&self, change: &ReserveChange) -> Result<(), ReserveChangeRefused> {
        use ReserveChangeRefused as No;
        change.check()?;
        let account = |code: &str| {
            let found = self.accounts.iter().find(|account| account.code == code);
            found.ok_or_else(|| No::NoAccount(code.to_owned()))
        };
        match change {
            ReserveChange::House { house } => {
                let cleared = |one: &AccountSetting| one.house.as_deref() == Some(&*house.code);
                if !house.active && self.accounts.iter().any(cleared) {
                    return Err(No::HouseInUse(house.code.clone()));
                }
            }
            ReserveChange::ClearOver { account: code, house } => {
                let account = account(code)?;
                if account.purpose == Purpose::OwnFunds {
                    return Err(No::OwnFunds);
                }
                if let Some(code) = house
                    && !self.houses.iter().any(|one| one.code == *code && one.active)
                {
                    return Err(No::NoHouse(code.clone()));
                }
            }
            ReserveChange::InUse { account: code, .. } => {
                account(code)?;
            }
            ReserveChange::FundShare { .. } => {}
        }
        if self.after(change) == *self { Err(No::Nothing) } else { Ok(()) }
    }

    /// The settings after a change.
    #[must_use]
    pub fn after(&self, change: &ReserveChange) -> Self {
        let mut after = self.clone();
        match change {
            ReserveChange::House { house } => {
                match after.houses.iter_mut().find(|one| one.code == house.code) {
                    Some(known) => *known = house.clone(),
                    None => after.houses.push(house.clone()),
                }
            }
            ReserveChange::ClearOver { account, house } => {
                for one in after.accounts.iter_mut().filter(|one| one.code == *account) {
                    one.house.clone_from(house);
                }
            }
            ReserveChange::InUse { account, active } => {
                for one in after.accounts.iter_mut().filter(|one| one.code == *account) {
                    one.active = *active;
                }
            }
            ReserveChange::FundShare { share } => after.fund_share = *share,
        }
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ReserveSettings {
        let house = |code: &str, active| ClearingHouse {
            code: code.to_owned(),
            name_en: code.to_owned(),
            name_zh: code.to_owned(),
            rail: Rail::Nucc,
            active,
        };
        let account = |code: &str, purpose, over: Option<&str>| AccountSetting {
            code: code.to_owned(),
            purpose,
            bank_name: "PBOC".to_owned(),
            house: over.map(str::to_owned),
            active: true,
        };
        ReserveSettings {
            houses: vec![house("nucc", true), house("old", false)],
            accounts: vec![
                account("PBOC-1", Purpose::Custody, Some("nucc")),
                account("OWN-1", Purpose::OwnFunds, None),
            ],
            fund_share: "10".parse().unwrap(),
        }
    }

    fn over(account: &str, house: Option<&str>) -> ReserveChange {
        let house = house.map(str::to_owned);
        ReserveChange::ClearOver { account: account.to_owned(), house }
    }

    #[test]
    fn only_customers_money_is_cleared_and_only_over_houses_in_use() {
        use ReserveChangeRefused as No;
        let settings = settings();
        assert_eq!(settings.refuse(&over("PBOC-1", None)), Ok(()));
        assert_eq!(settings.refuse(&over("PBOC-1", Some("nucc"))), Err(No::Nothing));
        let old = settings.refuse(&over("PBOC-1", Some("old")));
        assert_eq!(old, Err(No::NoHouse("old".to_owned())));
        assert_eq!(settings.refuse(&over("OWN-1", Some("nucc"))), Err(No::OwnFunds));
        let nowhere = settings.refuse(&over("X", None));
        assert_eq!(nowhere, Err(No::NoAccount("X".to_owned())));
    }

    #[test]
    fn a_house_accounts_are_cleared_over_is_not_closed() {
        let settings = settings();
        let mut house = settings.houses[0].clone();
        house.active = false;
        let closed = ReserveChange::House { house: house.clone() };
        let in_use = ReserveChangeRefused::HouseInUse("nucc".to_owned());
        assert_eq!(settings.refuse(&closed), Err(in_use));
        let freed = settings.after(&over("PBOC-1", None));
        assert_eq!(freed.refuse(&closed), Ok(()));
        house.code = "Ü".to_owned();
        let odd = ReserveChange::House { house };
        assert_eq!(settings.refuse(&odd), Err(ReserveChangeRefused::HouseCode));
    }
}
