//! Members of staff as screens show them.

use crate::access::Role;
use crate::ids::StaffId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffDetail {
    /// Their id.
    pub id: StaffId,
    /// What they sign in with.
    pub login: String,
    /// The name others see.
    pub name: String,
    /// Whether they may sign in at all.
    pub active: bool,
    /// When they last used a session.
    pub last_seen_at: Option<OffsetDateTime>,
    /// Their roles.
    pub roles: Vec<Role>,
}
