//! One approval mechanism for everything that moves money or changes a rule: a maker proposes a
//! content, a different person decides exactly that content, and execution checks it again.

use crate::access::Permission;
use crate::ids::{ApprovalId, StaffId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What is being decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalKind {
    /// A manual adjustment of the books, 调账.
    Adjustment,
    /// A change of a channel's costs or days of use, 渠道变更.
    ChannelChange,
    /// A change of the chart of accounts, 科目变更.
    ChartChange,
    /// The resolution of an error item, 差错处理.
    ErrorResolution,
    /// A change of a merchant's terms, 商户变更.
    MerchantChange,
    /// The address a merchant is notified at, 通知地址.
    NotificationEndpoint,
    /// Closing a payment whose outcome is not known, 关闭支付单.
    PaymentClosing,
    /// A payout batch, 付款批次.
    PayoutBatch,
    /// A refund asked for by staff, 退款.
    Refund,
    /// Other routing rules, 路由规则.
    RoutingRules,
    /// A change of a colleague's roles, 角色变更.
    StaffRoles,
    /// Other rules for vouchers, a closed month, a red voucher.
    VoucherChange,
}

impl ApprovalKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Adjustment,
        Self::ChannelChange,
        Self::ChartChange,
        Self::ErrorResolution,
        Self::MerchantChange,
        Self::NotificationEndpoint,
        Self::PaymentClosing,
        Self::PayoutBatch,
        Self::Refund,
        Self::RoutingRules,
        Self::StaffRoles,
        Self::VoucherChange,
    ];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Adjustment => "adjustment",
            Self::ChannelChange => "channel_change",
            Self::ChartChange => "chart_change",
            Self::ErrorResolution => "error_resolution",
            Self::MerchantChange => "merchant_change",
            Self::NotificationEndpoint => "notification_endpoint",
            Self::PaymentClosing => "payment_closing",
            Self::PayoutBatch => "payout_batch",
            Self::Refund => "refund",
            Self::RoutingRules => "routing_rules",
            Self::StaffRoles => "staff_roles",
            Self::VoucherChange => "voucher_change",
        }
    }

    /// The kind with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a person needs to propose it.
    #[must_use]
    pub const fn maker_permission(self) -> Permission {
        match self {
            Self::Adjustment => Permission::ProposeAdjustment,
            Self::ChartChange => Permission::MakeChartChange,
            Self::ErrorResolution | Self::PaymentClosing => Permission::MakeErrorResolution,
            Self::MerchantChange | Self::NotificationEndpoint => Permission::MakeMerchantChange,
            Self::PayoutBatch => Permission::MakePayout,
            Self::Refund => Permission::RequestRefund,
            Self::ChannelChange | Self::RoutingRules => Permission::MakeRoutingChange,
            Self::StaffRoles => Permission::MakeStaffRoles,
            Self::VoucherChange => Permission::MakeVoucherChange,
        }
    }

    /// What a person needs to decide it.
    #[must_use]
    pub const fn checker_permission(self) -> Permission {
        match self {
            Self::Adjustment => Permission::ApproveAdjustment,
            Self::ChartChange => Permission::ApproveChartChange,
            Self::ErrorResolution | Self::PaymentClosing => Permission::ApproveErrorResolution,
            Self::MerchantChange | Self::NotificationEndpoint => Permission::ApproveMerchantChange,
            Self::PayoutBatch => Permission::ApprovePayout,
            Self::Refund => Permission::ApproveRefund,
            Self::ChannelChange | Self::RoutingRules => Permission::ApproveRoutingChange,
            Self::StaffRoles => Permission::ApproveStaffRoles,
            Self::VoucherChange => Permission::ApproveVoucherChange,
        }
    }
}

/// What the checker says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Do it.
    Approve,
    /// Don't; the note says why.
    Reject,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ApprovalState {
    /// Waits for a second person.
    Pending,
    /// Decided in favour; the system concerned carries it out.
    Approved {
        /// Who decided.
        checker: StaffId,
        /// When.
        at: OffsetDateTime,
    },
    /// Decided against.
    Rejected {
        /// Who decided.
        checker: StaffId,
        /// When.
        at: OffsetDateTime,
        /// Why.
        reason: String,
    },
    /// Carried out.
    Executed {
        /// Who decided.
        checker: StaffId,
        /// When it was carried out.
        at: OffsetDateTime,
    },
    /// Approved, but what it was about had changed by then: nothing was done.
    Stale {
        /// Who decided.
        checker: StaffId,
        /// What had changed.
        reason: String,
    },
    /// Taken back by its maker.
    Withdrawn {
        /// When.
        at: OffsetDateTime,
    },
}

impl ApprovalState {
    /// The stored name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Executed { .. } => "executed",
            Self::Stale { .. } => "stale",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// A request for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// What is decided.
    pub kind: ApprovalKind,
    /// Who proposed it.
    pub maker: StaffId,
    /// SHA-256 of the content, in hexadecimal.
    pub content_hash: String,
    /// Where it stands.
    pub state: ApprovalState,
}

/// What a second person decides, and what they saw when they did.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// Who decides.
    pub checker: StaffId,
    /// Hash of the content that was on their screen.
    pub shown_hash: &'a str,
    /// What they say.
    pub verdict: Verdict,
    /// Their note; a rejection needs one.
    pub note: &'a str,
    /// When.
    pub at: OffsetDateTime,
}

/// Why a decision was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionRefused {
    /// Four eyes need two people.
    #[error("you proposed this yourself: another person has to decide it")]
    MakerIsChecker,
    /// Somebody was quicker, or the maker took it back.
    #[error("this request is already {0}")]
    AlreadyDecided(&'static str),
    /// What was on the screen is not what is stored.
    #[error("the content has changed since it was shown to you: read it again before deciding")]
    ContentChanged,
    /// A rejection without a reason helps nobody.
    #[error("a rejection needs a reason")]
    ReasonMissing,
    /// Only the maker may take a request back.
    #[error("only the person who proposed this can take it back")]
    NotTheMaker,
    /// Only an approved request can be carried out.
    #[error("this request is {0}, so it cannot be carried out")]
    NotApproved(&'static str),
}

impl Approval {
    /// Decides the request.
    ///
    /// # Errors
    /// The decision is refused; the request stays as it was.
    pub fn decide(self, decision: &Decision<'_>) -> Result<Self, DecisionRefused> {
        let Decision { checker, shown_hash, verdict, note, at } = *decision;
        if self.maker == checker {
            return Err(DecisionRefused::MakerIsChecker);
        }
        if self.state != ApprovalState::Pending {
            return Err(DecisionRefused::AlreadyDecided(self.state.name()));
        }
        if self.content_hash != shown_hash {
            return Err(DecisionRefused::ContentChanged);
        }
        let state = match verdict {
            Verdict::Approve => ApprovalState::Approved { checker, at },
            Verdict::Reject if note.trim().is_empty() => {
                return Err(DecisionRefused::ReasonMissing);
            }
            Verdict::Reject => {
                ApprovalState::Rejected { checker, at, reason: note.trim().to_owned() }
            }
        };
        Ok(Self { state, ..self })
    }

    /// Carries out an approved request, if the content is still what was approved.
    ///
    /// # Errors
    /// Not approved. A changed content is no error: the request becomes stale.
    pub fn execute(self, hash_now: &str, at: OffsetDateTime) -> Result<Self, DecisionRefused> {
        let ApprovalState::Approved { checker, .. } = self.state else {
            return Err(DecisionRefused::NotApproved(self.state.name()));
        };
        let state = if self.content_hash == hash_now {
            ApprovalState::Executed { checker, at }
        } else {
            let reason = "the content changed after it was approved".to_owned();
            ApprovalState::Stale { checker, reason }
        };
        Ok(Self { state, ..self })
    }

    /// Takes the request back.
    ///
    /// # Errors
    /// Not the maker, or already decided.
    pub fn withdraw(self, who: StaffId, at: OffsetDateTime) -> Result<Self, DecisionRefused> {
        if self.maker != who {
            return Err(DecisionRefused::NotTheMaker);
        }
        if self.state != ApprovalState::Pending {
            return Err(DecisionRefused::AlreadyDecided(self.state.name()));
        }
        Ok(Self { state: ApprovalState::Withdrawn { at }, ..self })
    }
}

/// Which requests a person wants to see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inbox {
    /// Waiting, and theirs to decide.
    #[default]
    ToDecide,
    /// Made by themselves.
    Mine,
    /// All they may see.
    All,
}

/// A request as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalSummary {
    /// Its id.
    pub id: ApprovalId,
    /// What is decided.
    pub kind: ApprovalKind,
    /// The object it is about.
    pub subject: uuid::Uuid,
    /// One line about it.
    pub title: String,
    /// Who proposed it.
    pub maker: StaffId,
    /// Their name.
    pub maker_name: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// Stored name of where it stands.
    pub state: String,
    /// Who decided, if somebody did.
    pub checker_name: Option<String>,
}

/// A request, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalDetail {
    /// What the list shows.
    pub summary: ApprovalSummary,
    /// The content, as indented JSON text.
    pub content: String,
    /// Its hash; a decision must bring it back.
    pub content_hash: String,
    /// The checker's note.
    pub note: String,
    /// When it was decided.
    pub decided_at: Option<OffsetDateTime>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;
    use uuid::Uuid;

    const NOON: OffsetDateTime = datetime!(2026-03-31 04:00 UTC);

    fn staff(number: u128) -> StaffId {
        StaffId(Uuid::from_u128(number))
    }

    fn decision<'a>(
        who: u128,
        shown_hash: &'a str,
        verdict: Verdict,
        note: &'a str,
    ) -> Decision<'a> {
        Decision { checker: staff(who), shown_hash, verdict, note, at: NOON }
    }

    fn pending() -> Approval {
        Approval {
            id: ApprovalId(Uuid::from_u128(9)),
            kind: ApprovalKind::PayoutBatch,
            maker: staff(1),
            content_hash: "abc".to_owned(),
            state: ApprovalState::Pending,
        }
    }

    #[test]
    fn a_maker_cannot_decide_their_own_request() {
        let refused = pending().decide(&decision(1, "abc", Verdict::Approve, ""));
        assert_eq!(refused, Err(DecisionRefused::MakerIsChecker));
    }

    #[test]
    fn what_is_decided_is_what_was_shown() {
        let refused = pending().decide(&decision(2, "old", Verdict::Approve, ""));
        assert_eq!(refused, Err(DecisionRefused::ContentChanged));
    }

    #[test]
    fn a_rejection_needs_a_reason() {
        let refused = pending().decide(&decision(2, "abc", Verdict::Reject, "  "));
        assert_eq!(refused, Err(DecisionRefused::ReasonMissing));
    }

    #[test]
    fn a_second_decision_is_refused() {
        let approved = pending().decide(&decision(2, "abc", Verdict::Approve, "")).unwrap();
        let refused = approved.decide(&decision(3, "abc", Verdict::Reject, "no"));
        assert_eq!(refused, Err(DecisionRefused::AlreadyDecided("approved")));
    }

    #[test]
    fn a_content_changed_after_approval_is_not_carried_out() {
        let approved = pending().decide(&decision(2, "abc", Verdict::Approve, "")).unwrap();
        let stale = approved.execute("abd", NOON).unwrap();
        assert_eq!(stale.state.name(), "stale");
    }

    #[derive(Debug, Clone)]
    enum Event {
        Decide(u128, bool, bool),
        Withdraw(u128),
        Execute(bool),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            (1..4_u128, any::<bool>(), any::<bool>()).prop_map(|(w, h, v)| Event::Decide(w, h, v)),
            (1..4_u128).prop_map(Event::Withdraw),
            any::<bool>().prop_map(Event::Execute),
        ]
    }

    proptest! {
        #[test]
        fn no_order_of_events_lets_a_maker_or_a_stale_content_through(
            events in prop::collection::vec(event(), 0..12)
        ) {
            let mut approval = pending();
            for event in events {
                let hash = |right: bool| if right { "abc" } else { "xyz" };
                let before = approval.clone();
                let after = match event {
                    Event::Decide(who, right, yes) => {
                        let verdict = if yes { Verdict::Approve } else { Verdict::Reject };
                        before.clone().decide(&decision(who, hash(right), verdict, "why"))
                    }
                    Event::Withdraw(who) => before.clone().withdraw(staff(who), NOON),
                    Event::Execute(right) => before.clone().execute(hash(right), NOON),
                };
                approval = after.unwrap_or(before);
                if let ApprovalState::Approved { checker, .. }
                | ApprovalState::Executed { checker, .. } = approval.state
                {
                    prop_assert_ne!(checker, approval.maker);
                }
            }
        }
    }
}
