//! The evening's proof (备付金核对签批): what two people signed, and whether the books of that day
//! still say the same.

use super::cover::{Cell, Cover};
use super::unreached::Item;
use crate::date::BusinessDate;
use crate::ids::ApprovalId;
use crate::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What is signed: the cover of an evening with every unreached item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evening {
    /// The day.
    pub day: BusinessDate,
    /// The cover at its end.
    pub cover: Cover,
    /// The unreached items at its end.
    pub items: Vec<Item>,
}

/// A signed evening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedProof {
    /// The day.
    pub day: BusinessDate,
    /// From 1; signing a day again makes another one.
    pub version: i32,
    /// What was signed.
    pub evening: Evening,
    /// SHA-256 of its canonical JSON, in hexadecimal.
    pub hash: String,
    /// Who prepared it.
    pub maker: String,
    /// Who signed it.
    pub checker: String,
    /// The decision.
    pub approval: ApprovalId,
    /// When.
    pub signed_at: OffsetDateTime,
}

/// A cell whose amount is not the one that was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellDifference {
    /// Which.
    pub cell: Cell,
    /// As signed.
    pub signed: Money,
    /// As the books say now.
    pub now: Money,
}

/// How the evening stands now against what was signed.
#[must_use]
pub fn differences(signed: &Cover, now: &Cover) -> Vec<CellDifference> {
    let of =
        |cell: Cell| CellDifference { cell, signed: signed.amount(cell), now: now.amount(cell) };
    Cell::ALL.into_iter().map(of).filter(|one| one.signed != one.now).collect()
}

/// A day and whether it was signed, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofDay {
    /// The day.
    pub day: BusinessDate,
    /// Whether its books are closed.
    pub closed: bool,
    /// The last version, when it was signed and by whom.
    pub signed: Option<(i32, OffsetDateTime, String, String)>,
    /// A request that waits for a decision.
    pub waiting: Option<ApprovalId>,
}

/// A day's proof, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofDetail {
    /// The evening as the books and statements say now.
    pub now: Evening,
    /// Every signed version, the latest first.
    pub signed: Vec<SignedProof>,
    /// What of the latest signed version is different now.
    pub differences: Vec<CellDifference>,
    /// A request that waits for a decision.
    pub waiting: Option<ApprovalId>,
}

impl ProofDetail {
    /// What of it may be shown as the gap.
    #[must_use]
    pub fn gap(&self) -> Money {
        let zero = Money::zero(Currency::Cny);
        if self.now.cover.holds() { zero } else { self.now.cover.gap }
    }
}
