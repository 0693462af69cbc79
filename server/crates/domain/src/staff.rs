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
    /// Since when they have a second factor.
    pub second_factor: Option<OffsetDateTime>,
}

/// A square of dark and light fields, row by row: a QR code (二维码).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Fields of a row.
    pub width: usize,
    /// All fields, and whether they are dark.
    pub dark: Vec<bool>,
}

/// How a person's second factor stands, 第二因子.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SecondFactor {
    /// There is none.
    Missing,
    /// A new secret waits for its first code. Shown to nobody but its owner.
    ToConfirm {
        /// The secret as text, base32.
        secret: String,
        /// The same for an authenticator app, `otpauth://`.
        address: String,
        /// The same as a picture to point a telephone at.
        picture: Picture,
    },
    /// It is in use.
    Confirmed {
        /// Since when.
        since: OffsetDateTime,
    },
}
