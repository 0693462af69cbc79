//! Payout files (付款文件): payouts, or the order of a reserve document, handed to a bank as a signed pain.001 instead of one by one. A
//! file is written once, under a number without gaps per bank and day; what became of its payouts
//! the bank's status report (pain.002) and its statement tell.

use super::PayoutSummary;
use crate::ids::{ApprovalId, PayoutBatchId, PayoutFileId, ReserveAccountId, ReserveDocumentId};
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a bank may take to answer a file before its payouts count as unknown.
pub const ANSWER_WITHIN: Duration = Duration::hours(4);

/// How the bank of an account is told to pay (出款方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutWay {
    /// Asked directly, payout by payout, 直连.
    Api,
    /// By a file, 文件.
    File,
}

impl PayoutWay {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Api, Self::File];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::File => "file",
        }
    }

    /// The way with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// How payouts leave an account, and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaySetting {
    /// The way.
    pub way: PayoutWay,
    /// The account's holder as the bank knows them, 户名; a file names them as payer.
    pub holder: Option<String>,
}

/// How payouts leave one of our accounts, as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountWay {
    /// The account.
    pub account: ReserveAccountId,
    /// Its short code.
    pub code: String,
    /// Where it is kept.
    pub bank_name: String,
    /// How payouts leave it.
    pub setting: WaySetting,
    /// Public half of the key its files are signed with, if there is one.
    pub public_key: Option<String>,
    /// A change that waits for a second person.
    pub waiting: Option<ApprovalId>,
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileStanding {
    /// Nobody took it to the bank yet.
    Written,
    /// The bank has it and has time to answer.
    Waiting,
    /// The bank has had its time, and payouts of the file are still without an answer.
    Overdue,
    /// Of every payout the bank said what becomes of it, or its statement showed it.
    Answered,
}

impl FileStanding {
    /// Where a file stands that was first handed out then and has so many payouts without answer.
    #[must_use]
    pub fn of(handed_out: Option<OffsetDateTime>, open: i64, now: OffsetDateTime) -> Self {
        match handed_out {
            _ if open == 0 => Self::Answered,
            None => Self::Written,
            Some(at) if now < at.saturating_add(ANSWER_WITHIN) => Self::Waiting,
            Some(_) => Self::Overdue,
        }
    }
}

/// A file as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutFileSummary {
    /// Its id.
    pub id: PayoutFileId,
    /// Its number, the MsgId: `BANK-20260331-0001`.
    pub number: String,
    /// The batch it carries out, and that one's number.
    pub batch: Option<(PayoutBatchId, String)>,
    /// The reserve document whose order it carries, and that one's number.
    pub document: Option<(ReserveDocumentId, String)>,
    /// Code of the account it debits.
    pub account: String,
    /// Payouts in it.
    pub count: i64,
    /// Their sum.
    pub total: Money,
    /// Payouts of it that wait for an answer.
    pub open: i64,
    /// When it was written.
    pub created_at: OffsetDateTime,
    /// When it was first taken to the bank.
    pub handed_out_at: Option<OffsetDateTime>,
    /// Where it stands.
    pub standing: FileStanding,
}

/// A time somebody took a file away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handout {
    /// Who.
    pub by_name: String,
    /// When.
    pub at: OffsetDateTime,
}

/// What a status report said of a whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAnswer {
    /// What became of it, by the report: `accepted`, `partly`, `rejected`, `pending`, `settled`.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// When the report was read.
    pub at: OffsetDateTime,
}

/// A file, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutFileDetail {
    /// What the list shows.
    pub summary: PayoutFileSummary,
    /// The hash of its bytes.
    pub sha256: String,
    /// Its signature, as base64.
    pub signature: String,
    /// Public half of the key it is signed with, as base64.
    pub public_key: String,
    /// Its payouts, in the file's order.
    pub payouts: Vec<PayoutSummary>,
    /// Who took it away.
    pub handouts: Vec<Handout>,
    /// What status reports said of it as a whole.
    pub answers: Vec<FileAnswer>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_file_waits_is_overdue_and_is_answered() {
        let out = datetime!(2026-03-31 04:00 UTC);
        let late = out + ANSWER_WITHIN;
        assert_eq!(FileStanding::of(None, 2, late), FileStanding::Written);
        assert_eq!(FileStanding::of(Some(out), 2, out), FileStanding::Waiting);
        assert_eq!(FileStanding::of(Some(out), 1, late), FileStanding::Overdue);
        assert_eq!(FileStanding::of(Some(out), 0, late), FileStanding::Answered);
        assert_eq!(FileStanding::of(None, 0, out), FileStanding::Answered, "by the statement");
    }
}
