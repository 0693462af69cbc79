//! The two legs the books stand in: every payment and refund against what was booked for it
//! (账务核对), and the book of a bank account against its statement (银行存款核对).

mod store;

use super::sides::Record;
use super::{Inputs, bank};
use crate::reconciliation::{ReconciliationError, files};
use crate::reserve;
use domain::error_item::{Links, RecordView};
use domain::matching::bundles::{Bundle, Piece, bundle};
use domain::matching::{Direction, Standing};
use domain::money::{Currency, Money};
use domain::reconciliation::RunScope;
use domain::source_file::FileKind;
use sqlx::PgConnection;
use store::Movement;

/// Payments and refunds of an accounting day, and the journals of that day that book them.
pub(super) async fn payments(
    conn: &mut PgConnection,
    scope: &RunScope,
) -> Result<Inputs, ReconciliationError> {
    let ours = store::trades(conn, scope.day).await?;
    let theirs = store::journals(conn, scope.day).await?;
    let name = |what: &str| format!("{what} of {}", scope.day);
    let inputs = vec![
        super::records_input("payments", name("payments and refunds"), &ours),
        super::records_input("ledger", name("journals"), &theirs),
    ];
    Ok(Inputs { ours, theirs, inputs, channel: None, sieved: None, judged: bank::Rows::new() })
}

/// What the book of a bank account says moved, and the lines of its statement. A bank books a batch
/// as one line, or a fee apart: what belongs together is compared as a whole.
pub(super) async fn statement(
    conn: &mut PgConnection,
    scope: &RunScope,
) -> Result<Inputs, ReconciliationError> {
    let statement = files::current(conn, FileKind::Statement, &scope.of, scope.day).await?;
    let statement = statement.ok_or_else(|| ReconciliationError::InputMissing {
        what: FileKind::Statement.name(),
        of: scope.of.clone(),
        day: scope.day,
    })?;
    let account = reserve::account_numbered(conn, &scope.of).await?;
    let cash = reserve::ledger_account(account.purpose);
    let booked = store::book(conn, &cash, (statement.id, scope.day)).await?;
    let lines = store::lines(conn, statement.id).await?;
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for currency in currencies(&booked, &lines) {
        let of = |all: &[Movement]| -> Vec<Movement> {
            all.iter().filter(|one| one.amount.currency() == currency).cloned().collect()
        };
        let (booked, lines) = (of(&booked), of(&lines));
        for one in bundle(&pieces(&booked), &pieces(&lines)) {
            let (mine, other) = records(&one, (&booked, &lines))?;
            ours.extend(mine);
            theirs.extend(other);
        }
    }
    let inputs = vec![
        super::records_input("ledger", format!("book of {}, {}", scope.of, scope.day), &ours),
        super::file_input(FileKind::Statement, statement),
    ];
    Ok(Inputs { ours, theirs, inputs, channel: None, sieved: None, judged: bank::Rows::new() })
}

fn currencies(booked: &[Movement], lines: &[Movement]) -> Vec<Currency> {
    let mut all: Vec<Currency> =
        booked.iter().chain(lines).map(|one| one.amount.currency()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn pieces(movements: &[Movement]) -> Vec<Piece<'_>> {
    movements
        .iter()
        .map(|one| Piece { reference: &one.reference, minor: one.amount.minor() })
        .collect()
}

/// Both sides of a bundle as one record each. Its name is the statement's line, if it has one.
fn records(
    bundle: &Bundle,
    (booked, lines): (&[Movement], &[Movement]),
) -> Result<(Option<Record>, Option<Record>), ReconciliationError> {
    let ours: Vec<&Movement> = bundle.ours.iter().map(|at| &booked[*at]).collect();
    let theirs: Vec<&Movement> = bundle.theirs.iter().map(|at| &lines[*at]).collect();
    let key = theirs.first().or(ours.first()).map(|one| one.key.clone()).unwrap_or_default();
    Ok((record(&key, &ours)?, record(&key, &theirs)?))
}

fn record(key: &str, pieces: &[&Movement]) -> Result<Option<Record>, ReconciliationError> {
    let Some(first) = pieces.first() else { return Ok(None) };
    let sum = Money::sum(pieces.iter().map(|one| one.amount), first.amount.currency())?;
    let places: Vec<&str> = pieces.iter().map(|one| one.place.as_str()).collect();
    let links = pieces.iter().find(|one| one.links != Links::default()).map(|one| one.links);
    Ok(Some(Record {
        key: key.to_owned(),
        direction: if sum.is_negative() { Direction::Out } else { Direction::In },
        elsewhere: false,
        position: 0,
        links: links.unwrap_or_default(),
        view: RecordView {
            number: first.number.clone(),
            channel_no: String::new(),
            amount: if sum.is_negative() { sum.checked_neg()? } else { sum },
            fee: None,
            standing: Standing::Success,
            status: first.text.clone(),
            event_time: None,
            clearing_date: Some(first.day),
            place: places.join("; "),
        },
    }))
}
