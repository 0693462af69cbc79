//! Stop switches of sending (止付开关): one person pulls, two lift.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a stop holds back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scope", content = "subject", rename_all = "snake_case")]
pub enum StopScope {
    /// Every payout.
    All,
    /// Those sent through this bank front, or to accounts at this bank.
    Bank(String),
    /// Those to the merchant with this number.
    Merchant(String),
    /// Those to this account.
    Payee(String),
}

/// A stop must say what it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("say which bank, merchant or account is to be stopped; a stop of everything names none")]
pub struct NotAScope;

impl StopScope {
    /// The stored names.
    pub const NAMES: [&'static str; 4] = ["all", "bank", "merchant", "payee"];

    /// The scope with this stored name, about this subject.
    ///
    /// # Errors
    /// There is none, or the subject is missing or too much.
    pub fn new(name: &str, subject: &str) -> Result<Self, NotAScope> {
        let subject = subject.trim().to_owned();
        match (name, subject.is_empty()) {
            ("all", true) => Ok(Self::All),
            ("bank", false) => Ok(Self::Bank(subject)),
            ("merchant", false) => Ok(Self::Merchant(subject)),
            ("payee", false) => Ok(Self::Payee(subject)),
            _ => Err(NotAScope),
        }
    }

    /// The stored name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Bank(_) => "bank",
            Self::Merchant(_) => "merchant",
            Self::Payee(_) => "payee",
        }
    }

    /// What it is about; nothing for everything.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::All => "",
            Self::Bank(subject) | Self::Merchant(subject) | Self::Payee(subject) => subject,
        }
    }
}

/// A stop as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutStop {
    /// Its id.
    pub id: Uuid,
    /// What it stops.
    pub scope: StopScope,
    /// Why.
    pub reason: String,
    /// Who pulled it.
    pub pulled_by_name: String,
    /// When.
    pub pulled_at: OffsetDateTime,
    /// Who was the first to lift it.
    pub first_lift_name: Option<String>,
    /// Who was the second.
    pub second_lift_name: Option<String>,
    /// Since when it is lifted.
    pub lifted_at: Option<OffsetDateTime>,
    /// Queued payouts it holds back now.
    pub held: i64,
}
