//! The cover check (备付金核对): table 1-12 of the regulator, for one moment or one evening.

use super::books::{
    BANK, BankBalance, CUSTOMERS, Completes, EXPECTED, FEES, INTEREST, LEAVING, LateLine, OTHER,
    OWN_FUNDS, Position, WAITING,
};
use crate::date::BusinessDate;
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};

/// The official cell codes of table 1-12 (余额试算表).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cell {
    /// Bank balance, 备付金银行账户余额.
    M1,
    /// Interest not carried over, 未结转利息.
    M2,
    /// Own funds lodged, 申请存放的自有资金.
    M3,
    /// Net fee income not carried over, 未结转手续费净收入.
    M4,
    /// Cash held, 库存现金.
    M5,
    /// Prepaid redemption advanced, 预付赎回.
    M6,
    /// System up, bank not (J01).
    M7,
    /// System down, bank not (J02).
    M8,
    /// Bank up, system not (J03).
    M9,
    /// Bank down, system not (J04).
    M10,
    /// Other, 其他.
    M11,
    /// Trial: what customers' balances must be, 试算客户账户余额.
    M12,
    /// What they are, 实际客户账户余额.
    M13,
    /// Actual less trial, 差额: must be zero.
    M14,
}

impl Cell {
    /// All cells in their order.
    pub const ALL: [Self; 14] = [
        Self::M1,
        Self::M2,
        Self::M3,
        Self::M4,
        Self::M5,
        Self::M6,
        Self::M7,
        Self::M8,
        Self::M9,
        Self::M10,
        Self::M11,
        Self::M12,
        Self::M13,
        Self::M14,
    ];

    /// The code, its Chinese heading and the English beside it.
    #[must_use]
    pub const fn heading(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::M1 => ("M1", "备付金银行账户余额", "Bank balance"),
            Self::M2 => ("M2", "未结转的利息", "Interest not carried over"),
            Self::M3 => ("M3", "申请存放的自有资金", "Own funds lodged"),
            Self::M4 => ("M4", "未结转的手续费净收入", "Net fee income not carried over"),
            Self::M5 => ("M5", "库存现金", "Cash held"),
            Self::M6 => ("M6", "预付的赎回资金", "Redemption advanced"),
            Self::M7 => ("M7", "系统已增加银行未增加", "System up, bank not"),
            Self::M8 => ("M8", "系统已减少银行未减少", "System down, bank not"),
            Self::M9 => ("M9", "银行已增加系统未增加", "Bank up, system not"),
            Self::M10 => ("M10", "银行已减少系统未减少", "Bank down, system not"),
            Self::M11 => ("M11", "其他", "Other"),
            Self::M12 => ("M12", "客户账户余额试算", "Trial: what claims must be"),
            Self::M13 => ("M13", "客户账户实际余额", "Customers' actual balance"),
            Self::M14 => ("M14", "差额", "Actual less trial"),
        }
    }

    /// How it enters the trial: added, taken off, or not at all.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::M1 | Self::M5 | Self::M6 | Self::M7 | Self::M10 | Self::M11 => "+",
            Self::M2 | Self::M3 | Self::M4 | Self::M8 | Self::M9 => "−",
            Self::M12 | Self::M13 | Self::M14 => "=",
        }
    }
}

/// Where a part of a term comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The balance of an account of the chart.
    Account(String),
    /// The closing balance of the day's statement of a bank account, by its code.
    Statement(String),
    /// Lines of statements the books had not taken in.
    LateLines,
    /// Own funds lodged and taken back (entry 26).
    Lodged,
    /// Fees carried over (entry 25).
    Swept,
    /// Interest carried over.
    InterestCarried,
    /// Own funds paid in for losses and advances, and taken back.
    Injected,
    /// The institution's part below zero: it does not count as cover.
    Uncovered,
}

/// One part of a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it comes from.
    pub origin: Origin,
    /// What it adds to its term.
    pub amount: Money,
}

/// One cell with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Which.
    pub cell: Cell,
    /// Its amount.
    pub amount: Money,
    /// What it is made of; nothing for sums.
    pub parts: Vec<Part>,
}

/// The cover check: customers' claims against the money held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// The accounting date whose end it is; none: as things stand now.
    pub day: Option<BusinessDate>,
    /// M1 to M14.
    pub terms: Vec<Term>,
    /// The bank accounts, with what their bank said that day.
    pub banks: Vec<BankBalance>,
    /// Customers' actual balance (M13).
    pub claims: Money,
    /// What it must be (M12).
    pub trial: Money,
    /// Claims less trial (M14). Positive: claims are not covered.
    pub gap: Money,
    /// What of the money is the institution's: M2 + M3 + M4, and the other part. Negative when
    /// losses were taken out of customers' money.
    pub own: Money,
}

impl Cover {
    /// Whether what is owed is covered to the last fen.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.gap.is_zero()
    }

    /// The amount of a cell.
    #[must_use]
    pub fn amount(&self, cell: Cell) -> Money {
        let term = self.terms.iter().find(|term| term.cell == cell);
        term.map_or(Money::zero(Currency::Cny), |term| term.amount)
    }

    /// What may be carried over to own funds: net fees earned, less losses that have not been made
    /// good; never less than nothing.
    ///
    /// # Errors
    /// The sum is out of range.
    pub fn sweepable(&self) -> Result<Money, MoneyError> {
        self.carriable(self.amount(Cell::M4))
    }

    /// What of the interest may be carried over to own funds.
    ///
    /// # Errors
    /// The sum is out of range.
    pub fn interest_carriable(&self, protection_fund: Money) -> Result<Money, MoneyError> {
        self.carriable(self.amount(Cell::M2).checked_sub(protection_fund)?)
    }

    fn carriable(&self, earned: Money) -> Result<Money, MoneyError> {
        let zero = Money::zero(earned.currency());
        let own_less_lodged = self.own.checked_sub(self.amount(Cell::M3))?;
        let most = earned.minor().min(own_less_lodged.minor());
        Ok(if most > 0 { Money::new(most, earned.currency()) } else { zero })
    }
}

/// Works out the cover from where the accounts stand, what banks said, and what statements showed
/// that the books had not taken in.
///
/// # Errors
/// A sum is out of range.
pub fn cover(
    position: &Position,
    banks: Vec<BankBalance>,
    late: &[&LateLine],
    day: Option<BusinessDate>,
) -> Result<Cover, MoneyError> {
    let own = own(position)?;
    let late = Late::of(late)?;
    let mut terms = Vec::with_capacity(Cell::ALL.len());
    let mut put = |cell, parts: Vec<Part>| -> Result<Money, MoneyError> {
        let amount = Money::sum(parts.iter().map(|part| part.amount), Currency::Cny)?;
        let parts = parts.into_iter().filter(|part| !part.amount.is_zero()).collect();
        terms.push(Term { cell, amount, parts });
        Ok(amount)
    };
    let m1 = put(Cell::M1, bank_parts(position, &banks, &late)?)?;
    let m2 = put(Cell::M2, own.interest)?;
    let m3 = put(Cell::M3, vec![part(Origin::Lodged, position.lodged)])?;
    let m4 = put(Cell::M4, own.fees)?;
    put(Cell::M5, Vec::new())?;
    put(Cell::M6, Vec::new())?;
    let m7 = put(Cell::M7, with_late(position, &EXPECTED, late.funds.checked_neg()?))?;
    let m8 = put(Cell::M8, with_late(position, &LEAVING, late.payouts))?;
    let m9 = put(Cell::M9, with_late(position, &WAITING, late.up))?;
    let m10 = put(Cell::M10, vec![part(Origin::LateLines, late.down.checked_neg()?)])?;
    let whole = Money::sum([m2, m3, m4], Currency::Cny)?.checked_sub(sum_of(&own.other)?)?;
    let mut other = own.other;
    if whole.is_negative() {
        other.push(part(Origin::Uncovered, whole));
    }
    let m11 = put(Cell::M11, other)?;
    let plus = Money::sum([m1, m7, m10, m11], Currency::Cny)?;
    let minus = Money::sum([m2, m3, m4, m8, m9], Currency::Cny)?;
    let trial = plus.checked_sub(minus)?;
    put(Cell::M12, vec![part(Origin::Uncovered, trial)])?;
    let claims = put(Cell::M13, accounts(position, &CUSTOMERS))?;
    let gap = claims.checked_sub(trial)?;
    put(Cell::M14, vec![part(Origin::Uncovered, gap)])?;
    for term in &mut terms {
        if matches!(term.cell, Cell::M12 | Cell::M14) {
            term.parts.clear();
        }
    }
    Ok(Cover { day, terms, banks, claims, trial, gap, own: whole })
}

struct Own {
    interest: Vec<Part>,
    fees: Vec<Part>,
    other: Vec<Part>,
}

/// The institution's part, each share from its own accounts, independently of the money.
fn own(position: &Position) -> Result<Own, MoneyError> {
    let signed = |accounts: &[(&str, bool)], turned: bool| -> Result<Vec<Part>, MoneyError> {
        let parts = accounts.iter().map(|(code, as_it_is)| {
            let balance = position.balance(code);
            let as_it_is = *as_it_is != turned;
            let amount = if as_it_is { balance } else { balance.checked_neg()? };
            Ok(part(Origin::Account((*code).to_owned()), amount))
        });
        parts.collect()
    };
    let mut interest = signed(&INTEREST, false)?;
    interest.push(part(Origin::InterestCarried, position.interest_carried.checked_neg()?));
    let mut fees = signed(&FEES, false)?;
    fees.push(part(Origin::Swept, position.swept.checked_neg()?));
    // The other part stands in the trial with a plus sign: what the institution has less of.
    let mut other = signed(&OTHER, true)?;
    let known = position.swept.checked_add(position.interest_carried)?;
    let known = known.checked_sub(position.lodged)?;
    other.push(part(Origin::Injected, position.balance(OWN_FUNDS).checked_sub(known)?));
    Ok(Own { interest, fees, other })
}

/// Late lines by what they are.
struct Late {
    by_account: Vec<(String, Money)>,
    funds: Money,
    payouts: Money,
    up: Money,
    down: Money,
}

impl Late {
    fn of(lines: &[&LateLine]) -> Result<Self, MoneyError> {
        let zero = Money::zero(Currency::Cny);
        let by_account = Vec::new();
        let mut late = Self { by_account, funds: zero, payouts: zero, up: zero, down: zero };
        for line in lines {
            late.by_account.push((line.account_no.clone(), line.amount));
            let sum = match (&line.completes, line.amount.is_negative()) {
                (Completes::Payout(_), true) => &mut late.payouts,
                (Completes::ChannelFunds { .. }, _) => &mut late.funds,
                (_, false) => &mut late.up,
                (_, true) => &mut late.down,
            };
            *sum = sum.checked_add(line.amount)?;
        }
        Ok(late)
    }
}

/// What banks hold: what the day's statement says, or what the books and the lines they have not
/// taken in come to.
fn bank_parts(
    position: &Position,
    banks: &[BankBalance],
    late: &Late,
) -> Result<Vec<Part>, MoneyError> {
    let mut parts = Vec::new();
    for code in BANK {
        let of_code: Vec<_> = banks.iter().filter(|bank| bank.ledger_code == code).collect();
        match of_code.first().and_then(|bank| Some((bank, bank.stated?))) {
            Some((bank, stated)) => {
                parts.push(part(Origin::Statement(bank.account.clone()), stated));
            }
            None => {
                parts.push(part(Origin::Account(code.to_owned()), position.balance(code)));
                let own = |no: &String| of_code.iter().any(|bank| bank.account_no == *no);
                let lines = late.by_account.iter().filter(|(no, _)| own(no));
                let sum = Money::sum(lines.map(|(_, amount)| *amount), Currency::Cny)?;
                parts.push(part(Origin::LateLines, sum));
            }
        }
    }
    Ok(parts)
}

fn accounts(position: &Position, codes: &[&str]) -> Vec<Part> {
    let account = |code: &&str| part(Origin::Account((*code).to_owned()), position.balance(code));
    codes.iter().map(account).collect()
}

fn with_late(position: &Position, codes: &[&str], late: Money) -> Vec<Part> {
    let mut parts = accounts(position, codes);
    parts.push(part(Origin::LateLines, late));
    parts
}

fn sum_of(parts: &[Part]) -> Result<Money, MoneyError> {
    Money::sum(parts.iter().map(|part| part.amount), Currency::Cny)
}

const fn part(origin: Origin, amount: Money) -> Part {
    Part { origin, amount }
}
