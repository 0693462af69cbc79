//! The sieve: both sides stream through it as records of fixed size, and what agrees exactly, one
//! to one, falls through. Only the rest is loaded whole and judged.
//!
//! A record is told from others by 128 bits of a keyed hash of its first number and direction, so
//! memory grows by some sixty bytes for each record of ours and not at all with theirs. When in
//! doubt a record stays in the sieve: it never passes a pair that the judgement would not match.

use super::{Direction, Facts, Standing, Sums, Terms};
use crate::money::{Currency, Money, MoneyError};
use std::hash::{BuildHasher, Hash, RandomState};

/// No record.
const NOBODY: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Nobody asked for it yet.
    Free,
    /// Their record on this line agrees with it.
    Taken(u32),
    /// It has to be judged.
    Doubted,
}

struct Slot {
    key: (u64, u64),
    id: u128,
    amount: i64,
    fee: Option<i64>,
    currency: Currency,
    success: bool,
    mark: Mark,
}

/// The sieve with our side in it.
pub struct Sieve {
    terms: Terms,
    hashers: (RandomState, RandomState),
    slots: Vec<Slot>,
    /// Open addressing: places of slots by the first half of their key.
    places: Vec<u32>,
    ours_left: Vec<u128>,
    theirs_left: Vec<u32>,
    sums: (Sums, Sums),
    matched: i64,
}

/// What stayed in the sieve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remaining {
    /// Ids of our records to be judged.
    pub ours: Vec<u128>,
    /// Positions of their records to be judged.
    pub theirs: Vec<u32>,
}

impl Sieve {
    /// An empty sieve.
    #[must_use]
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            hashers: (RandomState::new(), RandomState::new()),
            slots: Vec::new(),
            places: vec![NOBODY; 1 << 10],
            ours_left: Vec::new(),
            theirs_left: Vec::new(),
            sums: (Sums::default(), Sums::default()),
            matched: 0,
        }
    }

    /// Puts a record of ours into the sieve. All of ours come before the first of theirs.
    ///
    /// # Errors
    /// A sum is out of range.
    pub fn ours(&mut self, id: u128, facts: &Facts<'_>) -> Result<(), MoneyError> {
        self.sums.0.add(facts)?;
        let (first, _) = self.terms.numbers(facts);
        if first.is_empty() || facts.elsewhere {
            self.ours_left.push(id);
            return Ok(());
        }
        let key = self.key(facts.direction, first);
        if let Some(at) = self.find(key) {
            self.slots[at].mark = Mark::Doubted;
            self.ours_left.push(id);
            return Ok(());
        }
        if (self.slots.len() + 1) * 2 > self.places.len() {
            self.grow();
        }
        let place = self.free_place(key.0);
        self.places[place] = u32::try_from(self.slots.len()).unwrap_or(NOBODY);
        self.slots.push(Slot {
            key,
            id,
            amount: facts.amount.minor(),
            fee: facts.fee.map(Money::minor),
            currency: facts.amount.currency(),
            success: facts.standing == Standing::Success,
            mark: Mark::Free,
        });
        Ok(())
    }

    /// Lets a record of theirs fall through, or keeps it and its like.
    ///
    /// # Errors
    /// A sum is out of range.
    pub fn theirs(&mut self, facts: &Facts<'_>) -> Result<(), MoneyError> {
        self.sums.1.add(facts)?;
        let (first, _) = self.terms.numbers(facts);
        let found = (!first.is_empty() && !facts.elsewhere)
            .then(|| self.key(facts.direction, first))
            .and_then(|key| self.find(key));
        let Some(at) = found else {
            self.theirs_left.push(facts.position);
            return Ok(());
        };
        let slot = &mut self.slots[at];
        match slot.mark {
            Mark::Free if slot.agrees(facts) => {
                slot.mark = Mark::Taken(facts.position);
                self.matched += 1;
            }
            Mark::Taken(before) => {
                slot.mark = Mark::Doubted;
                self.matched -= 1;
                self.theirs_left.extend([before, facts.position]);
            }
            Mark::Free | Mark::Doubted => {
                slot.mark = Mark::Doubted;
                self.theirs_left.push(facts.position);
            }
        }
        Ok(())
    }

    /// What has to be judged. A free record of ours that claims money is alone.
    #[must_use]
    pub fn remaining(&self) -> Remaining {
        let kept = |slot: &&Slot| match slot.mark {
            Mark::Free => slot.success,
            Mark::Taken(_) => false,
            Mark::Doubted => true,
        };
        let mut ours: Vec<u128> = self.slots.iter().filter(kept).map(|slot| slot.id).collect();
        ours.extend(&self.ours_left);
        ours.sort_unstable();
        ours.dedup();
        let mut theirs = self.theirs_left.clone();
        theirs.sort_unstable();
        theirs.dedup();
        Remaining { ours, theirs }
    }

    /// Takes a record of ours back out of those that agree, because it is judged after all: the
    /// other side has a record without the first number that may be the same trade.
    pub fn judge_too(&mut self, facts: &Facts<'_>) {
        let (first, _) = self.terms.numbers(facts);
        if first.is_empty() || facts.elsewhere {
            return;
        }
        let Some(at) = self.find(self.key(facts.direction, first)) else { return };
        if let Mark::Taken(_) = self.slots[at].mark {
            self.slots[at].mark = Mark::Doubted;
            self.matched -= 1;
        }
    }

    /// How many pairs agree exactly.
    #[must_use]
    pub const fn matched(&self) -> i64 {
        self.matched
    }

    /// The sums of both sides, ours first.
    #[must_use]
    pub const fn sums(&self) -> &(Sums, Sums) {
        &self.sums
    }

    fn key(&self, direction: Direction, number: &str) -> (u64, u64) {
        let of = |hasher: &RandomState| {
            let mut state = hasher.build_hasher();
            direction.hash(&mut state);
            number.hash(&mut state);
            std::hash::Hasher::finish(&state)
        };
        (of(&self.hashers.0), of(&self.hashers.1))
    }

    fn mask(&self) -> usize {
        self.places.len() - 1
    }

    fn start(&self, half: u64) -> usize {
        usize::try_from(half & u64::try_from(self.mask()).unwrap_or(u64::MAX)).unwrap_or_default()
    }

    fn find(&self, key: (u64, u64)) -> Option<usize> {
        let mut at = self.start(key.0);
        while self.places[at] != NOBODY {
            let slot = usize::try_from(self.places[at]).ok()?;
            if self.slots[slot].key == key {
                return Some(slot);
            }
            at = (at + 1) & self.mask();
        }
        None
    }

    fn free_place(&self, half: u64) -> usize {
        let mut at = self.start(half);
        while self.places[at] != NOBODY {
            at = (at + 1) & self.mask();
        }
        at
    }

    fn grow(&mut self) {
        self.places = vec![NOBODY; self.places.len() * 2];
        for index in 0..self.slots.len() {
            let place = self.free_place(self.slots[index].key.0);
            self.places[place] = u32::try_from(index).unwrap_or(NOBODY);
        }
    }
}

impl Slot {
    /// Whether the two are a plain match: nothing tolerated, nothing unknown.
    fn agrees(&self, theirs: &Facts<'_>) -> bool {
        let success = theirs.standing == Standing::Success;
        let fee = self.fee.zip(theirs.fee.map(Money::minor));
        self.success
            && success
            && self.amount == theirs.amount.minor()
            && self.currency == theirs.amount.currency()
            && fee.is_none_or(|(ours, theirs)| ours == theirs)
    }
}
