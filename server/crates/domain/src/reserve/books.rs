//! What the books say of the reserve: where every account stands, and what moved it on a day. All
//! tables of the reserve are worked out from these, and from nothing else.

use crate::date::BusinessDate;
use crate::journal::Entry;
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What customers may claim (应付客户备付金), the balances of table 1-5.
pub const CUSTOMERS: [&str; 6] = ["2241.01", "2241.02", "2241.03", "2241.04", "2241.05", "2241.06"];
/// Taken off customers' balances and not yet paid by a bank or channel (J02).
pub const LEAVING: [&str; 2] = ["2241.07", "2241.08"];
/// At the bank and not yet on a customer's balance (J03).
pub const WAITING: [&str; 2] = ["2241.09", "2241.10"];
/// The reserve accounts at banks (备付金银行账户).
pub const BANK: [&str; 2] = ["1012.01", "1012.02"];
/// On customers' balances and not yet at the bank (J01): what channels owe, what is looked for, and
/// what is between two reserve accounts.
pub const EXPECTED: [&str; 3] = ["1122.01", "1221.01", "1012.09"];
/// Own funds (自有资金户).
pub const OWN_FUNDS: &str = "1002.01";
/// Fees earned less what they cost (M4), each with its sign.
pub const FEES: [(&str, bool); 6] = [
    ("6021.01", true),
    ("6021.02", false),
    ("2221.01", true),
    ("6421.01", false),
    ("2202.01", true),
    ("1221.03", false),
];
/// Interest and what of it is owed to the protection fund (M2).
pub const INTEREST: [(&str, bool); 2] = [("6011.01", true), ("2241.21", true)];
/// The institution's other part (M11): surpluses, losses, and what stands for money it advanced.
pub const OTHER: [(&str, bool); 4] =
    [("6301.01", true), ("6711.01", false), ("1122.02", false), ("1221.02", false)];

/// Every account that plays a part.
pub fn accounts() -> impl Iterator<Item = &'static str> {
    let signed = FEES.iter().chain(&INTEREST).chain(&OTHER).map(|(code, _)| *code);
    let plain = CUSTOMERS.iter().chain(&LEAVING).chain(&WAITING).chain(&BANK).chain(&EXPECTED);
    plain.copied().chain(signed).chain([OWN_FUNDS])
}

/// Whether debits raise an account of this code.
#[must_use]
pub fn debits_raise(code: &str) -> bool {
    code.starts_with('1') || matches!(code, "6421.01" | "6711.01" | "6021.02")
}

/// What moved from one account to another on a day, of one kind of entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The accounting date.
    pub day: BusinessDate,
    /// The kind of entry; of a reversal, the kind of what it undoes.
    pub entry: Entry,
    /// Whether it carries interest, not fees, over to own funds (G07 instead of G08).
    pub carries_interest: bool,
    /// Whether what it completes was booked on the same day (A01, B04) or earlier (A04, B05).
    pub same_day: bool,
    /// Code of the debited account.
    pub debit: String,
    /// Code of the credited account.
    pub credit: String,
    /// How much.
    pub amount: Money,
}

/// Where every account stands at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    balances: BTreeMap<String, Money>,
    /// Own funds lodged in the reserve (entry 26), less what was taken back.
    pub lodged: Money,
    /// Fees carried over to own funds (entry 25), less what was undone.
    pub swept: Money,
    /// Interest carried over to own funds.
    pub interest_carried: Money,
}

impl Default for Position {
    fn default() -> Self {
        let zero = Money::zero(Currency::Cny);
        Self { balances: BTreeMap::new(), lodged: zero, swept: zero, interest_carried: zero }
    }
}

impl Position {
    /// What the accounts of a code hold together, on their normal side.
    #[must_use]
    pub fn balance(&self, code: &str) -> Money {
        self.balances.get(code).copied().unwrap_or(Money::zero(Currency::Cny))
    }

    /// Sets what the accounts of a code hold.
    pub fn set(&mut self, code: impl Into<String>, balance: Money) {
        self.balances.insert(code.into(), balance);
    }

    /// Adds up accounts, each as it is or as its negative.
    ///
    /// # Errors
    /// The sum is out of range.
    pub fn signed(&self, accounts: &[(&str, bool)]) -> Result<Money, MoneyError> {
        let mut sum = Money::zero(Currency::Cny);
        for (code, as_it_is) in accounts {
            let balance = self.balance(code);
            sum = if *as_it_is { sum.checked_add(balance)? } else { sum.checked_sub(balance)? };
        }
        Ok(sum)
    }

    /// Adds up accounts.
    ///
    /// # Errors
    /// The sum is out of range.
    pub fn sum(&self, accounts: &[&str]) -> Result<Money, MoneyError> {
        Money::sum(accounts.iter().map(|code| self.balance(code)), Currency::Cny)
    }

    /// The position after a movement.
    ///
    /// # Errors
    /// A balance is out of range.
    pub fn apply(&mut self, flow: &Flow) -> Result<(), MoneyError> {
        for (code, debited) in [(&flow.debit, true), (&flow.credit, false)] {
            let before = self.balance(code);
            let after = if debits_raise(code) == debited {
                before.checked_add(flow.amount)?
            } else {
                before.checked_sub(flow.amount)?
            };
            self.balances.insert(code.clone(), after);
        }
        self.note_own_funds(flow)
    }

    /// Own funds come and go for different reasons, which their account does not tell apart.
    fn note_own_funds(&mut self, flow: &Flow) -> Result<(), MoneyError> {
        let to_own = match (flow.debit.as_str(), flow.credit.as_str()) {
            (OWN_FUNDS, _) => flow.amount,
            (_, OWN_FUNDS) => flow.amount.checked_neg()?,
            _ => return Ok(()),
        };
        match flow.entry {
            Entry::OwnFunds => self.lodged = self.lodged.checked_sub(to_own)?,
            Entry::FeeSweep if flow.carries_interest => {
                self.interest_carried = self.interest_carried.checked_add(to_own)?;
            }
            Entry::FeeSweep => self.swept = self.swept.checked_add(to_own)?,
            _ => {}
        }
        Ok(())
    }
}

/// What a bank statement showed and the books had not taken in by the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateLine {
    /// The statement line.
    pub id: crate::ids::StatementLineId,
    /// Number of the bank account.
    pub account_no: String,
    /// The day the bank booked it.
    pub booking_date: BusinessDate,
    /// The accounting date on which the books took it in, if they have.
    pub booked_on: Option<BusinessDate>,
    /// Positive raises the bank's balance.
    pub amount: Money,
    /// What it completes of what is in transit.
    pub completes: Completes,
    /// What it says.
    pub remittance: String,
}

impl LateLine {
    /// Whether the bank had it and the books had not, at the end of a day.
    #[must_use]
    pub fn is_late_on(&self, day: BusinessDate) -> bool {
        self.booking_date <= day && self.booked_on.is_none_or(|booked| booked > day)
    }
}

/// What a line of a statement completes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completes {
    /// A payout on its way (J02): its id.
    Payout(String),
    /// A channel's clearing date (J01).
    ChannelFunds {
        /// The channel.
        channel: String,
        /// The clearing date, like `2026-03-31`.
        clearing_date: String,
    },
    /// Nothing the books have: J03 or J04.
    Nothing,
}

/// What the bank says of one of our accounts on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankBalance {
    /// Code of the reserve account, `PBOC-1`.
    pub account: String,
    /// Its account in the chart.
    pub ledger_code: String,
    /// Its number at the bank.
    pub account_no: String,
    /// The closing balance of the day's statement, if it was imported.
    pub stated: Option<Money>,
}
