//! The books as files: what the screens show, whole instead of page by page. The words are the
//! screens' own.

use super::{AccountsError, journals, statement};
use crate::office::Office;
use domain::access::Actor;
use domain::account::{Statement, StatementFilter};
use domain::date::BusinessDate;
use domain::ids::AccountId;
use domain::journal::{JournalFilter, JournalSummary};
use domain::page::{PAGE_SIZE_MAX, PageRequest};

/// Most rows of one file.
const ROWS_MAX: i64 = 100_000;

/// A file to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What it is called.
    pub name: String,
    /// CSV in UTF-8 with a byte order mark, by which spreadsheets know it.
    pub bytes: Vec<u8>,
}

/// An account's whole statement, 账户明细, all pages in one.
///
/// # Errors
/// Not allowed, no such account, or too many rows.
pub async fn whole_statement(
    office: &Office,
    actor: &Actor,
    id: AccountId,
    (from, to): (Option<BusinessDate>, Option<BusinessDate>),
) -> Result<Statement, AccountsError> {
    let mut filter = StatementFilter {
        from,
        to,
        at: None,
        page: PageRequest { number: 1, size: PAGE_SIZE_MAX },
    };
    let mut whole = statement(office, actor, id, &filter).await?;
    refuse_too_many(whole.page.total)?;
    while filter.page.number < whole.page.pages() {
        filter.page.number += 1;
        let part = statement(office, actor, id, &filter).await?;
        whole.page.rows.extend(part.page.rows);
    }
    Ok(whole)
}

/// Journals, 分录组, the latest first, all pages in one.
///
/// # Errors
/// Not allowed, or too many rows.
pub async fn all_journals(
    office: &Office,
    actor: &Actor,
    wanted: JournalFilter,
) -> Result<Vec<JournalSummary>, AccountsError> {
    let first = PageRequest { number: 1, size: PAGE_SIZE_MAX };
    let mut filter = JournalFilter { page: first, ..wanted };
    let mut found = journals(office, actor, &filter).await?;
    refuse_too_many(found.total)?;
    while filter.page.number < found.pages() {
        filter.page.number += 1;
        found.rows.extend(journals(office, actor, &filter).await?.rows);
    }
    Ok(found.rows)
}

/// A table as a file: the headings, then the rows, in the words of the screen.
///
/// # Errors
/// The file could not be written.
pub fn file(name: String, sheet: &[Vec<String>]) -> Result<Export, AccountsError> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in sheet {
        writer.write_record(row.iter().map(|cell| text(cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(Export { name, bytes })
}

const fn refuse_too_many(rows: i64) -> Result<(), AccountsError> {
    if rows > ROWS_MAX { Err(AccountsError::TooManyRows(rows)) } else { Ok(()) }
}

/// Text as a cell: what a spreadsheet would take for a formula is marked as text.
fn text(cell: &str) -> String {
    let amount = cell.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    if !amount && cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_look_like_formulas_are_text() {
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("@x"), "'@x");
        assert_eq!(text("-1+1"), "'-1+1");
        assert_eq!(text("-12.50"), "-12.50");
        assert_eq!(text("fee, merchant"), "fee, merchant");
    }
}
