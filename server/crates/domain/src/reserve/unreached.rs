//! Unreached items (未达账项): what the books have and the bank has not, or the other way round,
//! item by item, with their age.

use super::books::{BANK, Completes, EXPECTED, LEAVING, LateLine, WAITING};
use crate::date::BusinessDate;
use crate::ids::StatementLineId;
use crate::journal::Source;
use crate::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

/// The four kinds of table 1-9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// System up, bank not.
    J01,
    /// System down, bank not.
    J02,
    /// Bank up, system not.
    J03,
    /// Bank down, system not.
    J04,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::J01, Self::J02, Self::J03, Self::J04];

    /// The code, its Chinese heading and the English beside it.
    #[must_use]
    pub const fn heading(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::J01 => ("J01", "系统已增加银行未增加", "System up, bank not"),
            Self::J02 => ("J02", "系统已减少银行未减少", "System down, bank not"),
            Self::J03 => ("J03", "银行已增加系统未增加", "Bank up, system not"),
            Self::J04 => ("J04", "银行已减少系统未减少", "Bank down, system not"),
        }
    }

    /// The kind of what stands on an account in transit.
    #[must_use]
    pub fn of_account(code: &str) -> Option<Self> {
        if EXPECTED.contains(&code) {
            Some(Self::J01)
        } else if LEAVING.contains(&code) {
            Some(Self::J02)
        } else if WAITING.contains(&code) {
            Some(Self::J03)
        } else {
            None
        }
    }
}

/// The bands of table 1-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Band {
    /// Up to five days.
    Fresh,
    /// Six to ten days.
    Old,
    /// Eleven days and more.
    Stale,
}

impl Band {
    /// All bands.
    pub const ALL: [Self; 3] = [Self::Fresh, Self::Old, Self::Stale];

    /// The band of an age in days.
    #[must_use]
    pub const fn of_age(days: i64) -> Self {
        match days {
            ..=5 => Self::Fresh,
            6..=10 => Self::Old,
            _ => Self::Stale,
        }
    }

    /// In Chinese and in English.
    #[must_use]
    pub const fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Fresh => ("5日以内", "≤5 days"),
            Self::Old => ("6至10日", "6–10 days"),
            Self::Stale => ("11日以上", "≥11 days"),
        }
    }
}

/// One unreached item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its kind.
    pub kind: Kind,
    /// The account in transit it stands on; of a statement line the bank account.
    pub account: String,
    /// Whose it is: a channel's code, or empty.
    pub owner: String,
    /// The document, or the clearing date of a channel.
    pub source: Source,
    /// The statement line, where it is one.
    pub line: Option<StatementLineId>,
    /// How much.
    pub amount: Money,
    /// Since when.
    pub since: BusinessDate,
}

impl Item {
    /// Its age on a day, in days.
    #[must_use]
    pub fn age(&self, day: BusinessDate) -> i64 {
        (day.0 - self.since.0).whole_days()
    }

    /// Its band on a day.
    #[must_use]
    pub fn band(&self, day: BusinessDate) -> Band {
        Band::of_age(self.age(day))
    }
}

/// What moved for one item on one day, on the normal side of its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The account in transit.
    pub account: String,
    /// Whose.
    pub owner: String,
    /// The document, or the clearing date of a channel.
    pub source: Source,
    /// The accounting date.
    pub day: BusinessDate,
    /// How much.
    pub amount: Money,
}

/// The items that are open at the end of a day. Moves are ordered by item and day. What a
/// statement showed and the books took in later is not open any more.
///
/// # Errors
/// A sum is out of range.
pub fn items_on(
    day: BusinessDate,
    moves: &[Move],
    late: &[LateLine],
) -> Result<Vec<Item>, MoneyError> {
    let mut items: Vec<Item> = Vec::new();
    for one in moves.iter().filter(|one| one.day <= day) {
        let Some(kind) = Kind::of_account(&one.account) else { continue };
        let same = |item: &&mut Item| {
            item.account == one.account && item.owner == one.owner && item.source == one.source
        };
        if let Some(item) = items.last_mut().filter(same) {
            item.amount = item.amount.checked_add(one.amount)?;
        } else {
            items.push(Item {
                kind,
                account: one.account.clone(),
                owner: one.owner.clone(),
                source: one.source.clone(),
                line: None,
                amount: one.amount,
                since: one.day,
            });
        }
    }
    for line in late.iter().filter(|line| line.is_late_on(day)) {
        take_in(&mut items, line)?;
    }
    items.retain(|item| !item.amount.is_zero());
    items.sort_by(|a, b| (a.kind, a.since, &a.source.id).cmp(&(b.kind, b.since, &b.source.id)));
    Ok(items)
}

/// A late line completes what it is about, or is an item of its own.
fn take_in(items: &mut Vec<Item>, line: &LateLine) -> Result<(), MoneyError> {
    let of = |item: &&mut Item| match &line.completes {
        Completes::Payout(id) => {
            item.kind == Kind::J02 && item.source.kind == "payout" && item.source.id == *id
        }
        Completes::ChannelFunds { channel, clearing_date } => {
            item.kind == Kind::J01 && item.owner == *channel && item.source.id == *clearing_date
        }
        Completes::Nothing => false,
    };
    let completes = match (&line.completes, line.amount.is_negative()) {
        (Completes::Payout(_), incoming) => incoming,
        _ => true,
    };
    if let Some(item) = items.iter_mut().find(of).filter(|_| completes) {
        // A payout's debit takes off what left; a channel's credit takes off what is expected.
        item.amount = match line.completes {
            Completes::Payout(_) => item.amount.checked_add(line.amount)?,
            _ => item.amount.checked_sub(line.amount)?,
        };
        return Ok(());
    }
    let (kind, amount) = if line.amount.is_negative() {
        (Kind::J04, line.amount.checked_neg()?)
    } else {
        (Kind::J03, line.amount)
    };
    items.push(Item {
        kind,
        account: BANK.first().copied().unwrap_or_default().to_owned(),
        owner: line.account_no.clone(),
        source: Source { kind: "statement_line".to_owned(), id: line.id.to_string() },
        line: Some(line.id),
        amount,
        since: line.booking_date,
    });
    Ok(())
}
