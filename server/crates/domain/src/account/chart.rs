//! Changing the chart of accounts, 科目维护: lines are added and reworded, never taken away.

use super::{ChartLine, OwnerKind, PostingMode, Side};
use serde::{Deserialize, Serialize};

/// A proposed change of the chart of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ChartChange {
    /// A new line.
    Open(NewChartLine),
    /// Other terms for a line that is there.
    Reword {
        /// Which line.
        code: String,
        /// What counts afterwards.
        terms: ChartTerms,
    },
}

/// A line to be added to the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewChartLine {
    /// Its code: four digits, or the code of a heading, a point and two digits.
    pub code: String,
    /// What can be changed later.
    pub terms: ChartTerms,
    /// The side on which it grows; fixed for good.
    pub normal_side: Side,
    /// Whose sub-accounts it has; fixed for good.
    pub owner_kind: OwnerKind,
    /// Whether accounts can be opened under it; a heading otherwise.
    pub postable: bool,
    /// Whether its balance must be zero or explained.
    pub in_transit: bool,
}

/// What can be changed of a chart line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartTerms {
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// Lowest balance of its accounts, in minor units; none: no floor.
    pub floor_minor: Option<i64>,
    /// How its accounts are posted to.
    pub posting_mode: PostingMode,
}

/// Why a change of the chart makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// Not a code.
    #[error("{0} is no account code: write four digits, and two more after a point for each level")]
    CodeForm(String),
    /// A name is missing.
    #[error("a chart line needs a name in both languages")]
    NameMissing,
    /// A heading has no accounts, so nothing of theirs can be decided.
    #[error("a heading has no accounts: it has no floor, no owner and nothing in transit")]
    HeadingWithTerms,
}

impl ChartChange {
    /// The line it is about.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Open(line) => &line.code,
            Self::Reword { code, .. } => code,
        }
    }

    /// What counts afterwards.
    #[must_use]
    pub const fn terms(&self) -> &ChartTerms {
        match self {
            Self::Open(line) => &line.terms,
            Self::Reword { terms, .. } => terms,
        }
    }

    /// What can be told without looking at the chart.
    ///
    /// # Errors
    /// The code is none, a name is missing, or a heading is given what only accounts have.
    pub fn checked(&self) -> Result<(), ChartError> {
        if !is_code(self.code()) {
            return Err(ChartError::CodeForm(self.code().to_owned()));
        }
        let terms = self.terms();
        if terms.name_en.trim().is_empty() || terms.name_zh.trim().is_empty() {
            return Err(ChartError::NameMissing);
        }
        match self {
            Self::Open(line)
                if !line.postable
                    && (terms.floor_minor.is_some()
                        || line.owner_kind != OwnerKind::None
                        || line.in_transit) =>
            {
                Err(ChartError::HeadingWithTerms)
            }
            _ => Ok(()),
        }
    }
}

impl NewChartLine {
    /// The heading it has to stand under, if it is not at the top.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.code.rsplit_once('.').map(|(parent, _)| parent)
    }
}

impl From<&ChartLine> for ChartTerms {
    fn from(line: &ChartLine) -> Self {
        Self {
            name_en: line.name_en.clone(),
            name_zh: line.name_zh.clone(),
            floor_minor: line.floor_minor,
            posting_mode: line.posting_mode,
        }
    }
}

fn is_code(code: &str) -> bool {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = code.split('.');
    parts.next().is_some_and(|part| digits(part, 4)) && parts.all(|part| digits(part, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(code: &str) -> NewChartLine {
        NewChartLine {
            code: code.to_owned(),
            terms: ChartTerms {
                name_en: "Deposits".to_owned(),
                name_zh: "保证金".to_owned(),
                floor_minor: Some(0),
                posting_mode: PostingMode::Plain,
            },
            normal_side: Side::Credit,
            owner_kind: OwnerKind::Merchant,
            postable: true,
            in_transit: false,
        }
    }

    #[test]
    fn codes_are_four_digits_and_pairs() {
        for code in ["2241", "2241.31", "2241.31.01"] {
            assert_eq!(ChartChange::Open(line(code)).checked(), Ok(()), "{code}");
        }
        for code in ["", "224", "22411", "2241.", "2241.3", "2241.031", "2241.ab", "２２４１"] {
            let refused = ChartChange::Open(line(code)).checked();
            assert_eq!(refused, Err(ChartError::CodeForm(code.to_owned())));
        }
        assert_eq!(line("2241.31").parent(), Some("2241"));
        assert_eq!(line("2241").parent(), None);
    }

    #[test]
    fn names_are_given_in_both_languages() {
        let mut line = line("2241.31");
        line.terms.name_zh = " ".to_owned();
        assert_eq!(ChartChange::Open(line).checked(), Err(ChartError::NameMissing));
    }

    #[test]
    fn a_heading_has_nothing_that_only_accounts_have() {
        let mut line = NewChartLine { postable: false, ..line("2242") };
        assert_eq!(ChartChange::Open(line.clone()).checked(), Err(ChartError::HeadingWithTerms));
        line.terms.floor_minor = None;
        line.owner_kind = OwnerKind::None;
        assert_eq!(ChartChange::Open(line).checked(), Ok(()));
    }
}
