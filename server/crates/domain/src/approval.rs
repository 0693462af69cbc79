//! One approval mechanism for everything that moves money or changes a rule: a maker proposes a
//! content, a different person decides exactly that content, and execution checks it again.

mod deciding;
mod difference;
mod rules;

pub use deciding::{Absent, Approval, Decision, DecisionRefused, Hand, Vote, decides_something};
pub use difference::Difference;
pub use rules::{
    Authority, Conditions, DaySums, Demand, Facts, HOURS_DEFAULT, Level, Risk, Rule, RuleBook,
    RuleBookError, Scope, Share, Step, UnknownLevel,
};

use crate::access::Permission;
use crate::ids::{ApprovalId, StaffId};
use crate::money::Money;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What is being decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalKind {
    /// A manual adjustment of the books, 调账.
    Adjustment,
    /// A template of adjustments that come back, 定期调账模板.
    AdjustmentTemplate,
    /// Other approval rules, or another person's authority, 审批规则变更.
    ApprovalRules,
    /// A change of a channel's costs or days of use, 渠道变更.
    ChannelChange,
    /// A change of the chart of accounts, 科目变更.
    ChartChange,
    /// Many resolutions of error items at once, 差错批量处理.
    ErrorItemBulk,
    /// How error items are handled, 差错处理规则.
    ErrorItemRules,
    /// The resolution of an error item, 差错处理.
    ErrorResolution,
    /// A format of bills set up by staff, 文件格式.
    FileFormat,
    /// Closing a reconciliation although something is open, 强制平账.
    ForcedClose,
    /// Other rules of matching, 对账规则.
    MatchingRules,
    /// Placing or releasing a hold, 冻结/解冻.
    Hold,
    /// A change of a merchant's terms, 商户变更.
    MerchantChange,
    /// The address a merchant is notified at, 通知地址.
    NotificationEndpoint,
    /// Limits of payers by the class of their account, 账户分类限额.
    PayerLimits,
    /// Closing a payment whose outcome is not known, 关闭支付单.
    PaymentClosing,
    /// A payout batch, 付款批次.
    PayoutBatch,
    /// How payouts leave an account, 出款方式.
    PayoutWay,
    /// A refund asked for by staff, 退款.
    Refund,
    /// A document that moves the reserve itself, 备付金单据.
    ReserveDocument,
    /// The proof of an evening, 备付金核对签批.
    ReserveProof,
    /// Clearing houses, and what the institution set for its reserve, 备付金设置.
    ReserveSettings,
    /// Other routing rules, 路由规则.
    RoutingRules,
    /// A colleague's second factor is forgotten, so that they set up another, 第二因子重置.
    SecondFactorReset,
    /// A change of a colleague's roles, 角色变更.
    StaffRoles,
    /// Other rules for vouchers, a closed month, a red voucher.
    VoucherChange,
}

impl ApprovalKind {
    /// All kinds.
    pub const ALL: [Self; 26] = [
        Self::Adjustment,
        Self::AdjustmentTemplate,
        Self::ApprovalRules,
        Self::ChannelChange,
        Self::ChartChange,
        Self::ErrorItemBulk,
        Self::ErrorItemRules,
        Self::ErrorResolution,
        Self::FileFormat,
        Self::ForcedClose,
        Self::MatchingRules,
        Self::Hold,
        Self::MerchantChange,
        Self::NotificationEndpoint,
        Self::PayerLimits,
        Self::PaymentClosing,
        Self::PayoutBatch,
        Self::PayoutWay,
        Self::Refund,
        Self::ReserveDocument,
        Self::ReserveProof,
        Self::ReserveSettings,
        Self::RoutingRules,
        Self::SecondFactorReset,
        Self::StaffRoles,
        Self::VoucherChange,
    ];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Adjustment => "adjustment",
            Self::AdjustmentTemplate => "adjustment_template",
            Self::ApprovalRules => "approval_rules",
            Self::ChannelChange => "channel_change",
            Self::ChartChange => "chart_change",
            Self::ErrorItemBulk => "error_item_bulk",
            Self::ErrorItemRules => "error_item_rules",
            Self::ErrorResolution => "error_resolution",
            Self::FileFormat => "file_format",
            Self::ForcedClose => "forced_close",
            Self::MatchingRules => "matching_rules",
            Self::Hold => "hold",
            Self::MerchantChange => "merchant_change",
            Self::NotificationEndpoint => "notification_endpoint",
            Self::PayerLimits => "payer_limits",
            Self::PaymentClosing => "payment_closing",
            Self::PayoutBatch => "payout_batch",
            Self::PayoutWay => "payout_way",
            Self::Refund => "refund",
            Self::ReserveDocument => "reserve_document",
            Self::ReserveProof => "reserve_proof",
            Self::ReserveSettings => "reserve_settings",
            Self::RoutingRules => "routing_rules",
            Self::SecondFactorReset => "second_factor_reset",
            Self::StaffRoles => "staff_roles",
            Self::VoucherChange => "voucher_change",
        }
    }

    /// The kind with this stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is about a colleague's account: that colleague decides nothing of it.
    #[must_use]
    pub const fn is_about_a_colleague(self) -> bool {
        matches!(self, Self::SecondFactorReset | Self::StaffRoles)
    }

    /// What a person needs to propose it.
    #[must_use]
    pub const fn maker_permission(self) -> Permission {
        match self {
            Self::Adjustment | Self::AdjustmentTemplate => Permission::ProposeAdjustment,
            Self::ApprovalRules => Permission::MakeApprovalRules,
            Self::ChartChange => Permission::MakeChartChange,
            Self::ErrorItemBulk
            | Self::ErrorItemRules
            | Self::ErrorResolution
            | Self::ForcedClose
            | Self::PaymentClosing => Permission::MakeErrorResolution,
            Self::Hold => Permission::MakeHold,
            Self::MerchantChange | Self::NotificationEndpoint => Permission::MakeMerchantChange,
            Self::PayerLimits => Permission::MakeLimitChange,
            Self::PayoutBatch | Self::PayoutWay => Permission::MakePayout,
            Self::Refund => Permission::RequestRefund,
            Self::ReserveDocument | Self::ReserveProof | Self::ReserveSettings => {
                Permission::MakeReserve
            }
            Self::ChannelChange | Self::FileFormat | Self::MatchingRules | Self::RoutingRules => {
                Permission::MakeRoutingChange
            }
            Self::SecondFactorReset | Self::StaffRoles => Permission::MakeStaffRoles,
            Self::VoucherChange => Permission::MakeVoucherChange,
        }
    }

    /// What a person needs to decide it.
    #[must_use]
    pub const fn checker_permission(self) -> Permission {
        match self {
            Self::Adjustment | Self::AdjustmentTemplate => Permission::ApproveAdjustment,
            Self::ApprovalRules => Permission::ApproveApprovalRules,
            Self::ChartChange => Permission::ApproveChartChange,
            Self::ErrorItemBulk
            | Self::ErrorItemRules
            | Self::ErrorResolution
            | Self::ForcedClose
            | Self::PaymentClosing => Permission::ApproveErrorResolution,
            Self::Hold => Permission::ApproveHold,
            Self::MerchantChange | Self::NotificationEndpoint => Permission::ApproveMerchantChange,
            Self::PayerLimits => Permission::ApproveLimitChange,
            Self::PayoutBatch | Self::PayoutWay => Permission::ApprovePayout,
            Self::Refund => Permission::ApproveRefund,
            Self::ReserveDocument | Self::ReserveProof | Self::ReserveSettings => {
                Permission::ApproveReserve
            }
            Self::ChannelChange | Self::FileFormat | Self::MatchingRules | Self::RoutingRules => {
                Permission::ApproveRoutingChange
            }
            Self::SecondFactorReset | Self::StaffRoles => Permission::ApproveStaffRoles,
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

/// Which requests a person wants to see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inbox {
    /// Waiting, and theirs to decide.
    #[default]
    ToDecide,
    /// Waiting for somebody else, though they take part in such decisions.
    Others,
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
    /// The chain it needs.
    pub steps: Vec<Step>,
    /// How many steps have agreed.
    pub agreed: usize,
    /// What it moves, and what is conspicuous about it.
    pub facts: Facts,
    /// When the open step is escalated.
    pub expires_at: Option<OffsetDateTime>,
    /// How often it was.
    pub escalations: i32,
}

impl ApprovalSummary {
    /// The step that waits for a person.
    #[must_use]
    pub fn open_step(&self) -> Option<Step> {
        let waits = self.state == "pending";
        waits.then(|| self.steps.get(self.agreed).copied()).flatten()
    }

    /// What it moves.
    #[must_use]
    pub const fn amount(&self) -> Option<Money> {
        self.facts.amount
    }
}

/// A vote in a request's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteRecord {
    /// About which content it was.
    pub revision: i32,
    /// In which step, from 0.
    pub step: i16,
    /// Who decided.
    pub staff_name: String,
    /// In whose place.
    pub absent_name: Option<String>,
    /// Stored name of what was said.
    pub verdict: String,
    /// Whether a second factor was proven.
    pub second_factor: bool,
    /// The note.
    pub note: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A request among several that are to be decided together, as it would go now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchItem {
    /// Its id.
    pub id: ApprovalId,
    /// One line about it.
    pub title: String,
    /// Who proposed it.
    pub maker_name: String,
    /// What it moves.
    pub amount: Option<Money>,
    /// The hash of the content that would be decided.
    pub content_hash: String,
    /// Whether the open step asks for a second factor.
    pub second_factor: bool,
    /// Why it would be refused, if so.
    pub refusal: Option<String>,
    /// Whether whoever looks at it agreed to its content already.
    pub decided_by_viewer: bool,
}

impl BatchItem {
    /// What would become of it.
    #[must_use]
    pub fn new(detail: ApprovalDetail, refusal: Option<String>) -> Self {
        let decided_by_viewer = detail.agreed_by_viewer;
        let second_factor = detail.summary.open_step().is_some_and(|step| step.second_factor);
        Self {
            id: detail.summary.id,
            amount: detail.summary.amount(),
            title: detail.summary.title,
            maker_name: detail.summary.maker_name,
            content_hash: detail.content_hash,
            second_factor,
            refusal,
            decided_by_viewer,
        }
    }

    /// One that is not there, or not theirs to see.
    #[must_use]
    pub fn missing(id: ApprovalId, refusal: &str) -> Self {
        Self {
            id,
            title: id.to_string(),
            maker_name: String::new(),
            amount: None,
            content_hash: String::new(),
            second_factor: false,
            refusal: Some(refusal.to_owned()),
            decided_by_viewer: false,
        }
    }
}

/// What became of a request that was decided together with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchOutcome {
    /// Which.
    pub id: ApprovalId,
    /// Why it was refused; nothing, when the decision counts.
    pub refusal: Option<String>,
}

/// A right lent for an absence, 代理审批.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Its id.
    pub id: uuid::Uuid,
    /// Who is away.
    pub absent: StaffId,
    /// Their name.
    pub absent_name: String,
    /// Who stands in.
    pub stand_in: StaffId,
    /// Their name.
    pub stand_in_name: String,
    /// From when.
    pub from: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
    /// Why.
    pub reason: String,
    /// When it was taken back early.
    pub revoked_at: Option<OffsetDateTime>,
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
    /// Which content this is, counting from 1.
    pub revision: i32,
    /// What differs from the content before.
    pub changes: Vec<Difference>,
    /// Everybody who voted, first to last.
    pub votes: Vec<VoteRecord>,
    /// Names of the rules that demand the chain.
    pub rules: Vec<String>,
    /// Why the person who looks at it cannot decide it, if so.
    pub cannot: Option<String>,
    /// In whose place they would decide.
    pub in_place_of: Option<String>,
    /// Whether they agreed to this content already.
    pub agreed_by_viewer: bool,
}

#[cfg(test)]
mod tests;
