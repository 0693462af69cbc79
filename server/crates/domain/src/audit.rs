//! The audit record as a screen shows it.

use crate::ids::AuditId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One thing somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: OffsetDateTime,
    /// Who: a person's name or a part of the system.
    pub actor: String,
    /// What, `system.verb`.
    pub action: String,
    /// The kind of object.
    pub subject_kind: String,
    /// Which object.
    pub subject_id: String,
    /// The object afterwards, as JSON text.
    pub after: String,
    /// The request it belongs to.
    pub request_id: String,
}

/// Which records are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Of this object only.
    pub subject: Option<String>,
    /// Of actions that begin like this only.
    pub action: Option<String>,
}
