//! The regulator's monthly tables with daily columns (备付金统计表): 1-1 to 1-6, 1-9 to 1-12, 2-1.

use super::books::{BANK, BankBalance, Flow, LateLine, Position};
use super::classify::cells;
use super::cover::{Cell, Cover, cover};
use super::unreached::{Band, Item, Kind};
use crate::date::BusinessDate;
use crate::journal::Entry;
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// A table of the regulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TableKind {
    /// Money in.
    T1_1,
    /// Money out.
    T1_2,
    /// What really left, by bank account.
    T1_3,
    /// Transfers within.
    T1_4,
    /// Customers' balances.
    T1_5,
    /// Special movements.
    T1_6,
    /// Unreached items.
    T1_9,
    /// Their ages.
    T1_10,
    /// The day's change reconciled.
    T1_11,
    /// The closing balances reconciled.
    T1_12,
    /// Bank balances by account.
    T2_1,
}

impl TableKind {
    /// All tables this licence fills.
    pub const ALL: [Self; 11] = [
        Self::T1_1,
        Self::T1_2,
        Self::T1_3,
        Self::T1_4,
        Self::T1_5,
        Self::T1_6,
        Self::T1_9,
        Self::T1_10,
        Self::T1_11,
        Self::T1_12,
        Self::T2_1,
    ];

    /// Its number, its Chinese name and the English beside it.
    #[must_use]
    pub const fn heading(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::T1_1 => ("1-1", "客户备付金入金业务明细表", "Money in"),
            Self::T1_2 => ("1-2", "客户备付金出金业务明细表", "Money out"),
            Self::T1_3 => ("1-3", "客户备付金业务实际出金明细表", "What left the bank"),
            Self::T1_4 => ("1-4", "客户资金账户转账业务统计表", "Transfers within"),
            Self::T1_5 => ("1-5", "客户资金账户余额统计表", "Customers' balances"),
            Self::T1_6 => ("1-6", "客户备付金特殊业务明细表", "Special movements"),
            Self::T1_9 => ("1-9", "客户备付金未达账项统计表", "Unreached items"),
            Self::T1_10 => ("1-10", "客户备付金未达账项分析表", "Unreached items by age"),
            Self::T1_11 => ("1-11", "客户资金账户余额变动调节表", "Changes reconciled"),
            Self::T1_12 => ("1-12", "客户资金账户余额试算表", "Balances reconciled"),
            Self::T2_1 => ("2-1", "备付金银行账户余额统计表", "Bank balances"),
        }
    }

    /// The table with this number.
    #[must_use]
    pub fn numbered(number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.heading().0 == number)
    }
}

/// A row of a table: one value per day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The official code, `A01`; of rows by bank account the account's code.
    pub code: String,
    /// Its Chinese heading.
    pub zh: String,
    /// The English beside it.
    pub en: String,
    /// Whether it counts things instead of money.
    pub counts: bool,
    /// One per day: fen, or things.
    pub values: Vec<i64>,
    /// The sum of the days, where days can be added up.
    pub total: Option<i64>,
}

/// A table of a month, up to the last day that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Which.
    pub kind: TableKind,
    /// Its days.
    pub days: Vec<BusinessDate>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A month as the books and the banks know it.
#[derive(Debug, Clone, Default)]
pub struct Month {
    /// Its days, up to the last that has begun.
    pub days: Vec<BusinessDate>,
    /// Where the accounts stood before its first day.
    pub opening: Position,
    /// What moved.
    pub flows: Vec<Flow>,
    /// What statements showed and the books took in later, or have not.
    pub late: Vec<LateLine>,
    /// Our bank accounts.
    pub banks: Vec<BankBalance>,
    /// Closing balances of statements by number of the account and day.
    pub stated: HashMap<(String, BusinessDate), Money>,
    /// Unreached items, by day.
    pub items: BTreeMap<BusinessDate, Vec<Item>>,
}

/// A month, worked out.
#[derive(Debug, Clone)]
pub struct Worked {
    days: Vec<BusinessDate>,
    /// What each cell of tables 1-1 to 1-6 came to, by day.
    moved: Vec<HashMap<&'static str, i64>>,
    /// What left each bank account, by day.
    left: Vec<HashMap<String, i64>>,
    /// The position at the end of each day, after the opening one.
    positions: Vec<Position>,
    /// The cover at the end of each day, after the opening one.
    pub covers: Vec<Cover>,
    items: BTreeMap<BusinessDate, Vec<Item>>,
}

impl Month {
    /// Works the month out, day by day.
    ///
    /// # Errors
    /// A sum is out of range.
    pub fn work_out(self) -> Result<Worked, MoneyError> {
        let mut position = self.opening.clone();
        let before = self.days.first().map(|day| day.previous());
        let mut covers = vec![self.cover_on(&position, before)?];
        let mut positions = vec![position.clone()];
        let (mut moved, mut left) = (Vec::new(), Vec::new());
        for day in &self.days {
            let (mut cell_sums, mut out) = (HashMap::new(), HashMap::new());
            for flow in self.flows.iter().filter(|flow| flow.day == *day) {
                position.apply(flow)?;
                for (cell, raises) in cells(flow) {
                    add(cell_sums.entry(cell).or_insert(0), flow.amount, raises)?;
                }
                if let Some((account, raises)) = left_bank(flow) {
                    add(out.entry(account.to_owned()).or_insert(0), flow.amount, raises)?;
                }
            }
            covers.push(self.cover_on(&position, Some(*day))?);
            positions.push(position.clone());
            moved.push(cell_sums);
            left.push(out);
        }
        Ok(Worked { days: self.days, moved, left, positions, covers, items: self.items })
    }

    fn cover_on(
        &self,
        position: &Position,
        day: Option<BusinessDate>,
    ) -> Result<Cover, MoneyError> {
        let stated = |bank: &BankBalance| {
            let key = (bank.account_no.clone(), day?);
            self.stated.get(&key).copied()
        };
        let banks =
            self.banks.iter().map(|bank| BankBalance { stated: stated(bank), ..bank.clone() });
        let late = self.late.iter().filter(|line| day.is_some_and(|day| line.is_late_on(day)));
        cover(position, banks.collect(), &late.collect::<Vec<_>>(), day)
    }
}

fn add(sum: &mut i64, amount: Money, raises: bool) -> Result<(), MoneyError> {
    let before = Money::new(*sum, amount.currency());
    let after = if raises { before.checked_add(amount)? } else { before.checked_sub(amount)? };
    *sum = after.minor();
    Ok(())
}

/// The bank account customers' money left by a movement, and whether it left or came back.
fn left_bank(flow: &Flow) -> Option<(&str, bool)> {
    let customers = matches!(
        flow.entry,
        Entry::MerchantPayout
            | Entry::UserWithdrawal
            | Entry::TopUp
            | Entry::Refund
            | Entry::BankLong
            | Entry::ReturnedPayout
    );
    let (debit, credit) = (flow.debit.as_str(), flow.credit.as_str());
    match (BANK.contains(&debit), BANK.contains(&credit)) {
        (false, true) if customers => Some((credit, true)),
        (true, false) if customers && super::books::LEAVING.contains(&credit) => {
            Some((debit, false))
        }
        _ => None,
    }
}

impl Worked {
    /// One of the tables.
    ///
    /// # Errors
    /// A sum is out of range.
    pub fn table(&self, kind: TableKind) -> Result<Table, MoneyError> {
        let rows = match kind {
            TableKind::T1_1 => self.moved_rows(&super::headings::IN),
            TableKind::T1_2 => self.moved_rows(&super::headings::OUT),
            TableKind::T1_3 => self.left_rows(),
            TableKind::T1_4 => self.moved_rows(&super::headings::WITHIN),
            TableKind::T1_5 => self.balance_rows(),
            TableKind::T1_6 => self.moved_rows(&super::headings::SPECIAL),
            TableKind::T1_9 => self.unreached_rows(),
            TableKind::T1_10 => self.age_rows(),
            TableKind::T1_11 => super::changes::rows(&self.covers, &self.moved)?,
            TableKind::T1_12 => self.cover_rows(),
            TableKind::T2_1 => self.bank_rows(),
        };
        Ok(Table { kind, days: self.days.clone(), rows })
    }

    fn moved_rows(&self, headings: &[super::headings::Heading]) -> Vec<Row> {
        let values =
            |code: &str| self.moved.iter().map(|day| day.get(code).copied().unwrap_or(0)).collect();
        headings.iter().map(|(code, zh, en)| summed((code, zh, en), values(code))).collect()
    }

    fn left_rows(&self) -> Vec<Row> {
        let bank = |code: &&str| self.covers.first()?.banks.iter().find(|b| b.ledger_code == *code);
        BANK.iter()
            .filter_map(|code| {
                let name = bank(code)?.account.clone();
                let values = self.left.iter().map(|day| day.get(*code).copied().unwrap_or(0));
                Some(summed((&name, "实际出金", "What left"), values.collect()))
            })
            .collect()
    }

    fn balance_rows(&self) -> Vec<Row> {
        let closing =
            |at: usize| self.covers.get(at).map_or(0, |cover| cover.amount(Cell::M13).minor());
        let days = self.days.len();
        let mut rows = Vec::new();
        for heading in &super::headings::BALANCES {
            let (code, zh, en) = heading;
            rows.push(match *code {
                "E01" => standing((code, zh, en), (0..days).map(closing).collect()),
                "E06" => standing((code, zh, en), (1..=days).map(closing).collect()),
                _ => self.moved_rows(std::slice::from_ref(heading)).remove(0),
            });
        }
        rows
    }

    fn of_covers(&self, value: impl Fn(&Cover) -> i64) -> Vec<i64> {
        self.covers.iter().skip(1).map(value).collect()
    }

    fn unreached_rows(&self) -> Vec<Row> {
        let cell = |kind| match kind {
            Kind::J01 => Cell::M7,
            Kind::J02 => Cell::M8,
            Kind::J03 => Cell::M9,
            Kind::J04 => Cell::M10,
        };
        Kind::ALL
            .into_iter()
            .map(|kind| {
                let values = self.of_covers(|cover| cover.amount(cell(kind)).minor());
                standing(kind.heading(), values)
            })
            .collect()
    }

    fn age_rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut number = 0;
        for kind in Kind::ALL {
            for band in Band::ALL {
                for counts in [true, false] {
                    number += 1;
                    let values = self.days.iter().map(|day| {
                        let items = self.items.get(day).map(Vec::as_slice).unwrap_or_default();
                        let of = |item: &&Item| item.kind == kind && item.band(*day) == band;
                        let found = items.iter().filter(of);
                        if counts {
                            i64::try_from(found.count()).unwrap_or(i64::MAX)
                        } else {
                            found.map(|item| item.amount.minor()).fold(0, i64::saturating_add)
                        }
                    });
                    let (code, zh, en) = kind.heading();
                    let (band_zh, band_en) = band.heading();
                    let (what_zh, what_en) =
                        if counts { ("笔数", "count") } else { ("金额", "amount") };
                    let zh = format!("{code} {zh}，{band_zh}，{what_zh}");
                    let en = format!("{code} {en}, {band_en}, {what_en}");
                    let code = format!("K{number:02}");
                    let row = standing((&code, &zh, &en), values.collect());
                    rows.push(Row { counts, ..row });
                }
            }
        }
        rows
    }

    fn cover_rows(&self) -> Vec<Row> {
        Cell::ALL
            .into_iter()
            .map(|cell| {
                let values = self.of_covers(|cover| cover.amount(cell).minor());
                standing(cell.heading(), values)
            })
            .collect()
    }

    fn bank_rows(&self) -> Vec<Row> {
        let Some(first) = self.covers.first() else { return Vec::new() };
        let balance = |day: usize, bank: &BankBalance| {
            let stated = self.covers.get(day).and_then(|cover| {
                let same = cover.banks.iter().find(|other| other.account_no == bank.account_no);
                same.and_then(|bank| bank.stated)
            });
            let booked =
                self.positions.get(day).map(|position| position.balance(&bank.ledger_code));
            stated.or(booked).map_or(0, Money::minor)
        };
        first
            .banks
            .iter()
            .map(|bank| {
                let values = (1..=self.days.len()).map(|day| balance(day, bank)).collect();
                standing((&bank.account, "银行账户余额", "Balance at the bank"), values)
            })
            .collect()
    }
}

pub(super) fn standing((code, zh, en): (&str, &str, &str), values: Vec<i64>) -> Row {
    let (code, zh, en) = (code.to_owned(), zh.to_owned(), en.to_owned());
    Row { code, zh, en, counts: false, values, total: None }
}

pub(super) fn summed(heading: (&str, &str, &str), values: Vec<i64>) -> Row {
    let total = values.iter().copied().fold(0, i64::saturating_add);
    Row { total: Some(total), ..standing(heading, values) }
}

/// A value of a row as money.
#[must_use]
pub const fn money(value: i64) -> Money {
    Money::new(value, Currency::Cny)
}
