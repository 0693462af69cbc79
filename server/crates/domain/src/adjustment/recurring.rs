//! Adjustments that come back every month (定期调账模板): their accounts are agreed on once by two
//! people; each month's document is still decided by itself.

use super::{AdjustmentLine, AdjustmentRefused, AdjustmentRequest, Baseline, LINES_MAX, Reason};
use crate::date::Month;
use crate::ids::{AdjustmentId, AdjustmentTemplateId};
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Longest name of a template, in characters.
const NAME_LENGTH_MAX: usize = 60;

/// The template and the month a document is made for; there is one document of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The template.
    pub template: AdjustmentTemplateId,
    /// The month.
    pub month: Month,
}

/// What a template says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateTerms {
    /// What people call it.
    pub name: String,
    /// Whose record counts.
    pub baseline: Baseline,
    /// Why.
    pub reason: Reason,
    /// What is booked; the amounts are those usually booked.
    pub lines: Vec<AdjustmentLine>,
}

impl TemplateTerms {
    /// What can be told without looking at the books.
    ///
    /// # Errors
    /// The reason of the refusal.
    pub fn check(&self) -> Result<(), AdjustmentRefused> {
        if !(1..=NAME_LENGTH_MAX).contains(&self.name.trim().chars().count()) {
            return Err(AdjustmentRefused::NameMissing);
        }
        match self.lines.len() {
            0 => Err(AdjustmentRefused::NoLines),
            count if count > LINES_MAX => Err(AdjustmentRefused::TooManyLines),
            _ => Ok(()),
        }
    }

    /// The one amount all its lines have, if they have one.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        let first = self.lines.first()?.amount;
        self.lines.iter().all(|line| line.amount == first).then_some(first)
    }

    /// Its lines, with another amount where all have the same.
    #[must_use]
    pub fn with_amount(&self, amount: Option<Money>) -> Vec<AdjustmentLine> {
        let amount = amount.filter(|_| self.amount().is_some());
        let line = |line: &AdjustmentLine| AdjustmentLine {
            amount: amount.unwrap_or(line.amount),
            ..line.clone()
        };
        self.lines.iter().map(line).collect()
    }

    /// Whether a document books what the template says, on its accounts and with its grounds.
    #[must_use]
    pub fn fits(&self, document: &AdjustmentRequest) -> bool {
        let accounts = |lines: &[AdjustmentLine]| {
            let pair = |line: &AdjustmentLine| (line.debit.clone(), line.credit.clone());
            lines.iter().map(pair).collect::<Vec<_>>()
        };
        (self.baseline, self.reason) == (document.baseline, document.reason)
            && accounts(&self.lines) == accounts(&document.lines)
    }
}

/// A template in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecurringTemplate {
    /// Its id.
    pub id: AdjustmentTemplateId,
    /// What it says.
    pub terms: TemplateTerms,
    /// Since when it is in use.
    pub since: OffsetDateTime,
    /// The latest document made from it: its month, id and number.
    pub latest: Option<(Month, AdjustmentId, String)>,
}

/// What two people agree on about a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum TemplateChange {
    /// It is saved.
    Save {
        /// Made with the form.
        id: AdjustmentTemplateId,
        /// What it says.
        terms: TemplateTerms,
    },
    /// It is not used any more.
    Retire {
        /// Which.
        id: AdjustmentTemplateId,
    },
}
