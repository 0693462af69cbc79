//! Who may do what: roles grant permissions, and a permission is asked by the use case itself.

use crate::ids::{SessionId, StaffId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a member of staff is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the day: merchants, payments, reconciliation, error items. 运营.
    Operations,
    /// Prepares payouts, settlements and adjustments. 财务经办.
    FinanceMaker,
    /// Decides what a finance maker prepared. 财务复核.
    FinanceChecker,
    /// Closes the day, decides error items, reads the figures. 经理.
    Manager,
    /// Keeps staff and the installation; touches no money. 系统管理员.
    Admin,
    /// Sees everything, changes nothing. 审计.
    Auditor,
}

impl Role {
    /// All roles, in the order they are shown.
    pub const ALL: [Self; 6] = [
        Self::Operations,
        Self::FinanceMaker,
        Self::FinanceChecker,
        Self::Manager,
        Self::Admin,
        Self::Auditor,
    ];

    /// The stored and transmitted name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::FinanceMaker => "finance_maker",
            Self::FinanceChecker => "finance_checker",
            Self::Manager => "manager",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// What the role may do.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Operations => OPERATIONS,
            Self::FinanceMaker => FINANCE_MAKER,
            Self::FinanceChecker => FINANCE_CHECKER,
            Self::Manager => MANAGER,
            Self::Admin => ADMIN,
            Self::Auditor => AUDITOR,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(UnknownRole)
    }
}

/// No role has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such role")]
pub struct UnknownRole;

/// One thing a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See where the day stands. Everybody who signs in has it.
    ViewTradingDay,
    /// See merchants and their terms.
    ViewMerchants,
    /// See orders, payments and refunds.
    ViewPayments,
    /// See channels and routing.
    ViewChannels,
    /// See imported files and reconciliation runs.
    ViewReconciliation,
    /// See error items.
    ViewErrorItems,
    /// See settlement batches.
    ViewSettlement,
    /// See accounts, journals, adjustments.
    ViewLedger,
    /// See reserve accounts and their proof.
    ViewReserve,
    /// See payouts.
    ViewPayouts,
    /// See vouchers.
    ViewVouchers,
    /// See the payment funnel.
    ViewFunnel,
    /// See background jobs.
    ViewJobs,
    /// See who did what.
    ViewAudit,
    /// See members of staff.
    ViewStaff,
    /// Prepare a change of a merchant's terms.
    MakeMerchantChange,
    /// Decide a change of a merchant's terms.
    ApproveMerchantChange,
    /// Send a merchant a notification once more.
    ResendNotification,
    /// Prepare a change of routing rules, or of a channel's costs and days of use.
    MakeRoutingChange,
    /// Decide a change of routing rules or of a channel's terms.
    ApproveRoutingChange,
    /// Prepare a change of the limits of payers.
    MakeLimitChange,
    /// Decide a change of the limits of payers.
    ApproveLimitChange,
    /// Take a channel out at once, and bring it back.
    WithdrawChannel,
    /// Bring in orders of an existing business system.
    ImportOrders,
    /// Ask for a refund on a payer's behalf.
    RequestRefund,
    /// Decide a refund a colleague asked for.
    ApproveRefund,
    /// Import bills and run reconciliations.
    RunReconciliation,
    /// Propose how an error item is resolved.
    MakeErrorResolution,
    /// Decide how an error item is resolved.
    ApproveErrorResolution,
    /// Run settlement.
    RunSettlement,
    /// Put payouts into a batch and submit it.
    MakePayout,
    /// Decide a payout batch.
    ApprovePayout,
    /// Prepare a manual adjustment of the books.
    ProposeAdjustment,
    /// Decide a manual adjustment of the books.
    ApproveAdjustment,
    /// Ask for a hold on a merchant's balance, or for its release.
    MakeHold,
    /// Decide a hold or its release.
    ApproveHold,
    /// Prepare a change of the chart of accounts.
    MakeChartChange,
    /// Decide a change of the chart of accounts.
    ApproveChartChange,
    /// Prepare documents that move the reserve itself, and an evening's proof.
    MakeReserve,
    /// Decide documents that move the reserve, and sign an evening's proof.
    ApproveReserve,
    /// Take note of a gap of the reserve, and have the cover checked.
    AcknowledgeGap,
    /// Draft and export vouchers.
    ExportVouchers,
    /// Propose other rules for vouchers, closed months, red vouchers.
    MakeVoucherChange,
    /// Decide them.
    ApproveVoucherChange,
    /// Cut the day.
    CutDay,
    /// Prepare a change of a colleague's roles.
    MakeStaffRoles,
    /// Decide a change of a colleague's roles.
    ApproveStaffRoles,
    /// Prepare other approval rules or another authority.
    MakeApprovalRules,
    /// Decide other approval rules or another authority.
    ApproveApprovalRules,
    /// Stop sending payouts at once.
    StopPayouts,
    /// Agree that payouts are sent again; two people have to.
    LiftPayoutStop,
    /// Move the clock of a demonstration forward.
    MoveDemoClock,
}

use Permission as P;

const OPERATIONS: &[Permission] = &[
    P::ViewTradingDay,
    P::ViewMerchants,
    P::ViewPayments,
    P::ViewChannels,
    P::ViewReconciliation,
    P::ViewErrorItems,
    P::ViewSettlement,
    P::ViewFunnel,
    P::ViewJobs,
    P::MakeMerchantChange,
    P::ResendNotification,
    P::MakeRoutingChange,
    P::MakeLimitChange,
    P::WithdrawChannel,
    P::ImportOrders,
    P::RequestRefund,
    P::RunReconciliation,
    P::MakeErrorResolution,
    P::MakeHold,
];

const FINANCE_MAKER: &[Permission] = &[
    P::ViewTradingDay,
    P::ViewMerchants,
    P::ViewPayments,
    P::ViewChannels,
    P::ViewReconciliation,
    P::ViewErrorItems,
    P::ViewSettlement,
    P::ViewLedger,
    P::ViewReserve,
    P::ViewPayouts,
    P::ViewVouchers,
    P::ViewJobs,
    P::RequestRefund,
    P::RunReconciliation,
    P::MakeErrorResolution,
    P::RunSettlement,
    P::MakePayout,
    P::AcknowledgeGap,
    P::MakeReserve,
    P::StopPayouts,
    P::ProposeAdjustment,
    P::MakeChartChange,
    P::ExportVouchers,
    P::MakeHold,
    P::MakeVoucherChange,
];

const FINANCE_CHECKER: &[Permission] = &[
    P::ViewTradingDay,
    P::ViewMerchants,
    P::ViewPayments,
    P::ViewChannels,
    P::ViewReconciliation,
    P::ViewErrorItems,
    P::ViewSettlement,
    P::ViewLedger,
    P::ViewReserve,
    P::ViewPayouts,
    P::ViewVouchers,
    P::ViewJobs,
    P::ApproveRefund,
    P::ApproveErrorResolution,
    P::ApprovePayout,
    P::AcknowledgeGap,
    P::ApproveReserve,
    P::LiftPayoutStop,
    P::StopPayouts,
    P::ApproveAdjustment,
    P::ApproveChartChange,
    P::ApproveHold,
    P::ApproveVoucherChange,
];

const MANAGER: &[Permission] = &[
    P::ViewTradingDay,
    P::ViewMerchants,
    P::ViewPayments,
    P::ViewChannels,
    P::ViewReconciliation,
    P::ViewErrorItems,
    P::ViewSettlement,
    P::ViewLedger,
    P::ViewReserve,
    P::ViewPayouts,
    P::ViewVouchers,
    P::ViewFunnel,
    P::ViewJobs,
    P::ViewAudit,
    P::ViewStaff,
    P::CutDay,
    P::AcknowledgeGap,
    P::WithdrawChannel,
    P::ApproveMerchantChange,
    P::ApproveRoutingChange,
    P::ApproveLimitChange,
    P::ApproveRefund,
    P::ApproveErrorResolution,
    P::ApproveStaffRoles,
    P::ApproveApprovalRules,
    P::StopPayouts,
    P::LiftPayoutStop,
    P::ApproveHold,
];

const ADMIN: &[Permission] = &[
    P::ViewTradingDay,
    P::ViewChannels,
    P::ViewJobs,
    P::ViewAudit,
    P::ViewStaff,
    P::MakeStaffRoles,
    P::MakeApprovalRules,
    P::MoveDemoClock,
];

const AUDITOR: &[Permission] = &[
    P::ViewTradingDay,
    P::ViewMerchants,
    P::ViewPayments,
    P::ViewChannels,
    P::ViewReconciliation,
    P::ViewErrorItems,
    P::ViewSettlement,
    P::ViewLedger,
    P::ViewReserve,
    P::ViewPayouts,
    P::ViewVouchers,
    P::ViewFunnel,
    P::ViewJobs,
    P::ViewAudit,
    P::ViewStaff,
];

/// The person behind a request, as their session proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who.
    pub staff: StaffId,
    /// The name others see.
    pub name: String,
    /// In which session.
    pub session: SessionId,
    /// With which roles, read anew on each request.
    pub roles: Vec<Role>,
}

/// The person may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("your roles do not allow this: {0:?} is needed")]
pub struct Forbidden(pub Permission);

impl Actor {
    /// Whether one of the roles grants the permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.permissions().contains(&permission))
    }

    /// The only way to the id that a use case writes down as the acting person.
    ///
    /// # Errors
    /// The permission is missing.
    pub fn require(&self, permission: Permission) -> Result<StaffId, Forbidden> {
        if self.may(permission) { Ok(self.staff) } else { Err(Forbidden(permission)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_role_both_makes_and_decides_the_same_thing() {
        use Permission as P;
        let pairs = [
            (P::MakeMerchantChange, P::ApproveMerchantChange),
            (P::MakeRoutingChange, P::ApproveRoutingChange),
            (P::MakeLimitChange, P::ApproveLimitChange),
            (P::RequestRefund, P::ApproveRefund),
            (P::MakeErrorResolution, P::ApproveErrorResolution),
            (P::MakePayout, P::ApprovePayout),
            (P::MakeReserve, P::ApproveReserve),
            (P::ProposeAdjustment, P::ApproveAdjustment),
            (P::MakeChartChange, P::ApproveChartChange),
            (P::MakeApprovalRules, P::ApproveApprovalRules),
            (P::MakeStaffRoles, P::ApproveStaffRoles),
        ];
        for role in Role::ALL {
            let granted = role.permissions();
            for (make, approve) in pairs {
                assert!(!(granted.contains(&make) && granted.contains(&approve)), "{role}");
            }
        }
    }

    #[test]
    fn role_names_are_read_back() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
        }
    }
}
