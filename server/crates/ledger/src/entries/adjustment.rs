//! Entry 27: the manual adjustment, the one door for lines of one's own.

use super::Event;
use crate::posting::{Line, Posting};
use domain::ids::ApprovalId;
use domain::journal::Entry;

/// Journal entry 27, manual adjustment (调账): the lines of an adjustment document.
///
/// It may be looked at by [`crate::preview`]; only an approval makes it a posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment(Posting);

impl Adjustment {
    /// What a document proposes to book.
    #[must_use]
    pub fn proposed(event: Event, lines: impl IntoIterator<Item = Line>) -> Self {
        let posting = event.posting(Entry::Adjustment);
        Self(lines.into_iter().fold(posting, |posting, line| {
            posting.line(line.debit, line.credit, line.amount, line.memo)
        }))
    }

    /// The posting, once two people agree: `approval` is the decision it is booked under.
    #[must_use]
    pub fn approved(self, approval: ApprovalId) -> Posting {
        Posting { approval: Some(approval), ..self.0 }
    }

    pub(crate) const fn posting(&self) -> &Posting {
        &self.0
    }
}
