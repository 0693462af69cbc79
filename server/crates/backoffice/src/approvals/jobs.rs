//! News of decisions, handed to the systems further down.

use crate::jobs::Message;
use domain::approval::ApprovalKind;
use domain::ids::ApprovalId;
use serde::{Deserialize, Serialize};

/// News of a decision for the system that proposed: approved, rejected or withdrawn. Each kind's
/// system handles it further down (see `work`).
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ApprovalConcluded {
    /// The request.
    pub approval: ApprovalId,
    /// What it was about.
    pub kind: ApprovalKind,
}

impl Message for ApprovalConcluded {
    const KIND: &'static str = "approvals.concluded";
}
