//! The totals gate (总额核对): count and sums of each side, by direction and currency.

use super::{Direction, Facts, Reconcilable};
use crate::money::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Count and sums of what one side claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Records.
    pub count: i64,
    /// Gross amounts.
    pub gross: Money,
    /// Channel fees; none if the side does not know them.
    pub fee: Option<Money>,
    /// What moves towards us after fees; none if the side does not know the fees.
    pub net: Option<Money>,
}

/// Both sides' claims in one direction and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsLine {
    /// Which way the money goes.
    pub direction: Direction,
    /// Ours.
    pub ours: Sum,
    /// Theirs.
    pub theirs: Sum,
}

impl TotalsLine {
    /// Whether both sides agree in everything both know.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let same = |ours: Option<Money>, theirs: Option<Money>| {
            ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs)
        };
        self.ours.count == self.theirs.count
            && self.ours.gross == self.theirs.gross
            && same(self.ours.fee, self.theirs.fee)
    }
}

/// The totals gate (总额核对).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// One line for each direction and currency that occurs.
    pub lines: Vec<TotalsLine>,
}

impl Totals {
    /// The gate's own verdict: whether every line agrees. It says nothing about the detail.
    #[must_use]
    pub fn agree(&self) -> bool {
        self.lines.iter().all(TotalsLine::agrees)
    }
}

/// Count and sums of both sides, by direction and currency.
///
/// # Errors
/// A sum is out of range.
pub fn totals<O: Reconcilable, T: Reconcilable>(
    ours: &[O],
    theirs: &[T],
) -> Result<Totals, MoneyError> {
    let (mut our_sums, mut their_sums) = (Sums::default(), Sums::default());
    ours.iter().try_for_each(|record| our_sums.add(&record.facts()))?;
    theirs.iter().try_for_each(|record| their_sums.add(&record.facts()))?;
    Ok(our_sums.against(&their_sums))
}

/// One side's sums while its records pass by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<(Direction, Currency), Sum>);

impl Sums {
    /// Adds a record, if it claims money of the day.
    ///
    /// # Errors
    /// A sum is out of range.
    pub fn add(&mut self, facts: &Facts<'_>) -> Result<(), MoneyError> {
        if !facts.claims() {
            return Ok(());
        }
        let sum = self
            .0
            .entry((facts.direction, facts.amount.currency()))
            .or_insert_with(|| nothing(facts.amount.currency()));
        sum.count += 1;
        sum.gross = sum.gross.checked_add(facts.amount)?;
        sum.fee = match sum.fee.zip(facts.fee) {
            Some((all, one)) => Some(all.checked_add(one)?),
            None => None,
        };
        let movement = facts.movement()?;
        sum.net = match sum.net.zip(facts.fee) {
            Some((all, fee)) => Some(all.checked_add(movement.checked_sub(fee)?)?),
            None => None,
        };
        Ok(())
    }

    /// Both sides beside each other.
    #[must_use]
    pub fn against(&self, theirs: &Self) -> Totals {
        let mut keys: Vec<_> = self.0.keys().chain(theirs.0.keys()).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        let lines = keys.into_iter().map(|key| {
            let of = |side: &Self| side.0.get(&key).copied().unwrap_or_else(|| nothing(key.1));
            TotalsLine { direction: key.0, ours: of(self), theirs: of(theirs) }
        });
        Totals { lines: lines.collect() }
    }
}

fn nothing(currency: Currency) -> Sum {
    let zero = Money::zero(currency);
    Sum { count: 0, gross: zero, fee: Some(zero), net: Some(zero) }
}
