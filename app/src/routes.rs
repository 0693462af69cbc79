//! The site map: links to screens are made here and nowhere else. Each area adds its own functions
//! and its paths stand beside them.

use domain::ids::{ApprovalId, StaffId};

/// The home page: where the day stands.
pub const HOME: &str = "/";
/// The requests that wait for a second person.
pub const APPROVALS: &str = "/approvals";
/// Who did what.
pub const AUDIT: &str = "/audit";
/// Background work.
pub const JOBS: &str = "/jobs";
/// Members of staff.
pub const STAFF: &str = "/staff";

/// One request for approval.
#[must_use]
pub fn approval(id: ApprovalId) -> String {
    format!("{APPROVALS}/{id}")
}

/// One member of staff.
#[must_use]
pub fn member(id: StaffId) -> String {
    format!("{STAFF}/{id}")
}

/// What was done to one object.
#[must_use]
pub fn audit_of(subject: &str) -> String {
    format!("{AUDIT}?subject={subject}")
}

/// The sign-in page, which leads back to where the person was.
#[must_use]
pub fn sign_in(to: &str) -> String {
    format!("/sign-in?to={}", leptos_router::location::Url::escape(to))
}
