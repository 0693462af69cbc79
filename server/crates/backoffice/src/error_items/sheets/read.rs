//! An edited workbook, row by row: believed in nothing, compared with the items as they stand.

use super::super::ErrorItemError;
use super::super::store::{Stored, by_ids, colleague};
use super::cells::{self, COLUMNS, LOCKED, OWNER, SEAL, VERSION};
use super::store;
use banks::formats::workbook::{self, Row};
use domain::error_item::{
    Action, Edit, Resolution, SHEET_COMMENT_MAX, SHEET_ROWS_MAX, SheetRefused,
};
use domain::ids::{ErrorItemId, StaffId};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

/// What a row comes to: an edit of an item's version, or the field and reason of its refusal.
pub(super) enum Compared {
    Edited(ErrorItemId, i64, Edit),
    Refused(Option<ErrorItemId>, &'static str, SheetRefused),
}

/// The rows that change something or are refused, and how many change nothing.
pub(super) struct Comparison {
    pub rows: Vec<(u32, String, Compared)>,
    pub unchanged: i64,
}

/// The rows of a workbook that was exported here.
pub(super) fn lines(bytes: &[u8]) -> Result<Vec<Row>, SheetRefused> {
    let read = workbook::first_sheet(bytes);
    let (mut rows, formulas) = read.map_err(|why| SheetRefused::Unreadable(why.reason))?;
    if formulas {
        return Err(SheetRefused::Formulas);
    }
    if rows.is_empty() || rows.remove(0).1 != cells::headings() {
        return Err(SheetRefused::NotOurs);
    }
    rows.retain(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    if rows.len() > SHEET_ROWS_MAX {
        return Err(SheetRefused::TooLarge);
    }
    for (_, row) in &mut rows {
        row.resize(COLUMNS.max(row.len()), String::new());
    }
    Ok(rows)
}

/// Compares each row with its item as it stands now.
pub(super) async fn compare(
    conn: &mut PgConnection,
    lines: &[Row],
) -> Result<Comparison, ErrorItemError> {
    let numbers: Vec<String> = lines.iter().map(|(_, row)| text(row, 0).to_owned()).collect();
    let ids = store::numbered(conn, &numbers).await?;
    let items = by_ids(conn, &ids).await?;
    let logins = store::logins(conn, &items).await?;
    let items: HashMap<&str, &Stored> =
        items.iter().map(|stored| (stored.item.number.as_str(), stored)).collect();
    let owners = owners(conn, lines).await?;
    let (mut rows, mut unchanged, mut seen) = (Vec::new(), 0, HashSet::new());
    for (line, row) in lines {
        let number = text(row, 0);
        let stored = items.get(number).copied();
        let id = stored.map(|stored| stored.item.id);
        let judged = match stored {
            _ if !seen.insert(number) => Err(("number", SheetRefused::Twice)),
            None => Err(("number", SheetRefused::NoSuchItem)),
            Some(stored) => judge(row, (stored, &cells::of(stored, &logins)), &owners),
        };
        let compared = match (judged, stored) {
            (Ok(edit), _) if edit == Edit::default() => {
                unchanged += 1;
                continue;
            }
            (Ok(edit), Some(stored)) => Compared::Edited(stored.item.id, stored.item.version, edit),
            (Ok(_), None) => continue,
            (Err((field, why)), _) => Compared::Refused(id, field, why),
        };
        rows.push((*line, number.chars().take(64).collect(), compared));
    }
    Ok(Comparison { rows, unchanged })
}

/// The colleagues whose logins stand in the column of owners.
async fn owners(
    conn: &mut PgConnection,
    lines: &[Row],
) -> Result<HashMap<String, (StaffId, String)>, ErrorItemError> {
    let mut owners = HashMap::new();
    let logins: HashSet<&str> = lines.iter().map(|(_, row)| text(row, OWNER)).collect();
    for login in logins.into_iter().filter(|login| !login.is_empty()) {
        if let Some(found) = colleague(conn, login).await? {
            owners.insert(login.to_owned(), found);
        }
    }
    Ok(owners)
}

fn text(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

type Refusal = (&'static str, SheetRefused);

/// What a row changes of its item, or why it is refused.
fn judge(
    row: &[String],
    (stored, now): (&Stored, &[String; 12]),
    owners: &HashMap<String, (StaffId, String)>,
) -> Result<Edit, Refusal> {
    let locked = row.get(..LOCKED.len()).unwrap_or_default();
    if text(row, SEAL) != cells::seal(locked) {
        return Err(("seal", SheetRefused::SealBroken));
    }
    let changed = LOCKED.iter().zip(locked.iter().zip(now)).take(VERSION);
    if let Some((field, (was, is))) = changed.into_iter().find(|(_, (was, is))| was != is) {
        let (was, is) = (was.clone(), is.clone());
        return Err((field, SheetRefused::Changed { was, is }));
    }
    if text(row, VERSION) != text(now, VERSION) {
        return Err(("version", SheetRefused::ChangedOtherwise));
    }
    let (owner, action) = (text(row, OWNER), text(row, OWNER + 1));
    let comment = text(row, OWNER + 2);
    if comment.chars().count() > SHEET_COMMENT_MAX {
        return Err(("comment", SheetRefused::CommentTooLong));
    }
    let mut edit = Edit::default();
    let mut item = stored.item.clone();
    if owner != text(row, 10) {
        if owner.is_empty() {
            return Err(("owner", SheetRefused::OwnerEmptied));
        }
        let nobody = || ("owner", SheetRefused::NoSuchColleague(owner.to_owned()));
        let (to, name) = owners.get(owner).ok_or_else(nobody)?;
        item = item.assign(*to).map_err(|why| ("owner", why.into()))?;
        edit.owner = Some((*to, name.clone()));
    }
    if action.is_empty() {
        edit.comment = (!comment.is_empty()).then(|| comment.to_owned());
        return Ok(edit);
    }
    let unknown = || ("action", SheetRefused::NoSuchAction(action.chars().take(40).collect()));
    let wanted = Action::named(action).ok_or_else(unknown)?;
    if comment.is_empty() {
        return Err(("comment", SheetRefused::ReasonMissing));
    }
    let resolution = Resolution { action: wanted, reason: comment.to_owned() };
    item.check(&resolution).map_err(|why| ("action", why.into()))?;
    let nobody = domain::ids::ApprovalId(item.id.into());
    item.proposed(nobody).map_err(|why| ("action", why.into()))?;
    edit.resolution = Some(resolution);
    Ok(edit)
}
