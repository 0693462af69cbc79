//! The requests about one thing, for the screen that shows it: what waits, and what was decided.

use super::{ApprovalError, store};
use domain::approval::{ApprovalKind, ApprovalSummary};
use sqlx::PgConnection;
use uuid::Uuid;

/// The latest requests of a kind, newest first; those about these objects, where some are named.
/// Whoever asks has been let see the thing itself.
///
/// # Errors
/// The database failed.
pub async fn about(
    conn: &mut PgConnection,
    kind: ApprovalKind,
    subjects: Option<&[Uuid]>,
) -> Result<Vec<ApprovalSummary>, ApprovalError> {
    store::latest(conn, kind, subjects).await
}
