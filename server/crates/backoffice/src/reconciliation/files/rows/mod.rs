//! The rows of files: written in batches, read in pages. Those of bills stand in blocks.

mod store;

pub(super) use store::{bill_page, insert_orders, place_of, statement_page};

use super::ReconciliationError;
use crate::office::Office;
use banks::statement::Statement;
use domain::ids::FileId;
use sqlx::PgConnection;
use store::StatementEntry;

/// Rows sent to the database at a time: large enough to be quick, small enough for memory.
const BATCH: usize = 10_000;

/// Lines are numbered through the whole file, also where it holds several statements.
pub(super) async fn insert_statements(
    conn: &mut PgConnection,
    office: &Office,
    file: FileId,
    statements: &[Statement],
) -> Result<(), ReconciliationError> {
    let rows = statements.iter().flat_map(|one| one.rows.iter().map(|row| (&one.account, row)));
    let entries: Vec<StatementEntry<'_>> = (1..)
        .zip(rows)
        .map(|(line, (account, row))| StatementEntry { line, account, row })
        .collect();
    for batch in entries.chunks(BATCH) {
        store::insert_statements(conn, office, file, batch).await?;
    }
    Ok(())
}
