//! Error items as lists and screens show them.

use super::{
    ApprovalLevel, CashEffect, Cause, Difference, ErrorItem, ErrorItemStatus, EvidenceFile,
    LastStep, Leg, ProposedEntry, Queue, RecordView, Suggestion,
};
use crate::account::BalanceEffect;
use crate::date::BusinessDate;
use crate::ids::{ApprovalId, ErrorItemId, JournalId, ReconciliationId};
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Which items are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorItemFilter {
    /// In this state only.
    pub status: Option<ErrorItemStatus>,
    /// Only those with something left to do.
    pub open_only: bool,
    /// Of this cause only.
    pub cause: Option<Cause>,
    /// Of this leg only.
    pub leg: Option<Leg>,
    /// Of this channel only.
    pub channel: Option<String>,
    /// Of this clearing date only.
    pub clearing_date: Option<BusinessDate>,
    /// At least this many days old.
    pub older_than_days: Option<i64>,
    /// Only those I look at.
    pub mine: bool,
    /// Of this queue only.
    #[serde(default)]
    pub queue: Option<Queue>,
    /// Only those that were not done by their time.
    #[serde(default)]
    pub overdue: bool,
    /// Number of the item, or of a record in it.
    pub text: Option<String>,
    /// Only members of this case.
    #[serde(default)]
    pub case: Option<String>,
}

/// An item as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorItemSummary {
    /// Its id.
    pub id: ErrorItemId,
    /// Its number.
    pub number: String,
    /// Between whom.
    pub leg: Leg,
    /// What it consists in.
    pub cause: Cause,
    /// 长款 or 短款.
    pub cash_effect: CashEffect,
    /// The channel.
    pub channel: Option<String>,
    /// The clearing date.
    pub clearing_date: BusinessDate,
    /// The number of the record it is about.
    pub record_number: String,
    /// What we say.
    pub ours: Option<Money>,
    /// What they say.
    pub theirs: Option<Money>,
    /// Theirs minus ours, as money towards us.
    pub difference: Money,
    /// Where it stands.
    pub status: ErrorItemStatus,
    /// Name of whoever looks at it.
    pub assignee: Option<String>,
    /// When it was found.
    pub opened_at: OffsetDateTime,
    /// Whole days since then.
    pub age_days: i64,
    /// Who looks at it first.
    pub queue: Queue,
    /// By when it has to be done.
    pub due_at: OffsetDateTime,
    /// Whether it was not done by then.
    pub overdue: bool,
    /// Its version, which a command on a copy brings back.
    pub version: i64,
    /// Both records, to compare them on the row.
    pub records: (Option<RecordView>, Option<RecordView>),
}

/// Another item that has to do with one: about the same record, payment or order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedItem {
    /// Its id.
    pub id: ErrorItemId,
    /// Its number.
    pub number: String,
    /// What it consists in.
    pub cause: Cause,
    /// Where it stands.
    pub status: ErrorItemStatus,
}

/// Something that happened to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// When.
    pub at: OffsetDateTime,
    /// Who: a person's name or a part of the system.
    pub actor: String,
    /// What: `opened`, `commented`, `assigned`, `proposed`, `rejected`, `resolved`, `closed`, ...
    pub event: String,
    /// In words.
    pub text: String,
    /// The state it left and the state it came to, where it moved.
    pub moved: Option<(ErrorItemStatus, ErrorItemStatus)>,
    /// Whether it was taken back later.
    pub undone: bool,
}

/// What a resolution does to what merchants are owed and to the reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyEffect {
    /// What merchants get more in settlement and payout (2241.02, 2241.03).
    pub settlement: Money,
    /// What the reserve has more (1012).
    pub reserve: Money,
    /// What is owed out of the reserve more (2241).
    pub owed: Money,
}

impl MoneyEffect {
    /// Adds up the effects on balances, which stand as positive in the account's own direction.
    ///
    /// # Errors
    /// Out of range.
    pub fn of(balances: &[BalanceEffect], zero: Money) -> Result<Self, crate::money::MoneyError> {
        let sum = |wanted: &dyn Fn(&str) -> bool| {
            let of = balances.iter().filter(|one| wanted(&one.account.code));
            of.filter(|one| one.before.currency() == zero.currency())
                .try_fold(zero, |sum, one| sum.checked_add(one.after.checked_sub(one.before)?))
        };
        Ok(Self {
            settlement: sum(&|code| code == "2241.02" || code == "2241.03")?,
            reserve: sum(&|code| code.starts_with("1012"))?,
            owed: sum(&|code| code.starts_with("2241"))?,
        })
    }
}

/// A resolution that may be proposed, with everything it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolutionOption {
    /// The action, and why it is offered.
    pub offer: Suggestion,
    /// The journals it books.
    pub entries: Vec<ProposedEntry>,
    /// The balances before and after; none where the booking is another system's.
    pub balances: Vec<BalanceEffect>,
    /// What that does to settlement and reserve.
    pub effect: MoneyEffect,
    /// Who has to approve it.
    pub level: ApprovalLevel,
    /// Why the books would refuse it now, if they would.
    pub refused: Option<String>,
}

/// An item, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorItemDetail {
    /// The item with both records side by side.
    pub item: ErrorItem,
    /// 长款 or 短款.
    pub cash_effect: CashEffect,
    /// Name of whoever looks at it.
    pub assignee_name: Option<String>,
    /// The run that found it, if one did.
    pub reconciliation: Option<ReconciliationId>,
    /// The latest proposal about it.
    pub approval: Option<ApprovalId>,
    /// The journal that resolved it.
    pub journal: Option<JournalId>,
    /// What is probably right.
    pub suggestion: Option<Suggestion>,
    /// What may be done, each with what it does; the suggested one first.
    pub options: Vec<ResolutionOption>,
    /// Who looks at it first.
    pub queue: Queue,
    /// By when it has to be done.
    pub due_at: OffsetDateTime,
    /// When it was found overdue.
    pub escalated_at: Option<OffsetDateTime>,
    /// The evidence, oldest first.
    pub evidence: Vec<EvidenceFile>,
    /// Other items about the same record, payment or order.
    pub related: Vec<RelatedItem>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineEvent>,
    /// Who opened it, where a person did.
    pub opened_by: Option<String>,
    /// The latest step, if whoever looks may take it back now.
    pub undoable: Option<LastStep>,
    /// The case it belongs to, with its open members; none where it was set apart.
    pub case: Option<(String, i64)>,
    /// Whether its payment was settled although it does not match.
    pub advanced: bool,
}

impl ErrorItemDetail {
    /// The difference it is about.
    #[must_use]
    pub const fn difference(&self) -> &Difference {
        &self.item.difference
    }
}
